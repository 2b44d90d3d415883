"""Every way an execution can end, at either stage, and the verdict it becomes."""

from __future__ import annotations

import math

import pytest
from verify_scripted import (
    ANSWER,
    ARTIFACTS,
    FEEDBACK,
    RECORD,
    ScriptedBackend,
    ran,
    recorded,
    toy,
)

from sandbox import Collected, Execution
from sandbox import Outcome as Ending
from workbench.model.candidate import digest_of
from workbench.model.task import Task
from workbench.model.verdict import Direction, Outcome, Verdict
from workbench.verify import answers
from workbench.verify.outcome import OUTCOMES, Stage
from workbench.verify.places import NONCE
from workbench.verify.provided import provided
from workbench.verify.verifier import VERIFIER_ERRORS, Verification, Verifier

THEIRS = "the verifier failed: "


async def verification(backend: ScriptedBackend, task: Task | None = None) -> Verification:
    async with Verifier(task or toy(), backend) as verifier:
        return await verifier.verify({"solve.py": b"pass"})


async def verdict(backend: ScriptedBackend, task: Task | None = None) -> Verdict:
    return (await verification(backend, task)).verdict


def test_the_table_has_a_row_for_every_ending_at_either_stage() -> None:
    assert set(OUTCOMES) == {(stage, ending) for stage in Stage for ending in Ending}


CANDIDATE = [
    (
        ran(exit_code=1, stderr=b"Traceback\nZeroDivisionError: division by zero\n"),
        Outcome.FAILED,
        "exit 1: ZeroDivisionError: division by zero",
    ),
    (ran(exit_code=3), Outcome.FAILED, "exit 3: nothing on standard error"),
    (
        ran(exit_code=1, stderr=b"ModuleNotFoundError: No module named 'scipy.optimize'\n"),
        Outcome.FAILED,
        "exit 1: missing package scipy.optimize (not among the task's python_packages)",
    ),
    (
        ran(exit_code=1, stderr=b"MemoryError\n", detail="0.31 s"),
        Outcome.FAILED,
        "exit 1: MemoryError (memory limit 256 MiB)",
    ),
    (
        ran(exit_code=1, stderr=b"RuntimeError: can't start new thread\n"),
        Outcome.FAILED,
        "exit 1: RuntimeError: can't start new thread (limit of 32 processes and threads)",
    ),
    (
        ran(exit_code=127, stderr=b"bwrap: no", detail="cannot execute it: python3: No such file"),
        Outcome.FAILED,
        "the command cannot be executed: python3 is not in the sandbox",
    ),
    (
        ran(exit_code=1, stderr=b"\x1b[2J\x1b]0;owned\x07Oops: \x1b[31mred\x00\n"),
        Outcome.FAILED,
        "exit 1: Oops: red",
    ),
    (ran(Ending.signalled, signal=11), Outcome.FAILED, "killed by SIGSEGV"),
    (ran(Ending.signalled, signal=63), Outcome.FAILED, "killed by signal 63"),
    (ran(Ending.timeout, signal=9), Outcome.TIMEOUT, "ran past its time limit of 2 s"),
    (ran(Ending.oom, signal=9), Outcome.RESOURCE, "ran past its memory limit of 256 MiB"),
    (ran(Ending.pids), Outcome.RESOURCE, "ran past its limit of 32 processes and threads"),
    (ran(Ending.disk), Outcome.RESOURCE, "ran past its disk limit of 32 MiB, 4096 files"),
    (ran(Ending.output, signal=9), Outcome.RESOURCE, "printed more than its limit of 1 MiB"),
    (
        ran(Ending.sandbox_error, detail="bwrap: no\x1b[0m space"),
        Outcome.INFRASTRUCTURE,
        "the sandbox failed while the candidate ran: bwrap: no space",
    ),
    (
        ran(files={ANSWER: "missing"}),
        Outcome.INVALID,
        "the candidate left no usable output: answer.json (missing)",
    ),
    (ran(), Outcome.INVALID, "the candidate left no usable output: answer.json (missing)"),
    (
        ran(files={ANSWER: "a symbolic link, not a regular file"}),
        Outcome.INVALID,
        "the candidate left no usable output: answer.json (a symbolic link, not a regular file)",
    ),
]


@pytest.mark.parametrize(("candidate", "outcome", "message"), CANDIDATE)
async def test_a_candidate_that_does_not_end_well_never_meets_the_verifier(
    candidate: Execution, outcome: Outcome, message: str
) -> None:
    backend = ScriptedBackend(candidate)
    found = await verification(backend)
    told = found.verdict
    assert (told.outcome, told.message) == (outcome, message)
    assert (told.score, told.reward, told.feasible) == (None, None, False)
    assert found.stage is Stage.CANDIDATE
    assert backend.leases["verifier"].jobs == []


VERIFIER = [
    (
        ran(exit_code=1, stderr=b"Traceback\nKeyError: 'x'\n"),
        Outcome.INVALID,
        THEIRS + "exit 1: KeyError: 'x'",
    ),
    (ran(Ending.signalled, signal=6), Outcome.INVALID, THEIRS + "killed by SIGABRT"),
    (ran(Ending.timeout), Outcome.INVALID, THEIRS + "ran past its time limit of 3 s"),
    (ran(Ending.oom), Outcome.INVALID, THEIRS + "ran past its memory limit of 256 MiB"),
    (ran(Ending.pids), Outcome.INVALID, THEIRS + "ran past its limit of 32 processes and threads"),
    (ran(Ending.disk), Outcome.INVALID, THEIRS + "ran past its disk limit of 96 MiB, 4096 files"),
    (ran(Ending.output), Outcome.INVALID, THEIRS + "printed more than its limit of 1 MiB"),
    (
        ran(Ending.sandbox_error, detail="supervisor died"),
        Outcome.INFRASTRUCTURE,
        "the sandbox failed while the verifier ran: supervisor died",
    ),
    (ran(), Outcome.INVALID, THEIRS + "its reward.json is unusable: missing"),
    (recorded("a FIFO"), Outcome.INVALID, THEIRS + "its reward.json is unusable: a FIFO"),
    (recorded(b""), Outcome.INVALID, THEIRS + "its reward.json is empty"),
    (recorded(b'{"reward": NaN}'), Outcome.INVALID, THEIRS + "its reward.json holds NaN"),
    (recorded(b'{"score": 1}'), Outcome.INVALID, THEIRS + 'its reward.json has no key "reward"'),
    (recorded(b" " * 70_000), Outcome.INVALID, THEIRS + "its reward.json is larger than 64 KiB"),
]


@pytest.mark.parametrize(("verifier", "outcome", "message"), VERIFIER)
async def test_a_verifier_that_does_not_end_well_is_named_and_scores_nothing(
    verifier: Execution, outcome: Outcome, message: str
) -> None:
    found = await verification(ScriptedBackend(verifier=verifier))
    told = found.verdict
    assert told.outcome is outcome
    assert told.message.startswith(message)
    assert (told.score, told.reward, told.feasible, told.metrics) == (None, None, False, {})
    assert found.stage is Stage.VERIFIER
    if outcome is Outcome.INVALID:
        assert found.blobs[told.artifacts[VERIFIER_ERRORS]] == verifier.stderr


@pytest.mark.parametrize(
    ("direction", "reward"), [(Direction.MAXIMIZE, 7.25), (Direction.MINIMIZE, -7.25)]
)
async def test_a_score_becomes_a_reward(direction: Direction, reward: float) -> None:
    script = recorded(b'{"reward": 7.25, "gap": 2, "feasible": 1}')
    task = toy(direction=direction)
    told = await verdict(ScriptedBackend(verifier=script), task)
    assert (told.outcome, told.message) == (Outcome.SCORED, "number 7.25 points")
    assert (told.score, told.reward, told.metrics) == (7.25, reward, {"gap": 2.0})
    assert told.feasible
    assert (told.verifier, told.verification) == (task.verifier_digest, "output")
    assert (told.tier, told.cpu_seconds, told.max_rss) == ("namespaces", 0.75, 1000)


async def test_a_minimised_zero_has_no_sign() -> None:
    task = toy(direction=Direction.MINIMIZE)
    told = await verdict(ScriptedBackend(verifier=recorded(b'{"reward": 0}')), task)
    assert math.copysign(1, told.reward or 0.0) == 1


async def test_infeasible_keeps_its_score_and_says_why() -> None:
    feedback = b"# Circles 3 and 7 overlap by 0.01\nMove them apart.\n"
    script = recorded(b'{"reward": 9, "feasible": 0, "overlap": 0.01}', **{"feedback.md": feedback})
    found = await verification(ScriptedBackend(verifier=script))
    told = found.verdict
    assert (told.outcome, told.message) == (Outcome.INFEASIBLE, "Circles 3 and 7 overlap by 0.01")
    assert (told.score, told.reward, told.feasible) == (9.0, None, False)
    assert told.metrics == {"overlap": 0.01}
    assert told.feedback is not None
    assert found.blobs[told.feedback] == feedback


async def test_infeasible_without_a_word_still_says_something() -> None:
    told = await verdict(ScriptedBackend(verifier=recorded(b'{"reward": 9, "feasible": 0}')))
    assert told.message == "a hard constraint is broken"


async def test_none_and_empty_are_told_apart() -> None:
    silent = await verification(ScriptedBackend(ran(files={ANSWER: b"7"})))
    assert silent.verdict.feedback is None
    assert silent.verdict.stdout == silent.verdict.stderr == digest_of(b"")
    assert silent.blobs == {digest_of(b""): b""}
    empty = await verification(ScriptedBackend(verifier=recorded(**{"feedback.md": b""})))
    assert empty.verdict.feedback == digest_of(b"")
    broken = await verification(ScriptedBackend(ran(Ending.sandbox_error)))
    assert broken.verdict.stdout is None
    assert broken.blobs == {}


async def test_blobs_are_raw_capped_and_complete() -> None:
    noise = b"\x1b[31m\xff" + b"x" * 100_000 + b"the end"
    candidate = ran(files={ANSWER: b"7"}, stdout=noise, stderr=b"warn")
    script = recorded(**{"feedback.md": b"y" * 70_000, "artifacts/plot.svg": b"<svg/>"})
    found = await verification(ScriptedBackend(candidate, script))
    told = found.verdict
    assert told.stdout is not None
    assert told.stderr is not None
    assert told.feedback is not None
    assert found.blobs[told.stdout].startswith(b"\x1b[31m\xff")
    assert found.blobs[told.stdout].endswith(b"the end")
    assert found.blobs[told.stderr] == b"warn"
    assert found.blobs[told.artifacts["plot.svg"]] == b"<svg/>"
    assert all(len(data) <= 65536 for data in found.blobs.values())
    assert all(digest_of(data) == digest for digest, data in found.blobs.items())
    named = {told.stdout, told.stderr, told.feedback, *told.artifacts.values()}
    assert set(found.blobs) == named


async def test_refused_feedback_and_artifacts_are_left_out_by_name() -> None:
    files: dict[str, bytes | str] = {
        "feedback.md": "a symbolic link, not a regular file",
        "artifacts/big.bin": b"x" * ((2 << 20) + 1),
        "artifacts/evil\x1b[2J.txt": b"",
        "artifacts/link": "a symbolic link, not a regular file",
        "artifacts/ok.txt": b"fine",
    }
    told = await verdict(ScriptedBackend(verifier=recorded(**files)))
    assert told.outcome is Outcome.SCORED
    assert told.feedback is None
    assert list(told.artifacts) == ["ok.txt"]
    for part in (
        "feedback.md left out: a symbolic link",
        "artifact big.bin left out: too large",
        "artifact evil.txt left out: its name",
        "artifact link left out: a symbolic link",
    ):
        assert part in told.message


async def test_artifacts_are_counted_and_weighed_together() -> None:
    many: dict[str, bytes | str] = {f"artifacts/{n:03}": b"%d" % n for n in range(40)}
    told = await verdict(ScriptedBackend(verifier=recorded(**many)))
    assert len(told.artifacts) == 32
    assert "artifacts from 032 on left out" in told.message
    heavy: dict[str, bytes | str] = {f"artifacts/{n}": b"x" * (2 << 20) for n in range(6)}
    told = await verdict(ScriptedBackend(verifier=recorded(**heavy)))
    assert len(told.artifacts) == 4


async def test_each_program_sees_its_own_side_only() -> None:
    backend = ScriptedBackend()
    await verification(backend)
    assert backend.specs["candidate"].files == {}
    assert set(backend.specs["verifier"].files) == {
        "/tests/verify.py",
        "/tests/hidden/answers.json",
        *provided(answers, "/tests"),
    }
    [candidate], [verifier] = (backend.leases[role].jobs for role in ("candidate", "verifier"))
    assert candidate.files == {"/app/solve.py": b"pass", "/app/data.txt": b"shipped"}
    assert candidate.collect == (ANSWER,)
    assert {**verifier.files, NONCE: b""} == {ANSWER: b"7", NONCE: b""}
    assert verifier.argv == ("python3", "-S", "/tests/verify.py")
    assert verifier.collect == (RECORD, FEEDBACK, ARTIFACTS)
    assert (candidate.limits.wall_seconds, verifier.limits.wall_seconds) == (2.0, 3.0)


async def test_an_undeclared_file_never_reaches_the_verifier() -> None:
    collected = {ANSWER: Collected(b"7"), RECORD: Collected(b'{"reward": 1e9}')}
    backend = ScriptedBackend(Execution(Ending.exited, exit_code=0, collected=collected))
    await verification(backend)
    assert set(backend.leases["verifier"].jobs[0].files) == {ANSWER, NONCE}


async def test_files_too_large_for_the_sandbox_are_the_candidates_fault() -> None:
    backend = ScriptedBackend()
    async with Verifier(toy(), backend) as verifier:
        told = (await verifier.verify({"solve.py": b"#" * (33 << 20)})).verdict
    assert told.outcome is Outcome.RESOURCE
    assert told.message == "its files do not fit: 32 MiB is the most for one, 32 MiB for all"
    assert backend.leases["candidate"].jobs == []


async def test_a_file_that_is_not_editable_is_refused() -> None:
    async with Verifier(toy(), ScriptedBackend()) as verifier:
        with pytest.raises(ValueError, match=r"not editable in task toy: data\.txt"):
            await verifier.verify({"solve.py": b"", "data.txt": b""})


async def test_a_closed_verifier_says_so() -> None:
    verifier = Verifier(toy(), ScriptedBackend())
    with pytest.raises(RuntimeError, match="not open"):
        await verifier.verify({})


async def test_both_leases_are_given_back() -> None:
    backend = ScriptedBackend()
    verifier = Verifier(toy(), backend)
    await verifier.open()
    await verifier.open()
    await verifier.aclose()
    await verifier.aclose()
    assert [lease.closed for lease in backend.leases.values()] == [True, True]


async def test_a_refused_second_sandbox_gives_the_first_back() -> None:
    backend = ScriptedBackend()
    backend.refuse = "verifier"
    with pytest.raises(Exception, match="no user namespaces"):
        await Verifier(toy(), backend).open()
    assert backend.leases["candidate"].closed


async def test_equal_files_give_equal_verifications() -> None:
    first, second = [await verification(ScriptedBackend()) for _ in range(2)]
    assert first.blobs == second.blobs
    assert first.verdict.seconds != second.verdict.seconds
    for name in Verdict.__struct_fields__:
        if name != "seconds":
            assert getattr(first.verdict, name) == getattr(second.verdict, name)
