"""Place safety stock in supply networks optimally, by dynamic programming over the tree.

S. C. Graves and S. P. Willems, "Optimizing strategic safety stock placement in supply chains",
Manufacturing & Service Operations Management 2 (2000) 68-83. The cost is concave, so some optimum
has whole days only. Seen from a root, each stage returns the least cost of its branch as a table:
over its own service time where the rest of the tree is its customer, over its inbound service time
where the rest supplies it. Reads networks.json, writes service.json.
"""

import json
import math
from typing import NamedTuple

INFINITE = float("inf")


class Branch(NamedTuple):
    """What the branch beyond a stage costs at least, and how that is reached."""

    costs: list[float]  # per day of the service time on the arc to the rest of the tree
    others: list[int]  # for each of those, the stage's best time on its other side


class Network:
    """A supply network whose arcs, directions aside, form a tree."""

    def __init__(self, stages: list[dict], arcs: list[list[int]]) -> None:
        self.stages = stages
        self.suppliers = [[a for a, b in arcs if b == i] for i in range(len(stages))]
        self.customers = [[b for a, b in arcs if a == i] for i in range(len(stages))]
        self.longest = [self._longest(i) for i in range(len(stages))]
        self.branches: dict[int, Branch] = {}

    def _longest(self, i: int) -> int:
        """Return the longest replenishment time that a stage can have, in days."""
        return self.stages[i]["lead_time"] + max(map(self._longest, self.suppliers[i]), default=0)

    def _ranges(self, i: int) -> tuple[range, range]:
        """Return the inbound and the outbound service times that a stage can have."""
        most = self.longest[i]
        limit = self.stages[i]["max_service"]
        inbound = range(most - self.stages[i]["lead_time"] + 1)
        return inbound, range(1 + (most if limit is None else min(most, limit)))

    def _stock_cost(self, i: int, inbound: int, outbound: int) -> float:
        """Return what the stage's safety stock costs, up to a factor common to all."""
        days = inbound + self.stages[i]["lead_time"] - outbound
        if days < 0:
            return INFINITE
        return self.stages[i]["value"] * self.stages[i]["sigma"] * math.sqrt(days)

    def _around(self, i: int, parent: int) -> tuple[list[float], list[float]]:
        """Return the costs of all branches but the parent's, by inbound and by outbound time."""
        inbound, outbound = self._ranges(i)
        before, behind = [0.0] * len(inbound), [0.0] * len(outbound)
        for supplier in self.suppliers[i]:
            if supplier != parent:
                costs = self._branch(supplier, i).costs
                before = [had + min(costs[: time + 1]) for time, had in enumerate(before)]
        for customer in self.customers[i]:
            if customer != parent:
                costs = [*self._branch(customer, i).costs, INFINITE]
                behind = [
                    had + min(costs[min(time, len(costs) - 1) :]) for time, had in enumerate(behind)
                ]
        return before, behind

    def _branch(self, i: int, parent: int) -> Branch:
        """Return the least costs of the branch at stage `i`, seen from its neighbour `parent`."""
        before, behind = self._around(i, parent)
        inbound, outbound = self._ranges(i)
        costs, others = [], []
        outward = parent in self.customers[i]
        for fixed in outbound if outward else inbound:
            choices = [
                before[si] + behind[s] + self._stock_cost(i, si, s)
                for si, s in (
                    ((si, fixed) for si in inbound) if outward else ((fixed, s) for s in outbound)
                )
            ]
            costs.append(min(choices))
            others.append(choices.index(costs[-1]))
        self.branches[i] = Branch(costs, others)
        return self.branches[i]

    def solve(self) -> list[int]:
        """Return the best service time of every stage, in days."""
        before, behind = self._around(0, -1)
        inbound, outbound = self._ranges(0)
        _, si, s = min(
            (before[si] + behind[s] + self._stock_cost(0, si, s), si, s)
            for si in inbound
            for s in outbound
        )
        times = [0] * len(self.stages)
        self._trace(0, -1, si, s, times)
        return times

    def _trace(self, i: int, parent: int, inbound: int, outbound: int, times: list[int]) -> None:
        """Write down the choices that led to the least cost, branch by branch."""
        times[i] = outbound
        for supplier in self.suppliers[i]:
            if supplier != parent:
                costs, others = self.branches[supplier]
                own = min(range(min(inbound + 1, len(costs))), key=costs.__getitem__)
                self._trace(supplier, i, others[own], own, times)
        for customer in self.customers[i]:
            if customer != parent:
                costs, others = self.branches[customer]
                own = min(range(outbound, len(costs)), key=costs.__getitem__)
                self._trace(customer, i, own, others[own], times)


def main() -> None:
    """Place the stock of every network."""
    with open("networks.json") as file:
        networks = json.load(file)
    times = {
        name: Network(network["stages"], network["arcs"]).solve()
        for name, network in networks.items()
    }
    with open("service.json", "w") as file:
        json.dump(times, file)


if __name__ == "__main__":
    main()
