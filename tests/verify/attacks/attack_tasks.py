"""One toy problem, verified in each of the modes: return the square of a number.

The verifier holds the right answers; quality falls to 0 with a relative error of 1%, so that
nothing but squares earns anything. None of the verifiers is cleverer than usual: the
one for `call` leaves NaN to the channel, the one for `shared` compares before it computes.
"""

from __future__ import annotations

import json

from workbench.model.task import Resources, Task
from workbench.model.verdict import Direction

MODES = ("output", "call", "shared")
INPUTS = [3.0, 14.0, 27.5, 31.0, 59.0, 64.25, 71.0, 88.0]

_QUALITY = """
import json, math, sys
EXPECTED = json.load(open("/tests/hidden/expected.json"))
def quality(answer, want):
    return max(0.0, min(1.0, 1 - 100 * abs(answer - want) / want))
def record(score, feasible=1, **more):
    found = {"reward": score, "feasible": feasible, **more}
    try:
        found["nonce"] = open("/logs/verifier/nonce").read()
    except FileNotFoundError:
        pass
    json.dump(found, open("/logs/verifier/reward.json", "w"))
"""
_OUTPUT = """
def refuse(word):
    raise ValueError(word)
answers = json.load(open("/app/answers.json"), parse_constant=refuse)
wants = [want for _, want in EXPECTED]
if type(answers) is not list or len(answers) != len(wants):
    record(0.0, feasible=0)
elif not all(type(x) in (int, float) and 0 <= x <= 1e6 for x in answers):
    record(0.0, feasible=0)
else:
    record(sum(map(quality, answers, wants)) / len(wants))
"""
_CALL = """
from calls import Candidate
total = 0.0
with Candidate("solve.py", call_seconds=1.0) as candidate:
    for given, want in EXPECTED:
        answer = candidate.call("solve", given)
        if type(answer) not in (int, float) or answer < 0 or answer > 1e6:
            record(0.0, feasible=0)
            break
        total += quality(answer, want)
    else:
        record(total / len(EXPECTED), seconds=candidate.total)
"""
_SHARED = """
import time
sys.path.insert(0, "/app")
from solve import solve
begun = time.perf_counter()
total = 0.0
for given, want in EXPECTED:
    answer = solve(given)
    total += 1.0 if answer == want else quality(answer, want)
record(total / len(EXPECTED), seconds=time.perf_counter() - begun)
"""
_TAIL = """
import json
with open("answers.json", "w") as file:
    json.dump([solve(given) for given in json.load(open("inputs.json"))], file)
"""


def task(mode: str) -> Task:
    """Return the task as `mode` verifies it."""
    verifier = _QUALITY + {"output": _OUTPUT, "call": _CALL, "shared": _SHARED}[mode]
    expected = json.dumps([[given, given * given] for given in INPUTS])
    return Task(
        name=f"squares-{mode}",
        title="Squares",
        instruction="Return the square of a number.",
        files={"solve.py": b"", "inputs.json": json.dumps(INPUTS).encode()},
        editable=("solve.py",),
        run=() if mode == "call" else ("python3", "-S", "solve.py"),
        outputs=("answers.json",) if mode == "output" else (),
        verifier={"verify.py": verifier.encode(), "hidden/expected.json": expected.encode()},
        verify=("python3", "-S", "/tests/verify.py"),
        direction=Direction.MAXIMIZE,
        score_name="quality",
        verification=mode,
        resources=Resources(
            candidate_seconds=1.0, verifier_seconds=2.0, memory_bytes=256 << 20, disk_bytes=16 << 20
        ),
    )


def program(mode: str, source: str) -> bytes:
    """Return the candidate for `mode`: where its answers are a file, it has to write them."""
    return (source + _TAIL if mode == "output" else source).encode()
