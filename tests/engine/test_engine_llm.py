"""Whole sessions that ask models over the providers' real SDKs and wire protocols, on loopback."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from engine_support import events, finish, new_session, stored, tiny_task
from loopback_support import KINDS, PRICE, chosen, dollars, named

from workbench.dev import Asked, FakeModel, Script, SeededFaults
from workbench.model import event as ev
from workbench.model.calls import calls_in
from workbench.model.limits import Limits
from workbench.propose.llm.call import Options
from workbench.propose.llm.proposer import LEAST_ANSWER


def told(directory: Path) -> list[ev.ProposalMade | ev.ProposalFailed]:
    """The proposals of a session for which a model was paid."""
    kinds = (ev.ProposalMade, ev.ProposalFailed)
    asked = [event for event in events(directory) if isinstance(event, kinds)]
    return [event for event in asked if calls_in(event.detail)]


@pytest.mark.parametrize("provider", ["anthropic", "openai", "openai-compatible"])
async def test_every_answer_is_in_the_journal_at_its_price(
    root: Path, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    async with FakeModel() as server:
        name = named(provider, server, monkeypatch)
        directory = await new_session(root, **chosen(name))
        closed = await finish(directory)
        counts = server.counts
    assert closed.reason == "finished"
    answered = told(directory)
    assert counts.calls == counts.outcomes["completed"] == len(answered)
    calls = [call for event in answered for call in calls_in(event.detail)]
    used = {kind: sum(getattr(call, kind) for call in calls) for kind in KINDS}
    server_used = counts.usage["fake"]
    assert used == {kind: getattr(server_used, kind) for kind in KINDS}
    session = stored(directory)
    assert session.spent.tokens == server_used.total
    assert session.spent.usd == pytest.approx(dollars(used))
    assert session.spent.unknown == 0
    assert session.spent.evaluations == 9
    made = [event for event in answered if isinstance(event, ev.ProposalMade)]
    assert all(event.note.startswith("simulated") for event in made)
    assert session.best_candidate is not None


async def test_a_search_comes_through_faults(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = SeededFaults(0.25, seed=5, retry_after=0.01)
    async with FakeModel(Script(inject=faults)) as server:
        name = named("anthropic", server, monkeypatch)
        monkeypatch.setattr("workbench.propose.llm.attempts.FIRST_WAIT", 0.01)
        directory = await new_session(root, **chosen(name, lineages=4, evaluations=20))
        closed = await finish(directory)
        counts = server.counts
    assert closed.reason == "finished"
    failed = [event for event in events(directory) if isinstance(event, ev.CallFailed)]
    assert failed
    session = stored(directory)
    assert session.spent.evaluations + session.spent.proposals > 20
    # Nothing that was answered is lost: each completed call is a proposal, usable or not.
    completed = sum(len(calls_in(event.detail)) for event in told(directory))
    assert completed >= counts.outcomes["completed"]


async def test_a_wrong_key_stops_at_once_and_costs_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeModel(Script(key="sk-right")) as server:
        directory = await new_session(root, **chosen(named("anthropic", server, monkeypatch)))
        await finish(directory)
    session = stored(directory)
    for lineage in session.lineages.values():
        assert lineage.stopped == "model"
        assert "ANTHROPIC_API_KEY" in lineage.stop_detail
        assert (lineage.spent.proposals, lineage.spent.usd) == (0, 0.0)


async def test_a_reply_that_cannot_be_applied_is_told_to_the_model_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts: list[str] = []

    def reply(asked: Asked) -> str:
        prompts.append("\n".join(asked.blocks))
        if len(prompts) == 1:
            return "NOTE: dreams\nI would rather talk."
        number = len(prompts)
        return (
            "NOTE: moved\nsolve.py\n<<<<<<< SEARCH\nEAST = 1.0\n=======\n"
            f"EAST = 1.{number}\n>>>>>>> REPLACE\n"
        )

    async with FakeModel(Script(reply=reply)) as server:
        name = named("openai-compatible", server, monkeypatch)
        more = chosen(name, lineages=1, evaluations=2, strategy="independent")
        await finish(await new_session(root, **more))
    assert "I would rather talk." not in prompts[0]
    assert "I would rather talk." in prompts[1]
    assert all("I would rather talk." not in prompt for prompt in prompts[2:])


async def test_a_prompt_that_is_too_long_is_shortened_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeModel(Script(context_tokens=6_500)) as server:
        name = named("anthropic", server, monkeypatch)
        long = tiny_task(**{"instruction.md": b"Find the top. " + b"It is high up. " * 2000})
        directory = await new_session(root, long, **chosen(name, lineages=1, evaluations=2))
        await finish(directory)
        refused = [call for call in server.calls if call.outcome != "completed"]
    failed = [event for event in events(directory) if isinstance(event, ev.CallFailed)]
    assert [event.failure for event in failed] == ["context overflow"]
    assert len(refused) == 1
    assert stored(directory).spent.evaluations == 3


@pytest.mark.parametrize("dollars", [0.06, 0.3])
async def test_a_small_budget_asks_for_short_answers_and_is_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch, dollars: float
) -> None:
    """A whole answer could cost more than there is: a shorter one is asked for, down to a limit."""
    async with FakeModel() as server:
        name = named("anthropic", server, monkeypatch)
        limits = Limits(evaluations=1000, usd=dollars)
        directory = await new_session(root, **chosen(name, lineages=2) | {"limits": limits})
        await finish(directory)
        allowed = [msgspec.json.decode(call.body)["max_tokens"] for call in server.calls]
    session = stored(directory)
    least = LEAST_ANSWER * PRICE["output"] / 1e6 + 0.005  # with its prompt
    assert dollars - 2 * least < session.spent.usd <= dollars
    assert {x.stopped for x in session.lineages.values()} == {"budget"}
    assert max(allowed) <= Options().max_output_tokens
    assert min(allowed) < 2 * LEAST_ANSWER
    assert all(length >= LEAST_ANSWER for length in allowed)
    assert len(allowed) > 8


async def test_several_models_share_a_search(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeModel() as server:
        names = [named(kind, server, monkeypatch) for kind in ("anthropic", "openai")]
        directory = await new_session(root, **chosen(*names, lineages=1, evaluations=6))
        await finish(directory)
    asked = {str(event.detail["model"]) for event in told(directory)}
    assert asked == set(names)


async def test_an_answer_is_never_asked_for_twice(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeModel() as server:
        name = named("anthropic", server, monkeypatch)
        directory = await new_session(root, **chosen(name, lineages=2, evaluations=4))
        await finish(directory)
        await finish(directory)  # there is nothing left to ask
        bodies = [call.body for call in server.calls]
    assert len(bodies) == len(set(bodies)) == len(told(directory))
