"""What a command can reach: its sandbox, and what it was given; no value of that is ever kept."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from command_support import EDIT, TASK, Bench, bench, request

from workbench.propose.command.setup import CommandSetup, checked, command_of
from workbench.propose.proposer import ProposerStopped

KEY = "key-planted-4711"


@pytest.fixture
def port() -> Iterator[int]:
    """A server on this machine's loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def installation() -> Iterator[Path]:
    """An agent that is installed outside of the system's directories."""
    folder = Path(tempfile.mkdtemp(prefix="agent-", dir="/var/tmp"))
    folder.chmod(0o755)
    (folder / "agent").write_text(f"#!/bin/sh\n{EDIT}\ncat $(dirname $0)/words\n")
    (folder / "agent").chmod(0o755)
    (folder / "words").write_text("edited by the installed one\n")
    yield folder
    shutil.rmtree(folder)


def connect(port: int) -> str:
    source = (
        "import socket\n"
        f"try: socket.create_connection(('127.0.0.1', {port}), 5); print('connected')\n"
        "except OSError as error: print(error.strerror)"
    )
    return f'{EDIT}; python3 -S -c "{source}"'


async def test_there_is_no_network_unless_the_person_says_so(run: Bench, port: int) -> None:
    assert (await run(connect(port))).note == "Connection refused"
    assert (await run(connect(port), network=True)).note == "connected"


async def test_a_key_is_seen_by_a_command_that_is_given_it_and_by_no_other(run: Bench) -> None:
    look = f"{EDIT}; env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n'"
    made = await run(look)
    assert made.reply is not None
    assert b"AGENT_KEY" not in made.reply
    assert KEY.encode() not in made.reply
    # Its value is needed to tell: it prints how long it is, and its end, but never all of it.
    made = await run(
        f'{EDIT}; echo "${{#AGENT_KEY}} ${{AGENT_KEY##*-}} $OTHER_KEY"', env=("AGENT_KEY",)
    )
    assert made.note == f"{len(KEY)} 4711"


async def test_a_value_that_was_given_is_kept_nowhere(run: Bench) -> None:
    given = {"env": ("AGENT_KEY", "MODE"), "seconds": 20}
    made = await run(
        f'{EDIT}; echo "$AGENT_KEY" >&2; echo "MODE is $MODE, key is $AGENT_KEY!"', **given
    )
    assert made.note == "MODE is on, key is <AGENT_KEY>!"
    assert KEY not in repr(made)
    refused = await run.refused('echo "denied: $AGENT_KEY" >&2; exit 1', **given)
    assert refused.message.endswith("status 1: denied: <AGENT_KEY>")
    assert KEY not in repr(vars(refused))
    refused = await run.refused('echo "# $AGENT_KEY" >> solve.py', **given)
    assert "solve.py holds the value of AGENT_KEY, which must not be kept" in refused.message
    usage = f'{EDIT}; printf \'{{"%s": 1}}\' "$AGENT_KEY" > $WORKBENCH_USAGE'
    made = await run(usage, **given)
    assert "<AGENT_KEY>" in str(made.detail["usage"])
    assert KEY not in repr(made)
    setup = checked(CommandSetup("agent", env=("AGENT_KEY",)))
    assert KEY not in json.dumps(setup.recorded()) + setup.label + setup.flags()


async def test_a_variable_that_is_not_set_stops_the_lineage(run: Bench) -> None:
    with pytest.raises(ProposerStopped, match="ABSENT_KEY, which is not set"):
        await run(EDIT, env=("ABSENT_KEY",))


async def test_an_installation_is_seen_where_it_lies_once_it_is_shown(
    run: Bench, installation: Path
) -> None:
    refused = await run.refused(f"{installation}/agent")
    assert "status 127" in refused.message
    made = await run(f"{installation}/agent", shown=(str(installation),))
    assert made.note == "edited by the installed one"
    assert made.files["solve.py"] == b"EAST = 7\nNORTH = 2\n"
    made = await run(
        f"{EDIT}; touch {installation}/x || echo it is read-only", shown=(str(installation),)
    )
    assert made.note == "it is read-only"


async def test_a_path_that_cannot_be_shown_stops_the_lineage(run: Bench) -> None:
    with pytest.raises(ProposerStopped, match="/nowhere/agent does not exist"):
        await run(EDIT, shown=("/nowhere/agent",))


async def test_runtimes_that_reserve_much_memory_work(run: Bench) -> None:
    reserve = "import mmap; mmap.mmap(-1, 64 << 30, mmap.MAP_PRIVATE | 0x4020); print('reserved')"
    made = await run(f'{EDIT}; python3 -S -c "{reserve}"', memory_mb=256)
    assert made.note == "reserved"


async def test_node_works(run: Bench) -> None:
    if shutil.which("node", path="/usr/local/bin:/usr/bin:/bin") is None:
        pytest.skip("no node in the system's directories")
    script = "const fs = require('fs'); fs.writeFileSync('solve.py', 'EAST = 9\\n')"
    made = await run(f'node -e "{script}"; echo done by node', memory_mb=512)
    assert made.files["solve.py"] == b"EAST = 9\n"


async def test_the_task_s_packages_are_there_for_its_program_alone(run: Bench) -> None:
    task = msgspec.structs.replace(TASK, python_packages=("numpy",))
    load = 'python3 -S -c "import numpy; print(numpy.__name__)"'
    command = (
        f"{EDIT}; {load} 2>/dev/null || echo not by itself; PYTHONPATH=$WORKBENCH_PYTHONPATH {load}"
    )
    made = await run(command, request(task=task))
    assert (made.reply or b"").startswith(b"not by itself\nnumpy\n")
    prompt = b"".join(made.prompt)
    assert b"PYTHONPATH=$WORKBENCH_PYTHONPATH python3 -S solve.py" in prompt
    assert b"WORKBENCH_PYTHONPATH" not in b"".join((await run(EDIT)).prompt)


async def test_plain_processes_find_the_same_things() -> None:
    async with bench("process") as run:
        made = await run(f'{EDIT}; head -c 22 "$WORKBENCH_PROMPT"; echo; ls | tr "\\n" " "')
    assert made.reply == b"You improve a program,\ndata lib solve.py "
    assert made.files["solve.py"] == b"EAST = 7\nNORTH = 2\n"


def test_a_label_says_what_is_open() -> None:
    assert CommandSetup("agent --yes").label == "command: agent --yes"
    long = CommandSetup("agent --yes --model some-model-of-yours --message-file x", network=True)
    assert long.label == "command: agent --yes --model some-model-of-yours… (network on)"
    most = checked(CommandSetup("a\nb", True, ("Z", "A", "A"), ("/opt/a",)))
    assert most.label == "command: a b (network on; given A, Z; shown /opt/a)"


def test_its_options_can_be_pasted_into_a_shell() -> None:
    setup = CommandSetup("agent 'x y'", True, ("A",), ("/opt/a b",))
    assert setup.flags() == (
        "--command 'agent '\"'\"'x y'\"'\"'' --command-network --command-env A "
        "--command-show '/opt/a b'"
    )
    nasty = CommandSetup("a\n\x1b]0;\u202e'\\").flags()
    assert nasty == r"--command $'a\U0000000a\U0000001b]0;\U0000202e\'\\'"


def test_a_bash_reads_such_options_back() -> None:
    import subprocess

    if shutil.which("bash") is None:
        pytest.skip("no bash")
    command = "a\n\x1b]0;\u202e 'q' \\ é\t$x `y`"
    words = CommandSetup(command).flags()
    done = subprocess.run(
        ["bash", "-c", f'set -- {words}; printf %s "$2"'],
        capture_output=True,
        env={"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
    )
    assert done.stdout.decode() == command


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "command"),
        ({"command": "  "}, "empty"),
        ({"command": "a\0b"}, "NUL"),
        ({"command": 1}, "str"),
        ({"command": "a", "env": ["A=B"]}, "no name of a variable"),
        ({"command": "a", "env": ["WORKBENCH_PROMPT"]}, "cannot be passed on"),
        ({"command": "a", "shown": ["agent"]}, "no absolute path"),
        ({"command": "a", "seconds": 0}, "do not lie between"),
        ({"command": "a", "seconds": 1e9}, "do not lie between"),
        ({"command": "a", "memory_mb": 1}, "do not lie between"),
        ({"command": "a", "network": "yes"}, "bool"),
    ],
)
def test_a_recorded_command_that_cannot_be_meant_is_refused(
    options: dict[str, object], told: str
) -> None:
    with pytest.raises(ValueError, match="the recorded command cannot be used") as refused:
        command_of("command", options)
    assert told in str(refused.value)


def test_a_command_is_read_back_as_it_was_recorded() -> None:
    setup = checked(CommandSetup("agent", True, ("B", "A"), ("/opt/b", "/opt/a"), 5.5, 100))
    assert (setup.env, setup.shown) == (("A", "B"), ("/opt/a", "/opt/b"))
    assert command_of("command", setup.recorded()) == setup
    assert command_of("mutation", {}) is None
    assert not setup.contained
    assert CommandSetup("agent", seconds=1).contained
