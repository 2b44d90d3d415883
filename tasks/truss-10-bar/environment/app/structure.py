"""The ten-bar plane truss: a cantilever of two square bays, 720 in long and 360 in high.

The sizing benchmark of V. B. Venkayya, "Design of optimum structures", Computers & Structures 1
(1971) 265-309, in its first loading. Numbers count from 0:

    node 4 (wall) --0-- node 2 --1-- node 0
              \\    /     |    \\    /   |        members 6-9 are the diagonals:
               \\  /      4     \\  /    5        6 = 4-3, 7 = 5-2, 8 = 2-1, 9 = 3-0
               /  \\      |     /  \\    |
              /    \\     |    /    \\   |
    node 5 (wall) --2-- node 3 --3-- node 1     100 kip down at nodes 1 and 3
"""

from truss import Truss

BAY = 360.0  # in
LOAD = 100_000.0  # lb

TRUSS = Truss(
    nodes=((2 * BAY, BAY), (2 * BAY, 0.0), (BAY, BAY), (BAY, 0.0), (0.0, BAY), (0.0, 0.0)),
    members=(
        *((4, 2), (2, 0), (5, 3), (3, 1)),  # chords: top, top, bottom, bottom
        *((2, 3), (0, 1)),  # posts
        *((4, 3), (5, 2), (2, 1), (3, 0)),  # diagonals
    ),
    supports=frozenset({4, 5}),
    load_cases=({1: (0.0, -LOAD), 3: (0.0, -LOAD)},),
    modulus=1e7,  # psi
    density=0.1,  # lb/in^3
)
GROUPS = tuple((member,) for member in range(10))  # members that share an area: none here
SMALLEST_AREA = 0.1  # in^2
STRESS_LIMIT = 25_000.0  # psi, in tension and in compression
TENSION_LIMITS = (STRESS_LIMIT,) * 10  # per group
COMPRESSION_LIMITS = (STRESS_LIMIT,) * 10
DISPLACEMENT_LIMIT = 2.0  # in, of every free node along every axis
BEST_KNOWN = 5060.8537  # lb; published as 5060.85
