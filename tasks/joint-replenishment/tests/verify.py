"""Score plans for five joint replenishment problems. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

The problem and its cost are the textbook's: E. A. Silver, D. F. Pyke and R. Peterson, "Inventory
Management and Production Planning and Scheduling", 3rd ed., Wiley 1998, chapter 11; M. Khouja and
S. Goyal, "A review of the joint replenishment problem literature: 1989-2005", European Journal of
Operational Research 186 (2008) 1-16. With base cycle T (days), multiples m_i and offsets o_i, item
i with demand d_i (units a day) is delivered at the times (o_i + n m_i) T, each time d_i m_i T
units, which are used up when the next ones come. Cost per year, in euro, of 365 days:

    365 / T * (major + sum of minor_i / m_i)  +  sum of holding_i d_i m_i T / 2

The stock, in cubic metres, is highest just after a delivery, so it is taken at every base cycle of
a whole repetition of the plan. Holding is in euro per unit and year, volume in m3 per unit.

`lower_bound` in instances.json: let t_i = m_i T. The stock just after the deliveries, averaged
over all base cycles, is the sum of volume_i d_i (t_i + T) / 2 and no more than the storage; what
comes at a time, t_i volume_i d_i or on average the sum of T volume_i d_i, is no more than the
truck. Where t_i / T need not be whole, only from 1 to 8, that is a convex problem in T and t_i; its
Lagrangian dual (one price for storage) is separable given T: a cost that no plan can fall below.

The instances: for each item, with random.Random("joint-replenishment " + name) and rounded to three
digits, demand exp(U(ln 5, ln 500)), minor cost U(10, 60), holding exp(U(ln 1, ln 20)), volume
exp(U(ln 0.005, ln 0.05)); then the major cost U(40, 200). Storage is 0.6 and the truck 0.4 of the
stock that the cheapest relaxed plan without limits would hold if all items came at once; the
longest time in store is U(0.8, 2.5) of that plan's, at least 7 days.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

from answers import Scored, broken, integers, main, number, read_json, table

OUTPUT = "plan.json"
INSTANCES = Path(__file__).with_name("instances.json")
DAYS = 365.0
CYCLE_RANGE = 0.25, 60.0  # days
LARGEST_MULTIPLE = 8
TOLERANCE = 1e-9  # of each limit: rounding
BEST_KNOWN = 1.0234660376849498


class Plan(NamedTuple):
    """One instance's answer."""

    cycle: float
    multiples: list[int]
    offsets: list[int]


class Use(NamedTuple):
    """What a plan needs at most, in the units of the limits, and when (base cycles)."""

    stock: float
    stock_at: int
    load: float
    load_at: int


def read_plan(value: object, name: str, items: int) -> Plan:
    """Return the plan of one instance, every field in its domain."""
    found = table(value, name, ("cycle", "multiples", "offsets"))
    cycle = float(number(found["cycle"], f"{name}.cycle", *CYCLE_RANGE))
    multiples = integers(found["multiples"], f"{name}.multiples", items, 1, LARGEST_MULTIPLE)
    offsets = integers(found["offsets"], f"{name}.offsets", items, 0, LARGEST_MULTIPLE - 1)
    return Plan(cycle, multiples, offsets)


def costs(instance: dict[str, Any], plan: Plan) -> tuple[float, float, float]:
    """Return the yearly costs in euro: major set-ups, minor set-ups, holding."""
    cycle, pairs = plan.cycle, list(zip(instance["items"], plan.multiples, strict=True))
    major = DAYS / cycle * instance["major_cost"]
    minor = DAYS / cycle * math.fsum(item["minor_cost"] / m for item, m in pairs)
    holding = math.fsum(item["holding_cost"] * item["demand"] * m * cycle / 2 for item, m in pairs)
    return major, minor, holding


def use(instance: dict[str, Any], plan: Plan) -> Use:
    """Return the highest stock and the fullest truck over a repetition of the plan."""
    repeats = math.lcm(*plan.multiples)
    stock, load = [0.0] * repeats, [0.0] * repeats
    for item, multiple, offset in zip(instance["items"], plan.multiples, plan.offsets, strict=True):
        flow = item["volume"] * item["demand"] * plan.cycle
        for epoch in range(repeats):
            stock[epoch] += flow * (multiple - (epoch - offset) % multiple)
        for epoch in range(offset % multiple, repeats, multiple):
            load[epoch] += flow * multiple
    most_stock, most_load = max(stock), max(load)
    return Use(most_stock, stock.index(most_stock), most_load, load.index(most_load))


def violations(
    name: str, instance: dict[str, Any], plan: Plan, used: Use
) -> list[tuple[float, str]]:
    """Return every broken constraint of one plan: by how much, which one."""
    found = []
    for i, (multiple, offset) in enumerate(zip(plan.multiples, plan.offsets, strict=True)):
        if offset >= multiple:
            amount = float(offset - multiple + 1)
            found.append((amount, f"{name}, item {i}: offset {offset} is not below {multiple}"))
        longest, days = instance["items"][i]["max_days"], multiple * plan.cycle
        if days > longest * (1 + TOLERANCE):
            found.append((days - longest, f"{name}, item {i}: days in store above {longest}"))
    for amount, limit, what, at in (
        (used.stock, instance["storage"], "m3 of stock above the storage", used.stock_at),
        (used.load, instance["truck"], "m3 delivered above the truck", used.load_at),
    ):
        if amount > limit * (1 + TOLERANCE):
            found.append((amount - limit, f"{name}: {what}'s {limit} at base cycle {at}"))
    return found


def score(app: Path) -> Scored:
    """Return the mean over the instances of cost over lower bound, and what to say of it."""
    instances = json.loads(INSTANCES.read_text())
    content = table(read_json(app / OUTPUT), OUTPUT, tuple(instances))
    plans = {
        name: read_plan(content[name], name, len(instance["items"]))
        for name, instance in instances.items()
    }
    uses = {name: use(instances[name], plan) for name, plan in plans.items()}
    wrong = [
        found
        for name, plan in plans.items()
        for found in violations(name, instances[name], plan, uses[name])
    ]
    if wrong:
        return broken(wrong)
    ratios = {
        name: math.fsum(costs(instances[name], plan)) / instances[name]["lower_bound"]
        for name, plan in plans.items()
    }
    mean = math.fsum(ratios.values()) / len(ratios)
    metrics = {f"ratio_{name}": ratio for name, ratio in ratios.items()}
    for what in ("stock", "load"):
        limit = "storage" if what == "stock" else "truck"
        metrics[f"most_{what}"] = max(
            getattr(used, what) / instances[name][limit] for name, used in uses.items()
        )
    told = praise(mean, instances, plans, uses, ratios)
    return {"reward": mean, "feasible": 1, **metrics}, told


def praise(
    mean: float,
    instances: dict[str, Any],
    plans: dict[str, Plan],
    uses: dict[str, Use],
    ratios: dict[str, float],
) -> str:
    """Say how good each plan is and which limits hold it."""
    lines = [f"Mean of cost / lower bound: {mean:.6f} (best known {BEST_KNOWN:.6f}, none below 1)."]
    for name in sorted(ratios, key=lambda name: -ratios[name]):
        instance, plan, used = instances[name], plans[name], uses[name]
        major, minor, holding = costs(instance, plan)
        free = plan.cycle * math.sqrt((major + minor) / holding)
        lines.append(
            f"- {name}: {ratios[name]:.5f}; {major:.0f} major + {minor:.0f} minor + {holding:.0f}"
            f" holding; cycle {plan.cycle:.4g} d (without limits {free:.4g} for these multiples),"
            f" storage {100 * used.stock / instance['storage']:.1f} % full at most,"
            f" truck {100 * used.load / instance['truck']:.1f} %"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(score)
