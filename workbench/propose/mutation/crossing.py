"""Crossover: constants of one program put into another one."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from workbench.propose.mutation.constants import Change, change
from workbench.propose.mutation.literals import Literal


def crossed_changes(
    literals: Sequence[Literal], others: Iterable[Literal], rng: random.Random
) -> list[Change]:
    """Draw which of `literals` take the values that they have in another program.

    Each that differs does so with probability ½: one at least, and of several not all, which would
    be the other program's constants again. Empty where none differs.
    """
    values = {literal.key: literal.value for literal in others}
    differing = [x for x in literals if x.key in values and values[x.key] != x.value]
    taken = [literal for literal in differing if rng.random() < 0.5]
    if differing and not taken:
        taken = [rng.choice(differing)]
    if 1 < len(taken) == len(differing):
        del taken[rng.randrange(len(taken))]
    changes = [change(literal, values[literal.key]) for literal in taken]
    return [made for made in changes if made.value != made.literal.value]
