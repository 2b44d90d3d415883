"""Reference network for 13 channels: 45 comparators in 10 steps, one step per line.

Found offline by a random search: small changes of the list (a comparator dropped, moved, exchanged or
crossed with another), kept whenever all inputs of zeros and ones were still sorted and the score was no
worse, with comparators that never swap dropped on the way. The first step was fixed: any other is the
same after renaming channels. Writes network.json.
"""

import json

COMPARATORS = [
    (0, 12), (1, 11), (2, 10), (3, 9), (4, 8), (5, 7),
    (0, 3), (1, 4), (2, 6), (7, 10), (8, 11), (9, 12),
    (0, 1), (2, 5), (3, 8), (4, 9), (11, 12),
    (0, 2), (1, 6), (3, 7), (4, 5),
    (1, 4), (2, 3), (5, 8), (6, 10), (7, 9),
    (1, 2), (3, 4), (5, 7), (6, 11), (10, 12),
    (2, 3), (4, 6), (8, 10), (9, 11),
    (4, 5), (6, 7), (8, 9), (10, 11),
    (3, 4), (5, 6), (7, 8), (9, 10),
    (6, 7), (8, 9),
]


def main() -> None:
    """Write the comparators."""
    with open("network.json", "w") as file:
        json.dump({"comparators": COMPARATORS}, file)


if __name__ == "__main__":
    main()
