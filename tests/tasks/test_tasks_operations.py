"""Replenishment, safety stock and portfolios: scores found again by other means, rules broken."""

import importlib.util
import itertools
import json
import math
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from bundled import TASKS, Scored, judge, run, settings

NAMES = ("joint-replenishment", "safety-stock", "portfolio-rebalance")
DATA = {
    "joint-replenishment": "instances.json",
    "safety-stock": "networks.json",
    "portfolio-rebalance": "markets.json",
}


def data(name: str) -> Any:
    return json.loads((TASKS / name / "tests" / DATA[name]).read_text())


def reference(name: str, folder: Path) -> Any:
    return json.loads(run(name, folder / "reference", solution=True))


def scored(name: str, content: Any, folder: Path) -> Scored:
    return judge(name, json.dumps(content).encode(), folder)


def refused(found: Scored, reason: str) -> None:
    assert (found.reward["reward"], found.reward["feasible"]) == (0, 0)
    assert reason in found.feedback


def first_number(text: str) -> float:
    """Return the first number after the first colon."""
    return float(text.partition(":")[2].split()[0])


@pytest.mark.parametrize("name", NAMES)
def test_baseline_and_reference_score_as_stated(name: str, tmp_path: Path) -> None:
    ours = settings(name)
    sign = 1 if ours["direction"] == "maximize" else -1
    first = judge(name, run(name, tmp_path / "app"), tmp_path)
    best = scored(name, reference(name, tmp_path), tmp_path)
    assert (first.reward["feasible"], best.reward["feasible"]) == (1, 1)
    assert first.reward["reward"] == pytest.approx(ours["baseline"], rel=1e-12)
    assert best.reward["reward"] == pytest.approx(ours["best_known"], rel=1e-12)
    assert sign * ours["baseline"] < sign * best.reward["reward"] <= sign * ours["bound"]
    assert set(best.reward) <= {"reward", "feasible", *ours["metrics"]}
    assert len(first.feedback) < 1500
    assert first_number(first.feedback) == pytest.approx(ours["baseline"], abs=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_the_candidate_is_given_the_very_data_that_it_is_judged_by(name: str) -> None:
    given = TASKS / name / "environment" / "app" / DATA[name]
    assert given.read_bytes() == (TASKS / name / "tests" / DATA[name]).read_bytes()


def test_the_items_follow_the_documented_formula() -> None:
    for name, instance in data("joint-replenishment").items():
        rng = random.Random(f"joint-replenishment {name}")
        for item in instance["items"]:
            drawn = (
                math.exp(rng.uniform(math.log(5), math.log(500))),
                rng.uniform(10, 60),
                math.exp(rng.uniform(math.log(1), math.log(20))),
                math.exp(rng.uniform(math.log(0.005), math.log(0.05))),
            )
            held = [item[key] for key in ("demand", "minor_cost", "holding_cost", "volume")]
            assert held == [float(f"{value:.3g}") for value in drawn]
        assert instance["major_cost"] == float(f"{rng.uniform(40, 200):.3g}")


def test_the_replenishments_are_lived_through_epoch_by_epoch(tmp_path: Path) -> None:
    """Deliveries and use in exact fractions; a year's cost from what really was in store."""
    plans, ratios = reference("joint-replenishment", tmp_path), []
    for name, instance in data("joint-replenishment").items():
        cycle = Fraction(plans[name]["cycle"])
        multiples, offsets = plans[name]["multiples"], plans[name]["offsets"]
        repeats = math.lcm(*multiples)
        room, loads = [Fraction(0)] * repeats, [Fraction(0)] * repeats
        cost = Fraction(instance["major_cost"]) / cycle * 365
        for item, multiple, offset in zip(instance["items"], multiples, offsets, strict=True):
            lot = Fraction(item["demand"]) * multiple * cycle
            stock = lot * Fraction(offset, multiple)  # just what is used until the first delivery
            unit_days = Fraction(0)
            for epoch in range(repeats):
                if epoch % multiple == offset:
                    assert stock == 0
                    stock += lot
                    loads[epoch] += lot * Fraction(item["volume"])
                    cost += Fraction(item["minor_cost"]) / (repeats * cycle) * 365
                room[epoch] += stock * Fraction(item["volume"])
                used = Fraction(item["demand"]) * cycle
                unit_days += (stock - used / 2) * cycle
                stock -= used
                assert stock >= 0
            cost += unit_days / (repeats * cycle) * Fraction(item["holding_cost"])
            assert multiple * cycle <= item["max_days"] * (1 + 1e-9)
        assert max(room) <= instance["storage"] * (1 + 1e-9)
        assert max(loads) <= instance["truck"] * (1 + 1e-9)
        ratios.append(float(cost) / instance["lower_bound"])
    stated = scored("joint-replenishment", plans, tmp_path).reward["reward"]
    assert sum(ratios) / len(ratios) == pytest.approx(stated, rel=1e-12)


def dual(instance: dict[str, Any], price: float) -> float:
    """Return the least relaxed cost with `price` per m3 and year of storage, on a grid of cycles.

    For any price >= 0 that is a bound, but for what the grid misses.
    """
    items = instance["items"]
    flow = sum(item["volume"] * item["demand"] for item in items)
    caps = [min(i["max_days"], instance["truck"] / (i["volume"] * i["demand"])) for i in items]
    longest = min(instance["truck"] / flow, *caps)

    def cost(cycle: float) -> float:
        total = 365 * instance["major_cost"] / cycle + price * flow * cycle / 2
        for item, cap in zip(items, caps, strict=True):
            slope = (item["holding_cost"] + price * item["volume"]) * item["demand"] / 2
            own = math.sqrt(365 * item["minor_cost"] / slope)
            time = min(max(own, cycle), cap, 8 * cycle)
            total += 365 * item["minor_cost"] / time + slope * time
        return total - price * instance["storage"]

    return min(cost(longest * k / 400) for k in range(40, 401))


def test_the_lower_bounds_are_what_duality_gives() -> None:
    for instance in data("joint-replenishment").values():
        best = max(dual(instance, price) for price in range(0, 100, 2))
        assert best == pytest.approx(instance["lower_bound"], rel=2e-4)


def solver() -> Any:
    """Return the module of the reference solution of safety-stock."""
    path = TASKS / "safety-stock" / "solution" / "solve.py"
    spec = importlib.util.spec_from_file_location("safety_stock_reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stock_cost(network: dict[str, Any], times: Any) -> float:
    """Return the yearly cost by the formula, or infinity where a constraint is broken."""
    total = 0.0
    for i, stage in enumerate(network["stages"]):
        inbound = max([times[a] for a, b in network["arcs"] if b == i], default=0)
        days = inbound + stage["lead_time"] - times[i]
        limit = stage["max_service"]
        if days < 0 or (limit is not None and times[i] > limit):
            return math.inf
        total += 0.25 * 1.645 * stage["value"] * stage["sigma"] * days**0.5
    return total


@pytest.mark.parametrize("seed", range(12))
def test_dynamic_programming_finds_the_best_of_all_placements_in_small_trees(seed: int) -> None:
    rng = random.Random(seed)
    stages = [
        {"lead_time": rng.randint(1, 3), "value": rng.uniform(1, 9), "sigma": rng.uniform(1, 9)}
        for _ in range(5)
    ]
    arcs = []
    for i in range(1, 5):
        other = rng.randrange(i)
        arcs.append([i, other] if rng.random() < 0.5 else [other, i])
    for i, stage in enumerate(stages):
        inner = any(a == i for a, _ in arcs)
        stage["max_service"] = None if inner else rng.randint(0, 2)
    network = {"stages": stages, "arcs": arcs}
    found = stock_cost(network, solver().Network(stages, arcs).solve())
    every = itertools.product(range(9), repeat=5)
    assert found == pytest.approx(min(stock_cost(network, times) for times in every), rel=1e-12)


def test_the_safety_stock_is_worth_the_stated_optimum(tmp_path: Path) -> None:
    times = reference("safety-stock", tmp_path)
    for name, network in data("safety-stock").items():
        assert stock_cost(network, times[name]) == pytest.approx(network["optimum"], rel=1e-9)
        assert stock_cost(network, times[name]) >= network["optimum"]
        assert len(network["arcs"]) == len(network["stages"]) - 1


def dense_utility(market: dict[str, Any], weights: list[float]) -> float:
    """Return the utility in bp with the covariance matrix written out."""
    assets = market["assets"]
    total = 0.0
    for i, (a, w) in enumerate(zip(assets, weights, strict=True)):
        trade = abs(w - a["held"])
        total += a["expected"] * w - a["spread"] * trade - a["impact"] * trade**1.5
        for j, (b, v) in enumerate(zip(assets, weights, strict=True)):
            entry = sum(
                x * market["factor_covariance"][f][g] * y
                for f, x in enumerate(a["exposures"])
                for g, y in enumerate(b["exposures"])
            )
            if a["sector"] == b["sector"]:
                entry += market["sector_volatility"][a["sector"]] ** 2
            if i == j:
                entry += a["specific"] ** 2
            total -= market["risk_aversion"] / 2 * w * entry * v
    return total * 1e4


def test_the_portfolios_gain_what_the_whole_covariance_matrix_says(tmp_path: Path) -> None:
    weights = reference("portfolio-rebalance", tmp_path)
    found = scored("portfolio-rebalance", weights, tmp_path).reward
    for name, market in data("portfolio-rebalance").items():
        held = [asset["held"] for asset in market["assets"]]
        gain = dense_utility(market, weights[name]) - dense_utility(market, held)
        assert found[f"gain_{name}"] == pytest.approx(gain, abs=1e-8)


def test_not_trading_is_feasible_and_gains_nothing(tmp_path: Path) -> None:
    name = "portfolio-rebalance"
    reward = scored(name, held(data(name)), tmp_path).reward
    assert (reward["feasible"], reward["reward"], reward["most_turnover"]) == (1, 0, 0)


def held(markets: Any) -> Any:
    return {name: [a["held"] for a in market["assets"]] for name, market in markets.items()}


Change = Callable[[Any], object]


def put(*path: Any) -> Change:
    """Return what puts the last item at the place that the others lead to."""

    def change(content: Any) -> None:
        *way, last, value = path
        for key in way:
            content = content[key]
        content[last] = value

    return change


def move(name: str, *moves: tuple[int, int, float]) -> Change:
    """Return what goes back to the first weights of all markets, and moves some in one."""

    def change(content: Any) -> None:
        content.update(held(data("portfolio-rebalance")))
        for seller, buyer, amount in moves:
            content[name][seller] -= amount
            content[name][buyer] += amount

    return change


def trade(name: str, seller: int, buyer: int, amount: float) -> Change:
    """Return what trades more than the reference does."""

    def change(content: Any) -> None:
        content[name][seller] -= amount
        content[name][buyer] += amount

    return change


def both(first: Change, second: Change) -> Change:
    """Return one change after the other."""

    def change(content: Any) -> None:
        first(content)
        second(content)

    return change


LOTS, TIMES, WEIGHTS = NAMES
BROKEN: list[tuple[str, Change, str]] = [
    (LOTS, put("n24", "cycle", 2.75), "n24: m3 of stock above the storage's 180.0 at base cycle"),
    (LOTS, put("n08", "cycle", 2.44), "n08: m3 delivered above the truck's 36.7 at base cycle"),
    (LOTS, put("n12", "multiples", 5, 4), "n12, item 5: days in store above 12 (by 4)"),
    (LOTS, put("n12", "offsets", 4, 1), "n12, item 4: offset 1 is not below 1 (by 1)"),
    (TIMES, put("chain", 0, 9), "chain, stage 0: net replenishment time below 0 days (by 1)"),
    (TIMES, put("chain", 8, 1.5), "chain, stage 8: service time above 1 days (by 0.5)"),
    (
        WEIGHTS,
        both(move("calm"), put("calm", 2, 0.1)),
        "calm: the weights do not sum to 1 (by 0.005)",
    ),
    (WEIGHTS, trade("calm", 2, 26, 0.01), "calm: turnover above its limit (by 0.01)"),
    (WEIGHTS, move("calm", (13, 5, 0.02)), "calm: assets held above 12 (by 1)"),
    (
        WEIGHTS,
        move("calm", (33, 39, 0.03)),
        "asset 33: weight neither 0 nor at least its limit (by",
    ),
    (WEIGHTS, move("calm", (11, 25, 0.03)), "calm, asset 25: weight above its limit (by 0.004)"),
    (
        WEIGHTS,
        move("calm", (11, 25, 0.02), (13, 33, 0.06)),
        "calm, sector 1: weight above its limit (by 0.011)",
    ),
    (WEIGHTS, move("calm", (30, 39, 0.02)), "calm, sector 6: weight below its limit (by 0.007)"),
]
"""Task, change of the reference, and what the feedback says."""


@pytest.mark.parametrize("case", range(len(BROKEN)))
def test_a_broken_constraint_is_named_with_its_amount(case: int, tmp_path: Path) -> None:
    name, change, told = BROKEN[case]
    content = reference(name, tmp_path)
    change(content)
    found = scored(name, content, tmp_path)
    refused(found, told)
    assert found.reward["worst_violation"] > 0
    assert found.reward["violations"] == 1, found.feedback


CHEATS: list[tuple[str, Change, str]] = [
    (LOTS, put("n08", "cycle", -2.4), "n08.cycle is -2.4, which is not 0.25 to 60"),
    (LOTS, put("n08", "cycle", 0), "n08.cycle is 0, which is not"),
    (LOTS, put("n08", "cycle", 1e-300), "n08.cycle is 1e-300, which is not"),
    (LOTS, put("n08", "cycle", 1e300), "n08.cycle is 1e+300, which is not"),
    (LOTS, put("n08", "cycle", math.nan), "NaN is not a number"),
    (LOTS, put("n08", "cycle", True), "n08.cycle must be a number, not bool"),
    (LOTS, put("n08", "multiples", 0, 0), "n08.multiples[0] is 0, which is not 1 to 8"),
    (LOTS, put("n08", "multiples", 0, -4), "n08.multiples[0] is -4, which is not 1 to 8"),
    (LOTS, put("n08", "multiples", 0, 1.5), "n08.multiples[0] must be an integer, not float"),
    (LOTS, put("n08", "multiples", 0, 9), "n08.multiples[0] is 9, which is not 1 to 8"),
    (LOTS, put("n08", "multiples", 3, True), "n08.multiples[3] must be an integer, not bool"),
    (LOTS, put("n08", "offsets", 0, -1), "n08.offsets[0] is -1, which is not 0 to 7"),
    (LOTS, put("n08", "multiples", [1]), "n08.multiples must be a list of 8 entries, not 1"),
    (LOTS, put("n08", "lower_bound", 1e9), "unknown: 'lower_bound'"),
    (LOTS, put("n99", {}), "unknown: 'n99'"),
    (TIMES, put("chain", 0, -5), "chain[0] is -5, which is not 0 to 365"),
    (TIMES, put("chain", 0, 1e9), "chain[0] is 1e+09, which is not 0 to 365"),
    (TIMES, put("chain", 0, -math.inf), "-Infinity is not a number"),
    (TIMES, put("chain", 8, False), "chain[8] must be a number, not bool"),
    (TIMES, put("chain", []), "chain must be a list of 9 entries, not 0"),
    (TIMES, put("optimum", 1e9), "unknown: 'optimum'"),
    (WEIGHTS, put("calm", 0, -0.5), "calm[0] is -0.5, which is not 0 to 1"),
    (WEIGHTS, put("calm", 0, 40), "calm[0] is 40, which is not 0 to 1"),
    (WEIGHTS, put("calm", 0, math.nan), "NaN is not a number"),
    (WEIGHTS, put("calm", 0, "0.1"), "calm[0] must be a number, not str"),
    (WEIGHTS, put("calm", 2, True), "calm[2] must be a number, not bool"),
    (WEIGHTS, put("calm", [0.1] * 10), "calm must be a list of 40 entries, not 10"),
    (WEIGHTS, put("assets", []), "unknown: 'assets'"),
]


@pytest.mark.parametrize("case", range(len(CHEATS)))
def test_what_is_out_of_its_domain_is_refused(case: int, tmp_path: Path) -> None:
    name, change, told = CHEATS[case]
    content = reference(name, tmp_path)
    change(content)
    refused(scored(name, content, tmp_path), told)


@pytest.mark.parametrize("name", NAMES)
def test_a_repeated_key_is_refused(name: str, tmp_path: Path) -> None:
    text = json.dumps(reference(name, tmp_path))
    key = text[1 : text.index(":")]
    found = judge(name, f"{{{key}: [], {text[1:]}".encode(), tmp_path)
    refused(found, "repeats a key")


def test_data_changed_by_the_candidate_changes_nothing(tmp_path: Path) -> None:
    """The verifier never looks at the instances beside the answer."""
    for name in NAMES:
        content = run(name, tmp_path / name)
        before = judge(name, content, tmp_path).reward
        (tmp_path / "app" / DATA[name]).write_text("{}")
        assert judge(name, content, tmp_path).reward == before
