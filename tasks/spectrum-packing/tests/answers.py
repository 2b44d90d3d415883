"""Reading a candidate's answer in a verifier: strict JSON, exact shapes, then one record.

Python 3.10 and its library alone, one file: the workbench shows it to every verifier beside its own
files, and a task that is also to run elsewhere ships a copy as ``tests/answers.py``. A verifier is
then the scoring and little else::

    from answers import broken, main, numbers, read_json, table

    def score(app):
        content = table(read_json(app / "plan.json"), "plan.json", ("loads",))
        loads = numbers(content["loads"], "loads", count=10, low=0.0, high=1.0)
        excess = sum(loads) - 4.0
        if excess > 1e-9:
            return broken([(excess, "the loads sum to more than 4")])
        return {"reward": worth(loads), "feasible": 1}, "What to say about it.\\n"

    main(score)

Whatever the answer is, a reading function returns a value of plain types or raises `Refused`, which
`main` turns into an infeasible record that says why.
"""

import json
import math
import os
import stat
import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, NoReturn

Scored = tuple[dict[str, float], str]
"""The numbers of ``reward.json``, and the text of ``feedback.md``."""

MOST_BYTES = 65_536
MOST_DIGITS = 18
"""Of an integer: nothing that is measured needs more."""
SHOWN = 5
"""Broken constraints that the feedback names."""
ABSURD = 1e9
"""Amounts by which a constraint is broken are told up to this, so that records stay finite."""


class Refused(Exception):
    """The answer cannot be scored; the message says why, and so how to mend it."""


def read_json(path: Path, most_bytes: int = MOST_BYTES) -> object:
    """Return the JSON value in the file `path`, read as untrusted data.

    Raises `Refused` for a missing, irregular, oversized or malformed file, for repeated keys and
    for numbers that are not finite.
    """
    try:
        return json.loads(
            read_bytes(path, most_bytes).decode("utf-8"),
            object_pairs_hook=_unique_keys,
            parse_float=_finite,
            parse_int=_short,
            parse_constant=_no_constant,
        )
    except RecursionError:
        raise Refused(f"{path.name} is nested too deeply") from None
    except ValueError as error:  # malformed JSON and malformed UTF-8
        raise Refused(f"{path.name} is not valid JSON: {error}") from None


def read_bytes(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return what the regular file `path` holds. Raises `Refused`."""
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Refused(f"{path.name} is not a regular file")
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror}") from None
    if len(data) > most_bytes:
        raise Refused(f"{path.name} is larger than {most_bytes} bytes")
    return data


def table(value: object, where: str, keys: Collection[str]) -> dict[str, Any]:
    """Return an object that has exactly these keys. Raises `Refused`."""
    wanted = ", ".join(f'"{key}"' for key in keys)
    if not isinstance(value, dict):
        raise Refused(f"{where} must be one object with {wanted}, not {_kind(value)}")
    missing = [key for key in keys if key not in value]
    unknown = [ascii(key[:20]) for key in value if key not in keys]
    if missing or unknown:
        wrong = [f"missing: {', '.join(missing[:SHOWN])}"] if missing else []
        wrong += [f"unknown: {', '.join(unknown[:SHOWN])}"] if unknown else []
        raise Refused(f"{where} must be one object with {wanted} ({'; '.join(wrong)})")
    return value


def rows(
    value: object,
    where: str,
    count: int | None = None,
    *,
    least: int = 0,
    most: int | None = None,
) -> list[Any]:
    """Return a list of `count` entries, or of `least` to `most`. Raises `Refused`."""
    if count is not None:
        least = most = count
    if not isinstance(value, list):
        raise Refused(f"{where} must be a list, not {_kind(value)}")
    if len(value) < least or (most is not None and len(value) > most):
        wanted = str(least) if least == most else f"{least} to {'any' if most is None else most}"
        raise Refused(f"{where} must be a list of {wanted} entries, not {len(value)}")
    return value


def number(value: object, where: str, low: float = -math.inf, high: float = math.inf) -> float:
    """Return a finite JSON number from `low` to `high`; true and "1" are none. Raises `Refused`.

    An integer stays one, so that exact arithmetic can go on from it.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refused(f"{where} must be a number, not {_kind(value)}")
    if not math.isfinite(value):
        raise Refused(f"{where} is {value}, not a finite number")
    _check(value, where, low, high)
    return value


def integer(value: object, where: str, low: float = -math.inf, high: float = math.inf) -> int:
    """Return a JSON integer from `low` to `high`. Raises `Refused`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(f"{where} must be an integer, not {_kind(value)}")
    _check(value, where, low, high)
    return value


def numbers(
    value: object,
    where: str,
    count: int | None = None,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    least: int = 0,
    most: int | None = None,
) -> list[float]:
    """Return a list of finite numbers from `low` to `high`. Raises `Refused`."""
    found = rows(value, where, count, least=least, most=most)
    return [number(item, f"{where}[{at}]", low, high) for at, item in enumerate(found)]


def integers(
    value: object,
    where: str,
    count: int | None = None,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    least: int = 0,
    most: int | None = None,
) -> list[int]:
    """Return a list of integers from `low` to `high`. Raises `Refused`."""
    found = rows(value, where, count, least=least, most=most)
    return [integer(item, f"{where}[{at}]", low, high) for at, item in enumerate(found)]


def text(value: object, where: str, most: int = 1000) -> str:
    """Return a text of at most `most` characters. Raises `Refused`."""
    if not isinstance(value, str):
        raise Refused(f"{where} must be a text, not {_kind(value)}")
    if len(value) > most:
        raise Refused(f"{where} has {len(value)} characters, more than {most}")
    return value


def broken(constraints: Iterable[tuple[float, str]], **metrics: float) -> Scored:
    """Return the record of an answer that breaks hard constraints: (by how much, which one).

    The feedback names the worst `SHOWN` of them with their amounts.
    """
    worst = sorted(((min(amount, ABSURD), name) for amount, name in constraints), reverse=True)
    lines = [f"Infeasible: {len(worst)} hard constraints are broken. Worst first:"]
    lines += [f"- {name} (by {float(amount):.6g})" for amount, name in worst[:SHOWN]]
    amount = float(worst[0][0]) if worst else 0.0
    record = {"reward": 0.0, "feasible": 0, "violations": len(worst), "worst_violation": amount}
    return {**record, **metrics}, "\n".join(lines) + "\n"


def main(score: Callable[[Path], Scored]) -> None:
    """Score the answer in the first argument's directory, and write the record to the second's.

    `score` gets the directory, by default ``/app``; what it returns goes to ``/logs/verifier``.
    """
    app, logs = (sys.argv[1:] + ["/app", "/logs/verifier"][len(sys.argv) - 1 :])[:2]
    try:
        reward, feedback = score(Path(app))
    except Refused as problem:
        reward, feedback = {"reward": 0.0, "feasible": 0}, f"Not scored: {problem}.\n"
    Path(logs).mkdir(parents=True, exist_ok=True)
    Path(logs, "reward.json").write_text(json.dumps(reward, allow_nan=False) + "\n")
    Path(logs, "feedback.md").write_text(feedback)


def _check(value: float, where: str, low: float, high: float) -> None:
    if not low <= value <= high:
        wanted = f"{low:g} to {high:g}" if low > -math.inf else f"at most {high:g}"
        wanted = wanted if high < math.inf else f"at least {low:g}"
        raise Refused(f"{where} is {value:.6g}, which is not {wanted}")


def _kind(value: object) -> str:
    return type(value).__name__


def _open_at_once(path: str, flags: int) -> int:
    """Open without following a link and without waiting for the other end of a FIFO."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object; a repeated key is refused, not overwritten."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused("a JSON object repeats a key")
    return found


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise Refused(f"the number {digits[:40]} is too large for a float")
    return value


def _short(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise Refused(f"the integer {digits[:MOST_DIGITS]}... has too many digits")
    return int(digits)


def _no_constant(word: str) -> NoReturn:
    raise Refused(f"{word} is not a number")
