"""The form for a new session: every option of the command line, and the same session begun."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from workbench.cli.desk import FullDesk
from workbench.cli.parser import build, parse
from workbench.cli.plan import plan
from workbench.dev import FakeModel
from workbench.display.opener import OpenFailed
from workbench.propose.llm.open import VARIABLES

DISPLAY = {"display", "detach", "help"}
"""Options of the command line alone: the form is shown already."""


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def desk(places: Path) -> FullDesk:
    return FullDesk(places)


def test_the_form_has_every_option_of_run_with_its_meaning(desk: FullDesk) -> None:
    commands = next(x for x in build()._actions if x.dest not in ("help", "version"))
    assert isinstance(commands.choices, dict)
    actions = commands.choices["run"]._actions
    named = {(x.option_strings or [x.dest])[-1].removeprefix("--") for x in actions}
    asked = {field.name.partition(".")[0]: field for field in desk.fields()}
    assert set(asked) == named - DISPLAY
    assert next(iter(asked)) == "task"
    assert all(field.meaning for field in desk.fields())
    limits = [x.name for x in desk.fields() if x.name.startswith("budget.")]
    assert limits == [f"budget.{x}" for x in ("evaluations", "proposals", "tokens", "usd", "wall")]
    assert "chain" in asked["strategy"].known
    assert "circle-packing" in asked["task"].known


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("lineages", "0", "not a positive number"),
        ("lineages", "many", "not a whole number"),
        ("target", "nan", "not a number"),
        ("sandbox", "none", "choose from 'auto'"),
        ("budget.usd", "-1", "not a positive number"),
        ("budget.wall", "soon", "a number with s, m, h or d"),
        ("model", "anthropic:a gpt", "names no model"),
        ("model-weight", "1 0", "not above zero"),
        ("model", "'anthropic:a", "a word with blanks in it is quoted"),
        ("command-network", "maybe", "write on or off"),
    ],
)
def test_what_is_wrong_in_a_field_is_told(desk: FullDesk, name: str, text: str, told: str) -> None:
    assert told in desk.check(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [("lineages", "3"), ("target", "-2.5"), ("budget.wall", "10m"), ("command-network", "on"),
     ("model", "openai:a openai:b"), ("model-weight", "1 2.5"), ("command", "agent --yes")],
)  # fmt: skip
def test_what_is_right_is_not_talked_about(desk: FullDesk, name: str, text: str) -> None:
    assert desk.check(name, text) == ""


async def test_the_command_line_shown_means_the_same(
    desk: FullDesk, hill: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_KEY", "sk-secret")
    words = {
        "task": str(hill),
        "lineages": "2",
        "seed": "7",
        "budget.evaluations": "40",
        "budget.wall": "10m",
        "target": "-3.5",
        "command": 'agent --yes "$WORKBENCH_PROMPT"',
        "command-network": "on",
        "command-env": "AGENT_KEY",
        "sandbox": "process",
        "slots": "1",
        "on-finish": "echo done",
    }
    found = await desk.preview(words)
    assert found.problem == ""
    program, *argv = shlex.split(found.command)
    assert program == "workbench"
    typed, shown = plan(parse(argv)), desk._plan(words)[0]
    assert typed.settings == shown.settings
    assert typed.launch == shown.launch
    assert typed.limits == shown.limits
    assert typed.limits.seconds == 600
    told = dict(found.told)
    assert "NO ISOLATION" in told["isolation"]
    assert told["verification"].startswith("output: ")
    assert told["verifier"]
    assert told["proposer"].startswith("command: agent --yes")
    assert "evaluations=40" in told["budget"]
    assert told["on finish"] == "echo done (as you, keys included)"
    assert "sk-secret" not in repr(found)


async def test_what_keeps_a_session_from_being_begun_is_told_and_makes_none(
    desk: FullDesk, hill: Path, places: Path
) -> None:
    local = "openai-compatible:x@http://127.0.0.1:9"
    for words, told in (
        ({}, "name a task"),
        ({"task": "nope"}, "is neither a directory nor a bundled task"),
        ({"task": str(hill), "model": "anthropic:fake"}, "set ANTHROPIC_API_KEY"),
        ({"task": str(hill), "model": local, "budget.usd": "1"}, "nobody knows the price"),
        ({"task": str(hill), "model": f"{local} {local}"}, "named twice"),
        ({"task": str(hill), "effort": "low"}, "--effort needs a --model"),
        ({"task": str(hill), "proposer": "replay"}, "belong together"),
        ({"task": str(hill), "lineages": "none"}, "not a whole number"),
        ({"task": str(hill), "model": "'x"}, "a word with blanks in it is quoted"),
    ):
        assert told in (await desk.preview(words)).problem
        with pytest.raises(OpenFailed, match=re.escape(told)):
            await desk.start(words)
    assert not places.exists()


async def test_cautions_stand_in_the_form_and_nowhere_else(
    desk: FullDesk, hill: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    far = "openai-compatible:q@http://gpu.example"
    found = await desk.preview({"task": str(hill), "model": far})
    assert any(word == "warning" and "gpu.example" in told for word, told in found.told)
    assert capsys.readouterr().err == ""


async def test_a_session_that_asks_a_model_is_begun_from_here(
    desk: FullDesk, hill: Path, isolation: str
) -> None:
    async with FakeModel() as server:
        model = f"openai-compatible:fake@{server.url}/v1"
        words = {"task": str(hill), "lineages": "1", "budget.evaluations": "3", "model": model}
        found = await desk.preview(words)
        assert found.problem == ""
        assert dict(found.told)["isolation"] == isolation
        opened = await desk.start(words)
        try:
            async for _ in opened.feed.updates():
                pass
            session = opened.feed.session
        finally:
            await opened.close()
        assert server.counts.calls >= 2
    assert session.state == "finished"
    assert session.lineages[1].created.proposer == model
