"""The 25-bar space truss: a transmission tower of two storeys, 200 in high.

The sizing benchmark of R. L. Fox and L. A. Schmit, "Advances in the integrated approach to
structural synthesis", J. Spacecraft and Rockets 3 (1966) 858-866, with the two load cases and the
compression limits of L. A. Schmit and B. Farshi, "Some approximation concepts for structural
synthesis", AIAA J. 12 (1974) 692-699. Numbers count from 0: nodes 0 and 1 are the top, 2 to 5 the
waist, 6 to 9 the feet.
"""

from truss import Truss

TRUSS = Truss(
    nodes=(
        *((-37.5, 0.0, 200.0), (37.5, 0.0, 200.0)),
        *((-37.5, 37.5, 100.0), (37.5, 37.5, 100.0), (37.5, -37.5, 100.0), (-37.5, -37.5, 100.0)),
        *((-100.0, 100.0, 0.0), (100.0, 100.0, 0.0), (100.0, -100.0, 0.0), (-100.0, -100.0, 0.0)),
    ),
    members=(
        (0, 1),
        *((0, 3), (1, 2), (0, 4), (1, 5)),
        *((1, 3), (1, 4), (0, 2), (0, 5)),
        *((2, 5), (3, 4)),
        *((2, 3), (4, 5)),
        *((2, 9), (5, 6), (3, 8), (4, 7)),
        *((3, 6), (2, 7), (4, 9), (5, 8)),
        *((5, 9), (2, 6), (3, 7), (4, 8)),
    ),
    supports=frozenset({6, 7, 8, 9}),
    load_cases=(  # lb
        {0: (0.0, 20_000.0, -5_000.0), 1: (0.0, -20_000.0, -5_000.0)},
        {
            0: (1_000.0, 10_000.0, -5_000.0),
            1: (0.0, 10_000.0, -5_000.0),
            2: (500.0, 0.0, 0.0),
            5: (500.0, 0.0, 0.0),
        },
    ),
    modulus=1e7,  # psi
    density=0.1,  # lb/in^3
)
GROUPS = (  # members that share an area, for the symmetry of the tower
    (0,),  # between the top nodes
    (1, 2, 3, 4),  # top to the waist, the long ones
    (5, 6, 7, 8),  # top to the waist, the short ones
    (9, 10),  # waist, along y
    (11, 12),  # waist, along x
    (13, 14, 15, 16),  # waist to the feet, diagonals that run mostly along y
    (17, 18, 19, 20),  # waist to the feet, diagonals that run mostly along x
    (21, 22, 23, 24),  # waist to the feet, legs
)
SMALLEST_AREA = 0.01  # in^2
TENSION_LIMITS = (40_000.0,) * 8  # psi, per group
COMPRESSION_LIMITS = (  # psi, per group, against buckling
    *(35_092.0, 11_590.0, 17_305.0, 35_092.0),
    *(35_092.0, 6_759.0, 6_959.0, 11_082.0),
)
DISPLACEMENT_LIMIT = 0.35  # in, of every free node along every axis
BEST_KNOWN = 545.1627  # lb; published as 545.16
