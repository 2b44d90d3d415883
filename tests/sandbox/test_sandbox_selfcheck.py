"""`python -m sandbox`: its properties hold here, would fail elsewhere, and faults are told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

import sandbox
from sandbox import Backend, Capabilities, Execution, Job, Outcome, SandboxUnavailable, Spec
from sandbox.__main__ import main
from sandbox.selfcheck.check import PROPERTIES, check, ways_to_start


class Idle:
    """A lease that runs nothing and says that all went well; or raises what it is given."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error

    async def run(self, job: Job, channel: object = None) -> Execution:
        if self.error is not None:
            raise self.error
        return Execution(Outcome.exited, exit_code=0)

    async def aclose(self) -> None:
        pass

    async def __aenter__(self) -> Idle:
        return self

    async def __aexit__(self, *raised: object) -> None:
        pass


class IdleBackend:
    """Opens idle leases."""

    name = "idle"
    error: BaseException | None = None
    capabilities = Capabilities("idle", "1", "none", True, cold="it runs nothing")

    async def probe(self, full: bool = False) -> Capabilities:
        return self.capabilities

    async def open(self, spec: Spec) -> Idle:
        return Idle(self.error)


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> IdleBackend:
    backend = IdleBackend()
    monkeypatch.setattr(sandbox, "backend", lambda name: backend)
    return backend


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
async def test_every_property_holds(usable: Backend, warm: bool) -> None:
    if warm not in await ways_to_start(usable):
        pytest.skip(f"nothing is forked warm here: {(await usable.probe()).cold}")
    results = [result async for result in check(usable, [warm])]
    assert [(x.name, x.problem) for x in results if x.problem] == []
    assert len({result.name for result in results}) == len(PROPERTIES) >= 15


async def test_no_property_holds_where_nothing_is_run(idle: IdleBackend) -> None:
    results = [result async for result in check(idle, [True])]
    assert [result.name for result in results if result.problem is None] == []


@pytest.mark.parametrize("arguments", [[], ["--json"]], ids=["table", "json"])
def test_what_goes_wrong_is_a_failed_property_never_a_traceback(
    idle: IdleBackend, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    idle.error = OSError("the roof\x1b[31m is leaking")
    assert main(["check", *arguments]) == 1
    out, err = capsys.readouterr()
    assert (err, "\x1b" in out) == ("", False)
    if arguments:
        told = json.loads(out)
        assert told["failed"] == len(told["results"]) == len(PROPERTIES)
        assert "the roof" in told["results"][0]["problem"]
    else:
        assert out.count("FAIL  cold") == len(PROPERTIES)
        assert "OSError: the roof" in out
        assert out.endswith(f"0 of {len(PROPERTIES)} hold\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "--backend", "nonsense"], "no sandbox is called 'nonsense'"),
        (["probe", "--backend", "nonsense"], "no sandbox is called 'nonsense'"),
    ],
)
def test_an_unknown_backend_is_told_on_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert words in err


def test_an_unusable_backend_says_why_and_ends_with_2(
    idle: IdleBackend, capsys: pytest.CaptureFixture[str]
) -> None:
    idle.capabilities = replace(idle.capabilities, usable=False, problem="no roof; build one")
    assert main(["check"]) == 2
    assert capsys.readouterr().err == "sandbox: no roof; build one\n"
    assert main(["probe"]) == 2
    assert capsys.readouterr().out == "idle 1 · unusable: no roof; build one\n"


def test_asking_for_warm_where_all_is_cold_says_why(
    idle: IdleBackend, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--start", "warm"]) == 2
    assert "nothing can be forked warm here: it runs nothing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (SandboxUnavailable("gone"), 2)]
)
def test_interrupts_and_late_refusals_end_quietly(
    idle: IdleBackend,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
) -> None:
    async def refuse(spec: Spec) -> Idle:
        raise error

    monkeypatch.setattr(idle, "open", refuse)
    assert main(["check"]) == code
    assert "Traceback" not in capsys.readouterr().err


def test_the_table_of_promises_is_printed_and_machine_readable(
    usable: Callable[[], Backend], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", "--backend", "bubblewrap"]) == 0
    table = capsys.readouterr().out
    assert "limits: tried on this machine" in table
    assert main(["probe", "--backend", "bubblewrap", "--quick", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["usable"], told["tried"]) == (True, False)
    for row in told["checks"]:
        assert f"\n{row['name']} " in table


def test_a_reader_that_goes_away_is_no_error(usable: Backend) -> None:
    command = f"{sys.executable} -m sandbox probe --quick --backend bubblewrap"
    # `true` reads nothing, and is gone long before the probe prints.
    done = subprocess.run(
        ["sh", "-c", f"({command}; echo $? >&2) | true"], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == "141\n"
