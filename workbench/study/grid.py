"""The cells of a study: which there are, in which order, and how each is called."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator

import msgspec

from workbench.engine import budget
from workbench.study.spec import Maker, Spec

_LONGEST = 32


class Cell(msgspec.Struct, frozen=True):
    """One session of a study."""

    task: str
    strategy: str
    allocator: str
    maker: Maker
    width: int
    seed: int

    @property
    def id(self) -> str:
        """The name of its session: readable, and different for different cells."""
        digest = hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:8]
        words = (_slug(self.task), _slug(self.strategy), f"w{self.width}", f"s{self.seed}")
        return ".".join((*words, digest))

    @property
    def labels(self) -> dict[str, str]:
        """What was chosen for it: the same for all seeds of one competitor."""
        return {
            "strategy": self.strategy,
            "proposer": self.maker.label,
            "lineages": str(self.width),
            "allocation": self.allocator,
        }


def cells(spec: Spec) -> list[Cell]:
    """Return every cell. Seeds come last to an end: a study cut short has whole seeds."""
    return list(_cells(spec))


def _cells(spec: Spec) -> Iterator[Cell]:
    for seed, task, width, maker, shared, strategy in itertools.product(
        spec.seeds, spec.tasks, spec.widths, spec.makers, spec.allocators, spec.strategies
    ):
        yield Cell(task, strategy, shared, maker, width, seed)


def depth(spec: Spec, width: int) -> int:
    """Return the evaluations of each lineage, what the initial files take left aside."""
    return ((spec.limits.evaluations or 0) - 1) // width


def arguments(spec: Spec, cell: Cell, task: str, prices: str) -> list[str]:
    """Return the words of `workbench run` that begin the cell.

    `task` is where its task was found, `prices` a file that holds the spec's prices.
    """
    words = [
        task,
        f"--strategy={cell.strategy}",
        f"--allocator={cell.allocator}",
        f"--lineages={cell.width}",
        f"--seed={cell.seed}",
        f"--budget={budget.written(spec.limits)}",
    ]
    if cell.maker.proposer:
        return [*words, f"--proposer={cell.maker.proposer}"]
    words += [f"--model={name}" for name in cell.maker.models]
    for name, value in msgspec.structs.asdict(spec.asking).items():
        if value is not None:
            words.append(f"--{name.replace('_', '-')}={value}")
    priced = any(name in spec.prices for name in cell.maker.models)
    return [*words, f"--price={prices}"] if priced else words


def _slug(text: str) -> str:
    """Return the end of a path or name, as far as it is plain."""
    name = text.rstrip("/").rpartition("/")[2]
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST].rstrip("-") or "x"
