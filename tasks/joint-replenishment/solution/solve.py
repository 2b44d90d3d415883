"""Reference plans: multiples and offsets found offline, each with its cheapest feasible cycle.

Found by simulated annealing over multiples and offsets, where a pair of lists costs what its best
base cycle makes it cost; the best of hundreds of runs. Reads instances.json, writes plan.json.
"""

import json
import math

PLANS = {
    "n08": (
        [8, 8, 4, 1, 4, 2, 1, 1],
        [5, 1, 3, 0, 1, 0, 0, 0],
    ),
    "n12": (
        [2, 2, 4, 4, 1, 3, 1, 8, 4, 4, 2, 1],
        [1, 1, 1, 3, 0, 0, 0, 7, 1, 1, 0, 0],
    ),
    "n16": (
        [4, 1, 3, 4, 3, 3, 2, 1, 6, 8, 2, 2, 3, 8, 6, 3],
        [2, 0, 2, 0, 1, 0, 0, 0, 4, 2, 1, 1, 0, 6, 2, 1],
    ),
    "n24": (
        [1, 8, 2, 2, 3, 2, 3, 8, 3, 4, 6, 2, 8, 2, 4, 2, 6, 2, 6, 3, 2, 1, 2, 4],
        [0, 5, 0, 0, 0, 0, 0, 1, 1, 3, 1, 1, 1, 1, 1, 1, 4, 1, 4, 2, 0, 0, 0, 1],
    ),
    "n32": (
        [
            2, 8, 2, 1, 4, 2, 2, 1, 2, 2, 3, 8, 6, 6, 8, 2,
            2, 1, 1, 8, 6, 4, 8, 4, 2, 4, 1, 4, 8, 4, 1, 4,
        ],
        [
            1, 6, 1, 0, 2, 1, 0, 0, 1, 1, 0, 6, 1, 5, 2, 0,
            0, 0, 0, 6, 3, 2, 2, 0, 1, 2, 0, 2, 2, 2, 0, 2,
        ],
    ),
}
"""Instance -> multiples, offsets."""


def best_cycle(instance: dict, multiples: list[int], offsets: list[int]) -> float:
    """Return the cheapest base cycle in days among those with which everything fits."""
    repeats = math.lcm(*multiples)
    stock, load = [0.0] * repeats, [0.0] * repeats  # cubic metres per day of base cycle
    setups, holding, longest = instance["major_cost"], 0.0, math.inf
    for item, multiple, offset in zip(instance["items"], multiples, offsets):
        flow = item["volume"] * item["demand"]
        for epoch in range(repeats):
            age = (epoch - offset) % multiple
            stock[epoch] += flow * (multiple - age)
            load[epoch] += flow * multiple if age == 0 else 0.0
        setups += item["minor_cost"] / multiple
        holding += item["holding_cost"] * item["demand"] * multiple / 2
        longest = min(longest, item["max_days"] / multiple)
    longest = min(longest, instance["storage"] / max(stock), instance["truck"] / max(load))
    return min(longest, math.sqrt(365 * setups / holding))


def main() -> None:
    """Write the plan of every instance."""
    with open("instances.json") as file:
        instances = json.load(file)
    plans = {}
    for name, (multiples, offsets) in PLANS.items():
        cycle = best_cycle(instances[name], multiples, offsets)
        plans[name] = {"cycle": cycle, "multiples": multiples, "offsets": offsets}
    with open("plan.json", "w") as file:
        json.dump(plans, file)


if __name__ == "__main__":
    main()
