"""What is wrong with a task, told so that it can be mended: file, key, fault, mend."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One fault of a task directory."""

    file: str
    """Path relative to the task directory, or the directory as it was named."""
    key: str
    """Key in that file, e.g. ``[environment] cpus``; empty when the file itself is at fault."""
    wrong: str
    mend: str

    def __str__(self) -> str:
        """Return the problem in one line."""
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: {self.wrong}; {self.mend}"


class TaskError(Exception):
    """A task cannot be used. Carries every problem that was found, never only the first."""

    def __init__(self, problems: Sequence[Problem], task: str = "") -> None:
        """Keep the problems; `task` is how the person named the task."""
        self.problems = tuple(problems)
        self.task = task
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        title = f"task {task}: {count}" if task else f"task: {count}"
        super().__init__("\n".join([title, *(f"  {problem}" for problem in self.problems)]))


class Report:
    """Collects what one reading of a task finds: problems that refuse it, warnings that do not."""

    def __init__(self, file: str) -> None:
        """Start empty; `file` is what a problem is laid to unless it says otherwise."""
        self.file = file
        self.problems: list[Problem] = []
        self.warnings: list[str] = []

    def problem(self, key: str, wrong: str, mend: str, file: str | None = None) -> None:
        """Note a fault that refuses the task, once."""
        problem = Problem(self.file if file is None else file, key, wrong, mend)
        if problem not in self.problems:
            self.problems.append(problem)

    def warn(self, key: str, text: str) -> None:
        """Note something that is ignored or will not be as its author expects."""
        warning = f"{self.file}: {key}: {text}"
        if warning not in self.warnings:
            self.warnings.append(warning)

    def raise_problems(self) -> None:
        """Raise `TaskError` if anything was found."""
        if self.problems:
            raise TaskError(self.problems)
