"""Options of strategies: as people write them, as sessions keep them."""

from __future__ import annotations

import json
import re

import pytest

from workbench.model.task import Task
from workbench.model.verdict import Direction
from workbench.search.registry import Chosen, descriptions, read, settled, strategy, written


def task(direction: Direction, *features: str) -> Task:
    return Task("t", "t", "", {}, (), (), (), {}, (), direction, features=features)


def test_name_and_options_are_read() -> None:
    name, options = read(" islands : islands = 3 , migration_rate=0.25,features=a b+c/d ")
    assert name == "islands"
    assert (options["islands"], options["migration_rate"]) == (3, 0.25)
    assert (options["features"], options["bins"]) == ("a b+c/d", 10)
    assert read("chain") == read("chain:") == ("chain", {"returning": "count", "similarity": 1.0})
    assert read("shinka").options["returning"] == "reject"


def test_what_is_kept_makes_the_same_strategy_again() -> None:
    for one in descriptions():
        kept = json.loads(json.dumps(read(one.name).options))
        assert strategy(one.name, kept).options == strategy(one.name).options
        assert sorted(kept) == sorted(option.name for option in one.options)
    assert strategy("islands", {"islands": 2}).options.bins == 10  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("beam:depth=3", "strategy beam has no option 'depth': its options are width=4 (a whole"),
        ("beam:width=2.5", "width must be a whole number, 1 to 1000, not '2.5'"),
        ("beam:width=", "width must be a whole number"),
        ("aide:debug=1.1", "debug must be 0 to 1, not '1.1'"),
        ("aide:debug=nan", "debug must be 0 to 1, not 'nan'"),
        ("shinka:sharpness=inf", "sharpness must be 0 to 1000, not 'inf'"),
        ("chain:similarity=0", "similarity must be above 0 to 1, not '0'"),
        ("chain:returning=maybe", "returning must be count or reject, not 'maybe'"),
        ("pareto:better=up", "better must be '' or higher or lower, not 'up'"),
        ("islands:features=a;b", "features must be names joined by +, not 'a;b'"),
        ("beam:width=1,width=2", "width is said twice"),
        ("beam:width", "'width' is not KEY=VALUE"),
        ("greedy:width=1", "unknown strategy 'greedy': choose one of ab_mcts, aide, "),
        ("", "unknown strategy ''"),
    ],
)
def test_mistakes_name_the_option_and_list_all(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        read(text)


def test_what_is_left_to_the_task_is_taken_from_it() -> None:
    def options(text: str, direction: Direction = Direction.MINIMIZE) -> dict[str, object]:
        return settled(read(text), task(direction, "gears", "teeth")).options

    assert options("islands")["features"] == "gears+teeth"
    assert options("islands:features=length")["features"] == "length"
    assert options("pareto")["better"] == "lower"
    assert options("pareto", Direction.MAXIMIZE)["better"] == "higher"
    assert options("chain") == read("chain").options


def test_people_see_what_is_not_the_default() -> None:
    assert written(read("islands")) == "islands"
    assert written(read("islands:top=1,islands=3")) == "islands:islands=3,top=1"
    assert written(Chosen("greedy", {"x": 1})) == "greedy"  # of another version's session
