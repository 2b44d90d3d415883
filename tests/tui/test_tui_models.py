"""Models on the screen: who is asked, what it cost, what a lineage waits for."""

from __future__ import annotations

import time

from tui_scripted import Journal, live
from tui_support import stage

from workbench.display import text
from workbench.engine.feed import Live
from workbench.model import event as ev
from workbench.model.limits import Limits, Spend
from workbench.propose.command.setup import CommandSetup

MODEL = "anthropic:claude-x"
CALL = {"model": MODEL, "input": 812, "cached": 3188, "output": 900, "reasoning": 300, "usd": 0.03}
LIMITS = Limits(evaluations=40)


def asking(**spent: float) -> Journal:
    """Two lineages: one asks two models and has a candidate, the other mutates."""
    journal = Journal(limits=LIMITS)
    journal.open()
    journal.initial("a = 1\n")
    options: dict[str, object] = {"models": [MODEL, "openai:y"]}
    journal.add(ev.LineageCreated(1, "chain", "ensemble", 1, 1, options=options))
    journal.lineage(2)
    journal.move(1, 1)
    number = journal.propose(1, 1, (1,), "a = 2\n", detail={"calls": [CALL]})
    journal.verdict(1, 1.5, candidate=number)
    spend = Spend(tokens=14_900, **spent)  # type: ignore[arg-type]
    journal.add(ev.CallFailed(1, 2, MODEL, "rate limit", "slow [b]down[/b]", 1, 12.0, spend))
    return journal


async def test_tokens_dollars_and_cache_hits_stand_where_spend_stands() -> None:
    async with stage(asking(usd=0.49), size=(140, 30)) as one:
        heading = next(row for row in one.rows() if "tokens" in row)
        assert "cache" in heading
        row = next(row for row in one.rows() if "L1 " in row and "15k" in row)
        assert "80%" in row
        assert "$0.50" in row
        assert "15k tok · $0.50" in one.rows()[0]
        assert f"ensemble of {MODEL}, openai:y" in one.text
    async with stage(size=(140, 30)) as one:
        assert "cache" not in one.text


async def test_what_is_not_known_is_not_shown_as_nothing() -> None:
    async with stage(asking(unpriced=1), size=(140, 30)) as one:
        assert "≥$0.01" in one.rows()[0]
    assert text.dollars(Spend(unpriced=2)) == "$?"
    assert text.dollars(Spend(usd=0.004)) == "$0.0040"
    assert text.spend(Spend(unpriced=1), Limits()) == ["0 ev", "$?"]
    assert text.dollars(Spend(usd=1.5, unknown=1, unpriced=1)) == "≥$1.50?"


async def test_a_failed_call_has_a_line_and_the_wait_is_counted_down() -> None:
    journal = asking()
    event = journal.records[-1].event
    async with stage(journal, size=(140, 30)) as one:
        record = journal.add(event)
        waiting = Live(1, "waiting", 2, None, 0.0, "", "rate limit", time.time() + 12.4)
        await one.push(record, waiting)
        assert f"rate limit, again in 12 s: slow [b]down[/b] ({MODEL})" in one.text
        assert "◌ waiting 12 s: rate limit" in one.text
        await one.press("enter", "3")
        assert "◌ step 2 waiting: rate limit" in one.text
        await one.push(live(1, "proposing", 2, "now it "), live(1, "proposing", 2, "answers"))
        assert "step 2 proposing…" in one.text
        assert "now it answers" in one.text
        assert "waiting" not in one.text


async def test_the_proposal_tells_its_calls() -> None:
    async with stage(asking(), size=(140, 30)) as one:
        await one.press("enter", "3")
        told = f"{MODEL}: read 812 fresh, 3188 cached; wrote 900 (300 reasoning); $0.0300"
        assert told in one.prose


async def test_a_lineage_without_a_model_says_why() -> None:
    journal = asking()
    journal.add(ev.LineageStopped(1, "model", "the key in ANTHROPIC_API_KEY is refused"))
    async with stage(journal, size=(140, 30)) as one:
        assert "✖ no model" in one.text
        assert "the key in ANTHROPIC_API_KEY is refused" in one.text


def commanded(**setup: object) -> Journal:
    """A lineage whose proposals a command makes, opened as its engine says."""
    journal = Journal(limits=LIMITS)
    isolation = "commands: network OPEN · bubblewrap 9 · namespaces · network off"
    journal.add(ev.EngineOpened(42, "host", "0", isolation, "namespaces"))
    journal.initial("a = 1\n")
    options = CommandSetup("agent --yes \x1b[2J[b]bold[/b]", **setup).recorded()  # type: ignore[arg-type]
    journal.add(ev.LineageCreated(1, "chain", "command", 1, 1, options=options))
    return journal


async def test_a_command_is_named_with_what_it_may_reach() -> None:
    setup = {"network": True, "env": ("AGENT_KEY",), "shown": ("/opt/agent",)}
    async with stage(commanded(**setup), size=(160, 30)) as one:
        await one.push(live(1, "proposing", 1))
        label = "command: agent --yes [b]bold[/b] (network on; given AGENT_KEY; shown /opt/agent)"
        assert label in one.text
        assert "commands: network OPEN · bubblewrap 9" in one.text
        assert "▶ propose" in one.text


async def test_a_lineage_without_a_command_says_why() -> None:
    journal = commanded()
    journal.add(ev.LineageStopped(1, "command", "the sandbox of the command failed: no room"))
    async with stage(journal, size=(140, 30)) as one:
        assert "✖ no command" in one.text
        assert "the sandbox of the command failed: no room" in one.text


def test_a_command_that_a_file_has_wrong_is_named_as_that() -> None:
    told = text.models("command", {"command": "x", "env": ["\x1b[31m"]})
    assert told.startswith("the recorded command cannot be used")
    assert "\x1b" not in told
