"""Nine kinds of edits, told apart by the syntax tree alone.

The kinds are those of "What do evolutionary coding agents evolve?" (arXiv 2605.20086), where a
judge reads every diff and may give several. Here each has one, by the first rule that holds:

1. refactor: the trees are equal, up to docstrings, names and the order of top-level statements;
2. tuning: they are equal but for numbers;
3. dependency: the packages imported from outside of Python differ;
4. efficiency: statements move out of loops, a cache comes, or comprehensions replace loops;
5. pruning: at least three statements go for each that comes;
6. bug fix: only comparisons differ, or at most six statements come and all are guards;
7. composition: at least three statements come for each that goes;
8. architecture: other functions and classes, or three in ten of the statements replaced, five at
   least;
9. refinement: whatever else changes expressions in place.

A rule sees form, not meaning: a rewritten formula is a refinement however much it gains.
"""

from __future__ import annotations

import re

from workbench.analysis.edits.facts import Facts, facts

REFACTOR, TUNING, DEPENDENCY = "refactor", "tuning", "dependency"
PRUNING, BUG_FIX, EFFICIENCY = "pruning", "bug fix", "efficiency"
COMPOSITION, ARCHITECTURE, REFINEMENT = "composition", "architecture", "refinement"
KINDS = (
    *(TUNING, REFINEMENT, BUG_FIX, COMPOSITION, ARCHITECTURE),
    *(EFFICIENCY, DEPENDENCY, PRUNING, REFACTOR),
)
"""All nine, as tables list them."""

LOPSIDED = 3
"""Statements that come for each that goes, or the other way, to be mostly one of the two."""
REPLACED = 0.3
"""Share of the old statements that must go for the rest to be another program…"""
LEAST_REPLACED = 5
"""…and how many at least: in three lines every change is a large share."""
MOST_GUARDS = 6
_GUARDS = frozenset({"If", "Try", "Assert", "Continue", "Break", "Return", "Raise", "Pass"})
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d+)?")


def kind_of(old: str, new: str) -> str | None:
    """Return the kind of the edit that made `new` of `old`, both Python programs.

    None where one of them has no syntax tree.
    """
    before, after = facts(old), facts(new)
    return None if before is None or after is None else between(before, after)


def of_plain_text(old: str, new: str) -> str | None:
    """Return the kind of an edit in a language without a tree here, where text alone tells it."""
    if old.split() == new.split():
        return REFACTOR
    if _NUMBER.sub("0", old).split() == _NUMBER.sub("0", new).split():
        return TUNING
    return None


def between(old: Facts, new: Facts) -> str:
    """Return the kind of the edit between two programs."""
    come, go = new.statements - old.statements, old.statements - new.statements
    coming, going = come.total(), go.total()
    if old.tree == new.tree or old.renamed == new.renamed or old.parts == new.parts:
        return REFACTOR
    if old.unnumbered == new.unnumbered:
        return TUNING
    if old.packages != new.packages:
        return DEPENDENCY
    if _efficient(old, new, coming, going):
        return EFFICIENCY
    if going and going >= LOPSIDED * coming:
        return PRUNING
    if old.uncompared == new.uncompared or _guards(old, new, coming, going):
        return BUG_FIX
    if coming and coming >= LOPSIDED * going:
        return COMPOSITION
    many = max(LEAST_REPLACED, REPLACED * old.statements.total())
    if old.definitions != new.definitions or going >= many:
        return ARCHITECTURE
    return REFINEMENT


def _guards(old: Facts, new: Facts, coming: int, going: int) -> bool:
    kinds = new.kinds - old.kinds
    return (
        not going
        and 0 < coming <= MOST_GUARDS
        and kinds.total() == coming
        and set(kinds) <= _GUARDS
        and bool({"If", "Try", "Assert"} & set(kinds))
    )


def _efficient(old: Facts, new: Facts, coming: int, going: int) -> bool:
    hoisted = not coming and not going and new.depth < old.depth
    vectorised = new.loops < old.loops and new.comprehensions > old.comprehensions
    return hoisted or new.caches > old.caches or (vectorised and old.definitions == new.definitions)
