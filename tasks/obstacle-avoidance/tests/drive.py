"""One run of a robot through a scene: its motion, what it sees, when it touches something."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from scenes import HEIGHT, WIDTH, Scene

PERIOD = 0.125  # s between two calls of the controller
STEPS = 160
LIMIT = PERIOD * STEPS  # s
PARTS = 5  # of a period, between which all motion is taken as straight
RADIUS = 0.25  # m, of the robot
FASTEST = 1.5  # m/s
STRONGEST = 2.0  # m/s^2
SIGHT = 5.0  # m from the robot's centre to a disc's edge
ARRIVED = 0.3  # m from the goal
DECIMALS = 6  # of a metre or a metre per second that are told
TOLERANCE = 1e-9  # m that a touch may go deep

State = dict[str, object]
Controller = Callable[[State, list[list[float]]], tuple[float, float]]


class Touch(NamedTuple):
    """The first time that the robot was where it must not be."""

    what: str
    time: float
    depth: float


class Run(NamedTuple):
    """How a run went; `arrival` in s, infinite for none."""

    arrival: float
    touch: Touch | None
    closest: float
    path: list[tuple[float, float]]


def ideal(scene: Scene) -> float:
    """Return the least time in s to the goal with no disc about: full acceleration, then speed."""
    way = math.dist(scene.start, scene.goal) - ARRIVED
    ramp = FASTEST / STRONGEST
    return way / FASTEST + ramp / 2


def reading(*values: float) -> list[float]:
    """Return what sensors give: rounded, so that no machine's last bit grows from call to call."""
    return [round(value, DECIMALS) for value in values]


def next_velocity(vx: float, vy: float, ax: float, ay: float) -> tuple[float, float]:
    """Return the velocity one period later, actuators and speed at their limits."""
    asked = math.hypot(ax, ay)
    if asked > STRONGEST:
        ax, ay = ax * STRONGEST / asked, ay * STRONGEST / asked
    vx, vy = vx + ax * PERIOD, vy + ay * PERIOD
    speed = math.hypot(vx, vy)
    if speed > FASTEST:
        vx, vy = vx * FASTEST / speed, vy * FASTEST / speed
    return vx, vy


def nearest(ax: float, ay: float, bx: float, by: float) -> float:
    """Return the least distance of the origin to the straight line from a to b."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    share = -(ax * dx + ay * dy) / square if square > 0 else 0.0
    share = 0.0 if share < 0 else 1.0 if share > 1 else share
    return math.hypot(ax + share * dx, ay + share * dy)


def drive(scene: Scene, controller: Controller) -> Run:
    """Let `controller` drive the robot until it arrives, touches something or time is up."""
    x, y = scene.start
    vx = vy = 0.0
    closest, path = math.inf, [(x, y)]
    discs = [disc.at(0.0) for disc in scene.discs]
    gx, gy = scene.goal
    for step in range(STEPS):
        now = step * PERIOD
        seen = [
            reading(*place, disc.radius)
            for place, disc in zip(discs, scene.discs, strict=True)
            if math.dist(place[:2], (x, y)) - disc.radius <= SIGHT
        ]
        state: State = {
            "time": now,
            "position": reading(x, y),
            "velocity": reading(vx, vy),
            "goal": [gx, gy],
        }
        ux, uy = next_velocity(vx, vy, *controller(state, seen))
        for part in range(PARTS):
            late = (part + 0.5) / PARTS
            nx = x + (vx + (ux - vx) * late) * PERIOD / PARTS
            ny = y + (vy + (uy - vy) * late) * PERIOD / PARTS
            time = now + (part + 1) * PERIOD / PARTS
            after = [disc.at(time) for disc in scene.discs]
            depth, what = RADIUS - min(nx, ny, WIDTH - nx, HEIGHT - ny), "a wall"
            for k, (a, b) in enumerate(zip(discs, after, strict=True)):
                gap = nearest(x - a[0], y - a[1], nx - b[0], ny - b[1]) - scene.discs[k].radius
                if RADIUS - gap > depth:
                    depth, what = RADIUS - gap, f"disc {k} at ({b[0]:.2f}, {b[1]:.2f})"
            closest = min(closest, -depth)
            if depth > TOLERANCE:
                path.append((nx, ny))
                return Run(math.inf, Touch(what, time, depth), closest, path)
            before, left = math.hypot(gx - x, gy - y), math.hypot(gx - nx, gy - ny)
            x, y, discs = nx, ny, after
            if left <= ARRIVED:
                path.append((x, y))
                early = (ARRIVED - left) / (before - left) if before > left else 0.0
                return Run(time - early * PERIOD / PARTS, None, closest, path)
        vx, vy = ux, uy
        path.append((x, y))
    return Run(math.inf, None, closest, path)
