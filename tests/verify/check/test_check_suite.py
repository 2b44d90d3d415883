"""The checks of a task find what is wrong with one that is wrong, in real sandboxes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import sandbox
from workbench.formats import bundle, harbor
from workbench.formats.scaffold import Verification, write_task
from workbench.model.task import Task
from workbench.verify import answers, calls
from workbench.verify.check.finding import Check
from workbench.verify.check.suite import Effort, check

MODULES = {Path(str(x.__file__)).name: Path(str(x.__file__)).read_bytes() for x in (answers, calls)}


def scaffold(folder: Path, verification: Verification = "output", **files: bytes | None) -> Task:
    """Return the task that `tasks new` writes, with some files of it replaced or taken out."""
    write_task(folder / "five", verification, MODULES)
    found = {**bundle.read(folder / "five"), **files}
    kept = {path: data for path, data in found.items() if data is not None}
    task, _ = harbor.parse(kept, "five")
    return task


async def checks(task: Task, backend: sandbox.Backend, mutants: int = 0) -> dict[str, Check]:
    found = [one async for one in check(task, backend, Effort(3, mutants))]
    assert len(found) == len({one.name for one in found})
    return {one.name: one for one in found}


def changed(folder: Path, old: str, new: str) -> Task:
    """Return the scaffold with a change in its verifier."""
    source = scaffold(folder).verifier["verify.py"].decode()
    assert source.count(old) == 1
    return scaffold(folder / "other", **{"tests/verify.py": source.replace(old, new).encode()})


@pytest.mark.parametrize("verification", ["output", "call"])
async def test_a_new_task_passes_every_check(
    tmp_path: Path, backend: sandbox.Backend, verification: Verification
) -> None:
    found = await checks(scaffold(tmp_path, verification), backend, mutants=10)
    assert {name: one.state for name, one in found.items()} == dict.fromkeys(
        [
            "separation", "baseline", "noise", "reference", "time", "bad answers",
            "mutation score",
        ],
        "ok",
    )  # fmt: skip


async def test_a_verifier_that_bends_values_into_shape_is_found_out(
    tmp_path: Path, backend: sandbox.Backend
) -> None:
    lax = changed(
        tmp_path,
        'numbers(point, f"points[{at}]", 2) for at',
        "[float(value or 0) for value in point] for at",
    )
    found = (await checks(lax, backend))["bad answers"]
    assert found.state == "fail"
    listed = "\n".join(found.details)
    assert "points.json: null at ['points'][0][0]: it is scored" in listed
    assert 'points.json: "1" at' in listed
    # float() itself raises for what is no number at all: then the verifier dies.
    assert "points.json: {} at ['points'][0][0]: it is scored" in listed
    assert "the verifier itself ends badly" in listed


async def test_a_missing_domain_check_lets_an_odd_answer_win(
    tmp_path: Path, backend: sandbox.Backend
) -> None:
    lax = changed(tmp_path, "    if outside:\n        return broken(outside)\n", "")
    found = await checks(lax, backend)
    listed = "\n".join(found["bad answers"].details)
    assert "better than the good answer's" in listed
    assert "checks/outside: it is scored" in listed


async def test_figures_that_are_not_true_are_named(
    tmp_path: Path, backend: sandbox.Backend
) -> None:
    toml = scaffold(tmp_path).bundle["task.toml"].replace(b"0.4702282018339785", b"0.5")
    found = await checks(
        scaffold(tmp_path / "a", **{"task.toml": toml, "solution/solve.py": None}), backend
    )
    assert found["baseline"].state == found["reference"].state == "fail"
    assert "score 0.4702282018, but baseline = 0.5" in found["baseline"].message
    initial = scaffold(tmp_path / "b").initial["solve.py"]
    found = await checks(scaffold(tmp_path / "c", **{"solution/solve.py": initial}), backend)
    assert "no better than the initial files" in found["reference"].message
    broken = b"raise SystemExit(3)\n"
    found = await checks(scaffold(tmp_path / "d", **{"solution/solve.py": broken}), backend)
    assert "the reference solution is failed: exit 3" in found["reference"].message
    assert found["bad answers"].state == "ok"  # made of the initial files' answer


async def test_noise_is_measured_and_must_be_admitted(
    tmp_path: Path, backend: sandbox.Backend
) -> None:
    lucky = changed(
        tmp_path, '"reward": pairs[closest],', '"reward": pairs[closest] + len(str(id(pairs))) * '
        '__import__("os").urandom(1)[0] * 1e-9,',
    )  # fmt: skip
    found = await checks(lucky, backend)
    assert found["noise"].state == "fail"
    assert "luck would count as progress" in found["noise"].message
    honest = msgspec.structs.replace(lucky, repeats=3)
    found = await checks(honest, backend, mutants=5)
    assert found["noise"].state == "ok"
    assert "spread over" in found["noise"].message
    assert found["mutation score"].state == "skip"


async def test_a_verifier_whose_faults_nobody_would_notice_fails(
    tmp_path: Path, backend: sandbox.Backend
) -> None:
    """Checks that no answer at hand can trip are as good as none."""
    idle = changed(
        tmp_path,
        "    outside = []\n",
        "    outside = []\n"
        + "".join(
            f"    if len(points) > {n} and 3 < 2:\n        raise ValueError\n" for n in range(9, 30)
        ),
    )
    found = (await checks(idle, backend, mutants=12))["mutation score"]
    assert found.state == "fail"
    assert "0.8 wanted" in found.message
    assert len(found.details) > 2


async def test_shared_is_warned_of_and_has_no_answers(
    tmp_path: Path, backend: sandbox.Backend
) -> None:
    task = msgspec.structs.replace(scaffold(tmp_path), verification="shared", run=(), outputs=())
    found = await checks(task, backend)
    assert found["separation"].state == "warn"
    assert found["bad answers"].state == found["mutation score"].state == "skip"
