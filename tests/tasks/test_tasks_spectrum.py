"""The elastic networks: instances made otherwise, scores slot by slot, broken assignments."""

import itertools
import math
import runpy
from pathlib import Path
from typing import Any

import pytest
from bundled import TASKS, judge, settings
from perturbed import answer_of, assert_infeasible, judged, output, replaced

NAME = "spectrum-packing"
RINGS = {"ring-8": (8, 70), "ring-10": (10, 100), "ring-12": (12, 120)}
CHORDS = {
    "ring-8": "0-3 2-6 4-7",
    "ring-10": "0-4 1-6 3-8 5-9 2-7",
    "ring-12": "0-5 2-8 3-10 6-11 1-7 4-9",
}
SEEDS = {"ring-8": 11, "ring-10": 12, "ring-12": 13}
NETWORK = runpy.run_path(str(TASKS / NAME / "tests" / "network.py"))


def numbers(seed: int) -> Any:
    """Return a function that draws below n: the generator of the ISO C example."""
    state = [seed]

    def below(n: int) -> int:
        state[0] = (state[0] * 1103515245 + 12345) & 0x7FFFFFFF
        return (state[0] >> 8) % n

    return below


def paths(links: list[tuple[int, int]], start: int, end: int) -> list[list[int]]:
    """Return all routes without a repeated node, by growing them link by link."""
    grown, done = [(start, [start], [])], []
    while grown:
        node, seen, path = grown.pop()
        for number, ends in enumerate(links):
            if node in ends:
                other = sum(ends) - node
                if other == end:
                    done.append([*path, number])
                elif other not in seen:
                    grown.append((other, [*seen, other], [*path, number]))
    return done


@pytest.mark.parametrize("name", RINGS)
def test_the_instances_are_what_their_description_says(name: str) -> None:
    nodes, count = RINGS[name]
    chords = [tuple(map(int, chord.split("-"))) for chord in CHORDS[name].split()]
    links = [(node, (node + 1) % nodes) for node in range(nodes)] + chords
    corner = [
        (520 * math.cos(2 * math.pi * n / nodes), 520 * math.sin(2 * math.pi * n / nodes))
        for n in range(nodes)
    ]
    length = [round(math.dist(corner[a], corner[b])) for a, b in links]
    instance = NETWORK["INSTANCES"][name]
    assert list(instance.links) == links
    assert len(instance.demands) == count
    below = numbers(SEEDS[name])
    for demand in instance.demands:
        start = below(nodes)
        end = (start + 1 + below(nodes - 1)) % nodes
        rate = (100, 100, 200, 200, 400)[below(5)]
        assert (demand.ends, demand.rate) == ((start, end), rate)
        assert demand.weight == rate // 100 * (2 + below(4))
        ranked = sorted(
            (sum(length[link] for link in path), len(path), path)
            for path in paths(links, start, end)
        )
        for route, (kilometres, _, path) in zip(demand.routes, ranked[:4], strict=True):
            steps = 4 if kilometres <= 500 else 3 if kilometres <= 1000 else 2
            steps = steps if kilometres <= 2000 else 1
            assert list(route.links) == path
            assert route.slots == math.ceil(rate / (12.5 * steps))


def test_the_score_slot_by_slot(tmp_path: Path) -> None:
    answer = answer_of(NAME, solution=True)
    reward = judged(NAME, answer, tmp_path).reward
    points = []
    for name in RINGS:
        instance = NETWORK["INSTANCES"][name]
        spectrum: list[list[int | None]] = [[None] * 64 for _ in instance.links]
        carried = 0
        for number, entry in enumerate(answer[name]):
            if entry is not None:
                route = instance.demands[number].routes[entry[0]]
                carried += instance.demands[number].weight
                for link in route.links:
                    for slot in range(entry[1], entry[1] + route.slots):
                        assert spectrum[link][slot] is None
                        spectrum[link][slot] = number
        crumbs = []
        for row in spectrum:
            for left, right in itertools.pairwise(row):
                assert left == right or left is None or right is None
            runs = [
                len(list(run)) for free, run in itertools.groupby(row, lambda x: x is None) if free
            ]
            crumbs.append(1 - max(runs) / sum(runs) if runs else 0.0)
        asked = sum(demand.weight for demand in instance.demands)
        points.append(100 * carried / asked - sum(crumbs) / len(crumbs))
        assert reward[f"carried_{name}"] == carried
    assert reward["reward"] == pytest.approx(sum(points) / 3, rel=1e-12)
    assert reward["reward"] < settings(NAME)["bound"]


def free_of_conflict(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an answer that carries nothing in one network."""
    return answer | {name: [None] * len(answer[name])}


def test_a_demand_past_the_last_slot_is_named(tmp_path: Path) -> None:
    answer = free_of_conflict(answer_of(NAME), "ring-8")
    needed = NETWORK["INSTANCES"]["ring-8"].demands[5].routes[0].slots
    answer["ring-8"][5] = [0, 64 - needed]
    assert judged(NAME, answer, tmp_path).reward["feasible"] == 1
    answer["ring-8"][5] = [0, 64 - needed + 2]
    scored = judged(NAME, answer, tmp_path)
    assert_infeasible(scored, "ring-8: demand 5 ends at slot 65, the last is 63 (by 2)")
    assert scored.reward["violations"] == 1


def test_overlaps_and_missing_guard_bands_are_named(tmp_path: Path) -> None:
    """On each link that two demands share, and with the number of slots that lack."""
    demands = NETWORK["INSTANCES"]["ring-10"].demands
    one, other = next(
        (a, b)
        for a, b in itertools.combinations(range(100), 2)
        if len(set(demands[a].routes[0].links) & set(demands[b].routes[0].links)) == 1
    )
    (link,) = set(demands[one].routes[0].links) & set(demands[other].routes[0].links)
    answer = free_of_conflict(answer_of(NAME), "ring-10")
    needed = demands[one].routes[0].slots
    answer["ring-10"][one] = [0, 10]
    for first, lacking in (
        (10 + needed + 1, 0),
        (10 + needed, 1),
        (10 + needed - 1, 2),
        (10, needed + 1),
    ):
        answer["ring-10"][other] = [0, first]
        scored = judged(NAME, answer, tmp_path)
        assert scored.reward["feasible"] == (lacking == 0)
        if lacking:
            assert_infeasible(scored, f"ring-10, link {link}: demands", f"(by {lacking})")
            assert scored.reward["violations"] == 1


def test_nothing_carried_scores_nothing_but_is_feasible(tmp_path: Path) -> None:
    answer = {name: [None] * count for name, (_, count) in RINGS.items()}
    reward = judged(NAME, answer, tmp_path).reward
    assert (reward["feasible"], reward["reward"]) == (1, 0.0)


def test_everything_in_slot_zero_is_told_in_few_words(tmp_path: Path) -> None:
    answer = {name: [[0, 0]] * count for name, (_, count) in RINGS.items()}
    assert_infeasible(judged(NAME, answer, tmp_path), "Worst first")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[4, 0]", "route 4, but its routes are 0 to 3"),
        ("[-1, 0]", "ring-8[3][0] is -1, which is not 0 to 63"),
        ("[0, -1]", "ring-8[3][1] is -1, which is not 0 to 63"),
        ("[0, 64]", "ring-8[3][1] is 64, which is not 0 to 63"),
        ("[0, 1.0]", "must be an integer, not float"),
        ("[0, 0.5]", "must be an integer, not float"),
        ("[0, true]", "must be an integer, not bool"),
        ("[false, 0]", "must be an integer, not bool"),
        ("[0, null]", "must be an integer, not NoneType"),
        ("[0, NaN]", "NaN is not a number"),
        ("[0]", "must be a list of 2 entries, not 1"),
        ("[0, 1, 400]", "must be a list of 2 entries, not 3"),
        ("0", "ring-8[3] must be a list, not int"),
        ("false", "ring-8[3] must be a list, not bool"),
        ('{"route": 0}', "ring-8[3] must be a list, not dict"),
    ],
)
def test_answers_outside_their_domain(text: str, reason: str, tmp_path: Path) -> None:
    content = replaced(output(NAME), ("ring-8", 3), text)
    assert_infeasible(judge(NAME, content, tmp_path), reason)


def test_a_demand_is_carried_once(tmp_path: Path) -> None:
    answer = answer_of(NAME)
    more = answer | {"ring-8": answer["ring-8"] + answer["ring-8"]}
    assert_infeasible(judged(NAME, more, tmp_path), "ring-8 must be a list of 70 entries, not 140")
