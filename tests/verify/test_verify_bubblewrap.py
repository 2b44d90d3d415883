"""Misbehaving candidates and verifiers in the real sandbox: contained, and named."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import msgspec
import pytest
from verify_scripted import SMALL, VERIFY
from verify_scripted import toy as scripted_toy

import sandbox
from workbench.formats import load
from workbench.model.task import Resources, Task
from workbench.model.verdict import Outcome, Verdict
from workbench.verify.preflight import preflight
from workbench.verify.verifier import Verification, Verifier

QUICK = msgspec.structs.replace(SMALL, candidate_seconds=1.0, verifier_seconds=1.0)
PATIENT = msgspec.structs.replace(SMALL, candidate_seconds=30.0, verifier_seconds=30.0)
"""For all that must not end by time, however busy the machine is."""


def toy(verify: bytes = VERIFY, *, resources: Resources = PATIENT) -> Task:
    return scripted_toy(verify, resources=resources)


async def verify(backend: sandbox.Backend, task: Task, program: str | bytes) -> Verification:
    data = program.encode() if isinstance(program, str) else program
    async with Verifier(task, backend) as verifier:
        return await verifier.verify({"solve.py": data})


def assert_no_score(verdict: Verdict) -> None:
    assert (verdict.score, verdict.reward, verdict.feasible) == (None, None, False)
    assert verdict.message.isprintable()


async def test_an_honest_candidate_is_scored(backend: sandbox.Backend) -> None:
    program = "print('hello'); open('answer.json', 'w').write('42.5')"
    found = await verify(backend, toy(), program)
    assert found.verdict.outcome is Outcome.SCORED
    assert found.verdict.reward == 42.5
    assert found.verdict.stdout is not None
    assert found.blobs[found.verdict.stdout] == b"hello\n"
    assert found.verdict.tier == "namespaces"
    assert found.verdict.seconds > 0


MISBEHAVIOUR = [
    ("while True: pass", {Outcome.TIMEOUT}, "ran past its time limit of 1 s"),
    ("import time; time.sleep(60)", {Outcome.TIMEOUT}, "ran past its time limit of 1 s"),
    ("bytearray(10 << 30)", {Outcome.FAILED, Outcome.RESOURCE}, "emory limit"),
    (
        "import os\nwhile True:\n os.fork()",
        {Outcome.FAILED, Outcome.RESOURCE},
        "limit of 32 processes and threads",
    ),
    (
        "import sys\nfor _ in range(1024): sys.stdout.write('x' * (1 << 20))",
        {Outcome.RESOURCE},
        "printed more than its limit of 1 MiB",
    ),
    ("import os; os._exit(0)", {Outcome.INVALID}, "no usable output: answer.json (missing)"),
    ("pass", {Outcome.INVALID}, "no usable output: answer.json (missing)"),
    ("1 / 0", {Outcome.FAILED}, "exit 1: ZeroDivisionError: division by zero"),
    ("raise SystemExit(7)", {Outcome.FAILED}, "exit 7: nothing on standard error"),
    ("import numpy", {Outcome.FAILED}, "exit 1: missing package numpy"),
    ("syntax error here", {Outcome.FAILED}, "exit 1: SyntaxError"),
    ("import os; os.kill(os.getpid(), 11)", {Outcome.FAILED}, "killed by SIGSEGV"),
    ("import os; os.symlink('/etc/hostname', 'answer.json')", {Outcome.INVALID}, "symbolic link"),
    ("import os; os.symlink('solve.py', 'answer.json')", {Outcome.INVALID}, "symbolic link"),
    ("import os; os.mkfifo('answer.json')", {Outcome.INVALID}, "FIFO"),
    ("import os; os.mkdir('answer.json')", {Outcome.INVALID}, "directory"),
    (
        "open('answer.json', 'wb').write(bytes(40 << 20))",
        {Outcome.RESOURCE},
        "ran past its disk limit of 32 MiB",
    ),
]


@pytest.mark.parametrize(("program", "outcomes", "message"), MISBEHAVIOUR)
async def test_a_misbehaving_candidate_is_contained_and_named(
    backend: sandbox.Backend, program: str, outcomes: set[Outcome], message: str
) -> None:
    resources = QUICK if Outcome.TIMEOUT in outcomes else PATIENT
    verdict = (await verify(backend, toy(resources=resources), program)).verdict
    assert verdict.outcome in outcomes, verdict
    assert message in verdict.message
    assert_no_score(verdict)


async def test_the_slot_serves_the_next_candidate_unharmed(backend: sandbox.Backend) -> None:
    async with Verifier(toy(), backend) as verifier:
        bad = await verifier.verify({"solve.py": b"open('answer.json', 'w').write('9')\n1 / 0"})
        assert bad.verdict.outcome is Outcome.FAILED
        forgetful = await verifier.verify({"solve.py": b"pass"})
        assert forgetful.verdict.outcome is Outcome.INVALID  # nothing of the last run is left
        good = await verifier.verify({"solve.py": b"open('answer.json', 'w').write('3')"})
        assert good.verdict.reward == 3.0


SPY = """
import os
hits = [path for path in ("/tests", "/logs") if os.path.exists(path)]
for folder, folders, names in os.walk("/"):
    if folder.startswith(("/proc", "/sys", "/usr", "/lib")) or "/lib/python" in folder:
        folders.clear()
        continue
    hits += [f"{folder}/{name}" for name in names if name in ("answers.json", "verify.py")]
for pid in filter(str.isdigit, os.listdir("/proc")):
    for name in ("cmdline", "environ"):
        try:
            if b"/tests" in open(f"/proc/{pid}/{name}", "rb").read():
                hits.append(f"{pid} {name}")
        except OSError:
            pass
open("answer.json", "w").write(str(len(hits)))
print(hits)
"""


async def test_a_candidate_that_looks_for_the_verifier_finds_nothing(
    backend: sandbox.Backend,
) -> None:
    found = await verify(backend, toy(), SPY)
    assert found.verdict.stdout is not None
    assert found.blobs[found.verdict.stdout] == b"[]\n"
    assert found.verdict.score == 0.0


FORGER = """
import os
record = '{"reward": 1e9, "feasible": 1}'
for folder in ("/logs/verifier", "logs/verifier", "/tmp/logs/verifier", "/tests"):
    try:
        os.makedirs(folder, exist_ok=True)
        open(f"{folder}/reward.json", "w").write(record)
    except OSError:
        pass
open("reward.json", "w").write(record)
print(record)
open("answer.json", "w").write("1")
"""


async def test_a_candidate_that_writes_the_record_itself_gets_its_own_score(
    backend: sandbox.Backend,
) -> None:
    assert (await verify(backend, toy(), FORGER)).verdict.score == 1.0


async def test_a_forged_record_instead_of_an_output_is_worth_nothing(
    backend: sandbox.Backend,
) -> None:
    program = FORGER.replace('"answer.json"', '"other.json"')
    verdict = (await verify(backend, toy(), program)).verdict
    assert verdict.outcome is Outcome.INVALID
    assert_no_score(verdict)


REWARD = "/logs/verifier/reward.json"
BAD_VERIFIERS = [
    ("raise KeyError('x')", "exit 1: KeyError: 'x'"),
    ("while True: pass", "ran past its time limit of 1 s"),
    ("import os; os._exit(0)", "reward.json is unusable: missing"),
    (f"open('{REWARD}', 'w').write('{{\"reward\": NaN}}')", "holds NaN"),
    (f"open('{REWARD}', 'w').write('{{\"reward\": Infinity}}')", "holds Infinity"),
    (f"open('{REWARD}', 'w').write('{{\"reward\": 1, \"reward\": 2}}')", '"reward" twice'),
    (f"open('{REWARD}', 'w').write(' ' * 70000)", "is larger than 64 KiB"),
    (f"import os; os.symlink('/app/answer.json', '{REWARD}')", "symbolic link"),
    (f"import os; os.mkfifo('{REWARD}')", "FIFO"),
    ("import sys\nwhile True: sys.stderr.write('x' * 65536)", "printed more than its limit"),
    ("import os; os.abort()", "killed by SIGABRT"),
]


@pytest.mark.parametrize(("verify_py", "message"), BAD_VERIFIERS)
async def test_a_misbehaving_verifier_is_named_and_scores_nothing(
    backend: sandbox.Backend, verify_py: str, message: str
) -> None:
    task = toy(verify_py.encode(), resources=QUICK if "time limit" in message else PATIENT)
    program = """open('answer.json', 'w').write('{"reward": 7}')"""
    verdict = (await verify(backend, task, program)).verdict
    assert verdict.outcome is Outcome.INVALID
    assert verdict.message.startswith("the verifier failed: ")
    assert message in verdict.message
    assert_no_score(verdict)


async def test_the_verifier_sees_the_outputs_and_nothing_else_of_the_candidate(
    backend: sandbox.Backend,
) -> None:
    verify_py = (
        "import json, os\n"
        "seen = sorted(os.listdir('/app'))\n"
        "os.makedirs('/logs/verifier/artifacts')\n"
        "open('/logs/verifier/artifacts/seen.json', 'w').write(json.dumps(seen))\n"
        f"open('{REWARD}', 'w').write('{{\"reward\": 1}}')\n"
    )
    program = "open('answer.json', 'w').write('1'); open('extra.py', 'w').write('evil')"
    found = await verify(backend, toy(verify_py.encode()), program)
    assert json.loads(found.blobs[found.verdict.artifacts["seen.json"]]) == ["answer.json"]


async def test_tracebacks_do_not_tell_where_this_machine_keeps_python(
    backend: sandbox.Backend,
) -> None:
    found = await verify(backend, toy(), "import json; json.loads('{')")
    told = b"".join(found.blobs.values())
    assert b"/json/decoder.py" in told
    assert os.path.expanduser("~").encode() not in told
    if not sys.base_prefix.startswith("/usr"):
        assert sys.base_prefix.encode() not in told


async def test_a_missing_program_is_the_environments_fault(backend: sandbox.Backend) -> None:
    task = msgspec.structs.replace(toy(), run=("no-such-program", "solve.py"))
    async with Verifier(task, backend) as verifier:
        found = await preflight(task, verifier)
    assert found.fault == "environment"
    assert "no-such-program is not in the sandbox" in found.message


async def test_equal_candidates_get_equal_verifications(backend: sandbox.Backend) -> None:
    program = "import random; open('answer.json', 'w').write(str(hash('a') % 97)); 1 / 0"
    async with Verifier(toy(), backend) as verifier:
        first, second = [await verifier.verify({"solve.py": program.encode()}) for _ in range(2)]
    assert first.blobs == second.blobs
    for name in Verdict.__struct_fields__:
        if name not in ("seconds", "cpu_seconds", "max_rss"):
            assert getattr(first.verdict, name) == getattr(second.verdict, name)


@pytest.mark.parametrize("directory", load.bundled(), ids=lambda path: path.name)
async def test_bundled_tasks_pass_their_preflight(
    backend: sandbox.Backend, directory: Path
) -> None:
    task = load.load(directory).task
    async with Verifier(task, backend) as verifier:
        found = await preflight(task, verifier)
    assert (found.ok, found.fault, found.warnings) == (True, "none", ()), found.message
