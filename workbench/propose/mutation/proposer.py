"""The `Mutation` proposer: picks a kind of edit, makes it, and never the same program twice."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workbench.model.candidate import Candidate, digest_of, digest_of_files
from workbench.model.limits import Spend
from workbench.model.move import rng_for
from workbench.propose.mutation.constants import Change, sparse_changes
from workbench.propose.mutation.covariance import Covariance
from workbench.propose.mutation.crossing import crossed_changes
from workbench.propose.mutation.hints import read_hints
from workbench.propose.mutation.memory import Memory
from workbench.propose.mutation.program import Program, read_program
from workbench.propose.mutation.source import Edit, apply_edits, compiles
from workbench.propose.mutation.steer import Steer
from workbench.propose.mutation.structure import Alteration, structural_edit
from workbench.propose.proposer import Proposal, ProposalUnusable, Reporter, Request, Shown

ATTEMPTS = 24
"""Draws within one move before it is given up."""
_CROSSED = 8
"""Draws for which a move that has a partner takes constants of it, before others join in."""
_WIDE = ("draft", "explore")
"""Operators that sample far from the parent; the others stay near it."""
_SHARES = {"structure": 0.25, "inner": 0.15}
"""Kind of edit -> how often it comes for one move on tunable constants, once those stall.

Inner literals are those not marked as tunable. Measured on circle packing and job shop: fixed
shares of 0.08 and 0.05 from the first move on ended below no such edits at all after 50
evaluations, hence the wait. The two values here were set by judgement, not searched for.
"""


@dataclass(frozen=True)
class Draft:
    """One possible proposal, before it is checked."""

    edits: Sequence[Edit]
    note: str
    record: dict[str, object] = field(default_factory=dict)


class Mutation:
    """Mechanical proposals: no model, no key, no network, the same ones for the same seed.

    What it learns comes from `observe` alone, so that a resumed lineage goes on as it would have.
    """

    name = "mutation"
    label = "mutation (mechanical, no model)"
    free = True

    def __init__(self, seed: int, lineage: int) -> None:
        """Serve lineage number `lineage` of a session with this `seed`."""
        self._seed = seed
        self._lineage = lineage
        self._memory = Memory()
        self._covariance = Covariance()
        self._last_read: tuple[str, Program] | None = None

    def reserve(self, request: Request) -> Spend:
        """Return one proposal: mutation costs nothing else."""
        return Spend(proposals=1)

    def observe(self, candidate: Candidate) -> None:
        """Learn from a verdict; what other proposers made is passed over."""
        if candidate.proposer == self.name:
            self._memory.observe(candidate)
            self._covariance.observe(candidate)

    async def propose(self, request: Request, reporter: Reporter) -> Proposal:
        """Make one edit of the first parent.

        What each operator asks for is read mechanically: `refine` tunes near the parent, `draft`
        and `explore` sample far from it, `crossover` takes constants of the second parent, and
        `repair` takes some of the lineage's best, or changes little where there is none.

        Raises `ProposalUnusable` where there is nothing to change or nothing new to be found.
        """
        program = self._read(request)
        steer = read_hints(request.hints, program)
        rng = rng_for(self._seed, self._lineage, request.step, "mutation")
        repeated = broken = 0
        for attempt in range(ATTEMPTS):
            draft = self._draft(program, request, steer, rng, attempt)
            if draft is None:
                continue
            files = apply_edits(program.files, draft.edits)
            if not self._sound(program, files):
                broken += 1
            elif _digest(files) in request.lineage.digests:
                repeated += 1
            else:
                reporter.say(draft.note)
                base = request.parents[0].candidate.reward
                detail = {"base": base, "operator": request.move.operator, **draft.record}
                return Proposal(files, draft.note, steer.note, detail)
        raise ProposalUnusable(_why(program, steer, repeated, broken), hint_note=steer.note)

    def _read(self, request: Request) -> Program:
        """Return the first parent's program; moves of a chain share their parent often."""
        parent = request.parents[0]
        if self._last_read is None or self._last_read[0] != parent.candidate.digest:
            self._last_read = (parent.candidate.digest, read_program(parent.files))
        return self._last_read[1]

    def _draft(
        self, program: Program, request: Request, steer: Steer, rng: random.Random, attempt: int
    ) -> Draft | None:
        """Draw one edit, or None where the kind that was drawn finds nothing to change."""
        # Once the very value a hint names was tried, others join it rather than give up.
        if steer.starts and attempt > 0:
            steer = replace(steer, only=None)
        tunable = [literal for literal in program.tunable if steer.chooses(literal)]
        inner = [literal for literal in program.inner if steer.chooses(literal)]
        operator, wide = request.move.operator, request.move.operator in _WIDE
        partner = _partner(request)
        if partner is not None and attempt < _CROSSED and not steer.starts:
            changes = crossed_changes(tunable, read_program(partner.files).tunable, rng)
            if changes:
                return _crossed(partner, changes)
        family = self._family(rng, bool(tunable), bool(inner), steer)
        if family == "structure":
            return _structural(structural_edit(program, steer, rng))
        if family == "inner":
            changes = sparse_changes(inner, self._memory, steer, rng, wide=False, more=attempt)
            return _constants("inner", changes)
        if not family:
            return None
        if operator == "refine" and not steer.asks:
            asked = self._covariance.ask(program, self._memory, rng, request.step)
            if asked is not None:
                return _constants("covariance", asked.changes, run=asked.record)
        changes = sparse_changes(tunable, self._memory, steer, rng, wide=wide, more=attempt)
        return _constants("constants", changes)

    def _family(self, rng: random.Random, tunable: bool, inner: bool, steer: Steer) -> str:
        """Draw which kind of edit to make; kinds that pay in this lineage come more often.

        Empty where the hints leave nothing.
        """
        if steer.starts:
            return "constants" if tunable else "inner"
        numbers = steer.family != "structure"
        structure = steer.family != "constants" and not (steer.only and not steer.lines)
        # Constants first: the rest breaks more than it mends, and pays once constants do not.
        memory = self._memory
        share = {name: at * memory.stall * memory.pull(name) for name, at in _SHARES.items()}
        if steer.lines or not (numbers and tunable):
            share = dict.fromkeys(_SHARES, 1.0)
        weights = {
            "constants": 1.0 * (numbers and tunable),
            "structure": share["structure"] * structure,
            "inner": share["inner"] * (numbers and inner),
        }
        if not any(weights.values()):
            return ""
        return rng.choices(list(weights), list(weights.values()))[0]

    def _sound(self, program: Program, files: dict[str, bytes]) -> bool:
        """Whether every Python file that could be read still can."""
        return all(
            compiles(source.path, files[source.path])
            for source in program.sources
            if source.tree is not None and files[source.path] != source.data
        )


def _constants(by: str, changes: Sequence[Change], **record: object) -> Draft | None:
    if not changes:
        return None
    steps = [change.record for change in changes]
    note = ", ".join(change.note for change in changes)
    return Draft([change.edit for change in changes], note, {"by": by, "steps": steps, **record})


def _partner(request: Request) -> Shown | None:
    """Return the candidate whose constants a move may take: the other parent, or of a repair the
    lineage's best."""
    if request.move.operator == "crossover" and len(request.parents) > 1:
        return request.parents[1]
    return request.best if request.move.operator == "repair" else None


def _crossed(partner: Shown, changes: Sequence[Change]) -> Draft:
    drafted = _constants("crossover", changes, partner=partner.candidate.id)
    assert drafted is not None
    return replace(drafted, note=f"{drafted.note} as in #{partner.candidate.id}")


def _structural(alteration: Alteration | None) -> Draft | None:
    if alteration is None:
        return None
    return Draft([alteration.edit], alteration.note, {"by": "structure", "kind": alteration.kind})


def _digest(files: dict[str, bytes]) -> str:
    return digest_of_files({path: digest_of(data) for path, data in files.items()})


def _why(program: Program, steer: Steer, repeated: int, broken: int) -> str:
    """Say for a person why a move came to nothing, and what would help."""
    if repeated:
        return (
            f"duplicate: {repeated} of {ATTEMPTS} draws gave programs this lineage has seen; "
            "widen the hint or the editable region"
        )
    if broken:
        return f"{broken} of {ATTEMPTS} draws gave Python that does not parse, and none was new"
    where = ", ".join(sorted(program.files))
    reason = "; ".join(program.problems)
    text = f"nothing to change in {where}"
    if steer.asks:
        text += " within what the hint allows"
    if reason:
        text += f" ({reason})"
    return f"{text}: mutation needs a number or a statement inside the editable region"
