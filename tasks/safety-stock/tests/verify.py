"""Score the placement of safety stock in five supply networks. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

The guaranteed-service model of S. C. Graves and S. P. Willems, "Optimizing strategic safety stock
placement in supply chains", Manufacturing & Service Operations Management 2 (2000) 68-83. Stage i
promises its customers every unit S_i days after the order. What it orders itself is promised after
SI_i = the largest S of its suppliers (0 where there are none) and takes its lead time T_i besides.
So it must cover the demand of its net replenishment time SI_i + T_i - S_i, which cannot be
negative; with demand bounded by its mean plus z sigma_i sqrt(days), its safety stock costs

    rate * value_i * z * sigma_i * sqrt(SI_i + T_i - S_i)      euro per year,

rate = 0.25 per year (of the value in euro per unit), z = 1.645 (95 % of a normal distribution),
sigma_i in units per square root of a day. Stock on order costs the same whatever the times, so it
is left out.

The networks: directions aside their arcs (supplier, customer) form trees. With
random.Random("safety-stock " + name), a tree is drawn and then per stage the lead time
1 + int(Exp(mean 8)), 40 at most, the value added exp(U(ln 1, ln 40)), the sigma of its customers'
demand exp(U(ln 3, ln 40)) and their longest wait, one of 0, 0, 1, 2, 5. A stage's value is what it
and all before it add; its variance is the sum of those of the last stages that it supplies.

`optimum` in networks.json: the cost is concave and its constraints differences of two variables, so
some optimum has whole days only, and dynamic programming over the tree finds it (it is rounded
down in the seventh decimal). No answer, whole days or not, costs less.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from answers import Scored, broken, main, numbers, read_json, table

OUTPUT = "service.json"
NETWORKS = Path(__file__).with_name("networks.json")
RATE = 0.25  # per year
SAFETY = 1.645
LONGEST = 365.0  # days that a promise may take
TOLERANCE = 1e-9  # days of a net replenishment time: rounding
BEST_KNOWN = 1.0

Network = dict[str, Any]


def inbound_times(network: Network, times: list[float]) -> list[float]:
    """Return each stage's inbound service time in days: its slowest supplier's promise."""
    inbound = [0.0] * len(times)
    for supplier, customer in network["arcs"]:
        inbound[customer] = max(inbound[customer], times[supplier])
    return inbound


def net_times(network: Network, times: list[float]) -> list[float]:
    """Return each stage's net replenishment time in days; negative ones are impossible."""
    return [
        inbound + stage["lead_time"] - time
        for stage, inbound, time in zip(
            network["stages"], inbound_times(network, times), times, strict=True
        )
    ]


def stage_costs(network: Network, nets: list[float]) -> list[float]:
    """Return the holding cost of each stage's safety stock in euro per year."""
    return [
        RATE * stage["value"] * SAFETY * stage["sigma"] * math.sqrt(max(net, 0.0))
        for stage, net in zip(network["stages"], nets, strict=True)
    ]


def violations(
    name: str, network: Network, times: list[float], nets: list[float]
) -> list[tuple[float, str]]:
    """Return every broken constraint of one network: by how many days, which one."""
    found = []
    for i, (stage, time, net) in enumerate(zip(network["stages"], times, nets, strict=True)):
        if net < -TOLERANCE:
            found.append((-net, f"{name}, stage {i}: net replenishment time below 0 days"))
        limit = stage["max_service"]
        if limit is not None and time > limit:
            found.append((time - limit, f"{name}, stage {i}: service time above {limit} days"))
    return found


def score(app: Path) -> Scored:
    """Return the mean over the networks of cost over optimum, and what to say of it."""
    networks: dict[str, Network] = json.loads(NETWORKS.read_text())
    content = table(read_json(app / OUTPUT), OUTPUT, tuple(networks))
    times = {
        name: numbers(content[name], name, len(network["stages"]), 0.0, LONGEST)
        for name, network in networks.items()
    }
    nets = {name: net_times(network, times[name]) for name, network in networks.items()}
    wrong = [
        found
        for name, network in networks.items()
        for found in violations(name, network, times[name], nets[name])
    ]
    if wrong:
        return broken(wrong)
    costs = {name: stage_costs(network, nets[name]) for name, network in networks.items()}
    ratios = {name: math.fsum(costs[name]) / networks[name]["optimum"] for name in networks}
    mean = math.fsum(ratios.values()) / len(ratios)
    metrics = {f"ratio_{name}": ratio for name, ratio in ratios.items()}
    metrics["stages_without_stock"] = float(
        sum(net <= TOLERANCE for several in nets.values() for net in several)
    )
    told = praise(mean, ratios, times, nets, costs)
    return {"reward": mean, "feasible": 1, **metrics}, told


def praise(
    mean: float,
    ratios: dict[str, float],
    times: dict[str, list[float]],
    nets: dict[str, list[float]],
    costs: dict[str, list[float]],
) -> str:
    """Say how good each network's placement is and which stages cost most."""
    lines = [f"Mean of cost / optimum: {mean:.6f} (best known {BEST_KNOWN:.6f}, the optimum)."]
    for name in sorted(ratios, key=lambda name: -ratios[name]):
        dearest = sorted(range(len(costs[name])), key=lambda i: -costs[name][i])[:3]
        total = math.fsum(costs[name])
        stages = "; ".join(
            f"stage {i} {100 * costs[name][i] / total:.0f} % (promises {times[name][i]:.4g} d,"
            f" covers {nets[name][i]:.4g} d)"
            for i in dearest
        )
        lines.append(f"- {name}: {ratios[name]:.5f}, {total:.0f} euro a year; most of it: {stages}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(score)
