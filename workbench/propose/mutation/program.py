"""All editable files of one candidate, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from workbench.propose.mutation.literals import Literal, literals_of
from workbench.propose.mutation.source import Source, read_source


@dataclass(frozen=True)
class Program:
    """A candidate's files as mutation sees them."""

    files: Mapping[str, bytes]
    sources: tuple[Source, ...]

    @cached_property
    def literals(self) -> tuple[Literal, ...]:
        """Every numeric literal of the editable regions."""
        return tuple(literal for source in self.sources for literal in literals_of(source))

    @cached_property
    def tunable(self) -> tuple[Literal, ...]:
        """The literals that are there to be tuned."""
        return tuple(literal for literal in self.literals if literal.tunable)

    @cached_property
    def inner(self) -> tuple[Literal, ...]:
        """All other literals."""
        return tuple(literal for literal in self.literals if not literal.tunable)

    @property
    def problems(self) -> list[str]:
        """What keeps files from being read as Python, one line each."""
        return [f"{source.path} {source.problem}" for source in self.sources if source.problem]


def read_program(files: Mapping[str, bytes]) -> Program:
    """Read `files`. Never fails; a file in another language just offers less to change."""
    return Program(files, tuple(read_source(path, files[path]) for path in sorted(files)))
