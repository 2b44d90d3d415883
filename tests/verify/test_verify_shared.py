"""Verification in one shared sandbox: what it takes, what it cannot keep, how it is labelled."""

from __future__ import annotations

import msgspec
import pytest
from verify_scripted import SMALL, ScriptedBackend, ran, recorded, toy

import sandbox
from sandbox import Execution
from sandbox import Outcome as Ending
from workbench.model.task import Task
from workbench.model.verdict import Outcome
from workbench.verify.outcome import Stage
from workbench.verify.verifier import Verification, Verifier

VERIFY = b"""\
import json, runpy
found = runpy.run_path("/app/solve.py")
json.dump({"reward": found["answer"]()}, open("/logs/verifier/reward.json", "w"))
"""


def task(**changes: object) -> Task:
    made = toy(VERIFY, resources=msgspec.structs.replace(SMALL, verifier_seconds=30.0))
    chosen = {"verification": "shared", "run": (), "outputs": (), **changes}
    return msgspec.structs.replace(made, **chosen)


async def verify(backend: sandbox.Backend, program: str) -> Verification:
    async with Verifier(task(), backend) as verifier:
        return await verifier.verify({"solve.py": program.encode()})


async def test_a_candidate_is_loaded_scored_and_labelled(backend: sandbox.Backend) -> None:
    verdict = (await verify(backend, "def answer(): return 4.5\n")).verdict
    assert (verdict.outcome, verdict.score, verdict.verification) == (Outcome.SCORED, 4.5, "shared")


async def test_the_verifier_s_files_cannot_be_changed_and_the_candidate_s_can(
    backend: sandbox.Backend,
) -> None:
    program = """
import os
def answer():
    score = 0
    for path in ("/tests/verify.py", "/tests/hidden/answers.json"):
        try:
            open(path, "a")
            score += 1
        except OSError:
            pass
        try:
            os.rename(path, path + "x")
            score += 1
        except OSError:
            pass
    open("/app/data.txt", "a").write("mine")
    return score
"""
    assert (await verify(backend, program)).verdict.score == 0.0


async def test_what_this_mode_cannot_keep_is_why_it_is_labelled(backend: sandbox.Backend) -> None:
    program = (
        "import os\n"
        "open('/logs/verifier/reward.json', 'w').write('{\"reward\": 1e9}')\n"
        "os._exit(0)\n"
    )
    verdict = (await verify(backend, program)).verdict
    assert (verdict.score, verdict.verification) == (1e9, "shared")


ENDINGS = [
    (ran(exit_code=1, stderr=b"ValueError: no\n"), Outcome.FAILED, "exit 1: ValueError: no"),
    (ran(Ending.signalled, signal=11), Outcome.FAILED, "killed by SIGSEGV"),
    (ran(Ending.timeout), Outcome.TIMEOUT, "ran past its time limit of 32 s"),
    (ran(Ending.oom), Outcome.RESOURCE, "ran past its memory limit of 256 MiB"),
    (ran(Ending.output), Outcome.RESOURCE, "printed more than its limit of 1 MiB"),
    (
        ran(Ending.sandbox_error, detail="no space"),
        Outcome.INFRASTRUCTURE,
        "the sandbox failed while the verifier ran: no space",
    ),
    (ran(), Outcome.INVALID, "the verifier failed: its reward.json is unusable: missing"),
    (
        recorded(b'{"reward": 1, "nonce": "x"}'),
        Outcome.INVALID,
        'the verifier failed: its reward.json "nonce" is not a number',
    ),
]


@pytest.mark.parametrize(("both", "outcome", "message"), ENDINGS)
async def test_every_ending_of_the_one_program(
    both: Execution, outcome: Outcome, message: str
) -> None:
    backend = ScriptedBackend(verifier=both)
    async with Verifier(task(), backend) as verifier:
        found = await verifier.verify({"solve.py": b"pass"})
    assert (found.verdict.outcome, found.verdict.message) == (outcome, message)
    assert (found.verdict.score, found.verdict.reward) == (None, None)
    assert found.stage is Stage.SHARED
    assert list(backend.leases) == ["verifier"]
    [job] = backend.leases["verifier"].jobs
    assert job.files == {"/app/solve.py": b"pass", "/app/data.txt": b"shipped"}
    assert backend.leases["verifier"].closed
