"""What was tried is remembered while nothing has changed, and nothing doubtful is believed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import Backend, Capabilities, Check, memo
from sandbox.bubblewrap import Bubblewrap

QUICK = Capabilities("some", "1", "namespaces", True, checks=(Check("memory", "enforced", "x"),))
TRIED = replace(QUICK, checks=(Check("memory", "absent", "tried"),), tried=True)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_a_table_comes_back_until_it_is_forgotten() -> None:
    assert memo.recall(QUICK) is None
    memo.remember(QUICK, TRIED)
    assert memo.recall(QUICK) == TRIED
    assert memo.recall(replace(QUICK, version="2")) is None
    memo.forget()
    assert memo.recall(QUICK) is None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '[{"name": "disk", "state": "enforced", "detail": ""}]',
     '[{"name": "memory", "state": "perfect", "detail": ""}]', '[["memory"]]',
     " " * (memo.MOST_BYTES + 1)],
)  # fmt: skip
def test_what_was_not_written_so_is_not_believed(cache: Path, text: str) -> None:
    memo.remember(QUICK, TRIED)
    (file,) = cache.rglob("*.json")
    file.write_text(text)
    assert memo.recall(QUICK) is None


def test_a_cache_that_cannot_be_written_is_none(cache: Path) -> None:
    (cache / "sandbox-probe").write_text("in the way")
    memo.remember(QUICK, TRIED)
    assert memo.recall(QUICK) is None


async def test_a_second_probe_need_not_try_again(usable: Backend, cache: Path) -> None:
    first = await Bubblewrap().probe(full=True)
    (file,) = cache.rglob("*.json")
    rows = json.loads(file.read_text())
    rows[0]["detail"] = "as remembered"
    file.write_text(json.dumps(rows))
    second = await Bubblewrap().probe(full=True)
    assert second.tried
    assert second.checks[0].detail == "as remembered"
    assert second.checks[1:] == first.checks[1:]
