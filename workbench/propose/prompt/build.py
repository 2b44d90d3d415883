"""A request turned into a prompt: stable parts first, then what changes, then what is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from workbench.propose.llm.call import Part
from workbench.propose.prompt import values
from workbench.propose.prompt.language import render
from workbench.propose.prompt.options import PromptOptions
from workbench.propose.prompt.templates import source
from workbench.propose.prompt.text import BYTES_PER_TOKEN, excerpt, one_line
from workbench.propose.prompt.tried import table
from workbench.propose.proposer import Request, Shown

Values = values.Values

WORDING = 16_384
"""Characters that a template may add to what it tells."""

MOST_FINDINGS = 8
"""Of what people found wrong, the newest are told."""

_STABLE = ("rules", "instruction", "context")
_BLIND = ("tried", "best", "inspirations")


def build(request: Request, options: PromptOptions) -> tuple[Part, ...]:
    """Return the prompt of one proposal: equal requests make equal bytes.

    The stable parts depend on the task and the options alone. Raises `PromptBroken` for a template
    that cannot be used.
    """
    facts = {**values.of_task(request.task), "in_place": options.in_place}
    rules = "command" if options.in_place else "rules"
    parts = [_part("rules", rules, facts, request, options)]
    parts += [_part(name, name, facts, request, options) for name in _STABLE[1:]]
    operator = operator_of(request)
    changing = [name for name in _TELLERS if name not in _STABLE]
    if operator == "draft":
        changing = [name for name in changing if name not in _BLIND]
    parts += [_part(name, name, facts, request, options) for name in changing]
    parts.append(_part("request", operator, facts, request, options))
    return tuple(part for part in parts if part is not None)


def operator_of(request: Request) -> str:
    """Return the template that fits a request's move, whatever its strategy calls the operator.

    A move of the strategy `independent` is a draft: a baseline that learns nothing from its other
    steps must not be told of them either. An infeasible parent is repaired before it is refined.
    """
    operator = request.move.operator
    if operator == "draft" or request.lineage.created.strategy == "independent":
        return "draft"
    if operator == "explore":
        return operator
    if operator == "crossover" and len(request.parents) > 1:
        return operator
    parent = request.parents[0].candidate if request.parents else None
    broken = parent is not None and parent.verdict is not None and not parent.feasible
    return "repair" if broken else "refine"


def _part(
    name: str, template: str, facts: Values, request: Request, options: PromptOptions
) -> Part | None:
    """Return one part, or None where there is nothing to tell."""
    told = _TELLERS.get(name, _request)(request, options)
    if told is None:
        return None
    text, label = source(template, request.task, options.templates)
    budget: int = getattr(options, name, 0)
    limit = 2 * budget * BYTES_PER_TOKEN + WORDING
    rendered = render(text, label, {**facts, **told}, limit).strip("\n")
    if not rendered:
        return None
    role: Literal["system", "user"] = "system" if name == "rules" else "user"
    return Part(role, name, rendered + "\n", stable=name in _STABLE)


def _rules(request: Request, options: PromptOptions) -> Values:
    names = [one_line(path, 255) for path in request.task.editable]
    return {
        "editable_first": names[0] if names else "",
        "editable_all": ", ".join(names),
        "packages": bool(request.task.python_packages),
    }


def _instruction(request: Request, options: PromptOptions) -> Values:
    return {"instruction": excerpt(request.task.instruction.strip(), options.instruction)}


def _context(request: Request, options: PromptOptions) -> Values | None:
    if not options.context:
        return None
    files = values.of_context(request.task, options.context, options.context_file)
    return {"files": files} if files else None


def _tried(request: Request, options: PromptOptions) -> Values | None:
    told = table(request.task, request.lineage, options.tried) if options.tried else None
    return None if told is None else {"table": told}


def _best(request: Request, options: PromptOptions) -> Values | None:
    best = request.lineage.best_candidate
    if best is None or not options.best:
        return None
    told = values.of_candidate(request.task, best)
    is_parent = any(parent.candidate.id == best.id for parent in request.parents)
    elsewhere = {x.candidate.id for x in (*request.parents, *request.inspirations)}
    shown = request.best
    code = ""
    if shown is not None and shown.candidate.id == best.id and best.id not in elsewhere:
        code = str(values.of_shown(request.task, [shown], options.best)[0]["code"])
    return {**told, "is_parent": is_parent, "code": code}


def _inspirations(request: Request, options: PromptOptions) -> Values | None:
    parents = {parent.candidate.id for parent in request.parents}
    others = [x for x in request.inspirations if x.candidate.id not in parents]
    if not others or not options.inspirations:
        return None
    return {"inspirations": values.of_shown(request.task, others, options.inspirations)}


def _parent(request: Request, options: PromptOptions) -> Values | None:
    if not request.parents:
        return None
    if options.in_place:
        first, *rest = _told(request)
        others = values.of_shown(request.task, rest, options.parent)
        return {**values.of_candidate(request.task, first.candidate), "parents": others}
    told, *others = values.of_shown(request.task, _told(request), options.parent)
    return {**told, "parents": others}


def _verdict(request: Request, options: PromptOptions) -> Values | None:
    if not options.verdict:
        return None
    told = values.of_verdicts(request.task, _told(request), options.verdict)
    return {"parents": told} if told else None


def _hints(request: Request, options: PromptOptions) -> Values | None:
    if not request.hints or not options.hints:
        return None
    return {"hints": values.of_hints(request.hints, options.hints)}


def _wrong(request: Request, options: PromptOptions) -> Values | None:
    newest = request.findings[-MOST_FINDINGS:]
    if not newest or not options.wrong:
        return None
    return {"findings": values.of_findings(request.task, newest, options.wrong)}


def _budget(request: Request, options: PromptOptions) -> Values:
    lineage = request.lineage
    return {"step": request.step, "limits": values.of_budget(lineage.share, lineage.spent)}


def _fault(request: Request, options: PromptOptions) -> Values | None:
    if request.fault is None or not options.fault:
        return None
    return values.of_fault(request.fault, options.fault)


def _request(request: Request, options: PromptOptions) -> Values:
    """Tell of the parents by number: what is asked for names them."""
    told = [values.of_candidate(request.task, x.candidate) for x in _told(request)]
    return {**(told[0] if told else {}), "parents": told[1:], "step": request.step}


def _told(request: Request) -> tuple[Shown, ...]:
    """The parents that the prompt tells of: the second only where both are to be combined."""
    return request.parents if operator_of(request) == "crossover" else request.parents[:1]


_TELLERS: dict[str, Callable[[Request, PromptOptions], Values | None]] = {
    "rules": _rules,
    "instruction": _instruction,
    "context": _context,
    "tried": _tried,
    "best": _best,
    "inspirations": _inspirations,
    "parent": _parent,
    "verdict": _verdict,
    "wrong": _wrong,
    "hints": _hints,
    "budget": _budget,
    "fault": _fault,
}
"""What each part tells, in the order of the prompt; the request itself comes last."""
