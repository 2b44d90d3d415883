"""Sparse moves: one to three constants at a time, each with its own learned step size."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import NamedTuple

from workbench.propose.mutation.literals import Literal
from workbench.propose.mutation.memory import Memory, Trace
from workbench.propose.mutation.number import Number, moved, written
from workbench.propose.mutation.source import Edit
from workbench.propose.mutation.steer import Steer
from workbench.propose.mutation.tokens import has_decrement

_WIDEN = 1.2
"""Factor on a step for every draw of this move that gave only what is known already."""
_WIDE_COUNT = 8.0
"""Mean number of constants that an independent sample changes (as many as there are, if fewer)."""
_SCREENED = 24
"""Up to this many untried literals each is first tried alone, to see which are alive."""


class Change(NamedTuple):
    """A literal with its new value."""

    literal: Literal
    value: Number
    text: str

    @property
    def edit(self) -> Edit:
        """The edit that writes it."""
        text = self.text
        if self.value < 0 <= self.literal.value and has_decrement(self.literal.path):
            text = f"({text})"
        return Edit(self.literal.path, self.literal.span, text.encode())

    @property
    def note(self) -> str:
        """For people: ``GAP 0.05→0.061``."""
        return f"{self.literal.name} {_shown(self.literal.value)}→{self.text}"

    @property
    def record(self) -> list[object]:
        """For the journal: what `Memory.observe` reads back."""
        return [self.literal.key, self.literal.value, self.value]


def change(literal: Literal, value: Number) -> Change:
    """Return the change of `literal` to `value`, as its text will read back."""
    text = written(value, literal.value)
    return Change(literal, type(value)(text), text)


def sparse_changes(
    literals: Sequence[Literal],
    memory: Memory,
    steer: Steer,
    rng: random.Random,
    *,
    wide: bool,
    more: int = 0,
) -> list[Change]:
    """Draw new values for a few of `literals`.

    `wide` draws from all scales at once and uses no learned step: independent samples. `more`
    raises the number of constants and their steps, for when less gave only what is known already.
    """
    started = [literal for literal in literals if literal.key in steer.starts]
    others = [literal for literal in literals if literal.key not in steer.starts]
    changes = [_start(literal, memory, steer, rng, exact=more == 0) for literal in started]
    if not started or more > 0:
        count = _how_many(rng, wide) + more // 4
        chosen = _choose(others, memory, rng, count, wide)
        changes += [_drawn(literal, memory, steer, rng, wide, more) for literal in chosen]
    return [made for made in changes if made.value != made.literal.value]


def _start(
    literal: Literal, memory: Memory, steer: Steer, rng: random.Random, *, exact: bool
) -> Change:
    """Put a literal at the value a person named, or near it once that very value was tried."""
    start = steer.starts[literal.key]
    if exact or isinstance(start, int) or rng.random() < 0.5:
        return change(literal, start)
    step = memory.trace(literal).step * rng.gauss(0.0, 1.0) / 2
    return change(literal, moved(start, step, None if start else 1.0))


def _how_many(rng: random.Random, wide: bool) -> int:
    """1 to 3, mostly 1; sampling from a fixed origin has to change more to get anywhere."""
    draw = rng.random()
    if wide:
        return 1 + int(rng.expovariate(1 / _WIDE_COUNT))
    return 1 + int(draw > 0.55) + int(draw > 0.85)


def _choose(
    literals: Sequence[Literal], memory: Memory, rng: random.Random, count: int, wide: bool
) -> list[Literal]:
    untried = [literal for literal in literals if memory.trace(literal).trials == 0]
    if not wide and 0 < len(untried) <= _SCREENED and rng.random() < 0.6:
        return [rng.choice(untried)]
    pool = list(literals)
    chosen: list[Literal] = []
    while pool and len(chosen) < count:
        weights = [memory.trace(literal).weight for literal in pool]
        index = rng.choices(range(len(pool)), weights)[0]
        chosen.append(pool.pop(index))
    return chosen


def _drawn(
    literal: Literal, memory: Memory, steer: Steer, rng: random.Random, wide: bool, more: int
) -> Change:
    trace = memory.trace(literal)
    low, high = steer.ranges.get(literal.key, (-math.inf, math.inf))
    bounded = math.isfinite(low) and math.isfinite(high)
    if bounded and (not low <= literal.value <= high or rng.random() < 0.3):
        return change(literal, _inside(rng.uniform(low, high), literal, low, high))
    step = _step(trace, rng, wide) * _WIDEN**more
    direction = steer.directions.get(literal.key, 0)
    if direction:
        upwards = 1 if literal.value >= 0 or trace.scale is not None else -1
        step = abs(step) * direction * upwards
    value = moved(literal.value, step, trace.scale)
    if value == literal.value and not direction:
        value = moved(literal.value, -step, trace.scale)
    return change(literal, _inside(value, literal, low, high))


def _step(trace: Trace, rng: random.Random, wide: bool) -> float:
    if wide:
        return rng.gauss(0.0, 1.0) * math.exp(rng.uniform(math.log(0.05), 0.0))
    if trace.follow and rng.random() < 0.5:
        return trace.follow * rng.uniform(0.5, 2.0)
    tail = 3.0 if rng.random() < 0.1 else 1.0
    return rng.gauss(0.0, trace.step) * tail


def _inside(value: Number, literal: Literal, low: float, high: float) -> Number:
    inside = max(low, min(high, value))
    return round(inside) if isinstance(literal.value, int) else float(inside)


def _shown(value: Number) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
