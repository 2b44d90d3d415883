"""Three elastic optical networks and what they are asked to carry, made by a fixed formula.

A network is a ring of nodes with chords; links are as long as their nodes are apart on a circle. A
demand is two nodes, a rate and a price. Its candidate routes are the shortest without a repeated
node; the longer a route, the more robust the modulation and the more slots of 12.5 GHz it needs.
"""

import math
from dataclasses import dataclass
from functools import cache

SLOTS = 64  # of 12.5 GHz, on every link
GUARD = 1  # slots that must stay free between two demands that share a link
RADIUS = 520.0  # km, of the circle on which the nodes lie
MOST_ROUTES = 4  # candidates per demand
# name: number of nodes, number of demands, seed, chords
PLANS = {
    "ring-8": (8, 70, 11, ((0, 3), (2, 6), (4, 7))),
    "ring-10": (10, 100, 12, ((0, 4), (1, 6), (3, 8), (5, 9), (2, 7))),
    "ring-12": (12, 120, 13, ((0, 5), (2, 8), (3, 10), (6, 11), (1, 7), (4, 9))),
}
# Reach in km of PM-16QAM, PM-8QAM, PM-QPSK and PM-BPSK, and what a slot then carries in Gb/s.
FORMATS = ((500, 50.0), (1000, 37.5), (2000, 25.0), (4000, 12.5))
RATES = (100, 100, 200, 200, 400)  # Gb/s, each as likely


@dataclass(frozen=True)
class Route:
    """A way through the network."""

    links: tuple[int, ...]  # numbers of the links, from one end to the other
    length: int  # km
    slots: int  # that the demand needs on it


@dataclass(frozen=True)
class Demand:
    """What is asked for."""

    ends: tuple[int, int]  # nodes
    rate: int  # Gb/s
    weight: int  # what it is worth: rate / 100 times its price
    routes: tuple[Route, ...]  # shortest first


@dataclass(frozen=True)
class Instance:
    """A network with its demands."""

    links: tuple[tuple[int, int], ...]  # the two nodes of each
    demands: tuple[Demand, ...]


def build(nodes: int, count: int, seed: int, chords: tuple[tuple[int, int], ...]) -> Instance:
    """Return the instance of a plan.

    Random numbers below n are x // 256 % n of the sequence x = (1103515245 x + 12345) mod 2^31.
    For each demand: its first node, how far around the ring the second is, its rate, its price.
    """
    links = tuple((node, (node + 1) % nodes) for node in range(nodes)) + chords
    lengths = [link_length(nodes, ends) for ends in links]

    def below(n: int) -> int:
        nonlocal seed
        seed = (1103515245 * seed + 12345) % 2**31
        return seed // 256 % n

    @cache
    def between(start: int, end: int) -> list[tuple[int, tuple[int, ...]]]:
        return shortest(links, lengths, start, end)

    demands = []
    for _ in range(count):
        start = below(nodes)
        end = (start + 1 + below(nodes - 1)) % nodes
        rate = RATES[below(len(RATES))]
        price = 2 + below(4)
        routes = tuple(
            Route(path, length, slots_needed(rate, length)) for length, path in between(start, end)
        )
        demands.append(Demand((start, end), rate, rate // 100 * price, routes))
    return Instance(links, tuple(demands))


def shortest(
    links: tuple[tuple[int, int], ...], lengths: list[int], start: int, end: int
) -> list[tuple[int, tuple[int, ...]]]:
    """Return (length, links) of the shortest routes; of equal ones those with fewer links first."""
    leaving: dict[int, list[tuple[int, int]]] = {}
    for number, (a, b) in enumerate(links):
        leaving.setdefault(a, []).append((number, b))
        leaving.setdefault(b, []).append((number, a))
    found: list[tuple[int, int, tuple[int, ...]]] = []

    def extend(node: int, seen: set[int], path: tuple[int, ...], length: int) -> None:
        if node == end:
            found.append((length, len(path), path))
            return
        for number, other in leaving[node]:
            if other not in seen:
                extend(other, seen | {other}, (*path, number), length + lengths[number])

    extend(start, {start}, (), 0)
    return [(length, path) for length, _, path in sorted(found)[:MOST_ROUTES]]


def link_length(nodes: int, ends: tuple[int, int]) -> int:
    """Return the length of a link in km."""
    apart = abs(ends[0] - ends[1])
    return round(2.0 * RADIUS * math.sin(math.pi * apart / nodes))


def slots_needed(rate: int, length: int) -> int:
    """Return how many slots a rate takes on a route of this length."""
    carried = next(carried for reach, carried in FORMATS if length <= reach)
    return math.ceil(rate / carried)


INSTANCES = {name: build(*plan) for name, plan in PLANS.items()}
