"""Half of the MBB beam as a grid of square elements whose stiffness follows their density.

The benchmark of O. Sigmund, "A 99 line topology optimization code written in Matlab", Struct.
Multidisc. Optim. 21 (2001) 120-127, as set in E. Andreassen et al., "Efficient topology
optimization in MATLAB using 88 lines of code", Struct. Multidisc. Optim. 43 (2011) 1-16: 60 x 20
elements of unit size, thickness and modulus in plane stress; modified SIMP with the power 3; a
density filter of radius 2.4. The left edge is the beam's middle (no motion along x), the lower
right corner rests on a roller (no motion along y), and a unit force presses down on the upper left
corner.

Arrays have one row per row of elements, from the top, and one column per column, from the middle of
the beam. Needs numpy.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float64]
"""20 x 60 numbers."""

ROWS, COLUMNS = 20, 60
POISSON = 0.3
POWER = 3.0
WEAKEST = 1e-9  # modulus of a void; that of the material is 1
RADIUS = 2.4  # of the density filter, in elements
MOST_VOLUME = 0.5  # of the grid
MOST_GRAYNESS = 0.35

_BLOCK = 2 * (ROWS + 1)  # freedoms of one column of nodes, from the top: x and y of each


class Analysis(NamedTuple):
    """What the beam does under its load."""

    physical: Grid  # densities after the filter
    volume: float  # mean of the physical densities
    grayness: float  # mean of 4 d (1 - d): 0 is black and white, 1 is all gray
    compliance: float  # force times displacement, what is to be made small
    energy: Grid  # of each element, if it were solid: u' k u

    def slope(self) -> Grid:
        """Return the derivative of the compliance by each of the densities before the filter."""
        inner = -POWER * self.physical ** (POWER - 1.0) * (1.0 - WEAKEST) * self.energy
        return spread(inner)


def analyse(densities: Grid) -> Analysis:
    """Return the analysis of a design: 20 x 60 densities from 0 to 1, before the filter."""
    physical = filtered(densities)
    stiffness = WEAKEST + physical**POWER * (1.0 - WEAKEST)
    moved = _solve(stiffness)
    corners = moved[_corners()]  # element by element, its eight displacements
    energy = np.einsum("rci,ij,rcj->rc", corners, _ELEMENT, corners)
    compliance = float((stiffness * energy).sum())
    grayness = float((4.0 * physical * (1.0 - physical)).mean())
    return Analysis(physical, float(physical.mean()), grayness, compliance, energy)


def filtered(densities: Grid) -> Grid:
    """Return the physical densities: means over the neighbours, weighted by RADIUS - distance."""
    return _cone(densities) / _cone(np.ones((ROWS, COLUMNS)))


def spread(slopes: Grid) -> Grid:
    """Return derivatives by the densities before the filter, from those by the physical ones."""
    return _cone(slopes / _cone(np.ones((ROWS, COLUMNS))))


def _cone(values: Grid) -> Grid:
    """Return the sums over each element's neighbours, weighted by RADIUS - distance."""
    reach = int(RADIUS)
    padded = np.pad(values, reach)
    total = np.zeros_like(values)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            weight = RADIUS - float(np.hypot(down, right))
            if weight > 0.0:
                rows = slice(reach + down, reach + down + ROWS)
                columns = slice(reach + right, reach + right + COLUMNS)
                total += weight * padded[rows, columns]
    return total


def _element() -> Grid:
    """Return the stiffness of a solid element: two by two Gauss points, exact for a square.

    Corners in the order lower left, lower right, upper right, upper left; y points up.
    """
    elastic = np.array([[1, POISSON, 0], [POISSON, 1, 0], [0, 0, (1 - POISSON) / 2]])
    elastic /= 1 - POISSON**2
    total = np.zeros((8, 8))
    for s in (-1 / np.sqrt(3), 1 / np.sqrt(3)):
        for t in (-1 / np.sqrt(3), 1 / np.sqrt(3)):
            by_x = np.array([-(1 - t), 1 - t, 1 + t, -(1 + t)]) / 2
            by_y = np.array([-(1 - s), -(1 + s), 1 + s, 1 - s]) / 2
            strain = np.zeros((3, 8))
            strain[0, 0::2] = by_x
            strain[1, 1::2] = by_y
            strain[2, 0::2] = by_y
            strain[2, 1::2] = by_x
            total += strain.T @ elastic @ strain / 4
    return total


_ELEMENT = _element()


def _corners() -> NDArray[np.int64]:
    """Return the numbers of the eight freedoms of each element, as `_element` orders them."""
    row, column = np.mgrid[0:ROWS, 0:COLUMNS]
    upper_left = 2 * (column * (ROWS + 1) + row)
    right = _BLOCK
    starts = [upper_left + 2, upper_left + 2 + right, upper_left + right, upper_left]
    return np.stack([start + axis for start in starts for axis in (0, 1)], axis=-1)


def _solve(stiffness: Grid) -> NDArray[np.float64]:
    """Return the displacements of all freedoms.

    A column of nodes meets only the next one, so the matrix is block tridiagonal: it is eliminated
    block by block, each of 42 freedoms.
    """
    diagonal, above = _blocks(stiffness)
    load = np.zeros((COLUMNS + 1, _BLOCK))
    load[0, 1] = -1.0
    for fixed in range(0, _BLOCK, 2):
        _hold(diagonal[0], above[0], None, fixed)
    _hold(diagonal[-1], None, above[-1], _BLOCK - 1)
    carried = np.empty_like(above)
    for k in range(COLUMNS):
        both = np.linalg.solve(diagonal[k], np.column_stack([above[k], load[k]]))
        carried[k], load[k] = both[:, :-1], both[:, -1]
        diagonal[k + 1] -= above[k].T @ carried[k]
        load[k + 1] -= above[k].T @ load[k]
    moved = np.empty_like(load)
    moved[-1] = np.linalg.solve(diagonal[-1], load[-1])
    for k in reversed(range(COLUMNS)):
        moved[k] = load[k] - carried[k] @ moved[k + 1]
    return moved.ravel()


def _blocks(stiffness: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the diagonal blocks of the stiffness matrix, and those to the right of them."""
    corners = _corners()
    block, place = corners // _BLOCK, corners % _BLOCK
    size = _BLOCK * _BLOCK
    shape = (ROWS, COLUMNS, 8, 8)
    values = stiffness[:, :, None, None] * _ELEMENT
    first = np.broadcast_to(block[..., :, None], shape)
    last = np.broadcast_to(block[..., None, :], shape)
    index = first * size + place[..., :, None] * _BLOCK + place[..., None, :]
    found = []
    for chosen, count in ((first == last, COLUMNS + 1), (first < last, COLUMNS)):
        sums = np.bincount(index[chosen], values[chosen], count * size)
        found.append(sums.reshape(count, _BLOCK, _BLOCK))
    return found[0], found[1]


def _hold(
    diagonal: NDArray[np.float64],
    above: NDArray[np.float64] | None,
    before: NDArray[np.float64] | None,
    freedom: int,
) -> None:
    """Take one freedom of a block out of the equations: it does not move."""
    diagonal[freedom, :] = diagonal[:, freedom] = 0.0
    diagonal[freedom, freedom] = 1.0
    if above is not None:
        above[freedom, :] = 0.0
    if before is not None:
        before[:, freedom] = 0.0
