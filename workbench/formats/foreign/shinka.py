"""ShinkaEvolve's task directories: ``initial.*`` and ``evaluate.py``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.formats.error import Report, TaskError
from workbench.formats.foreign import shared, tuning
from workbench.model.task import Task
from workbench.model.verdict import Direction

EVALUATOR = "evaluate.py"
STEM = "initial"
SEARCH = ("run_evo.py", "run_evo_async.py")
"""Scripts that configure a search; the first text in one that is called so tells of the task."""
_TOLD = re.compile(r'(?:search_)?task_sys_msg\s*=\s*(?:f|r)?"""(.*?)"""', re.DOTALL)


def is_one(bundle: Mapping[str, bytes]) -> bool:
    """Whether these files look like such a task."""
    return EVALUATOR in bundle and any(
        path.startswith(f"{STEM}.") and path.count(".") == 1 for path in bundle
    )


def parse(bundle: Mapping[str, bytes], name: str) -> tuple[Task, list[str]]:
    """Turn the directory's files into a task, and warnings. Raises `TaskError`."""
    report = Report(EVALUATOR)
    program = shared.initial_program(bundle, STEM, report)
    tuned = tuning.read(bundle, report)
    if report.problems:
        raise TaskError(report.problems, name)
    files = {path: data for path, data in bundle.items() if path not in (EVALUATOR, *SEARCH)}
    task = Task(
        name=shared.named(name),
        title=name,
        format="shinka",
        instruction=_instruction(bundle, program, name),
        files=files,
        editable=(program,),
        run=(),
        outputs=(),
        verifier=shared.beside(
            "shinka_evaluator",
            {"program": program, "evaluator": EVALUATOR},
            {"shinka.core": "shinka_package"},
            bundle,
        ),
        verify=("python3", "-S", "/tests/verify.py", "/app", "/logs/verifier"),
        direction=Direction.MAXIMIZE,
        score_name="combined_score",
        verification="shared",
        resources=shared.resources(shared.DEFAULT_SECONDS),
        python_packages=shared.packages(dict(bundle), report, ("shinka",)),
        bundle=dict(bundle),
    )
    return tuning.applied(task, tuned), report.warnings


def _instruction(bundle: Mapping[str, bytes], program: str, name: str) -> str:
    said = ""
    for path in SEARCH:
        found = _TOLD.search(bundle.get(path, b"").decode(errors="replace"))
        if found:
            said = found.group(1).strip()
            break
    return (
        f"# {name}\n\n{said}\n\nThe program is `{program}`. It is judged by an evaluator that "
        "calls its functions; their names and what they return stay as they are now. **Maximise "
        "`combined_score`**; a result that is not valid counts for nothing.\n"
    )
