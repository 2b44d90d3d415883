"""Score assignments of routes and spectrum in three elastic optical networks.

Standard library only. Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]

Reads APP_DIR/assignment.json: per network, per demand, its route and its first slot, or null where
it is rejected. `network` makes the networks and the demands. All checks are on integers. The
problem is routing and spectrum assignment with contiguity, continuity and guard bands; see K.
Christodoulopoulos, I. Tomkos and E. A. Varvarigos, "Elastic bandwidth allocation in flexible
OFDM-based optical networks", J. Lightwave Technol. 29 (2011) 1354-1366.
"""

import math
from pathlib import Path
from typing import NamedTuple

from answers import Refused, Scored, broken, integers, main, read_json, rows, table
from network import GUARD, INSTANCES, SLOTS, Instance, Route

OUTPUT = "assignment.json"
FRAGMENTATION_COST = 1.0  # points for spectrum that is free in crumbs only
BEST_KNOWN = {"ring-8": 79.9552, "ring-10": 78.4609, "ring-12": 74.8224}  # reference solution
BOUND = {"ring-8": 80.4825, "ring-10": 79.5356, "ring-12": 76.0976}  # task.toml says why


class Placed(NamedTuple):
    """A demand that is carried."""

    demand: int
    route: Route
    first: int  # slot

    def end(self) -> int:
        """Return the slot after the last."""
        return self.first + self.route.slots


def read_assignment(name: str, value: object, instance: Instance) -> list[Placed]:
    """Return the demands of one network that are carried. Raises Refused."""
    found = []
    for number, entry in enumerate(rows(value, name, len(instance.demands))):
        if entry is not None:
            where = f"{name}[{number}]"
            at, first = integers(entry, where, 2, 0, SLOTS - 1)
            routes = instance.demands[number].routes
            if at >= len(routes):
                raise Refused(f"{where}: route {at}, but its routes are 0 to {len(routes) - 1}")
            found.append(Placed(number, routes[at], first))
    return found


def conflicts(name: str, placed: list[Placed], links: int) -> list[tuple[float, str]]:
    """Return what does not fit: past the last slot, or too near another demand on a link."""
    found: list[tuple[float, str]] = []
    for one in placed:
        if one.end() > SLOTS:
            text = (
                f"{name}: demand {one.demand} ends at slot {one.end() - 1}, the last is {SLOTS - 1}"
            )
            found.append((one.end() - SLOTS, text))
    for link in range(links):
        here = sorted((one for one in placed if link in one.route.links), key=lambda one: one.first)
        for at, one in enumerate(here):
            for other in here[at + 1 :]:
                lacking = one.end() + GUARD - other.first
                if lacking <= 0:
                    break
                text = (
                    f"{name}, link {link}: demands {one.demand} (slots {one.first}-{one.end() - 1})"
                )
                text += (
                    f" and {other.demand} (from slot {other.first}) need {GUARD} free slot between"
                )
                found.append((lacking, text))
    return found


def fragmentation(placed: list[Placed], links: int) -> float:
    """Return the mean over the links of 1 - longest free run / free slots."""
    parts = []
    for link in range(links):
        busy = {
            slot
            for one in placed
            if link in one.route.links
            for slot in range(one.first, one.end())
        }
        longest = run = 0
        for slot in range(SLOTS):
            run = 0 if slot in busy else run + 1
            longest = max(longest, run)
        free = SLOTS - len(busy)
        parts.append(1.0 - longest / free if free else 0.0)
    return math.fsum(parts) / links


def score(app: Path) -> Scored:
    """Return the record and the feedback for the assignments in the directory `app`.

    The reward is the mean over the networks of the weight that is carried, in per cent of what is
    asked for, less a little for fragmented spectrum.
    """
    content = table(read_json(app / OUTPUT), OUTPUT, INSTANCES)
    plans = {
        name: read_assignment(name, content[name], instance) for name, instance in INSTANCES.items()
    }
    flaws = [
        flaw
        for name, instance in INSTANCES.items()
        for flaw in conflicts(name, plans[name], len(instance.links))
    ]
    if flaws:
        return broken(flaws)
    reward: dict[str, float] = {"reward": 0.0, "feasible": 1}
    lines, points = [], []
    for name, instance in INSTANCES.items():
        placed = plans[name]
        asked = sum(demand.weight for demand in instance.demands)
        carried = sum(instance.demands[one.demand].weight for one in placed)
        crumbs = fragmentation(placed, len(instance.links))
        points.append(100.0 * carried / asked - FRAGMENTATION_COST * crumbs)
        reward[f"carried_{name}"] = carried
        reward[f"fragmentation_{name}"] = crumbs
        lines.append(describe(name, points[-1], f"weight {carried} of {asked} carried", placed))
    reward["reward"] = math.fsum(points) / len(points)
    best = math.fsum(BEST_KNOWN.values()) / len(BEST_KNOWN)
    head = f"Mean score {reward['reward']:.4f}; best known {best:.4f}.\n"
    return reward, head + "".join(lines)


def describe(name: str, points: float, words: str, placed: list[Placed]) -> str:
    """Say how much one network carries, where it is full, and what it rejects."""
    instance = INSTANCES[name]
    used = [
        sum(one.route.slots for one in placed if link in one.route.links)
        for link in range(len(instance.links))
    ]
    order = sorted(range(len(used)), key=used.__getitem__)
    full = ", ".join(f"{link} ({used[link]})" for link in order[:-4:-1])
    loose = ", ".join(f"{link} ({used[link]})" for link in order[:3])
    carried = {one.demand for one in placed}
    left = [number for number in range(len(instance.demands)) if number not in carried]

    def worth(number: int) -> float:
        demand = instance.demands[number]
        return demand.weight / min(route.slots * len(route.links) for route in demand.routes)

    dear = ", ".join(
        f"{number} ({instance.demands[number].weight})"
        for number in sorted(left, key=worth)[:-5:-1]
    )
    return (
        f"- {name}: {points:.4f} (best known {BEST_KNOWN[name]:.4f}, bound {BOUND[name]:.4f}),"
        f" {words}, {len(left)} demands rejected. Links with most slots in use: {full}; with"
        f" fewest: {loose}. Rejected demands worth most for their size (weight): {dear}\n"
    )


if __name__ == "__main__":
    main(score)
