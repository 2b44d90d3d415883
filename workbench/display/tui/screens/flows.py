"""Actions that take more than one step: ask, send, tell. Each runs in a worker of its screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.display import text
from workbench.display.person import user_name
from workbench.display.tui.screens.confirm import Answer, Ask
from workbench.display.tui.screens.prompt import Prompt
from workbench.engine import budget
from workbench.engine.command import (
    Abort,
    Boost,
    ChangeBudget,
    Continue,
    Judge,
    Pause,
    Shutdown,
    Stop,
)
from workbench.model.candidate import Candidate
from workbench.model.lineage import Lineage

if TYPE_CHECKING:
    from workbench.display.tui.screens.base import RunScreen


async def analysis(screen: RunScreen) -> None:
    """Open the analysis of the session."""
    from workbench.display.tui.screens.analysis import AnalysisScreen

    await screen.app.push_screen(AnalysisScreen(screen.run))


async def toggle(screen: RunScreen, lineages: tuple[Lineage, ...], every: bool = False) -> None:
    """Pause what runs; abort, once confirmed, what is pausing; else let it go on."""
    numbers = () if every else tuple(lineage.id for lineage in lineages)
    states = {lineage.state for lineage in lineages}
    if "running" in states:
        screen.say(await screen.run.send(Pause(numbers)))
    elif "pausing" in states:
        waiting = tuple(lineage for lineage in lineages if lineage.state == "pausing")
        names = " ".join(lineage.name for lineage in waiting)
        question = Ask(
            f"Abort what {names} waits for?",
            Answer("abort", "a", "abort now"),
            detail=f"{cost_of_abort(waiting)} It is pausing anyway; esc goes on waiting.",
        )
        if await screen.app.push_screen_wait(question) == "abort":
            screen.say(await screen.run.send(Abort(numbers)))
    else:
        screen.say(await screen.run.send(Continue(numbers)))


def cost_of_abort(lineages: tuple[Lineage, ...]) -> str:
    """Name what is lost if these lineages are cut off now."""
    calls = [lineage.pending.reserved for lineage in lineages if lineage.pending is not None]
    checks = sum(len(lineage.unverified) for lineage in lineages)
    parts: list[str] = []
    if calls:
        dollars = sum(spend.usd for spend in calls)
        price = f" (up to ${dollars:.4f} stays charged)" if dollars else ""
        parts.append(f"{len(calls)} proposal{'s' * (len(calls) != 1)} in flight{price}")
    if checks:
        parts.append(f"{checks} verification{'s' * (checks != 1)}, run again after the pause")
    return f"Cut off: {' and '.join(parts) or 'nothing in flight'}."


async def stop(screen: RunScreen, lineage: Lineage) -> None:
    """Stop a lineage, once confirmed."""
    best = text.score(screen.view.session.facts, lineage.best_reward)
    kept = len(lineage.candidates)
    question = Ask(
        f"Stop {lineage.name}?",
        Answer("stop", "s", "stop it"),
        detail=f"It makes no further move. Its {kept} candidates and its best {best} are kept; "
        "space lets it go on later.",
    )
    if await screen.app.push_screen_wait(question) == "stop":
        screen.say(await screen.run.send(Stop((lineage.id,))))


async def boost(screen: RunScreen, lineage: Lineage) -> None:
    """Give a lineage half of what the others have left, once confirmed."""
    question = Ask(
        f"Boost {lineage.name}?",
        Answer("boost", "b", "boost it"),
        detail="Each other lineage gives it half of what it has left.",
    )
    if await screen.app.push_screen_wait(question) == "boost":
        screen.say(await screen.run.send(Boost(lineage.id)))


async def judge(screen: RunScreen, candidate: Candidate) -> None:
    """Find the candidate shown wrong, with a reason; or take back that it was found so."""
    if candidate.judgement is not None:
        question = Ask(
            f"Let #{candidate.id} count again?",
            Answer("again", "a", "count again"),
            detail=f"It was found wrong: {text.one_line(candidate.judgement.reason)}",
        )
        if await screen.app.push_screen_wait(question) == "again":
            screen.say(await screen.run.send(Judge(candidate.id, "", user_name())))
        return
    prompt = Prompt(
        f"Why is #{candidate.id} wrong?",
        lambda line: "" if line.strip() else "say why: the next prompts tell it to the models",
        detail="It loses its rank in every lineage, and what follows is told why. Its verdict "
        "stays as it is.",
    )
    reason = await screen.app.push_screen_wait(prompt)
    if reason is not None:
        screen.say(await screen.run.send(Judge(candidate.id, reason.strip(), user_name())))


async def change_budget(screen: RunScreen) -> None:
    """Change the session's limits; what is not named stays."""
    session = screen.view.session

    def problem(line: str) -> str:
        try:
            budget.raised(session, budget.read([line]))
        except ValueError as error:
            return str(error)
        return ""

    prompt = Prompt(
        "New totals for the session",
        problem,
        value=budget.written(session.limits),
        detail="Spent: " + " · ".join(text.spend(session.spent, session.limits)) + ". Keys: "
        "evaluations, proposals, tokens, usd, wall (90s, 10m, 2h). What is left is divided anew.",
    )
    line = await screen.app.push_screen_wait(prompt)
    if line is not None:
        limits = budget.raised(session, budget.read([line]))
        screen.say(await screen.run.send(ChangeBudget(limits)))


async def leave(screen: RunScreen) -> None:
    """Leave the session: at once if nothing runs, else ask whether the engine is to run on."""
    farewell = screen.run.leave()
    if not farewell.running or screen.run.attached.control is None:
        screen.workbench.depart(farewell)
        return
    question = Ask(
        "Leave this session?",
        Answer("detach", "d", "detach"),
        Answer("stop", "s", "stop the engine"),
        detail=f"Detached, the engine runs on and may still spend {farewell.may_spend}. "
        "Stopped, it makes a clean checkpoint and can be resumed.",
    )
    answer = await screen.app.push_screen_wait(question)
    if answer == "detach":
        screen.workbench.depart(screen.run.leave())
    elif answer == "stop":
        reply = await screen.run.send(Shutdown())
        if reply.ok:
            screen.workbench.depart(screen.run.leave(reply.message, stopped=True))
        else:
            screen.say(reply)
