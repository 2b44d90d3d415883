"""Proposals that are nothing new spend no evaluation; what comes back is counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from engine_support import SOLVE, Gated, events, finish, new_session, running, stored

from workbench.display import summary
from workbench.engine.command import Inject
from workbench.engine.recording import Wish, create_replay
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.propose.proposer import Proposal, Reporter, Request


def told(monkeypatch: pytest.MonkeyPatch, texts: Sequence[str]) -> None:
    """Let the gated proposer answer with these programs, one a step."""

    async def propose(self: Gated, request: Request, reporter: Reporter) -> Proposal:
        return Proposal({"solve.py": texts[(request.step - 1) % len(texts)].encode()}, "told")

    monkeypatch.setattr(Gated, "propose", propose)


def east(value: float) -> str:
    return SOLVE.replace("EAST = 1.0", f"EAST = {value}")


def failures(directory: Path) -> list[ev.ProposalFailed]:
    return [e for e in events(directory) if isinstance(e, ev.ProposalFailed)]


async def session(root: Path, steps: int, strategy: str = "independent") -> Path:
    limits = Limits(evaluations=50, proposals=steps)
    return await new_session(root, lineages=1, proposer="gated", limits=limits, strategy=strategy)


async def test_the_same_program_in_another_layout_spends_no_evaluation(
    root: Path, gated: type[Gated], monkeypatch: pytest.MonkeyPatch
) -> None:
    commented = "# the same\n" + SOLVE.replace("EAST = 1.0", "EAST = 1.00")
    told(monkeypatch, [commented, east(3.0), east(3.0), '"""Once more."""\n' + east(3.0)])
    directory = await session(root, 4)
    await finish(directory)
    lineage = stored(directory).lineages[1]
    assert (lineage.spent.evaluations, lineage.spent.proposals) == (1, 4)
    assert [(x.reason, x.message, x.duplicate_of) for x in failures(directory)] == [
        ("duplicate", "the same program but for comments and layout", 1),
        ("duplicate", "the same files", 2),
        ("duplicate", "the same program but for comments and layout", 2),
    ]


async def test_a_person_is_told_that_it_is_the_same_program(root: Path, gated: type[Gated]) -> None:
    directory = await session(root, 4)
    async with running(directory) as run:
        await gated.arrived.get()
        refused = await run.control.send(Inject(1, 1, {"solve.py": SOLVE + "# mine\n"}))
        assert not refused.ok
        assert "a duplicate of #1: the same program" in refused.message


BACK = [
    *(east(2.0), "# two\n" + east(3.0)),
    # EAST = 1.0 was removed by both before it: this brings it back and nothing else
    SOLVE.replace("NORTH = 2.0\n", "EAST = 1.0\nNORTH = 2.0\n"),
]


async def test_what_only_comes_back_is_counted_and_rejected_where_that_is_asked_for(
    root: Path, gated: type[Gated], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, BACK)
    counted = await session(root, 3)
    await finish(counted)
    lineage = stored(counted).lineages[1]
    # Added: EAST = 2.0; # two and EAST = 3.0; EAST = 1.0, which had been removed.
    assert (lineage.cycling.added, lineage.cycling.returned, lineage.cycling.proposals) == (4, 1, 1)
    assert failures(counted) == []
    assert summary.lineage(lineage)["cycling"] == {
        "added_lines": 4,
        "returned_lines": 1,
        "share": 0.25,
        "only_returning_proposals": 1,
    }
    rejected = await session(root, 3, "independent:returning=reject")
    await finish(rejected)
    (failed,) = failures(rejected)
    assert failed.message == "it only brings back 1 line that the lineage had removed"
    assert (failed.reason, failed.duplicate_of) == ("duplicate", None)
    lineage = stored(rejected).lineages[1]
    assert lineage.spent.evaluations == 2
    assert (lineage.cycling.added, lineage.cycling.returned, lineage.cycling.proposals) == (4, 1, 1)


async def test_what_is_too_like_the_shown_is_rejected_where_that_is_asked_for(
    root: Path, gated: type[Gated], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, [east(2.0), "import math\n" * 30 + SOLVE])
    directory = await session(root, 2, "independent:similarity=0.8")
    await finish(directory)
    (failed,) = failures(directory)
    assert (failed.duplicate_of, failed.message.endswith("like it, more than 0.8")) == (1, True)
    assert stored(directory).lineages[1].spent.evaluations == 1


async def test_a_replay_finds_the_same_duplicates(
    root: Path, gated: type[Gated], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, ["# same\n" + SOLVE, *BACK])
    directory = await session(root, 4, "independent:returning=reject")
    await finish(directory)
    assert len(failures(directory)) == 2
    again = await create_replay(root, directory, Wish())
    await finish(again)
    assert [e for e in events(again) if isinstance(e, ev.ReplayDiffered)] == []
    found, before = stored(again).lineages[1], stored(directory).lineages[1]
    assert (found.cycling, found.removed) == (before.cycling, before.removed)


async def test_a_strategy_s_options_are_kept_and_a_fork_can_have_others(root: Path) -> None:
    from workbench.engine.command import Fork

    directory = await new_session(root, lineages=1, strategy="islands:islands=3,top=1")
    async with running(directory) as run:
        await run.until(lambda e: isinstance(e, ev.VerdictReached) and e.candidate > 2)
        refused = await run.control.send(Fork(2, strategy="beam:width=0"))
        assert (refused.ok, "width must be" in refused.message) == (False, True)
        assert (await run.control.send(Fork(2, strategy="pareto:merges=2"))).ok
    one, other = (x.created for x in stored(directory).lineages.values())
    assert (one.strategy, other.strategy) == ("islands", "pareto")
    assert (one.strategy_options["islands"], one.strategy_options["bins"]) == (3, 10)
    assert (other.strategy_options["merges"], other.strategy_options["better"]) == (2, "higher")
    json.dumps(one.strategy_options)


@pytest.mark.parametrize("name", ["ab_mcts", "aide", "beam", "islands", "pareto", "shinka"])
async def test_every_strategy_runs_a_session_that_goes_on_as_it_would_have(
    root: Path, name: str
) -> None:
    limits = Limits(evaluations=12)
    whole = await new_session(root, lineages=1, strategy=name, limits=limits)
    assert (await finish(whole)).reason == "finished"
    parts = await new_session(root, lineages=1, strategy=name, limits=limits)
    async with running(parts) as run:
        await run.until(lambda e: isinstance(e, ev.VerdictReached) and e.candidate > 5)
    assert (await finish(parts)).reason == "finished"
    assert chosen(parts) == chosen(whole)
    assert len(chosen(whole)) >= 11


def chosen(directory: Path) -> list[tuple[object, ...]]:
    return [
        (e.step, e.operator, e.parents, e.inspirations)
        for e in events(directory)
        if isinstance(e, ev.MoveChosen)
    ]
