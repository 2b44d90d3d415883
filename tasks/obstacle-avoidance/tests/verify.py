"""Score a controller that drives a robot among moving discs. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

Calls `control(state, obstacles)` of APP_DIR/solve.py, which runs in a process of its own, once per
period for each of the hidden scenes of scenes.py, and moves robot and discs itself (drive.py). The
robot is a double integrator, p'' = a, with |a| and |p'| limited, a usual model in motion planning
(S. M. LaValle, "Planning Algorithms", Cambridge University Press 2006, chapter 13). The
acceleration is held over a period; a speed beyond the limit at its end is scaled back to it.

A run that arrives at time t counts 100 (LIMIT - t) / (LIMIT - t0), where t0 is the time that the
robot takes with no disc about: full acceleration, then full speed. A run that does not arrive
counts 0, as if it arrived at the limit. A touch in any scene makes the whole answer infeasible.
"""

from __future__ import annotations

import math
from pathlib import Path

from answers import Refused, Scored, broken, main, numbers
from calls import Candidate, Raised
from drive import LIMIT, Run, State, drive, ideal
from scenes import Scene, scenes

CALL_SECONDS = 1.0
LARGEST = 1e6  # m/s^2, of an answer; STRONGEST limits what is done
BEST_KNOWN = 97.3769


def run(candidate: Candidate, name: str, scene: Scene) -> Run:
    """Drive through one scene. Raises `Refused` for an answer that is no acceleration."""

    def controller(state: State, seen: list[list[float]]) -> tuple[float, float]:
        where = f"{name} at {state['time']} s"
        try:
            answer = candidate.call("control", state, seen)
        except Raised as error:
            raise Refused(f"{where}: {error}") from None
        ax, ay = numbers(answer, f"{where}: control's answer", 2, -LARGEST, LARGEST)
        return float(ax), float(ay)

    return drive(scene, controller)


def worth(scene: Scene, found: Run) -> float:
    """Return what a run counts, from 0 to 100."""
    left = LIMIT - found.arrival
    return 100 * left / (LIMIT - ideal(scene)) if left > 0 else 0.0


def score(app: Path) -> Scored:
    """Return the mean over the scenes of what the runs count, and what to say of it."""
    given = scenes()
    with Candidate("solve.py", folder=str(app), call_seconds=CALL_SECONDS) as candidate:
        runs = {name: run(candidate, name, scene) for name, scene in given.items()}
    touches = [
        (touch.depth, f"{name}: the robot touches {touch.what} at {touch.time:.3f} s, m deep")
        for name, found in runs.items()
        if (touch := found.touch) is not None
    ]
    if touches:
        return broken(touches)
    counts = {name: worth(scene, runs[name]) for name, scene in given.items()}
    mean = math.fsum(counts.values()) / len(counts)
    metrics = {f"count_{name}": count for name, count in counts.items()}
    metrics["arrived"] = float(sum(found.arrival < math.inf for found in runs.values()))
    metrics["closest"] = min(found.closest for found in runs.values())
    return {"reward": mean, "feasible": 1, **metrics}, praise(mean, given, runs, counts)


def praise(
    mean: float, given: dict[str, Scene], runs: dict[str, Run], counts: dict[str, float]
) -> str:
    """Say how each run went, the worst first."""
    lines = [f"Mean count: {mean:.4f} (best known {BEST_KNOWN:.4f}, none above 100)."]
    for name in sorted(counts, key=lambda name: counts[name]):
        found, scene = runs[name], given[name]
        x, y = found.path[-1]
        if found.arrival < math.inf:
            went = f"arrives after {found.arrival:.3f} s, with no disc about {ideal(scene):.3f} s"
        else:
            left = math.dist((x, y), scene.goal)
            went = f"after {LIMIT:g} s still {left:.2f} m from the goal, at ({x:.1f}, {y:.1f})"
        lines.append(f"- {name}: {counts[name]:.2f}; {went}; closest {found.closest:.3f} m")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(score)
