"""Nine small functions. Each docstring says what its function has to do; not all of them do it."""

import re

GROUP = 4  # digits between two commas of a long number
MINUTE, HOUR, DAY = 60, 360, 8640  # in seconds
STRIDE = 3  # positions that one question of `next_probe` covers

ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (100, "C"), (90, "XC"), (50, "L"), (10, "X"),
         (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


def grouped(number: int) -> str:
    """Write a whole number with a comma between groups of three digits: -1,234,567."""
    digits = str(number)
    groups = []
    while digits:
        groups.insert(0, digits[-GROUP:])
        digits = digits[:-GROUP]
    return ",".join(groups)


def roman(number: int) -> str:
    """Write a number from 1 to 3999 in Roman numerals: 444 is CDXLIV. "" for other numbers."""
    if number > 3999:
        return ""
    found = ""
    for value, letters in ROMAN:
        while number >= value:
            found += letters
            number -= value
    return found


def duration(text: str) -> int:
    """Return the seconds in a text such as "1d 2h 30m", "90s" or "1h30m"; -1 if it is none.

    Units are d, h, m and s, the largest first, each at most once, after a whole number. Blanks may
    stand before, between and after the parts, but not within one. There is at least one part.
    """
    units = {"d": DAY, "h": HOUR, "m": MINUTE, "s": 1}
    total = 0
    for count, unit in re.findall(r"(\d+)\s*([dhms])", text):
        total += int(count) * units[unit]
    return total


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` characters, each with as many words as fit.

    Words are what blanks separate; one blank stands between two words of a line. A word longer
    than a line begins a new line and is cut into pieces of `width`; the next word follows its last
    piece if it fits.
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) < width:
            line += " " + word
        else:
            if line:
                lines.append(line)
            line = word
    lines.append(line)
    return lines


def merged(intervals: list[list[int]]) -> list[list[int]]:
    """Return the fewest closed intervals [low, high] of numbers that cover the same numbers.

    They come in ascending order. Intervals that touch, as [1, 2] and [2, 3] do, become one. The
    given ones come in any order; one whose low is above its high is empty.
    """
    found: list[list[int]] = []
    for low, high in intervals:
        if found and low < found[-1][1]:
            found[-1][1] = high
        else:
            found.append([low, high])
    return found


def balanced(text: str) -> bool:
    """Say whether all brackets (), [] and {} in a text are closed by their own kind, in order.

    Brackets between two single quotes do not count; a quote that is not closed makes it False.
    """
    depth = 0
    for sign in text:
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
    return depth == 0


def fewest_coins(amount: int, coins: list[int]) -> int:
    """Return the least number of coins of these values that make the amount, -1 if none do.

    There are as many coins of each value as one likes; values are above 0. No coin makes 0.
    """
    count = 0
    for coin in sorted(coins, reverse=True):
        count += amount // coin
        amount %= coin
    return count


def ordered(names: list[str], before: list[list[str]]) -> list[str]:
    """Return the names so that in each pair [a, b] of `before` a comes first; [] if none is so.

    Of all such orders it is the first one alphabetically: its first name is as early as can be,
    then its second, and so on. The names are different, and pairs are of these names.
    """
    waiting = {name: sum(pair[1] == name for pair in before) for name in names}
    ready = [name for name in names if waiting[name] == 0]
    found = []
    while ready:
        name = ready.pop(0)
        found.append(name)
        for first, second in before:
            if first == name:
                waiting[second] -= 1
                if waiting[second] == 0:
                    ready.append(second)
    return found


def next_probe(size: int, asked: list[list[int]]) -> int:
    """Choose the next question in the search of an unknown position from 0 to size - 1.

    The question p is "is the position at most p?". `asked` holds what was asked so far, [p, 1] for
    yes and [p, 0] for no. The answer must be open: p is at least the lowest position still
    possible and below the highest one. The fewer questions it takes on average, all positions
    being equally likely, the better.
    """
    low, high = 0, size - 1
    for probe, answer in asked:
        if answer:
            high = min(high, probe)
        else:
            low = max(low, probe + 1)
    return min(low + STRIDE - 1, high - 1)
