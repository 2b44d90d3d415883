"""Nine small functions. Each docstring says what its function has to do."""

import heapq
import re

GROUP = 3  # digits between two commas of a long number
MINUTE, HOUR, DAY = 60, 3600, 86400  # in seconds

ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
         (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
CLOSED_BY = {"(": ")", "[": "]", "{": "}"}


def grouped(number: int) -> str:
    """Write a whole number with a comma between groups of three digits: -1,234,567."""
    digits = str(abs(number))
    groups = []
    while digits:
        groups.insert(0, digits[-GROUP:])
        digits = digits[:-GROUP]
    return ("-" if number < 0 else "") + ",".join(groups)


def roman(number: int) -> str:
    """Write a number from 1 to 3999 in Roman numerals: 444 is CDXLIV. "" for other numbers."""
    if not 1 <= number <= 3999:
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
    pattern = r" *(?:(\d+)d *)?(?:(\d+)h *)?(?:(\d+)m *)?(?:(\d+)s *)?"
    found = re.fullmatch(pattern, text, re.ASCII)
    if found is None or not any(found.groups()):
        return -1
    counts = (int(count or 0) for count in found.groups())
    return sum(count * unit for count, unit in zip(counts, (DAY, HOUR, MINUTE, 1)))


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` characters, each with as many words as fit.

    Words are what blanks separate; one blank stands between two words of a line. A word longer
    than a line begins a new line and is cut into pieces of `width`; the next word follows its last
    piece if it fits.
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) <= width:
            line += " " + word
            continue
        if line:
            lines.append(line)
        while len(word) > width:
            lines.append(word[:width])
            word = word[width:]
        line = word
    return [*lines, line] if line else lines


def merged(intervals: list[list[int]]) -> list[list[int]]:
    """Return the fewest closed intervals [low, high] of numbers that cover the same numbers.

    They come in ascending order. Intervals that touch, as [1, 2] and [2, 3] do, become one. The
    given ones come in any order; one whose low is above its high is empty.
    """
    found: list[list[int]] = []
    for low, high in sorted(intervals):
        if low > high:
            continue
        if found and low <= found[-1][1]:
            found[-1][1] = max(found[-1][1], high)
        else:
            found.append([low, high])
    return found


def balanced(text: str) -> bool:
    """Say whether all brackets (), [] and {} in a text are closed by their own kind, in order.

    Brackets between two single quotes do not count; a quote that is not closed makes it False.
    """
    outside = text.split("'")
    if len(outside) % 2 == 0:
        return False
    open_now = []
    for sign in "".join(outside[::2]):
        if sign in CLOSED_BY:
            open_now.append(CLOSED_BY[sign])
        elif sign in ")]}" and (not open_now or open_now.pop() != sign):
            return False
    return not open_now


def fewest_coins(amount: int, coins: list[int]) -> int:
    """Return the least number of coins of these values that make the amount, -1 if none do.

    There are as many coins of each value as one likes; values are above 0. No coin makes 0.
    """
    if amount < 0:
        return -1
    far = amount + 1
    least = [0] + [far] * amount
    for part in range(1, amount + 1):
        least[part] = min((least[part - c] + 1 for c in coins if c <= part), default=far)
    return least[amount] if least[amount] < far else -1


def ordered(names: list[str], before: list[list[str]]) -> list[str]:
    """Return the names so that in each pair [a, b] of `before` a comes first; [] if none is so.

    Of all such orders it is the first one alphabetically: its first name is as early as can be,
    then its second, and so on. The names are different, and pairs are of these names.
    """
    waiting = {name: sum(pair[1] == name for pair in before) for name in names}
    ready = [name for name in names if waiting[name] == 0]
    heapq.heapify(ready)
    found = []
    while ready:
        name = heapq.heappop(ready)
        found.append(name)
        for first, second in before:
            if first == name:
                waiting[second] -= 1
                if waiting[second] == 0:
                    heapq.heappush(ready, second)
    return found if len(found) == len(names) else []


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
    return (low + high) // 2
