"""`workbench dev fake-model` as a user starts it, asks it and ends it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cli_program import COMMAND, SECONDS


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command, and the lines it printed when it was ready."""
    command = [*COMMAND, "dev", "fake-model", "--latency", "0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, "".join(process.stdout.readline() for _ in range(3))
        finally:
            if process.poll() is None:
                process.kill()


def ask(url: str) -> str:
    body = {"model": "fake", "messages": [{"role": "user", "content": "hello"}]}
    request = urllib.request.Request(
        f"{url}/v1/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as response:
        answer: str = json.load(response)["choices"][0]["message"]["content"]
    return answer


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_says_what_to_type_answers_and_counts(sign: signal.Signals) -> None:
    with serving() as (process, said):
        found = re.search(r"--model openai-compatible:fake@(http://127\.0\.0\.1:\d+)\n", said)
        assert found is not None, said
        assert "simulated" in ask(found[1])
        process.send_signal(sign)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, "")
    assert "1 calls: 1 completed" in out
    assert "fake: " in out


def test_a_taken_port_is_a_message() -> None:
    with serving() as (_, said):
        port = re.search(r":(\d+)\n", said)
        assert port is not None
        command = [*COMMAND, "dev", "fake-model", "--port", port[1]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 1
    assert f"port {port[1]} cannot be listened on" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [("--port", "70000"), ("--latency", "-1"), ("--faults", "2"), ("--faults", "nan")],
)
def test_wrong_values_are_refused(option: str, value: str) -> None:
    command = [*COMMAND, "dev", "fake-model", option, value]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 2
    assert option in done.stderr
