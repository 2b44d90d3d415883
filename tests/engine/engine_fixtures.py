"""Fixtures for whatever runs real sessions; conftest files import them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_support import Gated, Paid

import sandbox
from workbench.propose import registry


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sockets, slot locks and sessions of one test are its own."""
    with tempfile.TemporaryDirectory(prefix="wb") as short:  # sockets need short paths
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)
        monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "home" / "config.toml"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _isolation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Try this machine once for all: an engine that finds nothing remembered tries it itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp().parent / "cache"))
        found = asyncio.run(sandbox.backend("bubblewrap").probe(full=True))
        if not found.usable:
            pytest.skip(f"no namespaces here: {found.problem}")
        yield


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "home" / "sessions"


@pytest.fixture
def gated(monkeypatch: pytest.MonkeyPatch) -> type[Gated]:
    """Make the proposers `gated` and `paid` known."""
    monkeypatch.setitem(registry._FACTORIES, "gated", "engine_support:Gated")
    monkeypatch.setitem(registry._FACTORIES, "paid", "engine_support:Paid")
    Gated.reset()
    Paid.reset()
    return Gated
