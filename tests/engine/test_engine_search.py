"""What a session does on its own: spend its budget exactly, repeat itself exactly, stop."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_support import (
    BUNDLE,
    TASK_TOML,
    Gated,
    finish,
    new_session,
    running,
    sequence,
    stored,
    tiny_task,
)

from workbench.engine.command import Inject
from workbench.engine.host import Host
from workbench.engine.launch import Launch
from workbench.model.limits import Limits
from workbench.model.verdict import Outcome


async def test_the_whole_budget_is_used_and_not_one_evaluation_more(root: Path) -> None:
    directory = await new_session(root, lineages=3, limits=Limits(evaluations=11))
    closed = await finish(directory)
    session = stored(directory)
    assert closed.reason == "finished"
    assert session.spent.evaluations == 11
    assert [x.spent.evaluations for x in session.lineages.values()] == [4, 3, 3]
    assert {x.stopped for x in session.lineages.values()} == {"budget"}
    assert session.best_candidate is not None
    assert session.best_candidate.reward > -5.0


async def test_equal_seeds_give_each_lineage_the_same_story(root: Path) -> None:
    first = await new_session(root, seed=7)
    second = await new_session(root, seed=7)
    other = await new_session(root, seed=8)
    for directory in (first, second, other):
        await finish(directory)
    for lineage in (1, 2):
        assert len(sequence(first, lineage)) >= 5
        assert sequence(first, lineage) == sequence(second, lineage)
        assert sequence(first, lineage) != sequence(other, lineage)


async def test_a_target_stops_every_lineage(root: Path) -> None:
    directory = await new_session(root, target=-4.5, limits=Limits(evaluations=400))
    await finish(directory)
    session = stored(directory)
    assert {x.stopped for x in session.lineages.values()} == {"target"}
    assert session.spent.evaluations < 400


async def test_a_lineage_of_repeats_is_barren_and_spends_no_evaluation(
    root: Path, gated: type[Gated], monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = await new_session(root, lineages=1, proposer="gated", max_barren=4)
    same = BUNDLE["environment/app/solve.py"].decode().replace("EAST = 1.0", "EAST = 1.5")
    monkeypatch.setattr("engine_support.SOLVE", same)  # nothing to replace: always these files
    for _ in range(10):
        gated.tickets.put_nowait(None)
    await finish(directory)
    session = stored(directory)
    lineage = session.lineages[1]
    assert lineage.stopped == "barren"
    assert lineage.spent.evaluations == 1
    assert lineage.spent.proposals == 5
    failed = [p for p in lineage.curve if p.candidate is None]
    assert len(failed) == 4


async def test_a_wall_budget_ends_the_session(root: Path) -> None:
    directory = await new_session(root, limits=Limits(seconds=0.5))
    await finish(directory)
    session = stored(directory)
    assert {x.stopped for x in session.lineages.values()} == {"budget"}
    assert session.elapsed >= 0.5


async def test_misbehaving_candidates_are_named_and_the_session_goes_on(
    root: Path, gated: type[Gated]
) -> None:
    directory = await new_session(root, lineages=1, proposer="gated", limits=Limits(evaluations=8))
    programs = {
        "import os; os._exit(0)": Outcome.INVALID,
        "raise RuntimeError('no')": Outcome.FAILED,
        "import numpy_is_missing": Outcome.FAILED,
        "import os; os.kill(os.getpid(), 11)": Outcome.FAILED,
        "x = bytearray(10 << 30)": Outcome.FAILED,
        "open('out.json', 'w').write('[NaN]')": Outcome.INFEASIBLE,
    }
    async with running(directory) as run:
        await gated.arrived.get()
        for text in programs:
            reply = await run.control.send(Inject(1, 1, {"solve.py": text}))
            assert reply.ok, reply.message
        gated.tickets.put_nowait(None)
        await run.end()
    session = stored(directory)
    found = {}
    for node in session.candidates.values():
        if node.proposer == "person":
            assert node.verdict is not None
            found[node.note + str(node.step)] = node.verdict.outcome
    assert list(found.values()) == list(programs.values())
    assert session.spent.evaluations == 8
    assert session.best_candidate is not None
    assert session.best_candidate.proposer in ("gated", "task")


async def test_a_broken_machine_pauses_the_lineage_and_never_scores(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.engine import verification
    from workbench.model.verdict import Verdict
    from workbench.verify.outcome import Stage
    from workbench.verify.verifier import Verification, Verifier

    directory = await new_session(root, lineages=1)
    real = Verifier.verify
    calls = 0

    async def flaky(self: Verifier, files: dict[str, bytes]) -> Verification:
        nonlocal calls
        calls += 1
        if 3 <= calls <= 4 or calls > 6:
            broken = Verdict(Outcome.INFRASTRUCTURE, "bubblewrap died")
            return Verification(broken, {}, Stage.CANDIDATE)
        return await real(self, files)

    monkeypatch.setattr(Verifier, "verify", flaky)
    monkeypatch.setattr(verification, "RETRY_SECONDS", (0.0, 0.0))
    closed = await finish(directory, attended=False)
    session = stored(directory)
    assert closed.reason == "interrupted"
    assert "bubblewrap died" in closed.detail
    assert session.lineages[1].state == "paused"
    assert session.lineages[1].paused_by == "engine"
    assert all(
        x.verdict is None or x.verdict.outcome is Outcome.SCORED
        for x in session.candidates.values()
    )
    monkeypatch.setattr(Verifier, "verify", real)
    assert (await finish(directory)).reason == "finished"  # a resume tries again by itself
    assert stored(directory).spent.evaluations == 12


async def test_a_candidate_that_prints_escape_codes_leaves_none_in_messages(root: Path) -> None:
    task = tiny_task(
        **{"environment/app/solve.py": b"raise SystemExit('\\x1b[31mred\\x1b]0;title\\x07')"}
    )
    directory = await new_session(root, task, lineages=1, limits=Limits(evaluations=2))
    await finish(directory)
    initial = stored(directory).initial
    assert initial is not None
    assert initial.verdict is not None
    assert initial.verdict.outcome is Outcome.FAILED
    assert "\x1b" not in initial.verdict.message


async def test_a_budget_changed_before_the_first_verdict_is_exact_too(root: Path) -> None:
    directory = await new_session(root, limits=Limits(evaluations=4))
    await Host(directory, Launch(Limits(evaluations=7, proposals=30))).run()
    assert stored(directory).spent.evaluations == 7


async def test_a_session_file_alone_never_takes_isolation_away(root: Path) -> None:
    directory = await new_session(root, sandbox="process")
    with pytest.raises(ValueError, match="--sandbox process"):
        await finish(directory)
    assert stored(directory).isolation is None, "nothing ran"
    await Host(directory, Launch(sandbox="auto")).run()
    session = stored(directory)
    assert session.isolation is not None
    assert session.isolation.tier == "namespaces"
    assert session.spent.evaluations == 12


async def test_a_sandbox_that_cannot_be_had_pauses_with_the_reason(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.engine import verification

    monkeypatch.setattr(verification, "RETRY_SECONDS", (0.0, 0.0))
    toml = TASK_TOML.replace("[verifier]", 'python_packages = ["no-such-package"]\n[verifier]')
    directory = await new_session(root, tiny_task(**{"task.toml": toml.encode()}))
    closed = await finish(directory, attended=False)
    assert closed.reason == "interrupted"
    assert "no-such-package is not installed" in closed.detail
    session = stored(directory)
    assert session.spent.evaluations == 0
    assert session.initial is not None
    assert session.initial.verdict is None
