from __future__ import annotations

import pytest
from mutation_support import PROGRAM, Playground

from workbench.propose.registry import proposer


def test_mutation_is_known_and_free() -> None:
    made = proposer("mutation")(1, 2, {})
    assert made.name == "mutation"
    assert made.label == "mutation (mechanical, no model)"
    assert made.free
    spend = made.reserve(Playground({"solve.py": PROGRAM}).request())
    assert (spend.proposals, spend.evaluations, spend.usd) == (1, 0, 0.0)


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(ValueError, match=r"unknown proposer 'mutaton': choose one of .*mutation"):
        proposer("mutaton")
