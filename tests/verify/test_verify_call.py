"""Verification by call, in the real sandbox: honest and hostile candidates at the other end."""

from __future__ import annotations

import asyncio
import random

import msgspec
import pytest
from verify_scripted import SMALL, toy

import sandbox
from workbench.model.task import Task
from workbench.model.verdict import Outcome, Verdict
from workbench.verify import call
from workbench.verify.outcome import Stage
from workbench.verify.preflight import preflight
from workbench.verify.verifier import VERIFIER_ERRORS, Verification, Verifier

VERIFY = b"""\
import json
from calls import Candidate

LISTS = [[3, 1, 2], [5, 4], []]
with Candidate("solve.py") as candidate:
    good = sum(candidate.call("ordered", one) == sorted(one) for one in LISTS)
record = {"reward": good, "nonce": open("/logs/verifier/nonce").read()}
json.dump(record, open("/logs/verifier/reward.json", "w"))
"""
FORGIVING = b"""\
import json
from calls import Candidate, Fault, Raised
try:
    with Candidate("solve.py") as candidate:
        record = {"reward": candidate.call("ordered", [2, 1])[0], "feasible": 1}
except (Fault, Raised) as error:
    record = {"reward": 0, "feasible": FEASIBLE}
    open("/logs/verifier/feedback.md", "w").write(f"no sorter: {error}")
json.dump(record, open("/logs/verifier/reward.json", "w"))
"""
HONEST = "def ordered(items): return sorted(items)\n"
PATIENT = msgspec.structs.replace(SMALL, candidate_seconds=30.0, verifier_seconds=30.0)
QUICK = msgspec.structs.replace(SMALL, candidate_seconds=1.0, verifier_seconds=30.0)


def task(verify: bytes = VERIFY, **changes: object) -> Task:
    chosen = {"verification": "call", "run": (), "outputs": (), **changes}
    return msgspec.structs.replace(toy(verify, resources=PATIENT), **chosen)


async def verify(
    backend: sandbox.Backend, program: str, made: Task | None = None, warm: bool = True
) -> Verification:
    async with Verifier(made or task(), backend, warm=warm) as verifier:
        return await verifier.verify({"solve.py": program.encode()})


def assert_no_score(verdict: Verdict) -> None:
    assert (verdict.score, verdict.reward, verdict.feasible) == (None, None, False)


@pytest.mark.parametrize("warm", [True, False])
async def test_an_honest_candidate_is_scored(backend: sandbox.Backend, warm: bool) -> None:
    found = await verify(backend, "print('hello')\n" + HONEST, warm=warm)
    verdict = found.verdict
    assert (verdict.outcome, verdict.score, verdict.verification) == (Outcome.SCORED, 3.0, "call")
    assert verdict.cpu_seconds > 0


async def test_the_slot_serves_one_candidate_after_another(
    backend: sandbox.Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call, "FAREWELL_SECONDS", 30.0)  # the print is looked for below
    async with Verifier(task(), backend) as verifier:
        wrong = await verifier.verify({"solve.py": b"def ordered(items): return items\n"})
        assert wrong.verdict.score == 1.0
        dead = await verifier.verify({"solve.py": b"import os; os._exit(0)"})
        assert dead.verdict.outcome is Outcome.FAILED
        last = await verifier.verify({"solve.py": ("print('hello')\n" + HONEST).encode()})
        assert last.verdict.score == 3.0
        assert last.verdict.stdout is not None
        assert last.blobs[last.verdict.stdout] == b"hello\n"


FRAME = "import struct, os\ndef frame(t): os.write(3, struct.pack('>IQ', len(t), 0) + t)\n"
ALWAYS = """
class Always(list):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
def ordered(items): return Always([9])
"""
WALK = """
import builtins, sys
builtins.sorted = lambda items: items
def ordered(items):
    frame = sys._getframe()
    while frame:
        if "good" in frame.f_locals:
            return "found"
        frame = frame.f_back
    return items
"""
HOSTILE = [
    ("1 / 0", Outcome.FAILED, "exit 1: ZeroDivisionError"),
    ("import os; os._exit(0)", Outcome.FAILED, "getting ready: the candidate closed the channel"),
    ("import os; os.kill(os.getpid(), 9)", Outcome.FAILED, "SIGKILL"),
    ("import os\ndef ordered(x): os._exit(7)", Outcome.FAILED, "exit 7"),
    ("def ordered(x): raise KeyError('x')", Outcome.FAILED, "ordered raised KeyError: 'x'"),
    ("def ordered(x): raise SystemExit(0)", Outcome.FAILED, "ordered raised SystemExit: 0"),
    ("other = 1", Outcome.FAILED, "ordered raised AttributeError"),
    ("ordered = 1", Outcome.FAILED, "ordered raised TypeError"),
    ("def ordered(x): return lambda: 1", Outcome.FAILED, "TypeError: a function cannot be sent"),
    ("def ordered(x): return float('nan')", Outcome.FAILED, "ordered raised ValueError"),
    ("def ordered(x):\n while True: pass", Outcome.TIMEOUT, ""),
    ("while True: pass", Outcome.TIMEOUT, ""),
    (FRAME + "def ordered(x): frame(b'{}')", Outcome.INVALID, "sent no answer to the call"),
    (FRAME + "frame(b'{\"ready\": 1}' * 9)", Outcome.INVALID, "the candidate's answer is none"),
    (
        "import os\ndef ordered(x):\n while True: os.write(3, b'x' * 65536)",
        Outcome.INVALID,
        "the candidate sent too much",
    ),
    (
        "import sys\ndef ordered(x):\n while True: sys.stdout.write('x' * 65536)",
        Outcome.RESOURCE,
        "printed more than its limit of 1 MiB",
    ),
    (
        FRAME + 'def ordered(x):\n frame(b\'{"call": 1, "result": [1, 2, 3]}\')',
        Outcome.INVALID,
        "sent no answer to the call",
    ),
    (ALWAYS, Outcome.SCORED, "number 0 points"),
    (WALK, Outcome.SCORED, "number 1 points"),
]


@pytest.mark.parametrize(("program", "outcome", "message"), HOSTILE)
async def test_a_hostile_candidate_gets_what_it_earns_with_the_reason(
    backend: sandbox.Backend, program: str, outcome: Outcome, message: str
) -> None:
    made = task(resources=QUICK if outcome is Outcome.TIMEOUT else PATIENT)
    found = await verify(backend, program, made)
    verdict = found.verdict
    assert verdict.outcome is outcome, verdict.message
    assert message in verdict.message
    if outcome is not Outcome.SCORED:
        assert_no_score(verdict)
        assert found.stage is Stage.CANDIDATE


LOOK = """
import os
def ordered(items):
    seen = [name for name in ("/tests", "/logs", "/logs/verifier") if os.path.exists(name)]
    seen += [name for name in os.environ if name.startswith("WORKBENCH")]
    seen += sorted(name for name in os.listdir("/workbench") if name.endswith("py"))
    seen += [name for name in os.listdir("/proc/self/fd") if int(name) > 4]
    raise ValueError(seen)
"""


async def test_a_candidate_sees_the_server_and_nothing_of_the_verifier(
    backend: sandbox.Backend,
) -> None:
    async with Verifier(task(), backend) as verifier:
        for _ in range(2):  # nor anything that the first run left behind
            verdict = (await verifier.verify({"solve.py": LOOK.encode()})).verdict
            assert verdict.message == "ordered raised ValueError: ['calls.py', 'serve.py']"


async def test_a_verifier_may_call_a_candidate_infeasible_that_ended_the_conversation(
    backend: sandbox.Backend,
) -> None:
    made = task(FORGIVING.replace(b"FEASIBLE", b"0"))
    verdict = (await verify(backend, "import os\ndef ordered(x): os._exit(0)", made)).verdict
    assert verdict.outcome is Outcome.INFEASIBLE
    assert verdict.message.startswith("no sorter: ordered: the candidate closed the channel")


async def test_no_score_is_taken_for_a_candidate_that_ended_the_conversation(
    backend: sandbox.Backend,
) -> None:
    made = task(FORGIVING.replace(b"FEASIBLE", b"1"))
    verdict = (await verify(backend, "import os\ndef ordered(x): os._exit(0)", made)).verdict
    assert verdict.outcome is Outcome.FAILED
    assert_no_score(verdict)
    raised = (await verify(backend, "def ordered(x): raise ValueError", made)).verdict
    assert (raised.outcome, raised.score) == (Outcome.SCORED, 0.0)  # its verifier's own decision


async def test_a_verifier_at_fault_is_not_laid_to_the_candidate(backend: sandbox.Backend) -> None:
    found = await verify(backend, HONEST, task(VERIFY + b"1 / 0\n"))
    assert found.stage is Stage.VERIFIER
    assert found.verdict.outcome is Outcome.INVALID
    assert "the verifier failed: exit 1: ZeroDivisionError" in found.verdict.message
    assert VERIFIER_ERRORS in found.verdict.artifacts


async def test_a_candidate_that_does_not_end_is_killed_with_its_verifier(
    backend: sandbox.Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call, "FAREWELL_SECONDS", 0.2)
    program = HONEST + "import atexit, signal; atexit.register(signal.pause)\n"
    async with Verifier(task(), backend) as verifier:
        found = await verifier.verify({"solve.py": program.encode()})
        assert found.verdict.score == 3.0
        again = await verifier.verify({"solve.py": HONEST.encode()})
        assert again.verdict.score == 3.0


@pytest.mark.parametrize("program", [HONEST, "def ordered(x):\n while True: pass\n"])
async def test_cancelled_at_any_instant_the_slot_serves_the_next(
    backend: sandbox.Backend, program: str
) -> None:
    rng = random.Random(program)
    async with Verifier(task(), backend) as verifier:
        for _ in range(8):
            running = asyncio.ensure_future(verifier.verify({"solve.py": program.encode()}))
            await asyncio.wait({running}, timeout=rng.uniform(0.0, 0.1))
            running.cancel()
            await asyncio.wait({running})
            assert running.cancelled() or running.result().verdict.score == 3.0
        assert (await verifier.verify({"solve.py": HONEST.encode()})).verdict.score == 3.0


async def test_a_candidate_may_speak_the_protocol_by_itself(backend: sandbox.Backend) -> None:
    program = (
        "import json, os, struct\n"
        "def send(told):\n"
        " text = json.dumps(told).encode()\n"
        " os.write(3, struct.pack('>IQ', len(text), 0) + text)\n"
        "send({'ready': 1})\n"
        "while head := os.read(3, 12):\n"
        " call = json.loads(os.read(3, struct.unpack('>IQ', head)[0]))\n"
        " send({'call': call['call'], 'result': sorted(*call['args'])})\n"
    )
    made = task(run=("python3", "-S", "solve.py"))
    assert (await verify(backend, program, made)).verdict.score == 3.0


async def test_the_first_trial_says_whose_fault_it_is(backend: sandbox.Backend) -> None:
    for files, verify_py, fault in (
        ({"solve.py": HONEST.encode()}, VERIFY, "none"),
        ({"solve.py": b"1 / 0"}, VERIFY, "candidate"),
        ({"solve.py": HONEST.encode()}, VERIFY + b"1 / 0\n", "verifier"),
    ):
        made = msgspec.structs.replace(task(verify_py), files=files)
        async with Verifier(made, backend) as verifier:
            assert (await preflight(made, verifier)).fault == fault
