"""What a lineage's own verdicts taught: step sizes, live and dead literals, what kind of edit pays.

Built by `observe` alone, from what candidates carry in their `detail` and verdicts, so that a
resumed lineage knows exactly what it knew. Costs the same per candidate however many came before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workbench.model.candidate import Candidate
from workbench.propose.mutation.literals import Literal
from workbench.propose.mutation.number import Number, distance

FIRST_STEP = 0.35
"""Step size of a literal nothing is known of: about a third of its value."""
_LARGEST_STEP = 2.0
_SMALLEST_STEP = 1e-4
_GROW = 1.6
_SHRINK = 0.88
"""One success in five keeps the step: 1.6 × 0.88**4 is about 1 (Rechenberg's rule)."""
_HALF_STALLED = 40
"""Verdicts without improvement that count as half a halt."""
_FIRST_RATE = 0.2
"""Success rate taken for granted before anything is known."""
_PATIENCE = 2
"""Trials without any effect on the reward after which a literal counts as dead."""


@dataclass
class Trace:
    """What is known of one literal."""

    scale: float | None = None
    """Size of its terms, where its sign is open; None where the sign must stay."""
    first: Number = 0
    """Its value when first met."""
    step: float = FIRST_STEP
    trials: float = 0.0
    alive: bool = False
    """A change of it alone changed the verdict."""
    credit: float = 0.5
    """Moving average of its successes."""
    follow: float = 0.0
    """The step that last improved the reward, until a step that way fails."""

    @property
    def dead(self) -> bool:
        """Whether it was changed and nothing came of it."""
        return not self.alive and self.trials >= _PATIENCE

    @property
    def weight(self) -> float:
        """How often to choose it, relative to others."""
        return 0.03 if self.dead else 0.15 + self.credit


@dataclass
class Rate:
    """Moving average of how often one kind of edit improves the reward."""

    value: float

    def learn(self, success: bool) -> None:
        """Fold one verdict in."""
        self.value += 0.05 * (success - self.value)


@dataclass
class Memory:
    """Everything `observe` learned for one lineage."""

    traces: dict[str, Trace] = field(default_factory=dict)
    rates: dict[str, Rate] = field(default_factory=lambda: defaultdict(lambda: Rate(_FIRST_RATE)))

    idle: int = 0
    """Verdicts since the last improvement."""

    @property
    def stall(self) -> float:
        """How far the search has come to a halt, 0..1."""
        return self.idle / (self.idle + _HALF_STALLED)

    def pull(self, kind: str) -> float:
        """How well edits of `kind` have paid, 1 before anything is known."""
        return self.rates[kind].value / _FIRST_RATE if kind in self.rates else 1.0

    def trace(self, literal: Literal) -> Trace:
        """Return what is known of `literal`; a blank trace, not kept, if nothing is."""
        return self.traces.get(literal.key) or _blank(literal.value)

    def observe(self, candidate: Candidate) -> None:
        """Learn from one verdict. Candidates that others made teach nothing."""
        verdict, detail = candidate.verdict, candidate.detail
        if verdict is None or "by" not in detail:
            return
        reward, base = candidate.reward, detail.get("base")
        known = base if isinstance(base, int | float) else None
        success = reward is not None and (known is None or reward > known)
        self.idle = 0 if success else self.idle + 1
        self.rates[str(detail["by"])].learn(success)
        changed = known is None or reward != known
        steps = list(_steps(detail))
        # Samples from afar and points of a CMA-ES run say nothing of the steps of sparse moves.
        sparse = detail.get("operator") == "refine" and detail["by"] != "covariance"
        for key, before, after in steps:
            trace = self.traces.setdefault(key, _blank(before))
            _learn_liveness(trace, changed, len(steps))
            if sparse:
                _learn_step(trace, before, after, success)
            if before * after < 0:
                trace.scale = trace.scale or max(abs(before), abs(after))


def _steps(detail: Mapping[str, object]) -> Iterator[tuple[str, Number, Number]]:
    steps = detail.get("steps")
    for step in steps if isinstance(steps, list) else []:
        key, before, after = step
        yield key, before, after


def _blank(value: Number) -> Trace:
    scale = None if value != 0 else 1.0
    return Trace(scale=scale, first=value)


def _learn_liveness(trace: Trace, changed: bool, among: int) -> None:
    # Where one of several did something it is not known which: that teaches nothing of any.
    if not changed or among == 1:
        trace.trials += 1 / among
    trace.alive |= changed and among == 1


def _learn_step(trace: Trace, before: Number, after: Number, success: bool) -> None:
    went = distance(before, after, trace.scale)
    trace.credit += 0.15 * (success - trace.credit)
    if success:
        trace.step = min(_LARGEST_STEP, max(trace.step * _GROW, abs(went)))
        trace.follow = went
        _open_sign(trace, before, after)
    else:
        trace.step = max(_SMALLEST_STEP, trace.step * _SHRINK)
        if trace.follow * went > 0:
            trace.follow = 0.0


def _open_sign(trace: Trace, before: Number, after: Number) -> None:
    """Let a literal cross zero once successes have led it close to zero.

    Close is 1 for an integer that came down to it, a twentieth of the first value for a float.
    """
    near = 1 if isinstance(after, int) else abs(trace.first) / 20
    if trace.scale is None and abs(after) < abs(before) and abs(after) <= near:
        trace.scale = max(1.0, near) if isinstance(after, int) else near
