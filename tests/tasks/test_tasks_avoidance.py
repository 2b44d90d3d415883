"""The robot among discs: in the real sandbox, driven again by other means, and cheated in vain."""

import importlib.util
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from bundled import TASKS, Scored, settings, verify

import sandbox
from workbench.formats.load import load
from workbench.model.verdict import Outcome
from workbench.verify.verifier import Verification, Verifier

NAME = "obstacle-avoidance"
TASK = TASKS / NAME
BASELINE = TASK / "environment" / "app" / "solve.py"
REFERENCE = TASK / "solution" / "solve.py"
STRAIGHT = """\
def control(state, obstacles):
    (x, y), (gx, gy) = state["position"], state["goal"]
    return [9 * (gx - x), 9 * (gy - y)]
"""
STILL = "def control(state, obstacles): return [0.0, 0.0]\n"


async def sandboxed(backend: sandbox.Backend, *programs: str) -> list[Verification]:
    """Verify programs one after the other as the workbench does."""
    async with Verifier(load(TASK).task, backend) as verifier:
        return [await verifier.verify({"solve.py": program.encode()}) for program in programs]


def plainly(program: str, folder: Path) -> Scored:
    """Verify a program as a machine without our sandbox would."""
    app = folder / "app"
    app.mkdir()
    (app / "solve.py").write_text(program)
    return verify(NAME, app, folder / "logs")


async def test_baseline_and_reference_score_as_stated(
    backend: sandbox.Backend, tmp_path: Path
) -> None:
    ours = settings(NAME)
    first, best = await sandboxed(backend, BASELINE.read_text(), REFERENCE.read_text())
    assert (first.verdict.outcome, best.verdict.outcome) == (Outcome.SCORED, Outcome.SCORED)
    assert first.verdict.score == pytest.approx(ours["baseline"], rel=1e-9)
    assert best.verdict.score == pytest.approx(ours["best_known"], rel=1e-9)
    assert ours["baseline"] < ours["best_known"] < ours["bound"]
    assert set(best.verdict.metrics) <= set(ours["metrics"])
    told = first.blobs[str(first.verdict.feedback)].decode()
    assert len(told) < 1500
    assert float(told.partition(":")[2].split()[0]) == pytest.approx(ours["baseline"], abs=1e-4)
    elsewhere = plainly(BASELINE.read_text(), tmp_path)
    assert elsewhere.reward["reward"] == first.verdict.score
    assert elsewhere.feedback == told


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ModuleType, ModuleType]]:
    """Yield the verifier's modules of scenes and of driving."""
    monkeypatch.syspath_prepend(str(TASK / "tests"))
    yield importlib.import_module("scenes"), importlib.import_module("drive")
    for name in ("scenes", "drive"):
        del sys.modules[name]


def controller(path: Path) -> Any:
    """Return the control function of a program, loaded into this process."""
    spec = importlib.util.spec_from_file_location("controller", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.control


def test_the_runs_of_the_reference_hold_when_driven_in_small_steps(
    modules: tuple[ModuleType, ModuleType],
) -> None:
    """Its accelerations, applied by the formula of free fall, 40 looks at everything per period."""
    scenes, _ = modules
    control, counts = controller(REFERENCE), []
    for scene in scenes.scenes().values():
        (x, y), (vx, vy), arrival = scene.start, (0.0, 0.0), math.inf
        for step in range(160):
            now = 0.125 * step
            places = [(*disc.at(now), disc.radius) for disc in scene.discs]
            seen = [list(p) for p in places if math.hypot(p[0] - x, p[1] - y) - p[4] <= 5]
            state = {"time": now, "position": [x, y], "velocity": [vx, vy], "goal": [*scene.goal]}
            ax, ay = control(state, seen)
            assert math.hypot(ax, ay) <= 2 + 1e-9
            assert math.hypot(vx + 0.125 * ax, vy + 0.125 * ay) <= 1.5 + 1e-9
            for part in range(1, 41):
                t = 0.125 * part / 40
                px, py = x + vx * t + ax * t * t / 2, y + vy * t + ay * t * t / 2
                assert min(px, py, 12 - px, 8 - py) >= 0.25
                if math.dist((px, py), scene.goal) <= 0.3:
                    arrival = now + t
                    break
                for disc in scene.discs:
                    dx, dy, *_ = disc.at(now + t)
                    assert math.hypot(px - dx, py - dy) > 0.25 + disc.radius
            if arrival < math.inf:
                break
            x, y = x + vx * 0.125 + ax * 0.125**2 / 2, y + vy * 0.125 + ay * 0.125**2 / 2
            vx, vy = vx + 0.125 * ax, vy + 0.125 * ay
        free = (math.dist(scene.start, scene.goal) - 0.3) / 1.5 + 0.375
        counts.append(100 * (20 - arrival) / (20 - free))
    mean = sum(counts) / len(counts)
    assert mean == pytest.approx(settings(NAME)["best_known"], abs=0.03)


def test_full_speed_with_no_disc_about_counts_100(
    modules: tuple[ModuleType, ModuleType],
) -> None:
    """The bound is reached exactly: the way of a robot that ramps up and then keeps its speed."""
    scenes, drive = modules

    def straight(state: Any, seen: Any) -> tuple[float, float]:
        (x, y), (gx, gy) = state["position"], state["goal"]
        return 1e3 * (gx - x), 1e3 * (gy - y)

    for scene in scenes.scenes().values():
        empty = scene._replace(discs=[])
        found = drive.drive(empty, straight)
        assert found.arrival == pytest.approx(drive.ideal(scene), abs=1e-6)
        assert found.touch is None


def test_the_discs_move_as_they_say_and_leave_the_start_alone(
    modules: tuple[ModuleType, ModuleType],
) -> None:
    scenes, drive = modules
    for scene in scenes.scenes().values():
        for disc in scene.discs:
            gap = math.dist(disc.at(0.0)[:2], scene.start) - disc.radius - drive.RADIUS
            assert gap > 0.4
            for tick in range(1, 200):
                t, d = 0.1 * tick + 0.0137, 1e-5
                x, y, vx, vy = disc.at(t)
                u, v, *_ = disc.at(t + d)
                assert math.dist((u, v), (x + d * vx, y + d * vy)) < 1e-8
                assert 0 <= x <= 12
                assert 0 <= y <= 8


TOUCHES = {
    "straight on": (STRAIGHT, "the robot touches disc"),
    "into the wall": ("def control(state, obstacles): return [-2, 0]\n", "touches a wall"),
}


@pytest.mark.parametrize("case", TOUCHES)
def test_a_touch_is_named_with_scene_time_and_depth(case: str, tmp_path: Path) -> None:
    program, told = TOUCHES[case]
    found = plainly(program, tmp_path)
    assert (found.reward["reward"], found.reward["feasible"]) == (0, 0)
    assert found.reward["worst_violation"] > 1e-4
    assert told in found.feedback
    assert " s, m deep (by 0.0" in found.feedback
    assert any(scene in found.feedback for scene in ("crossing", "oncoming", "gates"))


CHEATS = {
    "a short answer": ("return [0.0]", "must be a list of 2 entries, not 1"),
    "none": ("return None", "must be a list, not NoneType"),
    "booleans": ("return [True, False]", "must be a number, not bool"),
    "texts": ("return ['0', '0']", "must be a number, not str"),
    "huge": ("return [1e300, 0]", "which is not -1e+06 to 1e+06"),
    "a state": ("return {'position': state['goal']}", "must be a list, not dict"),
}


@pytest.mark.parametrize("case", CHEATS)
def test_an_answer_that_is_none_is_infeasible(case: str, tmp_path: Path) -> None:
    line, told = CHEATS[case]
    found = plainly(f"def control(state, obstacles):\n {line}\n", tmp_path)
    assert (found.reward["reward"], found.reward["feasible"]) == (0, 0)
    assert told in found.feedback
    assert "crossing at 0.0 s" in found.feedback


async def test_what_breaks_the_conversation_gets_no_score(backend: sandbox.Backend) -> None:
    """NaN, a way out, claims of success and changes of what it is given: none is worth anything."""
    nan = "def control(state, obstacles): return [float('nan'), 0]\n"
    leaves = "def control(state, obstacles):\n import os\n os._exit(0)\n"
    moves = (
        "def control(state, obstacles):\n"
        " state['position'][:] = state['goal']\n"
        " state['time'] = 0\n obstacles.clear()\n"
        " open('/tmp/reward.json', 'w').write('{\"reward\": 100, \"feasible\": 1}')\n"
        " return [0, 0]\n"
    )
    broke, left, moved, still = await sandboxed(backend, nan, leaves, moves, STILL)
    assert broke.verdict.outcome is not Outcome.SCORED
    assert left.verdict.outcome is not Outcome.SCORED
    assert moved.verdict.score == still.verdict.score


async def test_standing_still_and_raising_are_infeasible(backend: sandbox.Backend) -> None:
    raising = "def control(state, obstacles): raise ValueError('no idea')\n"
    still, raised = await sandboxed(backend, STILL, raising)
    for found, told in (
        (still, "crowd: the robot touches disc"),
        (raised, "crossing at 0.0 s: control raised ValueError: no idea"),
    ):
        assert found.verdict.outcome is Outcome.INFEASIBLE
        assert told in found.blobs[str(found.verdict.feedback)].decode()
