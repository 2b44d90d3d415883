"""Assign routes and spectrum first-fit: one demand after another, each where it fits first.

Writes assignment.json.
"""

import json

from network import GUARD, INSTANCES, SLOTS, Demand, Instance, Route

# Demands come by descending priority: the sum of these weights times what they weigh. With all of
# them zero they come as they are given.
WEIGHT = 0.0  # what the demand is worth
SIZE = 0.0  # slots on its shortest route
AREA = 0.0  # slots on its shortest route times the links of that route
DENSITY = 0.0  # worth per slot and link of the shortest route
ROUTES = 1  # how many of its candidate routes a demand may try
# Of the routes on which it fits, a demand takes the one with the smallest sum of these:
START = 1.0  # times the first slot
LINKS = 1.0  # times slots and links
# Demands that are worth less than this per slot and link, on the route they take, are rejected.
LEAST_DENSITY = 0.0


def area(route: Route) -> int:
    """Return how much spectrum a route takes in all, guard band included."""
    return (route.slots + GUARD) * len(route.links)


def priority(demand: Demand) -> float:
    """Return how early a demand comes."""
    shortest = demand.routes[0]
    return (
        WEIGHT * demand.weight
        + SIZE * shortest.slots
        + AREA * area(shortest)
        + DENSITY * demand.weight / area(shortest)
    )


def first_fit(busy: list[set[int]], route: Route) -> int | None:
    """Return the lowest first slot at which the route is free, guard bands included."""
    taken = set().union(*(busy[link] for link in route.links))
    for first in range(SLOTS - route.slots + 1):
        if not taken.intersection(range(first - GUARD, first + route.slots + GUARD)):
            return first
    return None


def assign(instance: Instance) -> list[list[int] | None]:
    """Return [route, first slot] of every demand, or None where it is rejected."""
    busy: list[set[int]] = [set() for _ in instance.links]
    found: list[list[int] | None] = [None] * len(instance.demands)
    order = sorted(range(len(found)), key=lambda number: -priority(instance.demands[number]))
    for number in order:
        demand = instance.demands[number]
        choices = []
        for at, route in enumerate(demand.routes[:ROUTES]):
            first = first_fit(busy, route)
            if first is not None and demand.weight >= LEAST_DENSITY * area(route):
                choices.append((START * first + LINKS * area(route), at, first))
        if choices:
            _, at, first = min(choices)
            found[number] = [at, first]
            slots = range(first, first + demand.routes[at].slots)
            for link in demand.routes[at].links:
                busy[link].update(slots)
    return found


def main() -> None:
    """Write the assignments of all instances."""
    answer = {name: assign(instance) for name, instance in INSTANCES.items()}
    with open("assignment.json", "w") as file:
        json.dump(answer, file)


if __name__ == "__main__":
    main()
