"""A sorting network for 13 channels: passes over wide gaps, then neighbours until all is sorted.

All 2^13 inputs of zeros and ones are carried along, one bit each, so that the program knows which
comparators never swap anything and leaves them out. Writes network.json.
"""

import json

CHANNELS = 13
# Passes before the neighbours: (gap, offset). A pass compares the channels i and i + gap for all i
# whose block of `gap` channels, counted from -offset on, is an even one.
PASSES = (
    (7, 0),
    (5, 0),
    (3, 1),
    (2, 0),
)
ROUND = 0  # which neighbours come first at the end: 0 the pairs (0, 1), (2, 3), ...; 1 the others

Columns = list[int]  # per channel its bit in every input of zeros and ones


def all_inputs() -> Columns:
    """Return the 2^13 inputs: bit x of column i is bit i of x, so 2^i zeros, 2^i ones, and again."""
    ones = (1 << (1 << CHANNELS)) - 1
    return [ones // ((1 << (1 << i)) + 1) << (1 << i) for i in range(CHANNELS)]


def compare(columns: Columns, low: int, high: int) -> bool:
    """Put the smaller value on `low` and the larger on `high`; say whether any input needs it."""
    first, second = columns[low], columns[high]
    columns[low], columns[high] = first & second, first | second
    return columns[low] != first


def pairs_of(gap: int, offset: int) -> list[tuple[int, int]]:
    """Return the pairs of one pass."""
    gap = max(gap, 1)
    return [(i, i + gap) for i in range(CHANNELS - gap) if (i + offset) // gap % 2 == 0]


def main() -> None:
    """Write the comparators in their order; those that never swap are left out."""
    columns = all_inputs()
    network = []
    for gap, offset in PASSES:
        network += [pair for pair in pairs_of(gap, offset) if compare(columns, *pair)]
    for turn in range(CHANNELS):  # so many rounds of neighbours sort whatever comes
        network += [pair for pair in pairs_of(1, ROUND + turn) if compare(columns, *pair)]
    with open("network.json", "w") as file:
        json.dump({"comparators": network}, file)
    print(f"{len(network)} comparators")


if __name__ == "__main__":
    main()
