"""The hidden scenes: an arena of 12 m x 8 m, a start, a goal, and discs that move by formulas.

Each kind of motion gives position and velocity at any time, so nothing is integrated. What differs
between discs is drawn from random.Random("obstacle-avoidance " + name).
"""

from __future__ import annotations

import math
import random
from typing import NamedTuple

WIDTH, HEIGHT = 12.0, 8.0  # m
CLEAR = 1.6  # m between start or goal and the edge of any disc when the scene begins

Pair = tuple[float, float]


class Bouncing(NamedTuple):
    """A disc that flies straight and bounces off the walls."""

    start: Pair
    speed: Pair
    radius: float

    def at(self, time: float) -> tuple[float, float, float, float]:
        """Return x, y in m and their speeds in m/s."""
        x, vx = bounce(self.start[0], self.speed[0], time, self.radius, WIDTH)
        y, vy = bounce(self.start[1], self.speed[1], time, self.radius, HEIGHT)
        return x, y, vx, vy


class Orbiting(NamedTuple):
    """A disc on a circle around `centre`; `rate` in rad/s, positive: against the clock."""

    centre: Pair
    distance: float
    rate: float
    phase: float
    radius: float

    def at(self, time: float) -> tuple[float, float, float, float]:
        """Return x, y in m and their speeds in m/s."""
        angle = self.phase + self.rate * time
        x, y = self.distance * math.cos(angle), self.distance * math.sin(angle)
        return self.centre[0] + x, self.centre[1] + y, -self.rate * y, self.rate * x


class Patrolling(NamedTuple):
    """A disc that swings between the points `middle` - `reach` and `middle` + `reach`."""

    middle: Pair
    reach: Pair
    rate: float
    phase: float
    radius: float

    def at(self, time: float) -> tuple[float, float, float, float]:
        """Return x, y in m and their speeds in m/s."""
        swing = math.sin(self.phase + self.rate * time)
        speed = self.rate * math.cos(self.phase + self.rate * time)
        (mx, my), (rx, ry) = self.middle, self.reach
        return mx + rx * swing, my + ry * swing, rx * speed, ry * speed


Disc = Bouncing | Orbiting | Patrolling


class Scene(NamedTuple):
    """What one run is about."""

    start: Pair
    goal: Pair
    discs: list[Disc]


def bounce(
    start: float, speed: float, time: float, radius: float, size: float
) -> tuple[float, float]:
    """Return place and speed of a disc between the walls 0 and `size`: a folded straight line."""
    room = size - 2 * radius
    way = (start - radius + speed * time) % (2 * room)
    return (radius + way, speed) if way <= room else (radius + 2 * room - way, -speed)


def crossing(rng: random.Random) -> Scene:
    """Traffic in lanes across the way."""
    discs: list[Disc] = []
    for lane in range(5):
        speed = rng.uniform(0.5, 1.0) * (-1) ** lane
        first = rng.uniform(0.0, 2.4)
        for k in range(3):
            place = (2.4 + 1.8 * lane, 0.6 + (first + 2.4 * k) % 6.8)
            discs.append(Bouncing(place, (0.0, speed), 0.35))
    return Scene((0.6, 4.0), (11.4, 4.0), discs)


def oncoming(rng: random.Random) -> Scene:
    """A stream that comes towards the robot."""
    discs: list[Disc] = []
    for k in range(15):
        place = (rng.uniform(3.5, 11.5), 0.5 + 7.0 * k / 14)
        discs.append(Bouncing(place, (rng.uniform(-1.1, -0.4), rng.uniform(-0.2, 0.2)), 0.35))
    return Scene((0.6, 2.5), (11.4, 5.5), discs)


def roundabout(rng: random.Random) -> Scene:
    """Three rings that turn, each the other way, around a post."""
    discs: list[Disc] = [Orbiting((6.0, 4.0), 0.0, 0.0, 0.0, 0.6)]
    for ring, (distance, count) in enumerate(((1.5, 3), (2.5, 5), (3.4, 7))):
        rate = (-1) ** ring * rng.uniform(0.7, 1.0) / distance
        phase = rng.uniform(0, math.tau)
        for k in range(count):
            angle = phase + math.tau * k / count
            discs.append(Orbiting((6.0, 4.0), distance, rate, angle, 0.3))
    return Scene((0.6, 3.6), (11.4, 4.4), discs)


def gates(rng: random.Random) -> Scene:
    """Three rows of posts with one gap each; a guard swings before every gap."""
    discs: list[Disc] = []
    for x, gap in ((3.5, 2.6), (6.2, 5.2), (8.9, 2.8)):
        for k in range(9):
            y = 0.45 + 0.8875 * k
            if abs(y - gap) > 1.25:
                discs.append(Patrolling((x, y), (0.0, 0.0), 0.0, 0.0, 0.4))
        phase = rng.uniform(0, math.tau)
        rate = rng.uniform(0.7, 1.1)
        discs.append(Patrolling((x - 0.9, gap), (0.0, 0.9), rate, phase, 0.3))
    return Scene((0.6, 4.0), (11.4, 4.0), discs)


def crowd(rng: random.Random) -> Scene:
    """Many discs of all sizes, each on its own way."""
    scene = Scene((0.7, 0.7), (11.3, 7.3), [])
    while len(scene.discs) < 24:
        angle, speed = rng.uniform(0, math.tau), rng.uniform(0.2, 0.9)
        place = (rng.uniform(1.5, 11.0), rng.uniform(0.8, 7.2))
        disc = Bouncing(
            place, (speed * math.cos(angle), speed * math.sin(angle)), rng.uniform(0.25, 0.55)
        )
        if all(math.dist(place, end) > CLEAR + disc.radius for end in (scene.start, scene.goal)):
            scene.discs.append(disc)
    return scene


def patrol(rng: random.Random) -> Scene:
    """Guards that swing across the diagonal, and some posts."""
    discs: list[Disc] = []
    for k in range(7):
        along = (k + 1) / 8
        middle = (0.8 + 10.4 * along, 7.2 - 6.4 * along)
        rate, phase = rng.uniform(0.5, 0.9), rng.uniform(0, math.tau)
        reach = rng.uniform(0.7, 1.3)
        discs.append(Patrolling(middle, (0.52 * reach, 0.85 * reach), rate, phase, 0.5))
    for _ in range(6):
        place = (rng.uniform(2.5, 9.5), rng.uniform(1.0, 7.0))
        discs.append(Patrolling(place, (0.0, 0.0), 0.0, 0.0, 0.4))
    return Scene((0.8, 7.2), (11.2, 0.8), discs)


KINDS = (crossing, oncoming, roundabout, gates, crowd, patrol)


def scenes() -> dict[str, Scene]:
    """Return all scenes by name, the same every time."""
    return {
        kind.__name__: kind(random.Random(f"obstacle-avoidance {kind.__name__}")) for kind in KINDS
    }
