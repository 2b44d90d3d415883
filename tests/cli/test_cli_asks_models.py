"""The whole way: a session that asks a model on loopback, paid in dollars, keyed, resumed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cli_program import Program

from workbench.dev import FakeModel, Script

PLANTED = "sk-planted-7d1e"


async def test_a_model_is_asked_paid_and_asked_again_after_a_resume(
    program: Program, hill: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_MODEL_KEY", PLANTED)
    async with FakeModel() as server:
        model = f"openai-compatible:fake@{server.url}/v1"
        prices = tmp_path / "prices.toml"
        prices.write_text(f'[prices."{model}"]\ninput = 3\noutput = 6\n')
        display = ("--display", "json", "--lineages", 1)
        budget = ("--budget", "evaluations=3,usd=1")
        begun = await asyncio.to_thread(
            program, "run", hill, *display, "--model", model, "--price", prices, *budget
        )
        last = begun.lines[-1]
        session = last["session"]
        assert last["kind"] == "finished", begun.err
        resumed = await asyncio.to_thread(
            program, "resume", session, "--display", "json", "--budget", "evaluations=5"
        )
        used = server.counts.usage["fake"]
        assert {call.headers["authorization"] for call in server.calls} == {f"Bearer {PLANTED}"}
    spent = resumed.lines[-1]["spent"]
    assert resumed.lines[-1]["evaluations"] == 5
    assert (spent["tokens"], spent["unknown_cost_calls"]) == (used.total, 0)
    fresh = used.input + used.cached + used.cache_write
    assert spent["usd"] == pytest.approx((3 * fresh + 6 * used.output) / 1e6, abs=1e-6)
    shown = program.show(session)["lineages"][0]
    assert shown["proposer"] == model
    assert 0 <= shown["cache_hit_rate"] < 1
    said = begun.out + begun.err + resumed.out + resumed.err
    files = [x.read_bytes() for x in Path(session).iterdir() if x.is_file()]
    assert PLANTED not in said
    assert not any(PLANTED.encode() in data for data in files)


async def test_a_refused_key_ends_at_once_with_what_to_do(
    program: Program, hill: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_MODEL_KEY", "wrong")
    async with FakeModel(Script(key="right")) as server:
        model = f"openai-compatible:fake@{server.url}/v1"
        said = await asyncio.to_thread(
            program, "run", hill, "--display", "json", "--model", model, code=1
        )
    last = said.lines[-1]
    assert last["kind"] == "interrupted"
    assert "WORKBENCH_MODEL_KEY" in said.err
    assert "workbench resume" in said.err
    assert (last["evaluations"], last["spent"]["usd"], last["spent"]["proposals"]) == (1, 0, 0)
