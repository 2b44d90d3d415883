"""A study's cells as the command line makes them: each is what `workbench run` would begin."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli import UsageError
from workbench.cli.desk import grammar_of_a_run
from workbench.cli.plan import Plan, plan
from workbench.cli.warn import gathered, warn
from workbench.engine.launch import Launch
from workbench.engine.slots import machine_slots
from workbench.study import grid
from workbench.study.error import StudyError
from workbench.study.grid import Cell
from workbench.study.place import Study


class Cells:
    """Plans the cells of one study for one run of it."""

    def __init__(self, study: Study, chosen: argparse.Namespace, prices: Path) -> None:
        """Plan as was `chosen` on the command line; `prices` is a file with the spec's prices."""
        self._study = study
        self._chosen = chosen
        self._prices = prices
        self._grammar = grammar_of_a_run()
        self._warned: set[str] = set()

    @property
    def jobs(self) -> int:
        """Cells at once."""
        return self._chosen.jobs or min(machine_slots(), len(self._study.grid))

    @property
    def slots(self) -> int:
        """Verifications at once, of one cell."""
        return max(1, machine_slots() // self.jobs)

    def begin(self, cell: Cell) -> Plan:
        """Read and check what the cell is made of. Raises `StudyError`."""
        found = self._study.tasks.get(cell.task)
        place = cell.task if found is None else found.place
        words = grid.arguments(self._study.spec, cell, place, str(self._prices))
        words += [f"--slots={self.slots}", f"--sandbox={self._chosen.sandbox or 'auto'}"]
        words += [f"--python={self._chosen.python}"] if self._chosen.python else []
        try:
            with gathered() as warnings:
                planned = plan(self._grammar.parse_args(words))
        except UsageError as error:
            raise StudyError(str(error)) from None
        for text in warnings:
            if text not in self._warned:
                self._warned.add(text)
                warn(text)
        if found is not None and planned.task.digest != found.digest:
            raise StudyError(
                f"the task {cell.task} ({place}) has changed since the study was begun, so that "
                "its cells could not be compared; undo that, or begin another study"
            )
        return planned

    def again(self, cell: Cell) -> Launch:
        """Say how the engine of a cell that was begun is run."""
        return Launch(
            slots=self.slots,
            sandbox=self._chosen.sandbox,
            python=self._chosen.python,
            named=cell.maker.models,
        )
