"""What the verifier said of a candidate, as lines to read."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from textual.content import Content

from workbench.display import states, text
from workbench.display.states import ACCENT, BAD, MUTED, WARN
from workbench.model.candidate import Candidate
from workbench.model.doubt import doubt
from workbench.model.event import SessionCreated
from workbench.model.verdict import Verdict

TAIL = 2000
"""Lines shown of each output."""


class Outputs(msgspec.Struct, frozen=True):
    """Texts that belong to a verdict, fetched and cleaned; None where there is none."""

    feedback: str | None = None
    stdout: str | None = None
    stderr: str | None = None


def lines(candidate: Candidate, facts: SessionCreated, best: int | None) -> list[Content]:
    """Draw the verdict itself: outcome, message, score, metrics, cost, isolation."""
    mark = states.of_candidate(candidate, best)
    head = Content.assemble((f"#{candidate.id} ", "bold"), (mark.text, f"bold {mark.style}"))
    verdict = candidate.verdict
    if verdict is None:
        return [head, Content.styled("no verdict yet", MUTED)]
    drawn = [head, Content(text.one_line(verdict.message))]
    if candidate.judgement is not None:
        by = (
            f" by {text.one_line(candidate.judgement.author)}" if candidate.judgement.author else ""
        )
        told = f"found wrong{by}: {text.one_line(candidate.judgement.reason)}"
        drawn.append(Content.styled(f"✖ {told}", BAD))
    if verdict.score is not None:
        shown = text.with_unit(text.number(verdict.score), facts.unit)
        drawn.append(_pair(facts.score_name, shown, bold=True))
        if verdict.feasible and (doubted := doubt(facts, verdict.score)):
            drawn.append(Content.styled(f"! {doubted}", WARN))
    if verdict.raw_score is not None:
        raw = text.with_unit(text.number(verdict.raw_score), facts.unit)
        drawn.append(_pair("raw score", raw))
        drawn.append(_pair("confirmed", _confirmed(verdict)))
    drawn += [_pair(name, text.number(value)) for name, value in sorted(verdict.metrics.items())]
    cost = [f"wall {text.duration(verdict.seconds)}"]
    if verdict.cpu_seconds:
        cost.append(f"cpu {text.duration(verdict.cpu_seconds)}")
    if verdict.max_rss:
        cost.append(f"peak {text.size(verdict.max_rss)}")
    drawn.append(_pair("cost", " · ".join(cost)))
    apart = f"{verdict.verification} · {verdict.tier or 'isolation unknown'}"
    drawn.append(_pair("verified", apart))
    if verdict.artifacts:
        drawn.append(_pair("artifacts", ", ".join(sorted(verdict.artifacts))))
    return drawn


def _confirmed(verdict: Verdict) -> str:
    """Say what stands behind a confirmed score: how many verifications, and how far apart."""
    times = "1 time" if verdict.confirmations == 1 else f"{verdict.confirmations} times"
    if verdict.confirmed_min is None or verdict.confirmed_max is None:
        return f"not, tried {times}"
    low, high = text.number(verdict.confirmed_min), text.number(verdict.confirmed_max)
    return times if low == high else f"{times}, {low} to {high}, their median above"


def output_lines(outputs: Outputs) -> list[Content]:
    """Draw feedback and outputs below the verdict; only the tail of long outputs."""
    drawn: list[Content] = []
    for name, words in (
        ("feedback", outputs.feedback),
        ("stdout", outputs.stdout),
        ("stderr", outputs.stderr),
    ):
        if words is not None:
            drawn += section(name, words)
    return drawn


def section(name: str, words: str) -> list[Content]:
    """Draw a titled stretch of text, its newest `TAIL` lines; says how many were left out."""
    body: Sequence[str] = words.rstrip("\n").split("\n") if words.strip() else []
    left = max(0, len(body) - TAIL)
    title = name if body else f"{name}: empty"
    if left:
        title = f"{name} (last {TAIL} of {len(body)} lines)"
    return [
        Content(""),
        Content.styled(title, f"bold {ACCENT}"),
        *(Content(line) for line in body[left:]),
    ]


def _pair(name: str, value: str, bold: bool = False) -> Content:
    return Content.assemble(
        (f"{text.one_line(name):<14} ", MUTED), (text.one_line(value), "bold" if bold else "")
    )
