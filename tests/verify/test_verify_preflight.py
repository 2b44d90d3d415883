"""The trial run of a task's initial files: whose fault a failure is, and what to do."""

from __future__ import annotations

import pytest
from verify_scripted import ANSWER, ScriptedBackend, ran, recorded, toy

from sandbox import Execution
from sandbox import Outcome as Ending
from workbench.model.task import Task
from workbench.verify.preflight import Preflight, preflight
from workbench.verify.verifier import Verifier


async def check(task: Task, backend: ScriptedBackend) -> Preflight:
    verifier = Verifier(task, backend)
    try:
        return await preflight(task, verifier)
    finally:
        await verifier.aclose()


async def test_a_good_task_passes_with_its_verdict() -> None:
    found = await check(toy(baseline=7.0), ScriptedBackend())
    assert (found.ok, found.fault, found.warnings) == (True, "none", ())
    assert found.verdict is not None
    assert found.verdict.score == 7.0


async def test_another_baseline_is_a_warning() -> None:
    found = await check(toy(baseline=7.5), ScriptedBackend())
    assert found.ok
    [warning] = found.warnings
    assert "score 7 here, but task.toml says baseline = 7.5; correct it there" in warning


@pytest.mark.parametrize(
    ("candidate", "verifier", "fault", "message"),
    [
        (ran(Ending.sandbox_error, detail="no space"), None, "environment", "no space"),
        (None, ran(Ending.sandbox_error, detail="no space"), "environment", "no space"),
        (ran(exit_code=1, stderr=b"NameError: x"), None, "candidate", "failed: exit 1: NameError"),
        (ran(files={ANSWER: "missing"}), None, "candidate", "invalid: the candidate left no"),
        (ran(Ending.timeout), None, "candidate", "timeout: ran past"),
        (None, recorded(b'{"reward": 1, "feasible": 0}'), "candidate", "infeasible: a hard"),
        (None, recorded(b"{}"), "verifier", 'reward.json has no key "reward"'),
        (None, ran(Ending.timeout), "verifier", "ran past its time limit"),
        (None, ran(exit_code=1), "verifier", "exit 1"),
    ],
)
async def test_the_fault_is_laid_where_it_belongs(
    candidate: Execution | None, verifier: Execution | None, fault: str, message: str
) -> None:
    backend = ScriptedBackend(*(() if candidate is None else (candidate,)), verifier=verifier)
    found = await check(toy(), backend)
    assert (found.ok, found.fault) == (False, fault)
    assert message in found.message


@pytest.mark.parametrize("stage", ["candidate", "verifier"])
async def test_a_program_that_the_sandbox_lacks_is_the_environments_fault(stage: str) -> None:
    lacking = ran(exit_code=127, detail="cannot execute it: python3: No such file")
    found = await check(toy(), ScriptedBackend(**{stage: lacking}))
    assert (found.ok, found.fault) == (False, "environment")
    assert "python3 is not in the sandbox; install it, or mend `run`" in found.message


async def test_no_sandbox_is_the_environments_fault() -> None:
    backend = ScriptedBackend()
    backend.refuse = "candidate"
    found = await check(toy(), backend)
    assert (found.ok, found.fault, found.verdict) == (False, "environment", None)
    assert found.message == "no user namespaces here; run it elsewhere"


async def test_an_absent_package_is_named_with_the_way_to_get_it() -> None:
    backend = ScriptedBackend()
    found = await check(toy(python_packages=("msgspec", "no-such-package-at-all")), backend)
    assert (found.ok, found.fault) == (False, "environment")
    assert "needs no-such-package-at-all, not installed" in found.message
    assert "pip install no-such-package-at-all" in found.message
    assert backend.leases == {}
