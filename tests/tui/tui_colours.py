"""How colours differ for eyes: contrast, distance, and what colour-blind eyes see of them."""

from __future__ import annotations

import math

from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.color import Color

Rgb = tuple[float, float, float]

MACHADO = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
"""Severity 1, on linear RGB: Machado, Oliveira and Fernandes, IEEE TVCG 15 (6), 2009."""

_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = (0.95047, 1.0, 1.08883)
"""sRGB's own primaries and white, D65."""


def linear(color: str) -> Rgb:
    """sRGB as light: each channel 0 to 1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in Color.parse(color).normalized
    )
    return red, green, blue


def times(matrix: tuple[Rgb, Rgb, Rgb], color: Rgb) -> Rgb:
    first, second, third = (sum(a * b for a, b in zip(row, color, strict=True)) for row in matrix)
    return first, second, third


def seen(color: str, by: str) -> Rgb:
    """Linear RGB of what eyes with that deficiency see; empty for eyes without."""
    light = linear(color)
    if not by:
        return light
    red, green, blue = (min(1.0, max(0.0, part)) for part in times(MACHADO[by], light))
    return red, green, blue


def lab(light: Rgb) -> Rgb:
    def curve(part: float) -> float:
        return math.cbrt(part) if part > (6 / 29) ** 3 else part / (3 * (6 / 29) ** 2) + 4 / 29

    x, y, z = (curve(part / white) for part, white in zip(times(_XYZ, light), _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, by: str = "") -> float:
    """CIE76: the distance of two colours in Lab."""
    return math.dist(lab(seen(one, by)), lab(seen(other, by)))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""

    def light(color: str) -> float:
        return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), linear(color), strict=True))

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def in_256(color: str) -> int | None:
    """The index that a terminal of 256 colours shows."""
    return RichColor.parse(Color.parse(color).hex).downgrade(ColorSystem.EIGHT_BIT).number
