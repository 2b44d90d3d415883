"""Every part keeps its budget, and a prompt that was too long gets shorter."""

from __future__ import annotations

import msgspec
import pytest
from prompt_support import FAILED, TASK, request, shown

from workbench.propose.prompt import PromptOptions, build, shrink, tokens
from workbench.propose.proposer import Advice, Fault, Request

WORDS = 250
"""Tokens that a part's own words may take beside what they tell."""
BUDGETS = ("instruction", "context", "tried", "best", "inspirations")
BUDGETS += ("parent", "verdict", "hints", "fault")


def long(words: str, tokens_: int) -> str:
    line = f"{words} é日 " * 4
    return f"{line}\n" * (tokens_ * 4 // len(line.encode()) + 1)


def crowded(size: int = 20_000) -> Request:
    """A request that has far too much of everything."""
    text = long("text", size)
    files = {**TASK.files, **{f"data/{n}.txt": long("data", 1_500).encode() for n in range(30)}}
    task = msgspec.structs.replace(TASK, instruction=text, files=files)
    parents = tuple(shown(n, FAILED, text.encode(), feedback=text, stderr=text) for n in (2, 3))
    return request(
        "crossover",
        *parents,
        task=task,
        inspirations=tuple(shown(n, text=text.encode()) for n in (5, 6, 7)),
        hints=tuple(Advice(n, text, "ann") for n in (1, 2)),
        fault=Fault(text, text),
    )


@pytest.mark.parametrize("scale", [1.0, 0.25])
def test_every_part_keeps_its_budget(scale: float) -> None:
    usual = PromptOptions()
    smaller = {name: int(getattr(usual, name) * scale) for name in BUDGETS}
    options = msgspec.structs.replace(usual, **smaller)
    for part in build(crowded(), options):
        budget = getattr(options, part.name, 900 if part.name == "rules" else 0)
        assert tokens(part.text) <= budget + WORDS, part.name


def test_a_part_without_a_budget_is_left_out() -> None:
    options = msgspec.structs.replace(PromptOptions(), **dict.fromkeys(BUDGETS, 0))
    parts = {part.name: part.text for part in build(crowded(), options)}
    assert list(parts) == ["rules", "instruction", "parent", "budget", "request"]
    assert "left out ...]" in parts["parent"]


@pytest.mark.parametrize("size", [1_000, 20_000])
@pytest.mark.parametrize("factor", [0.5, 0.25])
def test_a_shrunk_prompt_has_about_that_share_of_the_text(size: int, factor: float) -> None:
    asked, options = crowded(size), PromptOptions()
    parts = build(asked, options)
    before = sum(tokens(part.text) for part in parts)
    after = sum(tokens(x.text) for x in build(asked, shrink(options, parts, factor)))
    assert 0.6 * factor * before <= after <= 1.15 * factor * before


def test_what_can_be_missed_goes_first() -> None:
    asked, options = crowded(3_000), PromptOptions()
    smaller = shrink(options, build(asked, options), 0.8)
    assert smaller.inspirations < options.inspirations
    assert (smaller.parent, smaller.instruction) == (options.parent, options.instruction)
    whole = {part.name: part.text for part in build(asked, options)}
    less = {part.name: part.text for part in build(asked, smaller)}
    assert less["parent"] == whole["parent"]
    assert less["instruction"] == whole["instruction"]


@pytest.mark.parametrize("factor", [0.0, 1.0, 2.0])
def test_only_a_share_is_a_factor(factor: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        shrink(PromptOptions(), (), factor)
