from __future__ import annotations

from collections.abc import Mapping

import pytest

from workbench.model.ancestry import ancestors, common_ancestor
from workbench.model.candidate import Candidate


def family(parents: Mapping[int, tuple[int, ...]]) -> dict[int, Candidate]:
    return {
        number: Candidate(number, 1, number, known, f"d{number}", {}, "refine", "mutation")
        for number, known in parents.items()
    }


TREE = family({1: (), 2: (1,), 3: (2,), 4: (2,), 5: (4, 3), 6: (), 7: (99,)})


@pytest.mark.parametrize(
    ("compared", "found"),
    [
        ((3, 4), 2),
        ((3, 5), 3),  # one derives from the other, by its second parent
        ((4, 5, 1), 1),
        ((3, 6), None),
        ((7, 7), 7),
        ((), None),
    ],
)
def test_the_youngest_common_ancestor(compared: tuple[int, ...], found: int | None) -> None:
    assert common_ancestor(TREE, compared) == found


def test_a_parent_that_is_not_known_is_no_ancestor() -> None:
    assert ancestors(TREE, 7) == {7}


def test_a_very_long_chain_has_ancestors() -> None:
    chain = family({n: (n - 1,) if n else () for n in range(5000)})
    assert len(ancestors(chain, 4999)) == 5000
