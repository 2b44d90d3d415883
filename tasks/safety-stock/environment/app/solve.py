"""Place safety stock in supply networks by a rule: which share of its delay a stage passes on.

From the suppliers to the customers, each stage adds its lead time to the latest promise of the
stages that supply it, and promises its own customers a share of the sum. Reads networks.json,
writes service.json.
"""

import json

PASS_ON = 0.3  # share of its replenishment time that a stage makes its customers wait
PASS_BY_VALUE = 0.0  # added to that share for a stage as dear as its customers, in proportion
PASS_BY_LEAD = 0.0  # added to that share per 10 days of the stage's own lead time
PASS_BY_SPREAD = 0.0  # added to that share per customer beyond the first
MIDDLE_VALUE = 0.6  # value, as a part of the customers', at which PASS_BY_VALUE adds nothing
DEMAND_STAGES = 1.0  # share of the longest wait allowed that the last stages use


def in_order(count: int, arcs: list[list[int]]) -> list[int]:
    """Return the stages so that each comes after all that supply it."""
    waiting = [sum(b == stage for _, b in arcs) for stage in range(count)]
    order = [stage for stage in range(count) if not waiting[stage]]
    for stage in order:
        for a, b in arcs:
            if a == stage:
                waiting[b] -= 1
                if not waiting[b]:
                    order.append(b)
    return order


def share(stage: dict, customers: list[dict]) -> float:
    """Return which share of its replenishment time an inner stage passes on, from 0 to 1."""
    dearness = stage["value"] * len(customers) / sum(other["value"] for other in customers)
    chosen = (
        PASS_ON
        + PASS_BY_VALUE * (dearness - MIDDLE_VALUE)
        + PASS_BY_LEAD * stage["lead_time"] / 10
        + PASS_BY_SPREAD * (len(customers) - 1)
    )
    return min(max(chosen, 0.0), 1.0)


def place(stages: list[dict], arcs: list[list[int]]) -> list[float]:
    """Return the service time that each stage promises, in days."""
    promised = [0.0] * len(stages)
    for i in in_order(len(stages), arcs):
        stage = stages[i]
        wait = max([promised[a] for a, b in arcs if b == i], default=0.0) + stage["lead_time"]
        if stage["max_service"] is None:
            customers = [stages[b] for a, b in arcs if a == i]
            promised[i] = wait * share(stage, customers)
        else:
            promised[i] = min(wait, DEMAND_STAGES * stage["max_service"])
    return promised


def main() -> None:
    """Place the stock of every network."""
    with open("networks.json") as file:
        networks = json.load(file)
    times = {name: place(network["stages"], network["arcs"]) for name, network in networks.items()}
    with open("service.json", "w") as file:
        json.dump(times, file)


if __name__ == "__main__":
    main()
