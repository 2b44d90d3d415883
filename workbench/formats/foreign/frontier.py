"""Frontier-Eng's unified tasks: ``benchmarks/DOMAIN/TASK/frontier_eval/*.txt`` of its repository.

What an evaluation wants of the repository besides the task's own directory is not declared: files
of the same domain that are no other task's, and what the command names, come along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from workbench.formats import paths
from workbench.formats.error import Report, TaskError
from workbench.formats.foreign import shared, tuning
from workbench.model.limits import Limits
from workbench.model.task import Task
from workbench.model.verdict import Direction

FOLDER = "frontier_eval"
MARK = f"{FOLDER}/initial_program.txt"
BUDGET = 100
"""Evaluations of the published experiments."""
SPARE_SECONDS = 5.0
"""Of the time that evaluators are told they have, for whoever runs them."""
MOST_SHOWN = 60_000
"""Characters of one file that a proposer is shown."""
_NAMED = re.compile(r"\{repo_root(?:_raw)?\}/([\w./-]+)")
_FIELD = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
_KNOWN = {"python", "candidate", "benchmark", "sandbox", "repo_root", "benchmark_source",
          "benchmark_id"}  # fmt: skip


def place_of(bundle: Mapping[str, bytes]) -> str | None:
    """Return where the one task lies among a repository's files; None if there is no such one."""
    found = [path.removesuffix(MARK).rstrip("/") for path in bundle if path.endswith(MARK)]
    return found[0] if len(found) == 1 else None


def find(directory: Path) -> tuple[Path, str] | None:
    """Return the repository's root and the task's place in it; None where `directory` is no task.

    A task outside of its repository is its own root.
    """
    directory = directory.resolve()
    if not (directory / MARK).is_file():
        return None
    for root in directory.parents:
        if (root / "benchmarks").is_dir() and (root / FOLDER).is_dir():
            return root, directory.relative_to(root).as_posix()
    return directory, ""


def parts(root: Path, place: str) -> list[str]:
    """Return what of a repository belongs to a task, as paths relative to `root`."""
    if not place:
        return [""]
    domain = (root / place).parent
    beside = [
        path
        for path in sorted(domain.iterdir())
        if domain.name != "benchmarks" and not any(path.rglob(MARK))
    ]
    command = (root / place / FOLDER / "eval_command.txt").read_text(errors="replace")
    named = [
        path
        for path in (found.rstrip("/") for found in _NAMED.findall(command))
        if paths.fault(path) is None and not f"{path}/".startswith(f"{place}/")
    ]
    found = [place, *(path.relative_to(root).as_posix() for path in beside), *named]
    return list(dict.fromkeys(path for path in found if (root / path).exists()))


def parse(bundle: Mapping[str, bytes], name: str) -> tuple[Task, list[str]]:
    """Turn a task's part of the repository into a task, and warnings. Raises `TaskError`."""
    place = place_of(bundle)
    report = Report(f"{place or ''}/{FOLDER}".lstrip("/"))
    if place is None:
        report.problem("", "is not there, or there are several", "name one task", MARK)
        raise TaskError(report.problems, name)
    notes = _Notes(bundle, f"{place}/{FOLDER}" if place else FOLDER, report)
    prefix = f"{place}/" if place else ""
    inside = {
        path.removeprefix(prefix): data for path, data in bundle.items() if path.startswith(prefix)
    }
    initial = notes.path("initial_program")
    destination = notes.path("candidate_destination", initial)
    command = notes.whole("eval_command")
    _check_command(command, report)
    if initial and initial not in inside:
        report.problem("initial_program.txt", f"names {initial}, which is not there", "mend it")
    tuned = tuning.read(bundle, report, place)
    cwd, readonly = notes.path("eval_cwd", "."), notes.paths("readonly_files")
    report.raise_problems()
    seconds = tuned.evaluate_timeout_sec or shared.DEFAULT_SECONDS
    settings = {
        "id": place.removeprefix("benchmarks/"),
        "benchmark": place,
        "candidate": destination,
        "command": command,
        "cwd": cwd,
        "readonly": readonly,
        "artifacts": notes.lines("artifact_files"),
        "seconds": max(1.0, seconds - SPARE_SECONDS),
    }
    task = Task(
        name=shared.named(place.removeprefix("benchmarks/").replace("/", "-")),
        title=place.removeprefix("benchmarks/"),
        format="frontier-eng",
        instruction=_instruction(notes, inside, destination, settings["id"]),
        files={**_staged(inside, notes.paths("copy_files")), destination: inside[initial]},
        editable=(destination,),
        run=(),
        outputs=(),
        verifier=shared.beside("frontier_evaluator", settings, {}, bundle),
        verify=("python3", "/tests/verify.py", "/app", "/logs/verifier"),
        direction=Direction.MAXIMIZE,
        score_name="combined_score",
        category=place.removeprefix("benchmarks/").partition("/")[0],
        verification="shared",
        resources=shared.resources(seconds),
        budget=Limits(evaluations=BUDGET),
        python_packages=shared.packages(dict(inside), report, ()),
        bundle=dict(bundle),
    )
    return tuning.applied(task, tuned), report.warnings


class _Notes:
    """The text files that describe a task: one entry a line, blank ones and ``#`` aside."""

    def __init__(self, bundle: Mapping[str, bytes], folder: str, report: Report) -> None:
        self._bundle = bundle
        self._folder = folder
        self._report = report

    def whole(self, name: str) -> str:
        """Return a file as it stands, comments included; it must be there."""
        data = self._bundle.get(f"{self._folder}/{name}.txt")
        if data is None or not data.strip():
            self._report.problem(f"{name}.txt", "is missing or empty", "a unified task has it")
            return ""
        return data.decode(errors="replace")

    def text(self, name: str) -> str:
        """Return a file as it stands; empty if it is not there."""
        return self._bundle.get(f"{self._folder}/{name}.txt", b"").decode(errors="replace")

    def lines(self, name: str) -> list[str]:
        """Return a file's entries."""
        lines = (line.strip() for line in self.text(name).splitlines())
        return [line for line in lines if line and not line.startswith("#")]

    def paths(self, name: str) -> list[str]:
        """Return a file's entries as paths that stay inside the task."""
        return [path for line in self.lines(name) if (path := self._inside(name, line))]

    def path(self, name: str, default: str | None = None) -> str:
        """Return a file's first entry as a path; without a default it must be there."""
        lines = self.lines(name)
        if lines:
            return self._inside(name, lines[0])
        if default is None:
            self._report.problem(f"{name}.txt", "is missing or empty", "a unified task has it")
        return default or ""

    def _inside(self, name: str, line: str) -> str:
        path = str(PurePosixPath(line))
        if path == "." or paths.fault(path) is None:
            return path
        wrong = f"{line!a} {paths.fault(path)}"
        self._report.problem(f"{name}.txt", wrong, "name a path inside the task")
        return ""


def _check_command(command: str, report: Report) -> None:
    for field in _FIELD.findall(command):
        if field.removesuffix("_raw") not in _KNOWN:
            known = ", ".join(sorted(_KNOWN))
            wrong = f"has the placeholder {{{field}}}"
            report.problem("eval_command.txt", wrong, f"there are {known}, each also with _raw")


def _staged(inside: Mapping[str, bytes], wanted: list[str]) -> dict[str, bytes]:
    """Return the files of the copy that an evaluation runs in; entries that are not there are
    nothing, as in the task's own harness."""
    if not wanted or "." in wanted:
        return dict(inside)
    return {
        path: data
        for path, data in inside.items()
        if any(path == entry or path.startswith(f"{entry}/") for entry in wanted)
    }


def _instruction(notes: _Notes, inside: Mapping[str, bytes], destination: str, name: object) -> str:
    head = (
        f"# {name}\n\nChange `{destination}`. An evaluator runs it and returns `valid` and "
        "`combined_score`. **Maximise `combined_score`**; what is not valid counts for nothing."
    )
    parts = [head]
    if constraints := notes.text("constraints").strip():
        parts.append(f"## Constraints\n\n{constraints}")
    parts += _shown(inside, notes.lines("agent_files"), destination)
    return "\n\n".join(parts) + "\n"


def _shown(inside: Mapping[str, bytes], wanted: list[str], destination: str) -> Iterator[str]:
    """Yield what the task wants to be shown: texts of files, names below directories."""
    for entry in wanted:
        data = inside.get(entry)
        if data is not None and entry != destination:
            text = data.decode(errors="replace")
            half, left_out = MOST_SHOWN // 2, len(text) - MOST_SHOWN
            if left_out > 0:
                text = f"{text[:half]}\n[{left_out} characters left out]\n{text[-half:]}"
            yield f"## {entry}\n\n{text.strip()}"
        elif data is None:
            below = sorted(path for path in inside if path.startswith(f"{entry}/"))
            if below:
                listed = "\n".join(f"- {path}" for path in below[:500])
                yield f"## Files below {entry}\n\n{listed}"
