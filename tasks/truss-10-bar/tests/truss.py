"""Linear static analysis of pin-jointed trusses, plane or spatial. Standard library only.

The stiffness method: each member has the stiffness E A / L along its axis, the joints are free but
for the supports, and K u = f is solved for the displacements by Cholesky's factorisation (see any
textbook of matrix structural analysis). Units are the caller's, as long as they agree: here inches,
pounds and psi.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Vector = tuple[float, ...]


@dataclass(frozen=True)
class Truss:
    """Geometry, material and loads; node and member numbers count from 0."""

    nodes: tuple[Vector, ...]  # coordinates, in
    members: tuple[tuple[int, int], ...]  # the two nodes that each member joins
    supports: frozenset[int]  # nodes that cannot move at all
    load_cases: tuple[dict[int, Vector], ...]  # node -> force, lb; nodes left out carry none
    modulus: float  # psi
    density: float  # lb/in^3


@dataclass(frozen=True)
class Response:
    """What one load case does."""

    displacements: tuple[Vector, ...]  # of every node, in
    stresses: tuple[float, ...]  # of every member, psi; tension is positive


def lengths(truss: Truss) -> list[float]:
    """Return the length of every member."""
    return [math.dist(truss.nodes[a], truss.nodes[b]) for a, b in truss.members]


def weight(truss: Truss, areas: Sequence[float]) -> float:
    """Return the weight of all members with these cross-sections."""
    volume = math.fsum(area * length for area, length in zip(areas, lengths(truss), strict=True))
    return truss.density * volume


def analyse(truss: Truss, areas: Sequence[float]) -> list[Response]:
    """Return the response to each load case, for one positive cross-section per member.

    Raises ValueError if the stiffness matrix is not positive definite.
    """
    factor = _factorise(_stiffness(truss, areas))
    return [_respond(truss, factor, loads) for loads in truss.load_cases]


def _freedoms(truss: Truss) -> dict[tuple[int, int], int]:
    """Return the row of each free (node, axis) in the stiffness matrix."""
    axes = range(len(truss.nodes[0]))
    free = [node for node in range(len(truss.nodes)) if node not in truss.supports]
    return {place: row for row, place in enumerate((node, axis) for node in free for axis in axes)}


def _cosines(truss: Truss, member: int) -> list[float]:
    """Return the direction of a member, from its first node to its second."""
    a, b = (truss.nodes[node] for node in truss.members[member])
    length = math.dist(a, b)
    return [(end - start) / length for start, end in zip(a, b, strict=True)]


def _stiffness(truss: Truss, areas: Sequence[float]) -> list[list[float]]:
    rows = _freedoms(truss)
    matrix = [[0.0] * len(rows) for _ in rows]
    for m, ((a, b), length) in enumerate(zip(truss.members, lengths(truss), strict=True)):
        stiffness = truss.modulus * areas[m] / length
        stretch: dict[int, float] = {}  # how a unit displacement of each freedom lengthens it
        for axis, cosine in enumerate(_cosines(truss, m)):
            for node, sign in ((a, -1.0), (b, 1.0)):
                if (node, axis) in rows:
                    stretch[rows[node, axis]] = sign * cosine
        for i, here in stretch.items():
            for j, there in stretch.items():
                matrix[i][j] += stiffness * here * there
    return matrix


def _factorise(matrix: list[list[float]]) -> list[list[float]]:
    """Return the lower triangle L of L L' = matrix."""
    factor = [[0.0] * len(matrix) for _ in matrix]
    for i, row in enumerate(matrix):
        for j in range(i + 1):
            rest = row[j] - sum(factor[i][k] * factor[j][k] for k in range(j))
            if i != j:
                factor[i][j] = rest / factor[j][j]
            elif rest > 0.0:
                factor[i][i] = math.sqrt(rest)
            else:
                raise ValueError("the truss is a mechanism or too ill-conditioned to be analysed")
    return factor


def _solve(factor: list[list[float]], right: list[float]) -> list[float]:
    """Return x of L L' x = right."""
    size = len(right)
    x = list(right)
    for i in range(size):
        x[i] = (x[i] - sum(factor[i][k] * x[k] for k in range(i))) / factor[i][i]
    for i in reversed(range(size)):
        x[i] = (x[i] - sum(factor[k][i] * x[k] for k in range(i + 1, size))) / factor[i][i]
    return x


def _respond(truss: Truss, factor: list[list[float]], loads: dict[int, Vector]) -> Response:
    rows = _freedoms(truss)
    forces = [0.0] * len(rows)
    for node, force in loads.items():
        for axis, component in enumerate(force):
            forces[rows[node, axis]] += component
    solved = _solve(factor, forces)
    axes = range(len(truss.nodes[0]))
    moved = [
        tuple(solved[rows[node, axis]] if (node, axis) in rows else 0.0 for axis in axes)
        for node in range(len(truss.nodes))
    ]
    stresses = []
    for m, ((a, b), length) in enumerate(zip(truss.members, lengths(truss), strict=True)):
        ends = zip(_cosines(truss, m), moved[a], moved[b], strict=True)
        stresses.append(truss.modulus / length * sum(c * (far - near) for c, near, far in ends))
    return Response(tuple(moved), tuple(stresses))
