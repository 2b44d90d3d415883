"""`--command` and what belongs to it: read whole or refused; run, shown, refused and resumed."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from cli_program import Program

from workbench.cli import UsageError, command, main
from workbench.cli.parser import parse
from workbench.propose.command.setup import CommandSetup

AGENT = 'echo "MARK = $(date +%s%N)" >> solve.py; echo added a line'
KEY = "key-planted-7d1e"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_KEY", KEY)
    monkeypatch.delenv("ABSENT_KEY", raising=False)


def chosen(*arguments: object) -> CommandSetup | None:
    return command.chosen(parse(["run", "hill", *map(str, arguments)]))


def test_a_command_and_all_that_it_may_reach_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/usr")
    reach = ("--command-network", "--command-env", "AGENT_KEY", "--command-show", "lib")
    limits = ("--command-seconds", 7.5, "--command-memory", 100)
    setup = chosen("--command", AGENT, *reach, *limits)
    assert setup == CommandSetup(AGENT, True, ("AGENT_KEY",), ("/usr/lib",), 7.5, 100)
    assert KEY not in repr(setup)
    assert chosen("--command", AGENT) == CommandSetup(AGENT)
    assert chosen() is None


def test_a_home_that_is_shown_whole_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    chosen("--command", AGENT, "--command-show", "~")
    assert "keys and all" in capsys.readouterr().err
    chosen("--command", AGENT, "--command-show", "/usr/lib")
    assert capsys.readouterr().err == ""


MISTAKES = [
    (["--command", " "], "the command is empty"),
    (["--command", AGENT, "--command-env", "ABSENT_KEY"], "ABSENT_KEY, which is not set"),
    (["--command", AGENT, "--command-env", "A=B"], "no name of a variable"),
    (["--command", AGENT, "--command-env", "WORKBENCH_PROMPT"], "cannot be passed on"),
    (["--command", AGENT, "--command-show", "/no/such"], "--command-show: /no/such does not exist"),
    (["--command", AGENT, "--command-show", "/"], "--command-show: / is the whole machine"),
    (["--command", AGENT, "--command-show", "/tmp"], "/tmp is the sandbox's own"),
    (["--command", AGENT, "--command-show", "/etc"], "would hide /etc/passwd"),
    (["--command", AGENT, "--command-seconds", "0"], "not above zero"),
    (["--command", AGENT, "--command-seconds", "1e9"], "do not lie between"),
    (["--command", AGENT, "--command-memory", "1"], "do not lie between"),
    (["--command", AGENT, "--model", "anthropic:x"], "--command and --model"),
    (["--command", AGENT, "--proposer", "mutation"], "with --command alone"),
    (["--proposer", "command"], "with --command alone"),
    (["--command", AGENT, "--effort", "low"], "--effort needs a --model"),
    (["--command-network"], "--command-network needs a --command"),
    (["--command-env", "AGENT_KEY"], "--command-env needs a --command"),
    (["--command-show", "/usr"], "--command-show needs a --command"),
    (["--command-seconds", "5"], "--command-seconds needs a --command"),
    (["--command-memory", "100"], "--command-memory needs a --command"),
    (["--command", AGENT, "--budget", "usd=1"], "a budget in dollars cannot be kept"),
    (["--command", AGENT, "--budget", "tokens=1"], "a budget in tokens cannot be kept"),
]


@pytest.mark.parametrize(("words", "told"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_exit_two_and_makes_no_session(
    places: Path, hill: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    os.environ.setdefault("ANTHROPIC_API_KEY", "sk-a")
    try:
        code = main(["run", str(hill), *words])
    except SystemExit as end:  # argparse's way
        code = int(end.code or 0)
    assert code == 2
    assert told in capsys.readouterr().err
    assert not places.exists()


def test_the_demonstration_runs_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["demo", "--command", AGENT])
    assert "unrecognized arguments" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--command-network"], "--command-network needs a --command"),
        (["--command", AGENT, "--command-env", "ABSENT_KEY"], "which is not set"),
        (["--command", AGENT, "--effort", "low"], "--effort needs a --model"),
    ],
)
def test_a_resume_refuses_the_same(
    ten: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(["resume", ten.name, "--budget", "evaluations=12", *words]) == 2
    assert told in capsys.readouterr().err


def test_what_is_not_said_again_stays_as_recorded(places: Path, hill: Path) -> None:
    import asyncio

    from workbench.engine.create import Settings, create_session
    from workbench.formats.load import load

    recorded = CommandSetup(AGENT, True, seconds=5, memory_mb=100)
    settings = Settings(proposer="command", options=recorded.recorded())
    made = asyncio.run(create_session(places, load(str(hill)).task, settings))

    def changed(*words: object) -> CommandSetup | None:
        arguments = parse(["resume", str(made), *map(str, words)])
        return command.changed(arguments, made)

    assert changed("--command", AGENT, "--command-network") == recorded
    longer = changed("--command", AGENT, "--command-network", "--command-seconds", 9)
    assert longer == CommandSetup(AGENT, True, seconds=9, memory_mb=100)
    assert changed("--command", AGENT) == CommandSetup(AGENT), "it reaches less: another one"
    assert changed() is None
    with pytest.raises(UsageError):
        changed("--command-memory", 100)


def test_a_command_is_run_shown_refused_and_resumed_with_the_words_that_are_printed(
    program: Program, hill: Path
) -> None:
    reach = ("--command-network", "--command-env", "AGENT_KEY", "--command-seconds", 20)
    chosen = ("--command", f'{AGENT} "$AGENT_KEY"', *reach)
    search = ("--lineages", 2, "--budget", "evaluations=3", "--display", "plain")
    begun = program("run", hill, *search, *chosen)
    label = CommandSetup(chosen[1], True, ("AGENT_KEY",)).label
    assert f"proposed by {label}" in begun.out
    assert "engine opened: commands: network OPEN" in begun.out
    assert "added a line <AGENT_KEY>" in begun.out
    session = begun.out.partition("session ")[2].splitlines()[0]
    shown = program("show", session)
    assert f"{label}: 0 tok, $?" in shown.out
    more = ("--budget", "evaluations=5", "--display", "plain")
    refused = program("resume", session, *more, code=1)
    assert "only the session file says so" in refused.err
    words = shlex.split(refused.err.partition("name it again: ")[2].splitlines()[0])
    resumed = program("resume", session, *more, *words)
    assert "finished: 5/5 ev" in resumed.out
    said = begun.out + begun.err + shown.out + refused.err + resumed.out + resumed.err
    assert KEY not in said
    assert not any(KEY.encode() in x.read_bytes() for x in Path(session).iterdir() if x.is_file())


def test_an_engine_of_its_own_is_granted_the_same(program: Program, hill: Path) -> None:
    chosen = ("--command", AGENT, "--command-env", "AGENT_KEY", "--lineages", 1)
    begun = program("run", hill, "--detach", "--budget", "evaluations=2", *chosen)
    session = begun.out.splitlines()[0].partition("runs ")[2]
    watched = program("attach", session, "--display", "json")
    assert watched.lines[-1]["kind"] == "finished"
    assert program.show(session)["lineages"][0]["options"]["env"] == ["AGENT_KEY"]
