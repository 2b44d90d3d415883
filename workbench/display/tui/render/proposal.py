"""How a candidate came to be, as lines to read."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from textual.content import Content

from workbench.display import text
from workbench.display.states import ACCENT, GOOD, MUTED, WARN
from workbench.display.tui.render.verdict import section
from workbench.model.calls import Call, calls_in
from workbench.model.candidate import Candidate


class Exchange(msgspec.Struct, frozen=True):
    """What was sent to a proposer and what came back, fetched and cleaned."""

    prompt: tuple[str, ...] = ()
    reply: str | None = None


def lines(candidate: Candidate) -> list[Content]:
    """Draw the act: who made what of which parents, and why."""
    parents = " ".join(f"#{parent}" for parent in candidate.parents) or "none"
    pairs = [
        ("candidate", f"#{candidate.id}, step {candidate.step}"),
        ("operator", candidate.operator),
        ("proposer", candidate.proposer),
        ("parents", parents),
        ("note", candidate.note or "–"),
    ]
    if candidate.hints:
        pairs.append(("hints", " ".join(str(hint) for hint in candidate.hints)))
    if candidate.hint_note:
        pairs.append(("from hints", candidate.hint_note))
    calls = calls_in(candidate.detail)
    pairs += [("call", _call(call)) for call in calls]
    detail = {k: v for k, v in candidate.detail.items() if k != "calls" or not calls}
    pairs += [(name, _detail(value)) for name, value in sorted(detail.items())]
    return [
        Content.assemble((f"{text.one_line(name):<14} ", MUTED), text.one_line(value))
        for name, value in pairs
    ]


def _call(call: Call) -> str:
    """Say what a call to a model read, wrote and cost."""
    read = [("fresh", call.input), ("cached", call.cached), ("into the cache", call.cache_write)]
    told = ", ".join(f"{text.count(tokens)} {how}" for how, tokens in read if tokens) or "0"
    wrote = text.count(call.output)
    if call.reasoning:
        wrote += f" ({text.count(call.reasoning)} reasoning)"
    cost = "price unknown" if call.usd is None else f"${call.usd:.4f}"
    return f"{call.model}: read {told}; wrote {wrote}; {cost}"


def _detail(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def exchange_lines(exchange: Exchange) -> list[Content]:
    """Draw the reply, then the parts of the prompt."""
    drawn: list[Content] = []
    if exchange.reply is not None:
        drawn += section("reply", exchange.reply)
    for number, part in enumerate(exchange.prompt, 1):
        drawn += section(f"prompt, part {number} of {len(exchange.prompt)}", part)
    return drawn


def stream_lines(step: int, words: str, why: str) -> Sequence[Content]:
    """Draw what a proposer has said so far; `why` names what it waits for, if it does."""
    body = [Content(line) for line in text.clean(words).split("\n")] if words else []
    title = Content.styled(f"▶ step {step} proposing…", f"bold {GOOD}")
    if why:
        title = Content.styled(f"◌ step {step} waiting: {text.one_line(why)}", f"bold {WARN}")
    return [title, *body, Content(""), Content.styled("candidate shown", f"bold {ACCENT}")]
