"""Score five fan-out phase gratings by what their weakest wanted order gets. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]

Reads APP_DIR/gratings.json: per grating the transitions of one period and the phase level after
each. In scalar (thin-element) theory a period P of constant phases p_k from x_k to x_k+1 sends into
order m the amplitude

    c_0 = sum_k exp(i p_k) (x_k+1 - x_k) / P
    c_m = sum_k exp(i p_k) (exp(-2 pi i m x_k+1 / P) - exp(-2 pi i m x_k / P)) / (-2 pi i m)

and the power |c_m|^2 of the light that falls on it; all orders together get 1. See H. Dammann and
K. Görtler, "High-efficiency in-line multiple imaging by means of multiple phase holograms", Optics
Communications 3 (1971) 312-315. The numbers that count as wanted orders are this program's own.
"""

import cmath
import json
import math
from pathlib import Path
from typing import NamedTuple

from answers import Scored, broken, integers, main, numbers, read_json, table

OUTPUT = "gratings.json"
GIVEN = json.loads((Path(__file__).parent / "designs.json").read_text())
PERIOD: float = GIVEN["period"]  # micrometres
SMALLEST_FEATURE: float = GIVEN["smallest_feature"]  # micrometres
TOLERANCE = 1e-9  # micrometres; for rounding, it cannot be put to use
MOST_TRANSITIONS = 100
BEST_KNOWN = {
    "binary-7": 78.6285,
    "binary-16": 81.5282,
    "quaternary-5": 75.3874,
    "quaternary-9": 82.8928,
    "quaternary-15": 83.587,
}
"""Per cent, by the reference solution."""


class Grating(NamedTuple):
    """One period: segment k reaches from transition k to the next and has phase level k."""

    transitions: list[float]  # micrometres, ascending
    levels: list[int]
    of: int  # number of levels in a turn

    def ends(self) -> list[float]:
        """Return where each segment ends; the last one a period after the first begins."""
        return [*self.transitions[1:], self.transitions[0] + PERIOD]

    def widths(self) -> list[float]:
        """Return the width of each segment."""
        return [end - start for start, end in zip(self.transitions, self.ends(), strict=True)]

    def power(self, order: int) -> float:
        """Return the share of the light that goes into a diffraction order."""
        amplitude = 0j
        for start, end, level in zip(self.transitions, self.ends(), self.levels, strict=True):
            phase = cmath.exp(2j * math.pi * level / self.of)
            if order == 0:
                amplitude += phase * (end - start) / PERIOD
            else:
                waves = turned(-order * end / PERIOD) - turned(-order * start / PERIOD)
                amplitude += phase * waves / (-2j * math.pi * order)
        return abs(amplitude) ** 2


def turned(turns: float) -> complex:
    """Return the unit number at so many turns."""
    return cmath.exp(2j * math.pi * turns)


def read_grating(name: str, value: object, levels: int) -> Grating:
    """Return one grating of the answer. Raises Refused."""
    content = table(value, name, ("transitions", "levels"))
    where = f"{name}: transitions"
    transitions = numbers(
        content["transitions"], where, low=0.0, high=PERIOD, least=2, most=MOST_TRANSITIONS
    )
    count = len(transitions)
    chosen = integers(content["levels"], f"{name}: levels", count, 0, levels - 1)
    return Grating(transitions, chosen, levels)


def narrow(name: str, grating: Grating) -> list[tuple[float, str]]:
    """Return the segments that are too narrow to be made, or out of order, with what they lack."""
    flaws = []
    for start, width in zip(grating.transitions, grating.widths(), strict=True):
        if SMALLEST_FEATURE - width > TOLERANCE:
            words = f"{name}: the segment from {start:.6g} um is {width:.6g} um wide"
            least = f"at least {SMALLEST_FEATURE:g} um are needed"
            flaws.append((SMALLEST_FEATURE - width, f"{words}, {least}"))
    return flaws


def score(app: Path) -> Scored:
    """Return the record and the feedback for the gratings in the directory `app`.

    The reward is the mean over the gratings of their guaranteed efficiency in per cent: the number
    of wanted orders times the power of the weakest.
    """
    designs = GIVEN["designs"]
    content = table(read_json(app / OUTPUT), OUTPUT, designs)
    gratings = {
        name: read_grating(name, content[name], wanted["levels"])
        for name, wanted in designs.items()
    }
    wrong = [flaw for name, grating in gratings.items() for flaw in narrow(name, grating)]
    if wrong:
        return broken(wrong)
    reward: dict[str, float] = {"reward": 0.0, "feasible": 1}
    lines = {}
    for name, grating in gratings.items():
        powers = {order: grating.power(order) for order in designs[name]["orders"]}
        guaranteed = 100 * len(powers) * min(powers.values())
        reward[f"guaranteed_{name}"] = guaranteed
        reward[f"efficiency_{name}"] = 100 * math.fsum(powers.values())
        lines[name] = describe(name, grating, powers)
    found = [reward[f"guaranteed_{name}"] for name in designs]
    reward["reward"] = math.fsum(found) / len(found)
    best = math.fsum(BEST_KNOWN.values()) / len(BEST_KNOWN)
    gaps = sorted(designs, key=lambda name: reward[f"guaranteed_{name}"] - BEST_KNOWN[name])
    head = f"Mean guaranteed efficiency {reward['reward']:.4f}%; best known {best:.4f}%.\n"
    return reward, head + "".join(lines[name] for name in gaps)


def describe(name: str, grating: Grating, powers: dict[int, float]) -> str:
    """Say how good one grating is and which orders get least and most."""
    order = sorted(powers, key=powers.__getitem__)
    low, high = (100 * len(powers) * powers[at] for at in (order[0], order[-1]))
    total = 100 * math.fsum(powers.values())
    return (
        f"- {name}: guaranteed {low:.4f}% (best known {BEST_KNOWN[name]:.4f}%), all wanted orders"
        f" {total:.3f}%; weakest order {order[0]}, then {order[1]}; strongest {order[-1]}"
        f" ({high / len(powers):.3f}% alone); {len(grating.levels)} transitions,"
        f" narrowest segment {min(grating.widths()):.4g} um\n"
    )


if __name__ == "__main__":
    main(score)
