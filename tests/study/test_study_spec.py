"""Specs: read strictly, all that is wrong at once; the grid they give."""

from __future__ import annotations

from pathlib import Path

import pytest
from study_support import SPEC, begun, write_spec

from workbench.model.limits import Limits
from workbench.study.error import SpecError, StudyError
from workbench.study.example import TEXT
from workbench.study.grid import arguments, cells, depth
from workbench.study.place import again, begin, open_study
from workbench.study.spec import Maker, parse

WRONG = """\
budgets = "evaluations=10"
usd_total = 5
[grid]
tasks = ["hill", "hill"]
strategies = ["islands:island=3", "beem"]
allocators = ["ucb:batchs=2"]
proposers = ["replay"]
widths = [0]
seeds = 2.5
colour = "red"
"""


def test_all_that_is_wrong_is_told_at_once_with_key_and_mend() -> None:
    with pytest.raises(SpecError) as refused:
        parse(WRONG, "s.toml")
    told = str(refused.value).splitlines()
    assert told[0] == "study s.toml: 11 problems"
    for said in (
        's.toml: budgets: is unknown; did you mean "budget"?',
        "s.toml: budget: is missing; write what each cell may spend",
        "s.toml: [grid] colour: is unknown; there are tasks, strategies",
        "s.toml: [grid] tasks: names 'hill' twice",
        "s.toml: [grid] strategies: strategy islands has no option 'island'",
        "s.toml: [grid] strategies: unknown strategy 'beem': choose one of ab_mcts",
        "s.toml: [grid] allocators: ucb has no option 'batchs'",
        "s.toml: [grid] proposers: 'replay' is no proposer of studies",
        "s.toml: [grid] widths: is no list of such numbers",
        "s.toml: [grid] seeds: is no list of such numbers",
        "s.toml: usd_total: is for models, and the grid has none",
    ):
        assert sum(said in line for line in told) == 1, said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("budget = ", "is no TOML"),
        ('budget = "usd=1"\n[grid]\ntasks = ["hill"]', "bounds no evaluations"),
        ('budget = "evaluations=4"\n[grid]\ntasks = ["hill"]', "4: too many for the budget"),
        ('budget = "evaluations=9"\n[grid]\ntasks = ["hill", "simulation"]', "go together"),
        (
            'usd_total = 2\nbudget = "evaluations=9"\n[grid]\ntasks = ["a"]\nmodels = ["openai:x"]',
            "nothing bounds the dollars of a cell",
        ),
        (
            'budget = "evaluations=9"\n[grid]\ntasks = ["hill"]\nmodels = ["x"]',
            "[grid] models: ",
        ),
    ],
)
def test_what_does_not_fit_is_refused(text: str, said: str) -> None:
    with pytest.raises(SpecError, match="problem") as refused:
        parse(text, "s.toml")
    assert said in str(refused.value)


def test_the_grid_is_every_combination_whole_seeds_first_at_equal_budget() -> None:
    spec = parse(
        'budget = "evaluations=9"\n[grid]\ntasks = ["a", "b"]\nwidths = [1, 4]\nseeds = [3, 5]\n'
        'proposers = ["mutation"]\nmodels = ["openai:x", ["openai:x", "openai:y"]]\n'
        'strategies = ["chain", "beam", "beam:width=3"]\n',
        "s.toml",
    )
    grid = cells(spec)
    assert len(grid) == 2 * 2 * 2 * 3 * 4 == len({cell.id for cell in grid})
    assert [cell.seed for cell in grid] == [3] * 48 + [5] * 48
    assert [cell.strategy for cell in grid[:4]] == ["independent", "chain", "beam", "beam:width=3"]
    assert spec.added == ("independent",)
    assert spec.makers[2] == Maker(models=("openai:x", "openai:y"))
    assert [depth(spec, width) for width in spec.widths] == [8, 2]
    words = {word for cell in grid for word in arguments(spec, cell, "t", "p")}
    assert {word for word in words if "budget" in word} == {"--budget=evaluations=9"}


def test_an_option_at_its_default_is_the_same_strategy() -> None:
    with pytest.raises(SpecError, match="names 'islands' twice"):
        parse(SPEC.replace('"chain"]', '"islands", "islands:islands=5"]'), "s.toml")


def test_prices_and_how_models_are_asked_reach_the_cells() -> None:
    spec = parse(
        'budget = "evaluations=9,usd=1"\nusd_total = 3.5\n[grid]\ntasks = ["a"]\n'
        'models = ["openai:x"]\n[asking]\neffort = "low"\nmax_output_tokens = 900\n'
        '[prices."openai:x"]\ninput = 1\noutput = 2\n',
        "s.toml",
    )
    assert spec.limits == Limits(evaluations=9, usd=1.0)
    words = arguments(spec, cells(spec)[0], "a", "here.toml")
    assert words[-4:] == [
        "--model=openai:x",
        "--effort=low",
        "--max-output-tokens=900",
        "--price=here.toml",
    ]


def test_the_example_is_a_spec_and_so_is_that_of_the_docs() -> None:
    assert parse(TEXT, "example").seeds == (0, 1, 2)
    file = Path(__file__).parents[2] / "docs" / "study-example.toml"
    assert len(cells(parse(file.read_text(), "docs"))) == 5 * 8 * 5


def test_tasks_that_there_are_not_are_told(tmp_path: Path) -> None:
    file = write_spec(tmp_path, SPEC.replace('"steep"', '"stepe", "flat"'))
    with pytest.raises(SpecError, match="2 problems"):
        begin(file, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_cells_may_be_added_and_nothing_else_may_change(tmp_path: Path) -> None:
    study = begun(tmp_path)
    file = tmp_path / "hills.toml"
    more = SPEC.replace("seeds = 2", "seeds = 3").replace('"chain"]', '"chain", "beam"]')
    file.write_text(more)
    grown = begin(file, study.directory)
    assert len(grown.grid) == 18
    assert set(study.grid) < set(grown.grid)
    assert open_study(study.directory).grid == grown.grid
    file.write_text(SPEC.replace("=8", "=9").replace("seeds = 2", "seeds = [0, 2]"))
    with pytest.raises(StudyError) as refused:
        begin(file, study.directory)
    told = str(refused.value)
    assert "budget: evaluations=8 → evaluations=9" in told
    assert "[grid] strategies: beam left out" in told
    assert "[grid] seeds: 1 left out" in told
    assert (study.directory / "study.toml").read_text() == more


def test_a_copy_that_was_edited_may_have_got_cells_and_nothing_else(tmp_path: Path) -> None:
    study = begun(tmp_path, SPEC.replace('"hill", "steep"', '"hill"'))
    copy = study.directory / "study.toml"
    copy.write_text(SPEC.replace('"steep"', '"job-shop"'))
    grown = again(study.directory)
    assert grown.tasks.keys() == {"hill", "job-shop"}
    assert grown.tasks["hill"].place == str(tmp_path / "hill")
    assert begin(copy, study.directory).grid == grown.grid
    copy.write_text(copy.read_text().replace("=8", "=80"))
    with pytest.raises(StudyError, match="evaluations=8 → evaluations=80"):
        open_study(study.directory)


def test_a_study_whose_beginning_was_cut_off_is_begun_again(tmp_path: Path) -> None:
    study = begun(tmp_path)
    (study.directory / "study.toml").unlink()
    (study.directory / ".study.toml.part").write_text("half")
    assert begin(tmp_path / "hills.toml", study.directory).grid == study.grid


def test_a_task_that_changed_is_refused(tmp_path: Path) -> None:
    study = begun(tmp_path)
    verify = tmp_path / "steep" / "tests" / "verify.py"
    verify.write_text(verify.read_text() + "# changed\n")
    with pytest.raises(StudyError, match="steep: changed since"):
        begin(tmp_path / "hills.toml", study.directory)


def test_a_study_takes_no_directory_that_holds_something_else(tmp_path: Path) -> None:
    file = write_spec(tmp_path)
    with pytest.raises(StudyError, match="holds something else"):
        begin(file, tmp_path)
