"""Whose fault it is when two programs talk: every pair of endings, from a script."""

from __future__ import annotations

import json

import msgspec
import pytest
from verify_scripted import RECORD, ScriptedBackend, ran, recorded, toy

from sandbox import Execution, Job
from sandbox import Outcome as Ending
from workbench.model.task import Task
from workbench.model.verdict import Outcome
from workbench.verify.call import FAULT, SERVE
from workbench.verify.outcome import CALL_FAULTS, Stage
from workbench.verify.verifier import Verification, Verifier

BYE = ran(cpu_seconds=0.25)
GOOD = b'{"reward": 7}'


def task(**changes: object) -> Task:
    chosen = {"verification": "call", "run": (), "outputs": (), **changes}
    return msgspec.structs.replace(toy(), **chosen)


def crashed(fault: str | None, message: str = "f: the candidate did it") -> Execution:
    """A verifier that did not catch what its candidate did."""
    return noted(fault, message, exit_code=1, stderr=b"Fault: f\n")


def noted(fault: str | None, message: str = "f: it did", **ending: object) -> Execution:
    files: dict[str, bytes | str] = {}
    if fault is not None:
        files[FAULT] = json.dumps({"fault": fault, "message": message}).encode()
    return ran(files=files, **ending)


def with_record(record: bytes, fault: str) -> Execution:
    note = json.dumps({"fault": fault, "message": "f: it did"}).encode()
    return ran(files={RECORD: record, FAULT: note})


async def verified(candidate: Execution, verifier: Execution) -> Verification:
    backend = ScriptedBackend(candidate, verifier)
    async with Verifier(task(), backend) as slot:
        return await slot.verify({"solve.py": b"pass"})


C, V = Stage.CANDIDATE, Stage.VERIFIER
THEIRS = "the verifier failed: exit 1: Fault: f"
TABLE = [
    # (the candidate's program, the verifier's, stage, outcome, message)
    (BYE, recorded(GOOD), V, Outcome.SCORED, "number 7 points"),
    (ran(exit_code=1), recorded(GOOD), V, Outcome.SCORED, "number 7 points"),
    (ran(Ending.timeout), recorded(GOOD), V, Outcome.SCORED, "number 7 points"),
    (BYE, crashed(None), V, Outcome.INVALID, THEIRS),
    (ran(exit_code=1), crashed(None), V, Outcome.INVALID, THEIRS),
    (
        BYE,
        ran(Ending.timeout),
        V,
        Outcome.INVALID,
        "the verifier failed: ran past its time limit of 3 s",
    ),
    (BYE, crashed("late"), C, Outcome.TIMEOUT, "f: the candidate did it"),
    (BYE, crashed("broken"), C, Outcome.INVALID, "f: the candidate did it"),
    (BYE, crashed("raised"), C, Outcome.FAILED, "f: the candidate did it"),
    (BYE, crashed("ended"), C, Outcome.FAILED, "f: the candidate did it"),
    (ran(exit_code=3), crashed("ended"), C, Outcome.FAILED, "exit 3: nothing on standard error"),
    (ran(Ending.signalled, signal=11), crashed("ended"), C, Outcome.FAILED, "killed by SIGSEGV"),
    (ran(Ending.timeout), crashed("ended"), C, Outcome.TIMEOUT, "ran past its time limit of 2 s"),
    (
        ran(Ending.oom),
        crashed("ended"),
        C,
        Outcome.RESOURCE,
        "ran past its memory limit of 256 MiB",
    ),
    (ran(exit_code=1), crashed("late"), C, Outcome.TIMEOUT, "f: the candidate did it"),
    (BYE, noted("ended"), C, Outcome.FAILED, "f: it did"),  # and no record either
    (BYE, with_record(GOOD, "broken"), C, Outcome.INVALID, "f: it did"),
    (BYE, with_record(GOOD, "late"), C, Outcome.TIMEOUT, "f: it did"),
    (BYE, with_record(GOOD, "raised"), V, Outcome.SCORED, "number 7 points"),
    (
        BYE,
        with_record(b'{"reward": 7, "feasible": 0}', "ended"),
        V,
        Outcome.INFEASIBLE,
        "a hard constraint is broken",
    ),
    (
        ran(Ending.sandbox_error, detail="no space"),
        crashed("ended"),
        C,
        Outcome.INFRASTRUCTURE,
        "the sandbox failed while the candidate ran: no space",
    ),
    (
        BYE,
        ran(Ending.sandbox_error, detail="no space"),
        V,
        Outcome.INFRASTRUCTURE,
        "the sandbox failed while the verifier ran: no space",
    ),
]


@pytest.mark.parametrize(("candidate", "verifier", "stage", "outcome", "message"), TABLE)
async def test_the_fault_is_laid_where_it_belongs(
    candidate: Execution, verifier: Execution, stage: Stage, outcome: Outcome, message: str
) -> None:
    found = await verified(candidate, verifier)
    assert (found.stage, found.verdict.outcome) == (stage, outcome)
    assert found.verdict.message == message
    assert found.verdict.feasible == (outcome is Outcome.SCORED)
    assert (found.verdict.reward is None) == (outcome is not Outcome.SCORED)


NO_NOTES = [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 5000, b'{"fault": "won", "message": ""}']


@pytest.mark.parametrize("note", [*NO_NOTES, b'{"fault": ["late"], "message": ""}'])
async def test_a_note_of_nobody_blames_nobody(note: bytes) -> None:
    found = await verified(BYE, ran(files={FAULT: note}, exit_code=1, stderr=b"Fault: f\n"))
    assert (found.stage, found.verdict.message) == (V, THEIRS)


def test_every_way_a_conversation_ends_is_in_the_table() -> None:
    assert {"ended", "late", "broken", "raised"} == set(CALL_FAULTS)


async def test_each_side_is_given_its_own_and_one_channel() -> None:
    backend = ScriptedBackend(BYE, recorded(GOOD))
    async with Verifier(task(), backend) as slot:
        await slot.verify({"solve.py": b"pass"})
    [candidate] = backend.leases["candidate"].jobs
    [verifier] = backend.leases["verifier"].jobs
    assert candidate.argv == ("python3", "-S", SERVE, "solve.py")
    assert candidate.collect == ()
    assert set(candidate.files) == {"/app/solve.py", "/app/data.txt"}
    assert set(verifier.files) == {"/logs/verifier/nonce"}
    assert not [path for path in backend.specs["candidate"].files if path.startswith("/tests")]
    assert "/tests/calls.py" in backend.specs["verifier"].files
    assert backend.specs["candidate"].env == {}
    assert backend.specs["verifier"].env["WORKBENCH_CANDIDATE_SECONDS"] == "2.0"
    assert candidate.limits.wall_seconds == verifier.limits.wall_seconds == 5.0
    assert (candidate.limits.cpu_seconds, verifier.limits.cpu_seconds) == (2.0, 3.0)


async def test_a_task_s_own_calls_are_the_ones_it_was_measured_with() -> None:
    made = task(verifier={**toy().verifier, "calls.py": b"mine"})
    backend = ScriptedBackend()
    async with Verifier(made, backend):
        pass
    assert backend.specs["verifier"].files["/tests/calls.py"] == b"mine"
    cached = [path for path in backend.specs["verifier"].files if "__pycache__" in path]
    assert [path for path in cached if "calls" in path] == []


async def test_a_broken_sandbox_is_raised_once_nothing_runs() -> None:
    def refuse(job: Job) -> Execution:
        raise RuntimeError("this lease is closed")

    backend = ScriptedBackend(refuse, recorded(GOOD))
    async with Verifier(task(), backend) as slot:
        with pytest.raises(RuntimeError, match="this lease is closed"):
            await slot.verify({"solve.py": b"pass"})
