"""Some examples of what the functions in solve.py have to do: python3 test_visible.py"""

import solve

EXAMPLES = [
    ("grouped", (12,), "12"),
    ("grouped", (1234567,), "1,234,567"),
    ("roman", (14,), "XIV"),
    ("roman", (444,), "CDXLIV"),
    ("duration", ("90s",), 90),
    ("duration", ("1h30m",), 5400),
    ("duration", ("90",), -1),
    ("wrapped", ("a bb ccc", 4), ["a bb", "ccc"]),
    ("wrapped", ("abcdefg h", 3), ["abc", "def", "g h"]),
    ("merged", ([[1, 3], [5, 8]],), [[1, 3], [5, 8]]),
    ("merged", ([[5, 8], [1, 5]],), [[1, 8]]),
    ("balanced", ("(a[b]{c})",), True),
    ("balanced", ("([)]",), False),
    ("fewest_coins", (63, [1, 5, 10, 25]), 6),
    ("fewest_coins", (6, [1, 3, 4]), 2),
    ("ordered", (["a", "b"], [["a", "b"]]), ["a", "b"]),
    ("ordered", (["b", "a"], []), ["a", "b"]),
]


def main() -> None:
    """Say which examples come out right, and how many questions a search takes."""
    for name, arguments, expected in EXAMPLES:
        try:
            found = getattr(solve, name)(*arguments)
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
        shown = ", ".join(map(repr, arguments))
        right = "right" if found == expected else f"wrong, not {expected!r}"
        print(f"{name}({shown}) is {found!r}: {right}")
    size, total = 64, 0
    for position in range(size):
        low, high, asked = 0, size - 1, []
        while low < high:
            probe = solve.next_probe(size, asked)
            asked.append([probe, int(position <= probe)])
            low, high = (low, probe) if position <= probe else (probe + 1, high)
        total += len(asked)
    print(f"next_probe: {total / size:.2f} questions on average for 64 positions, 6.00 will do")


if __name__ == "__main__":
    main()
