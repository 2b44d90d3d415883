"""Bad answers and faulty verifiers: what is made, and that it differs from what it is made of."""

from __future__ import annotations

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.verify.check.battery import bad_candidates, bad_outputs
from workbench.verify.check.mutants import mutants

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@given(JSON)
def test_every_bad_answer_is_another_and_has_a_name_of_its_own(content: object) -> None:
    good = {"a.json": json.dumps(content).encode(), "b.txt": b"left alone"}
    made = list(bad_outputs(good))
    names = [case.name for case in made]
    assert len(names) == len(set(names))
    for case in made:
        assert set(case.files) == set(good)
    changed = {name.partition(":")[0] for name in names}
    assert changed == set(good)


def test_numbers_are_tampered_with_where_they_stand() -> None:
    good = {"a.json": b'{"points": [[0.5, 1], [2, 3]], "name": "x"}'}
    made = {case.name: case for case in bad_outputs(good)}
    wrong = made["a.json: NaN at ['points'][0][0]"]
    assert wrong.files["a.json"] == b'{"points": [[NaN, 1], [2, 3]], "name": "x"}'
    assert wrong.kind == "malformed"
    odd = made["a.json: -1e308 at ['points'][1][1]"]
    assert json.loads(odd.files["a.json"])["points"][1] == [2, -1e308]
    assert odd.kind == "odd"
    assert json.loads(made["a.json: one entry less at ['points']"].files["a.json"])["points"] == [
        [0.5, 1]
    ]
    twice = made["a.json: every key twice at the top"].files["a.json"]
    assert twice.count(b'"points"') == 2


def test_candidates_answer_every_function_badly() -> None:
    source = b"import math\nLIMIT = 3\ndef first(a): return a\ndef second(a, b): return b\n"
    made = {case.name: case.files["solve.py"] for case in bad_candidates("solve.py", source)}
    space: dict[str, object] = {}
    exec(made["every function answers not a number"], space)
    assert repr(space["first"](1)) == repr(space["second"](1, 2)) == "nan"  # type: ignore[operator]
    exec(made["every function answers its first argument"], space)
    assert space["second"](7, 8) == 7  # type: ignore[operator]
    assert list(bad_candidates("solve.py", b"def (")) == []


SOURCE = b'''
"""Text with 3 and < in it."""
import math
LIMIT = 0.5
def check(values):
    if not values:
        raise ValueError("none")
    total = 0
    for value in values:
        if value < 0 or value >= 10:
            return None
        total += value * 2
    print(f"{total + 1}")
    return total - LIMIT
if __name__ == "__main__":
    check([1])
'''


def test_each_mutant_differs_from_the_verifier_in_one_place() -> None:
    plain = ast.unparse(ast.parse(SOURCE))
    made = mutants(SOURCE, 1000)
    sources = [mutant.source.decode() for mutant in made]
    assert plain not in sources
    assert len(set(sources)) == len(sources)
    for text in sources:
        changed = [a for a, b in zip(plain.split("\n"), text.split("\n"), strict=True) if a != b]
        assert len(changed) == 1
    told = [mutant.what for mutant in made]
    for what in (
        "`<` becomes `<=`",
        "`>=` becomes `>`",
        "`or` becomes `and`",
        "`not` left out",
        "`raise` left out",
        "its condition never holds",
        "0.5 becomes 1.0",
        "`+` becomes `-`",
        "assignment left out",
        "`*` becomes `/`",
        "call left out",
    ):
        assert what in told, what
    assert not any("3 becomes 4" in what for what in told)
    assert not [mutant for mutant in made if mutant.line >= 15]


def test_fewer_mutants_are_drawn_alike_each_time() -> None:
    every = [mutant.source for mutant in mutants(SOURCE, 1000)]
    some = mutants(SOURCE, 5)
    assert len(some) == 5
    assert some == mutants(SOURCE, 5)
    assert {mutant.source for mutant in some} < set(every)
    with pytest.raises(SyntaxError):
        mutants(b"def (", 3)
