"""What templates may say of the task and of the lineage. Whatever nobody vouches for is fenced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import PurePosixPath

from workbench.model.candidate import Candidate, digest_of
from workbench.model.limits import Limits, Spend
from workbench.model.task import Task
from workbench.model.verdict import Direction, Outcome, Verdict
from workbench.propose.prompt.text import excerpt, fence, one_line, share, tokens
from workbench.propose.proposer import Advice, Fault, Finding, Shown

Values = dict[str, object]

MAX_LISTED = 40
"""Most files, metrics or outputs that are listed by name."""

_HIDDEN = frozenset(("solution", "tests"))
_ERRORS_TOLD = (Outcome.INVALID, Outcome.FAILED, Outcome.TIMEOUT, Outcome.RESOURCE)
_OUTCOMES = {
    Outcome.SCORED: "feasible",
    Outcome.INFEASIBLE: "infeasible: it ran, and broke a hard constraint",
    Outcome.INVALID: "invalid: its output could not be accepted",
    Outcome.FAILED: "failed: it ended with an error",
    Outcome.TIMEOUT: "timeout: it ran past its time",
    Outcome.RESOURCE: "resource: it ran past its memory, processes, disk or output",
    Outcome.INFRASTRUCTURE: "not measured, through no fault of its own",
}
_LANGUAGE = re.compile(r"\.[a-z0-9+]{1,8}", re.ASCII)


def of_task(task: Task) -> Values:
    """Return what holds in every step: equal for equal tasks."""
    resources = task.resources
    initial = task.initial
    return {
        "title": one_line(task.title),
        "editable": [one_line(path, 255) for path in task.editable],
        "evolve": any(b"EVOLVE-BLOCK-START" in data for data in initial.values()),
        "better": "higher" if task.direction is Direction.MAXIMIZE else "lower",
        "score_name": one_line(task.score_name),
        "baseline": None if task.baseline is None else score(task, task.baseline),
        "best_known": None if task.best_known is None else score(task, task.best_known),
        "run": one_line(" ".join(task.run), 400),
        "outputs": [one_line(path, 255) for path in task.outputs[:MAX_LISTED]],
        "seconds": number(resources.candidate_seconds),
        "cpus": number(resources.cpus),
        "memory": f"{resources.memory_bytes / (1 << 20):.0f} MiB",
    }


def of_context(task: Task, limit: int, file_limit: int) -> list[Values]:
    """Return the read-only files of the working directory, small ones with their text.

    Nothing that lies in a folder of tests or solutions is among them, and no copy of a reference
    solution. A verifier's data may be: a task that puts them into the working directory shows them.
    """
    solution = {
        digest_of(data) for path, data in task.bundle.items() if path.startswith("solution/")
    }
    found: list[Values] = []
    for path in sorted(task.files):
        data = task.files[path]
        if path in task.editable or _HIDDEN & set(path.split("/")) or digest_of(data) in solution:
            continue
        if len(found) == MAX_LISTED:
            break
        text = _text(data)
        length = len(data) if text is None else tokens(text)
        block = None
        if text is not None and length <= min(limit, file_limit):
            block = fence(excerpt(text.rstrip("\n"), limit), _language(path))
            limit -= length
        found.append({"path": one_line(path, 255), "bytes": len(data), "block": block})
    return found


def of_shown(task: Task, shown: Iterable[Shown], limit: int) -> list[Values]:
    """Return candidates with their files; `limit` is for all of them together."""
    candidates = tuple(shown)
    files = [(path, data) for x in candidates for path, data in sorted(x.files.items())]
    wanted = [tokens(data.decode(errors="replace")) for _, data in files]
    blocks = [
        {"path": one_line(path, 255), "block": _block(path, data, room)}
        for (path, data), room in zip(files, share(wanted, limit), strict=True)
    ]
    values: list[Values] = []
    for each in candidates:
        own, blocks = blocks[: len(each.files)], blocks[len(each.files) :]
        code = "\n\n".join(f"{file['path']}\n{file['block']}" for file in own)
        values.append({**of_candidate(task, each.candidate), "code": code})
    return values


def of_candidate(task: Task, candidate: Candidate) -> Values:
    """Return a candidate's number and what came of it, without its text."""
    verdict = candidate.verdict
    return {
        "number": candidate.id,
        "feasible": candidate.feasible,
        "outcome": "not measured" if verdict is None else _OUTCOMES[verdict.outcome],
        "score": None
        if verdict is None or verdict.score is None or not candidate.feasible
        else score(task, verdict.score),
    }


def of_verdicts(task: Task, parents: Iterable[Shown], limit: int) -> list[Values]:
    """Return what the verifier said of each parent."""
    shown = [each for each in parents if each.candidate.verdict is not None]
    values = []
    for each in shown:
        verdict = each.candidate.verdict
        assert verdict is not None
        told = each.stderr if verdict.outcome in _ERRORS_TOLD else ""
        room = limit // len(shown)
        errors = share([tokens(told), tokens(each.feedback)], room)[0]
        values.append(
            {
                **of_candidate(task, each.candidate),
                "report": fence(_report(verdict)),
                "feedback": _fenced(each.feedback, room - errors),
                "errors": _fenced(told, errors, tail=True),
            }
        )
    return values


def of_hints(hints: Iterable[Advice], limit: int) -> list[Values]:
    """Return people's hints: who said it, when, and what."""
    told = tuple(hints)
    rooms = share([tokens(hint.text) for hint in told], limit)
    return [
        {
            "number": hint.hint,
            "author": one_line(hint.author),
            "when": _moment(hint.queued_at),
            "text": excerpt(hint.text, room),
        }
        for hint, room in zip(told, rooms, strict=True)
    ]


def of_findings(task: Task, findings: Iterable[Finding], limit: int) -> list[Values]:
    """Return what people found wrong with candidates, and why."""
    told = tuple(findings)
    rooms = share([tokens(one.reason) for one in told], limit)
    return [
        {
            **of_candidate(task, one.candidate),
            "author": one_line(one.author) or "a person",
            "reason": excerpt(one.reason, room),
        }
        for one, room in zip(told, rooms, strict=True)
    ]


def of_budget(share_: Limits, spent: Spend) -> list[Values]:
    """Return what is left of each bound that the lineage has."""
    bounds = (
        ("evaluations", share_.evaluations, spent.evaluations),
        ("proposals", share_.proposals, spent.proposals),
        ("tokens", share_.tokens, spent.tokens),
    )
    left: list[Values] = [
        {"name": name, "left": max(0, most - used), "of": most}
        for name, most, used in bounds
        if most is not None
    ]
    if share_.usd is not None:
        dollars = max(0.0, share_.usd - spent.usd)
        left.append({"name": "dollars", "left": f"{dollars:.2f}", "of": f"{share_.usd:.2f}"})
    return left


def of_fault(fault: Fault, limit: int) -> Values:
    """Return why the last reply came to nothing, and that reply."""
    rooms = share([tokens(fault.message), tokens(fault.reply)], limit)
    return {
        "message": fence(excerpt(fault.message, rooms[0])),
        "reply": _fenced(fault.reply, rooms[1]),
    }


def number(value: float) -> str:
    """Write a number so that a difference in the tenth digit still shows."""
    return f"{value:.10g}"


def score(task: Task, value: float) -> str:
    """Write a raw score with its unit."""
    return f"{number(value)} {one_line(task.unit)}".rstrip()


def entry(task: Task, candidate: Candidate) -> str:
    """Return one candidate as a line of the table of what has been tried."""
    verdict = candidate.verdict
    if verdict is None:
        result = "not measured"
    elif candidate.judgement is not None:
        result = f"found wrong: {one_line(candidate.judgement.reason, 80)}"
    elif candidate.feasible and verdict.score is not None:
        result = score(task, verdict.score)
    else:
        result = f"{verdict.outcome}: {one_line(verdict.message, 80)}"
    parents = ", ".join(f"#{parent}" for parent in candidate.parents) or "-"
    cells = (f"#{candidate.id}", parents, one_line(candidate.operator, 24), result)
    return " | ".join((*cells, one_line(candidate.note, 100))).rstrip()


def _report(verdict: Verdict) -> str:
    """Return the verifier's own words that fit a line each: its message and its metrics."""
    lines = [one_line(verdict.message, 300)] if verdict.message else []
    names = sorted(verdict.metrics)[:MAX_LISTED]
    lines += [f"{one_line(name)} = {number(verdict.metrics[name])}" for name in names]
    return "\n".join(lines) or "(no message)"


def _fenced(text: str, limit: int, *, tail: bool = False) -> str | None:
    stripped = text.strip("\n")
    return fence(excerpt(stripped, limit, tail=tail)) if stripped.strip() else None


def _block(path: str, data: bytes, limit: int) -> str:
    text = _text(data)
    if text is None:
        return f"(not UTF-8, {len(data)} bytes: it can only be replaced as a whole)"
    return fence(excerpt(text.removesuffix("\n"), limit), _language(path))


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _language(path: str) -> str:
    suffix = PurePosixPath(path).suffix
    return suffix[1:] if _LANGUAGE.fullmatch(suffix) else ""


def _moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
