"""Frontier-Eng's evaluations as its own harness would take them, in a real sandbox."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from foreign_support import Trial, trial, write

from workbench.formats import load

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAY = "import json, os, sys\n"
SCORED = """open('metrics.json', 'w').write('{"valid": 1, "combined_score": 2.5}')\n"""
TASK = {
    "frontier_eval/conf/config.yaml": "",
    "benchmarks/Yard/shared/lib.txt": "of the domain\n",
    "benchmarks/Yard/crane/given/data.txt": "given\n",
    "benchmarks/Yard/crane/init.py": SCORED,
    # The candidate is its own evaluator: each test writes one that behaves in one way.
    "benchmarks/Yard/crane/frontier_eval/initial_program.txt": "init.py\n",
    "benchmarks/Yard/crane/frontier_eval/eval_command.txt": "{python} {candidate}\n",
    "benchmarks/Yard/crane/frontier_eval/readonly_files.txt": "given\nabsent.txt\n",
    "benchmarks/Yard/crane/frontier_eval/artifact_files.txt": "logs/*.txt\nmetrics.json\n",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crane(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Trial]:
    """An open verifier of the task above."""
    root = write(tmp_path_factory.mktemp("repo"), TASK)
    async with trial(load.load(f"{root}:Yard/crane").task, 20.0) as tried:
        yield tried


def metrics(text: str) -> str:
    """Return a candidate whose evaluation leaves this metrics.json."""
    return f"open('metrics.json', 'w').write({text!r})\n"


READ = [
    ('{"valid": 1, "combined_score": 2.5}', ("scored", 2.5)),
    ('{"valid": true, "combined_score": "3.25"}', ("scored", 3.25)),
    ('{"valid": "1.0", "combined_score": -7}', ("scored", -7.0)),
    ('{"valid": 0, "combined_score": 0.0}', ("infeasible", 0.0)),
    ('{"valid": 0, "combined_score": -1e18}', ("infeasible", -1e18)),
    ('{"valid": 0, "combined_score": 99}', ("infeasible", 99.0)),
    ('{"combined_score": 4}', ("scored", 4.0)),
    ('{"valid": 1}', ("scored", 1.0)),
    ('{"valid": 0}', ("infeasible", -1e18)),
    ('{"valid": 1, "combined_score": NaN}', ("infeasible", 1.0)),
    ('{"valid": 1, "combined_score": Infinity}', ("infeasible", 1.0)),
    ('{"valid": 1, "combined_score": "nan"}', ("infeasible", 1.0)),
]


@pytest.mark.parametrize(("text", "brief"), READ)
async def test_metrics_are_read_as_the_harness_reads_them(
    crane: Trial, text: str, brief: tuple[str, float]
) -> None:
    assert (await crane(metrics(text))).brief == brief


async def test_other_values_are_metrics_or_told(crane: Trial) -> None:
    found = await crane(
        metrics('{"valid": 1, "combined_score": 1, "mass": "12.5", "ok": true, "why": [1, "x"]}')
    )
    assert found.verdict.metrics == {"valid": 1.0, "mass": 12.5, "ok": 1.0}
    assert 'why: [1, "x"]' in found.feedback


async def test_a_failed_evaluation_is_not_an_infeasible_candidate(crane: Trial) -> None:
    found = await crane("raise ValueError('no such crane')\n")
    assert found.brief == ("failed", None)
    assert "status 1, no metrics.json: ValueError: no such crane" in found.verdict.message
    for text in ("[1]", "{", "[" * 100_000):
        found = await crane(metrics(text))
        assert found.brief == ("failed", None), text[:10]
        assert "status 0, no metrics.json: nothing was printed" in found.verdict.message


async def test_an_error_message_of_the_evaluator_s_is_what_is_told(crane: Trial) -> None:
    found = await crane(
        SAY + "json.dump({'error_message': 'the rope broke', 'steps': [1, 2]},"
        " open('artifacts.json', 'w'))\nsys.exit(3)\n"
    )
    assert "status 3, no metrics.json: the rope broke" in found.verdict.message
    found = await crane(
        SAY + "json.dump({'failure_summary': 'too heavy', 'steps': [1, 2]},"
        " open('artifacts.json', 'w'))\n" + metrics('{"valid": 0, "combined_score": 0}')
    )
    assert found.brief == ("infeasible", 0.0)
    assert found.feedback.startswith("failure_summary: too heavy\n")
    assert "steps: [1, 2]" in found.feedback


async def test_a_status_other_than_0_is_never_feasible(crane: Trial) -> None:
    found = await crane(SCORED + "import sys\nprint('late', file=sys.stderr)\nsys.exit(2)\n")
    assert found.brief == ("infeasible", 2.5)
    assert "the evaluation ended with status 2" in found.feedback
    assert "stderr: late" in found.feedback


@pytest.mark.parametrize(
    "touch",
    [
        "open('given/data.txt', 'a').write('x')\n",
        "open('given/more.txt', 'w').write('x')\n",
        "import os\nos.remove('given/data.txt')\n",
        "open('absent.txt', 'w').write('x')\n",
    ],
)
async def test_read_only_files_must_stay_as_they_are(crane: Trial, touch: str) -> None:
    found = await crane(touch + SCORED)
    assert found.brief == ("infeasible", 2.5)
    assert "was changed, and is read-only" in found.feedback


async def test_what_the_environment_holds(crane: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CANARY", "a secret of this process")
    found = await crane(
        SAY + "e = os.environ\n"
        "told = {k: e[k] for k in e if k.startswith(('FRONTIER', 'PYTHONNOUSER'))}\n"
        "told['canary'] = 'WORKBENCH_CANARY' in e\n"
        "told['domain'] = open(e['FRONTIER_ENGINEERING_ROOT']"
        " + '/benchmarks/Yard/shared/lib.txt').read()\n"
        "told['source'] = os.listdir(e['FRONTIER_EVAL_UNIFIED_SOURCE_BENCHMARK_DIR'])\n"
        "told['here'] = os.path.samefile(e['FRONTIER_EVAL_UNIFIED_BENCHMARK_DIR'], '.')\n"
        "told['me'] = os.path.samefile(e['FRONTIER_EVAL_UNIFIED_CANDIDATE_PATH'], __file__)\n"
        "told['valid'] = 1\n"
        "json.dump(told, open('metrics.json', 'w'))\n"
    )
    assert found.verdict.metrics["canary"] == 0
    assert found.verdict.metrics["here"] == found.verdict.metrics["me"] == 1
    assert found.verdict.metrics["FRONTIER_EVAL_EVALUATOR_TIMEOUT_S"] == 295
    assert found.verdict.metrics["PYTHONNOUSERSITE"] == 1
    assert "of the domain" in found.feedback
    assert "init.py" in found.feedback


async def test_artifacts_are_kept(crane: Trial) -> None:
    found = await crane(
        SAY + "os.mkdir('logs')\nopen('logs/a.txt', 'w').write('kept')\n"
        "open('logs/b.bin', 'w').write('not named')\n" + SCORED
    )
    assert set(found.verdict.artifacts) == {"logs_a.txt", "metrics.json"}


async def test_a_process_left_behind_neither_holds_nor_outlives_the_evaluation(
    crane: Trial, tmp_path: Path
) -> None:
    name = f"left-{os.getpid()}"
    found = await crane(
        SAY + f"if os.fork() == 0:\n    os.setsid()\n"
        f"    os.execvp('sleep', [{name!r}, '600'])\n" + SCORED
    )
    assert found.brief == ("scored", 2.5)
    alive = [p for p in Path("/proc").glob("[0-9]*/cmdline") if name in _text(p)]
    assert alive == []


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


async def test_placeholders_the_working_directory_and_a_script_of_many_lines(
    tmp_path: Path,
) -> None:
    command = (
        "# a comment, for the shell\n"
        'printf \'{{"valid": 1, "combined_score": 6}}\' > ../metrics.json\n'
        "test {benchmark} = {benchmark_raw} && cat {repo_root}/benchmarks/Yard/shared/lib.txt\n"
        "test -d {benchmark_source} && test -d {sandbox} && echo id={benchmark_id} at=$PWD\n"
    )
    folder = "benchmarks/Yard/crane/frontier_eval"
    root = write(
        tmp_path,
        {**TASK, f"{folder}/eval_command.txt": command, f"{folder}/eval_cwd.txt": "given\n"},
    )
    async with trial(load.load(f"{root}:Yard/crane").task) as tried:
        found = await tried("unused\n")
        assert found.brief == ("scored", 6.0)
        digest = found.verdict.stdout
        assert digest is not None
    done = await _printed(root)
    assert "of the domain\nid=Yard/crane at=" in done
    assert done.rstrip().endswith("/given")


async def _printed(root: Path) -> str:
    async with trial(load.load(f"{root}:Yard/crane").task) as tried:
        done = await tried.verifier.verify(tried.verifier.task.initial)
        assert done.verdict.stdout is not None
        return done.blobs[done.verdict.stdout].decode()


async def test_an_evaluation_that_hangs_is_a_timeout(tmp_path: Path) -> None:
    root = write(tmp_path, TASK)
    async with trial(load.load(f"{root}:Yard/crane").task, 2.0) as tried:
        found = await tried("import subprocess\nsubprocess.run(['sleep', '600'])\n")
    assert found.brief == ("timeout", None)
