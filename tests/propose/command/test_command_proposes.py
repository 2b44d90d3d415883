"""What a command leaves behind becomes a candidate, or a reason why there is none."""

from __future__ import annotations

import asyncio
import json
import socket

import msgspec
import pytest
from command_support import EDIT, PARENT, SECRET, SOLVE, TASK, Bench, request

from sandbox import Execution, Job, Lease, Outcome, SandboxUnavailable
from workbench.model.limits import Spend
from workbench.propose.command import proposer as running
from workbench.propose.command.proposer import CommandProposer
from workbench.propose.command.setup import CommandSetup
from workbench.propose.proposer import Advice, Fault, ProposerStopped

UNKNOWN = Spend(proposals=1, unpriced=1)


async def test_the_difference_is_the_candidate(run: Bench) -> None:
    made = await run(f"echo begin; {EDIT}; echo 'EAST is 7 now'; echo")
    assert made.files == {**PARENT, "solve.py": b"EAST = 7\nNORTH = 2\n"}
    assert made.note == "EAST is 7 now"
    assert made.reply == b"begin\nEAST is 7 now\n\n"
    assert made.spend == UNKNOWN
    assert made.detail == {}
    assert made.hint_note == ""


async def test_it_finds_the_task_s_files_with_the_parent_s_and_nothing_of_the_verifier(
    run: Bench,
) -> None:
    made = await run(f"pwd; find . -type f | sort; cat solve.py; ls /tests /solution 2>&1; {EDIT}")
    assert made.reply is not None
    told = made.reply.decode()
    assert told.startswith("/app\n./data/points.txt\n./lib/extra.py\n./solve.py\nEAST = 5\n")
    assert SECRET not in told
    assert "cannot access '/tests'" in told


async def test_other_files_are_ignored(run: Bench) -> None:
    made = await run(f"{EDIT}; echo 9 > data/points.txt; echo x > new.py; rm -r data")
    assert set(made.files) == {"solve.py", "lib/extra.py"}


async def test_the_prompt_lies_where_the_variable_says(run: Bench) -> None:
    asked = request(
        hints=(Advice(1, "go east", "ann"),), fault=Fault("it changed nothing", "I looked")
    )
    made = await run(f'cat "$WORKBENCH_PROMPT"; {EDIT}; echo went east', asked)
    assert made.reply is not None
    text = made.reply.decode()
    assert text.startswith(b"\n".join(made.prompt).decode())
    for words in ("Find the top.", "Only these files may change: solve.py", "go east"):
        assert words in text
    for words in ("it changed nothing", "I looked", "Edit the files in the current directory"):
        assert words in text
    for words in ("SEARCH", "Form 2", "NOTE", "EAST = 5"):
        assert words not in text, "how replies are written is no business of a command's"
    assert made.hint_note == "went east"


async def test_a_prompt_is_never_longer_than_one_argument_may_be(run: Bench) -> None:
    task = msgspec.structs.replace(TASK, instruction="Find the top. é日 " * 20_000)
    fault = Fault("no", "long " * 50_000)
    made = await run(
        f'sh -c "exit 0" "$(cat $WORKBENCH_PROMPT)" && {EDIT}', request(task=task, fault=fault)
    )
    assert len(b"\n".join(made.prompt)) < 128 << 10


async def test_what_changes_nothing_is_unusable(run: Bench) -> None:
    refused = await run.refused("echo thinking hard")
    assert refused.message == "the command ended without a candidate: it changed nothing"
    assert refused.reply == b"thinking hard\n"
    assert refused.prompt
    assert refused.spend == UNKNOWN


async def test_a_failure_without_a_difference_tells_status_and_complaint(run: Bench) -> None:
    refused = await run.refused("echo first >&2; echo 'no key: set AGENT_KEY' >&2; exit 3")
    assert refused.message.endswith("it changed nothing; status 3: no key: set AGENT_KEY")
    refused = await run.refused("no-such-agent --yes")
    assert "status 127" in refused.message
    assert "no-such-agent" in refused.message


async def test_a_failure_with_a_difference_stands_and_is_noted(run: Bench) -> None:
    made = await run(f"{EDIT}; echo half done; exit 4")
    assert made.files["solve.py"] == b"EAST = 7\nNORTH = 2\n"
    assert made.note == "half done (status 4)"


async def test_without_a_printed_line_the_note_names_the_files(run: Bench) -> None:
    made = await run(f"{EDIT}; echo 'X = 2' > lib/extra.py")
    assert made.note == "changes lib/extra.py, solve.py"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("rm solve.py", "solve.py is gone"),
        ("rm solve.py; mkdir solve.py", "solve.py cannot be taken: a directory"),
        ("ln -sf data/points.txt solve.py", "solve.py cannot be taken: a symbolic link"),
        ("printf '\\377\\376' > solve.py", "solve.py is no text"),
        ("printf 'a\\0b' > solve.py", "solve.py is no text"),
        ("head -c 9000000 /dev/zero | tr '\\0' x > solve.py", "solve.py is larger than 8 MiB"),
        ("head -c 70000000 /dev/zero > lib/extra.py; exit 0", "lib/extra.py"),
        ("rm -r lib", "lib/extra.py is gone"),
    ],
)
async def test_a_file_that_no_candidate_may_have_is_unusable(
    run: Bench, command: str, told: str
) -> None:
    refused = await run.refused(f"{EDIT}; {command}")
    assert told in refused.message


async def test_a_file_that_was_no_text_before_may_stay_so(run: Bench) -> None:
    files = {**PARENT, "lib/extra.py": b"\xff\xfe"}
    made = await run(EDIT, request(files))
    assert made.files["lib/extra.py"] == b"\xff\xfe"


EVOLVE = b"""import math
# EVOLVE-BLOCK-START
EAST = 1
# EVOLVE-BLOCK-END
print(EAST)
"""


async def test_only_what_stands_between_the_markers_may_change(run: Bench) -> None:
    task = msgspec.structs.replace(TASK, files={**TASK.files, "solve.py": EVOLVE})
    asked = request({**PARENT, "solve.py": EVOLVE}, task)
    made = await run(f"{EDIT}; grep EVOLVE $WORKBENCH_PROMPT", asked)
    assert made.files["solve.py"] == EVOLVE.replace(b"= 1", b"= 7")
    assert b"only what stands between them may change" in (made.reply or b"")
    refused = await run.refused("sed -i s/math/os/ solve.py", asked)
    assert "solve.py: it changes text outside EVOLVE-BLOCK-START" in refused.message
    assert "import math" in refused.message
    refused = await run.refused("sed -i /EVOLVE/d solve.py", asked)
    assert "adds or removes EVOLVE-BLOCK markers" in refused.message
    refused = await run.refused("sed -i 's/import math/import math   /' solve.py", asked)
    assert "it changed nothing" in refused.message


async def test_past_its_time_it_is_unusable_whatever_it_changed(run: Bench) -> None:
    refused = await run.refused(f"{EDIT}; echo changed it; sleep 60", seconds=0.5)
    assert "timeout: killed after 0.5 s of wall time" in refused.message
    assert refused.reply == b"changed it\n"
    assert refused.spend == UNKNOWN


async def test_past_its_memory_it_is_unusable(run: Bench) -> None:
    grab = "import time; b = bytearray(b'x' * (1 << 30)); time.sleep(60)"
    refused = await run.refused(f'{EDIT}; exec python3 -S -c "{grab}"', memory_mb=128)
    assert refused.message.startswith("the command ended without a candidate: oom")


async def test_a_flood_of_output_is_unusable_and_kept_in_part(run: Bench) -> None:
    refused = await run.refused(f"{EDIT}; echo first; yes flood")
    assert "output: more than" in refused.message
    assert refused.reply is not None
    assert refused.reply.startswith(b"first\n")
    assert b"bytes left out]" in refused.reply
    assert len(refused.reply) < 70_000


async def test_control_characters_do_not_reach_the_note(run: Bench) -> None:
    signs = "\\033]0;title\\007\\033[31mred\\033[0m\\tand \\342\\200\\256turned\\033[2J\\n"
    made = await run(f"{EDIT}; printf '{signs}'")
    assert made.note == "red and \\u202eturned"
    made = await run(f"{EDIT}; printf 'progress 1\\rprogress 2\\n\\n  \\n'")
    assert made.note == "progress 2"
    made = await run(f"{EDIT}; head -c 5000 /dev/zero | tr '\\0' a")
    assert len(made.note) == 300
    refused = await run.refused("printf '\\033[31mbad\\n' >&2; exit 1")
    assert refused.message.endswith("status 1: bad")


async def test_standard_error_is_kept_below_standard_output(run: Bench) -> None:
    made = await run(f"{EDIT}; echo out; echo err >&2")
    assert made.reply == b"out\n[standard error]\nerr\n"
    assert made.note == "out"


async def test_a_lineage_s_sandbox_is_opened_once_and_empty_each_time(run: Bench) -> None:
    setup = CommandSetup(f"{EDIT}; ls -A /tmp; touch /tmp/left ../tmp/left2", seconds=20)
    proposer = CommandProposer(1, setup, run.commands)
    first = await proposer.propose(request(), run.listener)
    lease = await run.commands.lease(1, setup, TASK)
    second = await proposer.propose(request(), run.listener)
    assert first.reply == second.reply == b"prompt.md\n"
    assert await run.commands.lease(1, setup, TASK) is lease
    assert await run.commands.lease(2, setup, TASK) is not lease


async def test_commands_of_two_lineages_run_at_once(run: Bench) -> None:
    """Each waits for the other, over the network that both are given."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        meet = f"import socket; socket.create_connection(('127.0.0.1', {port})).recv(1)"
        command = f'python3 -S -c "{meet}"; {EDIT}'
        both = [asyncio.ensure_future(run(command, network=True)) for _ in range(2)]
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(20):
            ends = [(await loop.sock_accept(server))[0] for _ in both]
        for end in ends:
            end.close()
        made = await asyncio.gather(*both)
    assert [x.files["solve.py"] for x in made] == [b"EAST = 7\nNORTH = 2\n"] * 2


async def test_cut_off_nothing_of_it_is_left_and_the_next_can_run(run: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        hold = f"import socket; socket.create_connection(('127.0.0.1', {port})).recv(1)"
        setup = CommandSetup(f'[ -e /tmp/x ] || python3 -S -c "{hold}"; {EDIT}', True, seconds=60)
        proposer = CommandProposer(1, setup, run.commands)
        cut = asyncio.ensure_future(proposer.propose(request(), run.listener))
        async with asyncio.timeout(20):
            end, _ = await asyncio.get_running_loop().sock_accept(server)
        cut.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cut
        with end:
            end.settimeout(5)
            assert end.recv(1) == b""
    made = await proposer.propose(request(), run.listener)
    assert made.files["solve.py"] == b"EAST = 7\nNORTH = 2\n"


class Failing:
    """A lease whose sandbox fails as often as it is told to, then works."""

    def __init__(self, lease: Lease, times: int) -> None:
        self.lease = lease
        self.left = times

    async def run(self, job: Job) -> Execution:
        if self.left:
            self.left -= 1
            return Execution(Outcome.sandbox_error, detail="the supervisor was \x1b[31mkilled")
        return await self.lease.run(job)

    async def aclose(self) -> None:
        await self.lease.aclose()


async def test_a_failing_sandbox_is_tried_once_more_then_stops_the_lineage(
    run: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "RETRY_SECONDS", 0.01)
    setup = CommandSetup(EDIT, seconds=20)
    good = await run.commands.lease(1, setup, TASK)
    proposer = CommandProposer(1, setup, run.commands)
    run.commands._leases[1] = Failing(good, 1)  # type: ignore[assignment]
    made = await proposer.propose(request(), run.listener)
    assert made.files["solve.py"] == b"EAST = 7\nNORTH = 2\n"
    (told,) = run.listener.troubles
    assert (told.model, told.attempt, told.retry_seconds) == ("command", 1, 0.01)
    assert told.spend == Spend(unpriced=1), "it may have been at work"
    run.commands._leases[1] = Failing(good, 2)  # type: ignore[assignment]
    with pytest.raises(ProposerStopped, match="the sandbox of the command failed") as stopped:
        await proposer.propose(request(), run.listener)
    assert stopped.value.reason == "command"
    assert "\x1b" not in str(stopped.value)
    assert [x.retry_seconds for x in run.listener.troubles] == [0.01, 0.01, None]


async def test_a_machine_that_refuses_sandboxes_stops_the_lineage(
    run: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "RETRY_SECONDS", 0.01)

    async def refuse(*_: object) -> Lease:
        raise SandboxUnavailable("no namespaces any more")

    monkeypatch.setattr(run.commands._backend, "open", refuse)
    with pytest.raises(ProposerStopped, match="no namespaces any more"):
        await run(EDIT)
    assert [x.spend for x in run.listener.troubles] == [Spend(), Spend()], "nothing was run"


@pytest.mark.parametrize(
    ("usage", "spend"),
    [
        ({"usd": 0.25, "input": 1000, "output": 50}, Spend(proposals=1, tokens=1050, usd=0.25)),
        ({"usd": 0, "input": 0, "output": 0}, Spend(proposals=1)),
    ],
)
async def test_what_it_says_it_used_is_recorded_as_one_call(
    run: Bench, usage: dict[str, float], spend: Spend
) -> None:
    made = await run(f"{EDIT}; echo '{json.dumps(usage)}' > $WORKBENCH_USAGE")
    assert made.spend == spend
    (call,) = made.detail["calls"]  # type: ignore[misc]
    assert (call["model"], call["usd"]) == ("command", usage["usd"])
    assert (call["input"], call["output"]) == (usage["input"], usage["output"])
    refused = await run.refused(f"echo '{json.dumps(usage)}' > $WORKBENCH_USAGE")
    assert refused.spend == spend
    assert refused.detail["calls"] == made.detail["calls"]


@pytest.mark.parametrize(
    ("usage", "why"),
    [
        ("not json", "JSON"),
        ('{"usd": 1, "input": 1}', "output"),
        ('{"usd": 1, "input": 1, "output": 1, "more": 1}', "more"),
        ('{"usd": -1, "input": 1, "output": 1}', "usd does not lie"),
        ('{"usd": 1e99, "input": 1, "output": 1}', "usd does not lie"),
        ('{"usd": NaN, "input": 1, "output": 1}', "JSON"),
        ('{"usd": "1", "input": 1, "output": 1}', "usd"),
        ('{"usd": true, "input": 1, "output": 1}', "usd"),
        ('{"usd": 1, "input": 1.5, "output": 1}', "input"),
        ('{"usd": 1, "input": -1, "output": 1}', "input does not lie"),
        ('{"usd": 1, "input": 1, "output": 99999999999}', "output does not lie"),
        ("[]", "array"),
        (" " * 5000, "more than 4096 bytes"),
    ],
)
async def test_usage_that_cannot_be_believed_is_unknown(run: Bench, usage: str, why: str) -> None:
    made = await run(f"{EDIT}; cat > $WORKBENCH_USAGE <<'END'\n{usage}\nEND")
    assert made.spend == UNKNOWN
    assert "calls" not in made.detail
    assert why in str(made.detail["usage"])


async def test_usage_that_is_no_file_is_unknown(run: Bench) -> None:
    made = await run(f"{EDIT}; ln -s /etc/passwd $WORKBENCH_USAGE")
    assert made.spend == UNKNOWN
    assert "a symbolic link" in str(made.detail["usage"])


async def test_nothing_is_learned_and_little_is_reserved(run: Bench) -> None:
    proposer = CommandProposer(1, CommandSetup("true"), run.commands)
    assert proposer.reserve(request()) == UNKNOWN
    assert (proposer.name, proposer.free, proposer.label) == ("command", False, "command: true")
    assert TASK.initial["solve.py"] == SOLVE
