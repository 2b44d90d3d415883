"""Score a repaired module by hidden tests of its functions. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

suites.json holds calls of eight functions with what they have to return, in two suites each, as in
the evaluation of program repair (fail to pass, pass to pass): `fixes`, which the initial program
gets wrong, and `keeps`, which it gets right. None of `keeps` may be lost; of `fixes` the share that
comes out right counts, the mean over the functions, so that a half repaired function counts half.

The ninth function is right from the start and slow: it chooses the questions of a search. What it
chooses for a size is a tree whose leaves are the positions, and the sum of their depths is the
number of questions that all positions take together. No binary tree with N leaves has a sum below
N k - (2^k - N) with k = ceil(log2 N), so that optimum / sum is at most 1; it is counted, not timed.

The functions run in a sandbox of their own; they get one call after another and never what is
expected. Answers are compared with their types: 1 is neither True nor 1.0.
"""

import json
from pathlib import Path
from typing import Any

from answers import Scored, broken, main
from calls import Candidate, Fault, Raised

SUITES = json.loads(Path(__file__).with_name("suites.json").read_text())
SIZES = (1, 2, 3, 10, 33, 64, 100)  # of the searches
REPAIRS, SEARCH = 80.0, 20.0  # what the two are worth, 100 in all
CALL_SECONDS, TOTAL_SECONDS = 1.0, 5.0
SHOWN = 70  # characters of a call in the feedback


class Lost(Exception):
    """A search that asks what it knows, or does not say a position."""


def same(found: Any, wanted: Any) -> bool:
    """Whether two plain values are equal and of equal types, all the way down."""
    if type(found) is not type(wanted):
        return False
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    return bool(found == wanted)


def answer(candidate: Candidate, name: str, arguments: list[Any]) -> tuple[bool, Any]:
    """Return whether the function gave a value, and the value or what it raised instead."""
    try:
        return True, candidate.call(name, *arguments)
    except Raised as error:
        return False, error.kind


def missed(candidate: Candidate, name: str, suite: str) -> list[str]:
    """Return the calls of a suite that do not come out right, and what came instead."""
    found = []
    for arguments, wanted in SUITES[name][suite]:
        given, value = answer(candidate, name, arguments)
        if not given or not same(value, wanted):
            call = f"{name}({', '.join(map(ascii, arguments))})"
            what = f"gives {value!a}" if given else f"raises {ascii(value)[1:-1]}"
            found.append(f"{call[:SHOWN]} {what[:SHOWN]}")
    return found


def questions(candidate: Candidate, size: int) -> int:
    """Return how many questions all positions of a search take together. Raises Lost."""
    total = 0
    waiting = [(0, size - 1, [])]  # what is still possible, and what was asked to know that
    while waiting:
        low, high, asked = waiting.pop()
        if low == high:
            total += len(asked)
            continue
        given, probe = answer(candidate, "next_probe", [size, asked])
        if not given or type(probe) is not int or not low <= probe < high:
            what = f"next_probe({size}, {asked})"
            raise Lost(f"{what[:SHOWN]} is {ascii(probe)[:SHOWN]}, not from {low} to {high - 1}")
        waiting.append((low, probe, [*asked, [probe, 1]]))
        waiting.append((probe + 1, high, [*asked, [probe, 0]]))
    return total


def fewest_questions(size: int) -> int:
    """Return the least sum of depths of a binary tree with `size` leaves."""
    depth = (size - 1).bit_length()
    return size * depth - (2**depth - size)


def score(app: Path) -> Scored:
    """Return the record and the feedback for the module in the directory `app`."""
    try:
        with Candidate(
            "solve.py", folder=str(app), call_seconds=CALL_SECONDS, total_seconds=TOTAL_SECONDS
        ) as candidate:
            return examined(candidate)
    except Fault as fault:
        return {"reward": 0.0, "feasible": 0}, f"Not scored: {fault}.\n"


def examined(candidate: Candidate) -> Scored:
    """Return the record and the feedback for a module that answers calls."""
    lost = [line for name in SUITES for line in missed(candidate, name, "keeps")]
    regressed = [(1.0, f"what was right before is wrong: {line}") for line in lost]
    asked: dict[int, int] = {}
    try:
        for size in SIZES:
            asked[size] = questions(candidate, size)
    except Lost as problem:
        regressed.append((1.0, str(problem)))
    if regressed:
        return broken(regressed)
    wrong = {name: missed(candidate, name, "fixes") for name in SUITES}
    shares = {name: 1 - len(lines) / len(SUITES[name]["fixes"]) for name, lines in wrong.items()}
    repaired = sum(shares.values()) / len(shares)
    quickness = sum(map(fewest_questions, SIZES)) / sum(asked.values())
    record: dict[str, float] = {
        "reward": REPAIRS * repaired + SEARCH * quickness,
        "feasible": 1,
        "repaired": 100 * repaired,
        "quickness": 100 * quickness,
        "functions_whole": sum(not lines for lines in wrong.values()),
    }
    record |= {f"fixed_{name}": 100 * share for name, share in shares.items()}
    return record, praise(record, wrong, asked)


def praise(record: dict[str, float], wrong: dict[str, list[str]], asked: dict[int, int]) -> str:
    """Say what a module that lost nothing has gained, with one call that is still wrong each."""
    size = SIZES[-1]
    repaired, quickness = record["repaired"], record["quickness"]
    lines = [f"{record['reward']:.2f} of 100: {repaired:.1f}% repaired, {quickness:.1f}% quick."]
    for name, calls in wrong.items():
        count = len(SUITES[name]["fixes"])
        told = f"; {calls[0]}" if calls else ""
        lines.append(f"- {name}: {count - len(calls)} of {count} hidden repairs{told}")
    lines.append(
        f"- next_probe: {asked[size] / size:.2f} questions on average for {size} positions, "
        f"{fewest_questions(size) / size:.2f} will do"
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(score)
