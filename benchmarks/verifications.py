"""Two tiny tasks that use numpy on both sides, and slots that verify them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from sandbox import Backend
from workbench.formats.harbor import parse
from workbench.model.task import Task
from workbench.model.verdict import Outcome
from workbench.verify import calls
from workbench.verify.verifier import Verifier

CALLS = 20
_TOML = """
schema_version = "1.4"
[metadata.workbench]
editable = ["solve.py"]
direction = "maximize"
python_packages = ["numpy"]
"""
_OUTPUT = {
    "task.toml": _TOML + 'run = ["python3", "-S", "solve.py"]\noutputs = ["answer.json"]\n',
    "instruction.md": "Write a list of numbers.",
    "environment/app/solve.py": (
        "import json, numpy\njson.dump(numpy.arange(10.0).tolist(), open('answer.json', 'w'))\n"
    ),
    "tests/verify.py": (
        "import json, sys, numpy\n"
        "values = numpy.array(json.load(open(sys.argv[1] + '/answer.json')), float)\n"
        "found = {'reward': float(values.sum()), 'feasible': int(numpy.isfinite(values).all())}\n"
        "json.dump(found, open(sys.argv[2] + '/reward.json', 'w'))\n"
    ),
}
_CALL = {
    "task.toml": _TOML + 'verification = "call"\n',
    "instruction.md": "Sort numbers.",
    "environment/app/solve.py": "def order(values):\n    return sorted(values)\n",
    "tests/calls.py": Path(calls.__file__).read_text(),
    "tests/verify.py": (
        "import json, sys, numpy\n"
        "sys.path.insert(0, '/tests')\n"
        "from calls import Candidate\n"
        "score = 0\n"
        "with Candidate('solve.py') as candidate:\n"
        f"    for at in range({CALLS}):\n"
        "        values = [(7 * at + 3 * n) % 11 for n in range(10)]\n"
        "        score += candidate.call('order', values) == sorted(values)\n"
        "json.dump({'reward': score}, open(sys.argv[2] + '/reward.json', 'w'))\n"
    ),
}


def output_task() -> Task:
    """Return a task whose candidate leaves a file."""
    return _task(_OUTPUT)


def call_task() -> Task:
    """Return a task whose candidate is called `CALLS` times."""
    return _task(_CALL)


def _task(files: dict[str, str]) -> Task:
    task, warnings = parse({path: text.encode() for path, text in files.items()}, "tiny")
    if warnings:
        raise SystemExit(f"the benchmark's own task is doubtful: {warnings}")
    return task


def slots(task: Task, backend: Backend, count: int = 2) -> Iterator[Verifier]:
    """Yield verifiers, to be entered by the caller."""
    for _ in range(count):
        yield Verifier(task, backend)


def act(verifier: Verifier) -> Callable[[], Awaitable[None]]:
    """Return what verifies the initial files once."""

    async def verify() -> None:
        found = await verifier.verify(verifier.task.initial)
        if found.verdict.outcome is not Outcome.SCORED:
            raise SystemExit(f"the verification failed: {found.verdict.message}")

    return verify
