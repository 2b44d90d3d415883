"""A grid of braille cells: two by four dots in each, several drawings in one."""

from __future__ import annotations

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
BLANK = 0


class Canvas:
    """Dots that are only ever added, and for each cell the pen that last claimed it.

    Dots of crossing curves are joined, so that no curve breaks where another crosses it; the cell's
    colour goes to the pen of the highest rank, the later one among equals.
    """

    def __init__(self, width: int, height: int) -> None:
        """Make a blank grid of `width` × `height` cells."""
        self.width, self.height = width, height
        self.dots_wide, self.dots_high = width * 2, height * 4
        self._bits = bytearray(width * height)
        self._pens = [BLANK] * (width * height)
        self._ranks = bytearray(width * height)
        self._claims = [0] * (width * height)
        """For each cell the pens that ever drew there, one bit each."""
        self.touched = 0
        """Dots set so far, for proving that a repaint costs what is new."""

    def dot(self, x: int, y: int, pen: int, rank: int) -> None:
        """Set one dot; `y` grows downwards. Dots off the grid are left out."""
        if not (0 <= x < self.dots_wide and 0 <= y < self.dots_high):
            return
        self.touched += 1
        cell = (y >> 2) * self.width + (x >> 1)
        self._bits[cell] |= _DOTS[y & 3][x & 1]
        self._claims[cell] |= 1 << pen
        if rank >= self._ranks[cell]:
            self._ranks[cell] = rank
            self._pens[cell] = pen

    def column(self, x: int, y: int, other: int, pen: int, rank: int) -> None:
        """Set every dot of column `x` between two heights, both included."""
        for height in range(min(y, other), max(y, other) + 1):
            self.dot(x, height, pen, rank)

    def cells(self, row: int, picked: int = BLANK) -> list[tuple[str, int]]:
        """Return a row as (character, pen); blank cells are a space with pen 0.

        Wherever the pen `picked` has drawn, the cell is its own.
        """
        begin, end = row * self.width, (row + 1) * self.width
        mask = 1 << picked if picked else 0
        drawn = zip(
            self._bits[begin:end], self._pens[begin:end], self._claims[begin:end], strict=True
        )
        return [
            (chr(0x2800 + bits), picked if claims & mask else pen) if bits else (" ", BLANK)
            for bits, pen, claims in drawn
        ]
