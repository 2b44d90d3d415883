"""What is wrong with a study, told so that it can be mended."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.formats.error import Problem


class StudyError(Exception):
    """A study cannot be used; the message says why and what to do."""


class SpecError(StudyError):
    """A spec cannot be used. Carries every problem that was found, never only the first."""

    def __init__(self, problems: Sequence[Problem], where: str) -> None:
        """Keep the problems of the spec at `where`."""
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = [f"study {where}: {count}", *(f"  {problem}" for problem in self.problems)]
        super().__init__("\n".join(lines))
