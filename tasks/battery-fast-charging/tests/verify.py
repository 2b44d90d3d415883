"""Score charging tables: minutes to 80% in three climates, and what the charge costs in life.

Standard library only. Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]

Reads APP_DIR/stages.json, per condition a list of [seconds, amperes]. `cell` is the model and names
its sources; `conditions` has the limits. Nothing but the stages is taken from the candidate: times,
temperatures and losses are simulated here.
"""

import math
from pathlib import Path
from typing import NamedTuple

from answers import Scored, broken, main, number, read_json, rows, table
from cell import LeftModelError, Point, charged
from conditions import (
    AMBIENT,
    LEAST_MARGIN,
    MINUTES_PER_MAH,
    MOST_CELSIUS,
    MOST_CURRENT,
    MOST_SECONDS,
    MOST_STAGES,
    MOST_VOLTAGE,
    START,
    TARGET,
)

OUTPUT = "stages.json"
SHORTEST, LONGEST = 10.0, 7200.0  # s, of a stage
ABSURD_CURRENT = 100.0  # A; nobody means more
BEST_KNOWN = 46.6894  # minutes, by the reference solution

Stages = list[tuple[float, float]]
Flaws = list[tuple[float, str]]


class Charge(NamedTuple):
    """One condition's charge."""

    minutes: float
    lost: float  # mAh
    course: list[Point]

    def worth(self) -> float:
        """Return minutes, the price of the loss included."""
        return self.minutes + MINUTES_PER_MAH * self.lost


def read_stages(name: str, value: object) -> Stages:
    """Return one condition's table. Raises Refused."""
    found = []
    for at, row in enumerate(rows(value, name, least=1, most=MOST_STAGES)):
        seconds, current = rows(row, f"{name}[{at}]", 2)
        found.append(
            (
                number(seconds, f"{name}[{at}][0], seconds,", SHORTEST, LONGEST),
                number(current, f"{name}[{at}][1], amperes,", 0.0, ABSURD_CURRENT),
            )
        )
    return found


def beyond_charger(name: str, stages: Stages) -> Flaws:
    """Return what no charger does: too much current, or too long a table."""
    flaws = []
    for at, (_, current) in enumerate(stages):
        if current > MOST_CURRENT:
            text = f"{name}: stage {at} asks for {current:.6g} A, the limit is {MOST_CURRENT:g}"
            flaws.append((current - MOST_CURRENT, f"{text}, in A"))
    total = math.fsum(seconds for seconds, _ in stages)
    if total > MOST_SECONDS:
        text = f"{name}: the table lasts {total:,.0f} s, the limit is {MOST_SECONDS:,.0f}, in s"
        flaws.append((total - MOST_SECONDS, text))
    return flaws


def beyond_limits(name: str, course: list[Point]) -> Flaws:
    """Return the worst passing of each limit of the cell, and a target that is not reached."""
    hottest = max(course, key=lambda point: point.celsius)
    highest = max(course, key=lambda point: point.voltage)
    nearest = min(course, key=lambda point: point.margin)
    last = course[-1]
    heat = f"{hottest.celsius:.4f} C, the limit is {MOST_CELSIUS:g}, in K"
    volts = f"{highest.voltage:.5f} V, the limit is {MOST_VOLTAGE:g}, in V"
    plating = f"plating margin {nearest.margin:.6f} V, at least {LEAST_MARGIN:g} is needed, in V"
    short = f"the table ends at a state of charge of {last.charge:.5f}, the target is {TARGET:g}"
    found = [
        (hottest.celsius - MOST_CELSIUS, hottest, heat),
        (highest.voltage - MOST_VOLTAGE, highest, volts),
        (LEAST_MARGIN - nearest.margin, nearest, plating),
        (TARGET - 1e-9 - last.charge, last, short),
    ]
    return [
        (amount, f"{name} at {point.time:,.0f} s: {words}")
        for amount, point, words in found
        if amount > 0.0
    ]


def score(app: Path) -> Scored:
    """Return the record and the feedback for the tables in the directory `app`.

    The reward is the mean over the conditions of the minutes to the target, plus the minutes that
    the lost capacity is worth.
    """
    content = table(read_json(app / OUTPUT), OUTPUT, AMBIENT)
    tables = {name: read_stages(name, content[name]) for name in AMBIENT}
    flaws: Flaws = []
    charges = {}
    for name, stages in tables.items():
        flaws += beyond_charger(name, stages)
        if math.fsum(seconds for seconds, _ in stages) > MOST_SECONDS:
            continue  # it would take long to simulate
        try:
            course = charged(AMBIENT[name], START, TARGET, stages)
        except LeftModelError as error:
            flaws.append((error.excess, f"{name}: {error}: the current outruns diffusion"))
            continue
        flaws += beyond_limits(name, course)
        charges[name] = Charge(course[-1].time / 60.0, 1e3 * course[-1].lost, course)
    if flaws:
        return broken(flaws)
    count = len(charges)
    reward = {
        "reward": math.fsum(charge.worth() for charge in charges.values()) / count,
        "feasible": 1,
        "lost_mah": math.fsum(charge.lost for charge in charges.values()) / count,
    }
    reward |= {f"minutes_{name}": charge.minutes for name, charge in charges.items()}
    head = f"Mean of minutes and loss: {reward['reward']:.4f} min; best known {BEST_KNOWN:.4f}.\n"
    foot = (
        "Room is what is left to the limits of voltage, temperature and plating, at the worst"
        " moment of the stage; the stages named have the most of what they have least of.\n"
    )
    return reward, head + "".join(describe(name, charges[name]) for name in charges) + foot


def describe(name: str, charge: Charge) -> str:
    """Say how long a charge takes, what it costs, and which stages could take more current."""
    stages: list[list[Point]] = []
    for point in charge.course:
        if not stages or point.time == stages[-1][-1].time:  # a new current at the same moment
            stages.append([])
        stages[-1].append(point)
    rooms = [room(stage) for stage in stages]
    order = sorted(range(len(stages)), key=lambda k: -scarcest(*rooms[k]))
    loose = []
    for k in order[:2]:
        volts, kelvin, margin = rooms[k]
        words = f"{1e3 * volts:.1f} mV, {kelvin:.2f} K, {1e3 * margin:.1f} mV"
        loose.append(f"stage {k} ({stages[k][0].current:.3f} A) {words}")
    return (
        f"- {name}: {charge.minutes:.3f} min and {charge.lost:.4f} mAh"
        f" = {MINUTES_PER_MAH * charge.lost:.3f} min in {len(stages)} stages."
        f" Room: {'; '.join(loose)}\n"
    )


def room(stage: list[Point]) -> tuple[float, float, float]:
    """Return what a stage leaves to the limits of voltage, temperature and plating margin."""
    return (
        MOST_VOLTAGE - max(point.voltage for point in stage),
        MOST_CELSIUS - max(point.celsius for point in stage),
        min(point.margin for point in stage) - LEAST_MARGIN,
    )


def scarcest(volts: float, kelvin: float, margin: float) -> float:
    """Return the least of three kinds of room, each as a share of what is usual."""
    return min(volts / 0.2, kelvin / 20.0, margin / 0.1)


if __name__ == "__main__":
    main(score)
