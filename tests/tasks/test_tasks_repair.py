"""The repair task: suites that say what they claim, and candidates that try to get round them."""

import functools
import importlib.util
import itertools
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from bundled import TASKS

import sandbox
from workbench.formats.load import load
from workbench.model.verdict import Outcome, Verdict
from workbench.verify.verifier import Verifier

TASK = "function-repair"
SUITES: dict[str, Any] = json.loads((TASKS / TASK / "tests" / "suites.json").read_text())
GOOD = (TASKS / TASK / "solution" / "solve.py").read_text()
FIRST = (TASKS / TASK / "environment" / "app" / "solve.py").read_text()


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"repair_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def plain(value: object) -> str:
    return json.dumps(value)  # True is not 1, 1 is not 1.0


@pytest.mark.parametrize("name", SUITES)
def test_the_initial_program_keeps_one_suite_and_fails_all_of_the_other(name: str) -> None:
    initial = module(TASKS / TASK / "environment" / "app" / "solve.py")
    for suite, right in (("keeps", True), ("fixes", False)):
        assert len(SUITES[name][suite]) >= 6
        for arguments, wanted in json.loads(plain(SUITES[name][suite])):
            given = plain(getattr(initial, name)(*arguments))
            assert (given == plain(wanted)) is right, (name, arguments)


# What has to come out, found by other means than the reference's.


def grouped(number: int) -> str:
    return f"{number:,}"


def roman(number: int) -> str:
    if not 0 < number < 4000:
        return ""
    places = []
    for one, five, ten, digit in zip("IXCM", "VLD?", "XCM?", f"{number:04}"[::-1], strict=True):
        shapes = ("", "a", "aa", "aaa", "ab", "b", "ba", "baa", "baaa", "ac")
        shape = shapes[int(digit)]
        places.append(shape.replace("a", one).replace("b", five).replace("c", ten))
    return "".join(reversed(places))


def duration(text: str) -> int:
    spaced = "".join(f"{sign} " if sign in "dhms" else sign for sign in text).split()
    total, last = 0, -1
    for part in spaced:
        count, at = part[:-1], "dhms".find(part[-1])
        if at <= last or not count.isdecimal():
            return -1
        last = at
        total += int(count) * (86400, 3600, 60, 1)[at]
    return total if spaced else -1


def wrapped(text: str, width: int) -> list[str]:
    pieces = []  # (piece, whether it must begin a line)
    for word in text.split():
        cuts = range(0, len(word), width)
        pieces += [(word[at : at + width], len(word) > width) for at in cuts]
    lines: list[str] = []
    for piece, begins in pieces:
        if lines and not begins and len(lines[-1]) + 1 + len(piece) <= width:
            lines[-1] += " " + piece
        else:
            lines.append(piece)
    return lines


def merged(intervals: list[list[int]]) -> list[list[int]]:
    """By halves: 2 x is in the cover, or 2 x + 1, the open gap between x and x + 1."""
    covered = {p for low, high in intervals for p in range(2 * low, 2 * high + 1)}
    starts = sorted(p for p in covered if p - 1 not in covered)
    ends = sorted(p for p in covered if p + 1 not in covered)
    return [[low // 2, high // 2] for low, high in zip(starts, ends, strict=True)]


def balanced(text: str) -> bool:
    while text.count("'") >= 2:
        first = text.index("'")
        text = text[:first] + text[text.index("'", first + 1) + 1 :]
    left = "".join(sign for sign in text if sign in "()[]{}'")
    while any(pair in left for pair in ("()", "[]", "{}")):
        left = left.replace("()", "").replace("[]", "").replace("{}", "")
    return left == ""


def fewest_coins(amount: int, coins: list[int]) -> int:
    reached, count = {0}, 0
    while amount not in reached:
        more = {a + c for a in reached for c in coins if a + c <= amount} | reached
        if more == reached:
            return -1
        reached, count = more, count + 1
    return count


def ordered(names: list[str], before: list[list[str]]) -> list[str]:
    for order in itertools.permutations(sorted(names)):
        if all(order.index(a) < order.index(b) for a, b in before):
            return list(order)
    return []


ORACLES = [grouped, roman, duration, wrapped, merged, balanced, fewest_coins, ordered]


@pytest.mark.parametrize("oracle", ORACLES)
def test_the_suites_say_what_other_programs_find(oracle: Any) -> None:
    suites = SUITES[oracle.__name__]
    for arguments, wanted in suites["keeps"] + suites["fixes"]:
        assert plain(oracle(*arguments)) == plain(wanted), arguments


def test_every_function_has_its_other_program() -> None:
    assert {oracle.__name__ for oracle in ORACLES} == set(SUITES)


@functools.cache
def least(size: int) -> int:
    """The least number of questions for all positions together, by trying every first question."""
    if size == 1:
        return 0
    return size + min(least(left) + least(size - left) for left in range(1, size))


async def judged(backend: sandbox.Backend, program: str) -> tuple[Verdict, str]:
    """Return the verdict of a module, and the feedback."""
    async with Verifier(load(TASK).task, backend) as verifier:
        found = await verifier.verify({"solve.py": program.encode()})
    feedback = found.blobs[found.verdict.feedback].decode() if found.verdict.feedback else ""
    return found.verdict, feedback


async def test_the_quickness_is_that_of_the_best_trees(backend: sandbox.Backend) -> None:
    """The initial module's is counted here once more, by playing every search."""
    verdict, feedback = await judged(backend, FIRST)
    sizes = (1, 2, 3, 10, 33, 64, 100)
    initial, total = module(TASKS / TASK / "environment" / "app" / "solve.py"), 0
    for size in sizes:
        for position in range(size):
            asked: list[list[int]] = []
            low, high = 0, size - 1
            while low < high:
                probe = initial.next_probe(size, asked)
                asked.append([probe, int(position <= probe)])
                low, high = (low, probe) if position <= probe else (probe + 1, high)
            total += len(asked)
    quickness = 100 * sum(map(least, sizes)) / total
    assert verdict.metrics["quickness"] == pytest.approx(quickness, rel=1e-12)
    assert verdict.score == pytest.approx(0.2 * quickness, rel=1e-12)
    assert "- grouped: 0 of 15 hidden repairs" in feedback
    assert len(feedback) < 1500


async def test_a_half_repaired_function_counts_half(backend: sandbox.Backend) -> None:
    verdict, feedback = await judged(backend, FIRST.replace("GROUP = 4", "GROUP = 3"))
    assert verdict.metrics["fixed_grouped"] == pytest.approx(100 * 12 / 15)
    assert verdict.metrics["repaired"] == pytest.approx(verdict.metrics["fixed_grouped"] / 8)
    assert "- grouped: 12 of 15 hidden repairs; grouped(-123456) gives '-,123,456'" in feedback


@pytest.mark.parametrize("name", SUITES)
async def test_what_was_right_must_stay_so(backend: sandbox.Backend, name: str) -> None:
    arguments, wanted = SUITES[name]["keeps"][-1]
    program = GOOD + (
        f"\n\nright = {name}\n\ndef {name}(*given):\n"
        f"    return None if list(given) == {arguments!r} else right(*given)\n"
    )
    verdict, feedback = await judged(backend, program)
    assert verdict.outcome is Outcome.INFEASIBLE
    assert (verdict.metrics["violations"], verdict.metrics["worst_violation"]) == (1, 1)
    assert f"what was right before is wrong: {name}(" in feedback
    assert "gives None (by 1)" in feedback
    shown = plain(wanted).strip('"')
    assert len(shown) < 5 or shown not in feedback


def replaced(name: str, body: str) -> str:
    return f"{GOOD}\n\nright = {name}\n\ndef {name}(*given):\n    {body}\n"


CHEATS = {
    "equal to everything": (
        "class Always(str):\n    def __eq__(self, other): return True\n    __hash__ = None\n"
        + replaced("grouped", "return Always('x')"),
        "what was right before is wrong: grouped(0) gives 'x'",
    ),
    "true for one": (replaced("fewest_coins", "return right(*given) == 1 or right(*given)"), "Tr"),
    "float for integer": (
        replaced("fewest_coins", "return float(right(*given))"),
        "gives 2.0 (by 1)",
    ),
    "one for true": (replaced("balanced", "return int(right(*given))"), "gives 1 (by 1)"),
    "nan": (replaced("fewest_coins", "return float('nan')"), "raises ValueError"),
    "raises": (replaced("roman", "raise SystemExit(0)"), ") raises SystemExit (by 1)"),
    "missing": (GOOD + "\n\ndel merged\n", "merged([]) raises AttributeError"),
    "question that is known": (
        replaced("next_probe", "return given[0] - 1"),
        "next_probe(2, []) is 1, not from 0 to 0",
    ),
    "negative question": (replaced("next_probe", "return -1"), "is -1, not from 0 to 0"),
    "true as a question": (replaced("next_probe", "return right(*given) == 1 or 0"), "is True"),
    "half a question": (replaced("next_probe", "return 0.0"), "is 0.0, not from"),
    "no question": (replaced("next_probe", "raise ValueError('enough')"), "is 'ValueError'"),
    "the same question": (replaced("next_probe", "return 0"), "is 0, not from 1 to "),
}


@pytest.mark.parametrize("case", CHEATS)
async def test_answers_that_only_look_right(backend: sandbox.Backend, case: str) -> None:
    program, reason = CHEATS[case]
    verdict, feedback = await judged(backend, program)
    assert verdict.outcome is Outcome.INFEASIBLE, verdict.message
    assert reason in feedback


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (replaced("ordered", "import os; os._exit(0)"), "closed the channel"),
        (replaced("ordered", "\n    while True: pass"), "within 1 s"),
        ("import time\ntime.sleep(60)\n" + GOOD, ""),
        ("import sys\nsys.setrecursionlimit(10**9)\n" + replaced("roman", "return roman(1)"), ""),
    ],
)
async def test_a_module_that_ends_or_hangs_is_not_scored(
    backend: sandbox.Backend, program: str, message: str
) -> None:
    verdict, feedback = await judged(backend, program)
    assert not verdict.feasible
    assert verdict.reward is None
    assert message in f"{verdict.message} {feedback}"


async def test_the_candidate_sees_no_suite(backend: sandbox.Backend) -> None:
    """Nothing of the verifier is in its sandbox; what it looks for is what it would say."""
    look = "import os\nSEEN = [p for p in ('/tests', '/logs') if os.path.exists(p)]\n"
    program = look + replaced("roman", "raise ValueError(SEEN)")
    async with Verifier(load(TASK).task, backend) as verifier:
        found = await verifier.verify({"solve.py": program.encode()})
    assert found.verdict.outcome is Outcome.INFEASIBLE
    assert found.verdict.stderr is not None
    assert "ValueError: []" in found.blobs[found.verdict.stderr].decode()
