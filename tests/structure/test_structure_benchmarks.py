"""The measured claims can still be measured: each way of measuring, once and small."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import benchmarks
import sandbox
from benchmarks import common, strategies
from benchmarks.asking import simulated, steps
from benchmarks.simulation import driver_speed, engine_speed
from benchmarks.steps import measure, session, stubbed
from workbench.search.driver import Plan


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("XDG_RUNTIME_DIR", "WORKBENCH_HOME", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.setenv(name, "")  # put back at the end, whatever the benchmark sets
    with common.own_places() as found:
        yield found


@pytest.mark.parametrize("name", [one.name for one in pkgutil.iter_modules(benchmarks.__path__)])
def test_every_benchmark_loads(name: str) -> None:
    importlib.import_module(f"benchmarks.{name}")


def test_the_moves_of_a_strategy_are_measured() -> None:
    times, resumed = strategies.measure("islands", (20, 60))
    assert [len(each) for each in times] == [2, 6]
    assert min(map(min, times)) > 0 < resumed


async def test_the_engine_alone_is_measured(place: Path) -> None:
    with stubbed():
        run = await measure(await session(place, 2, 20))
    assert run.evaluations == 20
    assert run.engine_ms > 0


async def test_steps_that_ask_a_model_are_measured(place: Path) -> None:
    if not (await sandbox.backend("bubblewrap").probe()).usable:
        pytest.skip("no namespaces here")
    with simulated() as url:
        cost = await steps(place, url, 24)
    assert cost.engine_ms > cost.bare_ms > 0


async def test_simulated_steps_are_measured_with_and_without_an_engine(place: Path) -> None:
    assert min(driver_speed(Plan(2, 4), 1)) > 0
    assert min(await engine_speed(place, "ucb", 60)) > 0
