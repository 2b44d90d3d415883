"""Plan joint replenishments: one base cycle, and per item a multiple of it and an offset.

The base cycle comes from the square-root formula, as if every item were in every order; each
multiple is its item's own economic cycle, rounded; then the cycle is shortened until everything
fits. Reads instances.json, writes plan.json.
"""

import json
import math

DAYS = 365.0  # of a year
MINOR_SHARE = 1.0  # how much of the minor costs counts when the base cycle is first computed
ROUND_UP_FROM = 0.5  # fraction of a multiple from which it is rounded up instead of down
STORAGE_PRICE = 0.0  # euro per cubic metre and year, added to the holding costs for the multiples
CYCLE_SCALE = 1.0  # the final base cycle over the cheapest one for these multiples, at most
OFFSET_STEP = 0  # item i is first ordered i * OFFSET_STEP base cycles after the others
LARGEST_MULTIPLE = 4  # 8 is allowed
HORIZON = 840  # base cycles after which any plan repeats: the least common multiple of 1 to 8


def best_cycle(instance: dict, multiples: list[int]) -> float:
    """Return the base cycle in days that is cheapest for `multiples`, limits aside."""
    setups, holding = instance["major_cost"], 0.0
    for item, multiple in zip(instance["items"], multiples):
        setups += item["minor_cost"] / multiple
        holding += item["holding_cost"] * item["demand"] * multiple / 2
    return math.sqrt(DAYS * setups / holding)


def choose_multiples(instance: dict) -> list[int]:
    """Round each item's own economic cycle to a multiple of a first base cycle."""
    items = instance["items"]
    setups = instance["major_cost"] + MINOR_SHARE * sum(item["minor_cost"] for item in items)
    holding = sum(item["holding_cost"] * item["demand"] for item in items) / 2
    cycle = math.sqrt(DAYS * setups / holding)
    multiples = []
    for item in items:
        price = item["holding_cost"] + STORAGE_PRICE * item["volume"]
        own = math.sqrt(2 * DAYS * item["minor_cost"] / (price * item["demand"]))
        multiple = math.floor(own / cycle + 1 - ROUND_UP_FROM)
        multiples.append(min(max(multiple, 1), LARGEST_MULTIPLE))
    return multiples


def longest_cycle(instance: dict, multiples: list[int], offsets: list[int]) -> float:
    """Return the longest base cycle in days with which storage, truck and shelf lives suffice."""
    items = instance["items"]
    stock, load = [0.0] * HORIZON, [0.0] * HORIZON  # cubic metres per day of base cycle
    for item, multiple, offset in zip(items, multiples, offsets):
        flow = item["volume"] * item["demand"]
        for epoch in range(HORIZON):
            age = (epoch - offset) % multiple
            stock[epoch] += flow * (multiple - age)
            load[epoch] += flow * multiple if age == 0 else 0.0
    shelf = min(item["max_days"] / multiple for item, multiple in zip(items, multiples))
    return min(instance["storage"] / max(stock), instance["truck"] / max(load), shelf)


def plan(instance: dict) -> dict:
    """Return the plan of one instance."""
    multiples = choose_multiples(instance)
    offsets = [i * OFFSET_STEP % multiple for i, multiple in enumerate(multiples)]
    cycle = CYCLE_SCALE * best_cycle(instance, multiples)
    cycle = min(cycle, longest_cycle(instance, multiples, offsets))
    return {"cycle": cycle, "multiples": multiples, "offsets": offsets}


def main() -> None:
    """Plan every instance."""
    with open("instances.json") as file:
        instances = json.load(file)
    plans = {name: plan(instance) for name, instance in instances.items()}
    with open("plan.json", "w") as file:
        json.dump(plans, file)


if __name__ == "__main__":
    main()
