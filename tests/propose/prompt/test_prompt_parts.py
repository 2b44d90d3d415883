"""What a prompt is made of, operator by operator, and what never gets into it."""

from __future__ import annotations

import os
import sys

import msgspec
import pytest
from prompt_support import (
    FAILED,
    INFEASIBLE,
    INSTRUCTION,
    PLANTED,
    SCORED,
    TASK,
    candidate,
    lineage,
    prompt,
    request,
    shown,
)

from workbench.model.candidate import Judgement
from workbench.model.move import Move
from workbench.model.verdict import Direction, Verdict
from workbench.propose.edit import apply
from workbench.propose.prompt import PromptOptions, build, operator_of
from workbench.propose.proposer import Advice, Fault, Finding, Request, Shown

STABLE = ["rules", "instruction", "context"]
SHOWN = ["parent", "verdict", "budget", "request"]


@pytest.mark.parametrize(
    ("operator", "verdict", "expected"),
    [
        ("refine", SCORED, "refine"),
        ("refine", INFEASIBLE, "repair"),
        ("refine", FAILED, "repair"),
        ("repair", FAILED, "repair"),
        ("repair", SCORED, "refine"),
        ("never heard of", SCORED, "refine"),
        ("explore", FAILED, "explore"),
        ("draft", SCORED, "draft"),
        ("crossover", SCORED, "refine"),
    ],
)
def test_the_template_fits_the_move_and_its_parent(
    operator: str, verdict: Verdict, expected: str
) -> None:
    assert operator_of(request(operator, shown(verdict=verdict))) == expected


def test_each_operator_asks_for_something_else_about_its_parent() -> None:
    asked = {
        name: prompt(request(name, shown(2, INFEASIBLE if name == "repair" else SCORED), shown(5)))
        for name in ("draft", "refine", "repair", "explore", "crossover")
    }
    assert len({texts["request"] for texts in asked.values()}) == 5
    assert all("#2" in asked[name]["request"] for name in asked if name != "draft")
    assert "#5" in asked["crossover"]["request"]
    for name, texts in asked.items():
        history = [] if name == "draft" else ["tried", "best"]
        assert list(texts) == STABLE + history + SHOWN
        # The second parent is shown where it is used, and only there.
        assert ("#5" in texts["parent"] + texts["verdict"]) == (name == "crossover")


def test_everything_there_is_comes_in_one_order() -> None:
    asked = request(
        "refine",
        inspirations=(shown(7),),
        hints=(Advice(1, "use hexagons", "ann"),),
        findings=(Finding(candidate(4, SCORED), "reads the clock", "ann"),),
        fault=Fault("nothing matches", "my reply"),
    )
    told = ["tried", "best", "inspirations", "parent", "verdict", "wrong", "hints", "budget"]
    told.append("fault")
    assert list(prompt(asked)) == [*STABLE, *told, "request"]


def test_the_prefix_stays_the_same_bytes_over_the_steps() -> None:
    first = build(request("explore"), PromptOptions())
    other = request(
        "refine", shown(9, FAILED, b"x = 1\n"), hints=(Advice(1, "hexagons", "ann"),), step=30
    )
    second = build(other, PromptOptions())
    assert [part.name for part in first if part.stable] == STABLE
    assert [x for x in first if x.stable] == [x for x in second if x.stable]
    assert [x.stable for x in first] == sorted((x.stable for x in first), reverse=True)


def test_equal_requests_make_equal_bytes() -> None:
    copy = msgspec.convert(msgspec.to_builtins(request()), Request)
    assert build(copy, PromptOptions()) == build(request(), PromptOptions())


def test_independent_samples_are_not_told_of_each_other() -> None:
    asked = request("explore", strategy="independent", best=shown(8, text=b"other = 1\n"))
    assert list(prompt(asked)) == STABLE + SHOWN
    assert "other = 1" not in "".join(prompt(asked).values())


def test_the_task_is_told_with_its_score_and_limits() -> None:
    text = prompt(request())["instruction"]
    for told in (INSTRUCTION, "higher is better", "1.5 m2", "9.25 m2", "area.json", "30 s"):
        assert told in text
    fewer = msgspec.structs.replace(TASK, direction=Direction.MINIMIZE, baseline=None)
    text = prompt(request(task=fewer))["instruction"]
    assert "lower is better" in text
    assert "begins with" not in text


def test_nothing_of_tests_and_solutions_gets_in() -> None:
    files = {
        **TASK.files,
        "tests/verify.py": PLANTED.encode(),
        "old/solution/a.py": PLANTED.encode(),
        "copy.sh": PLANTED.encode(),
        "notes.txt": b"fine",
    }
    task = msgspec.structs.replace(TASK, files=files)
    texts = prompt(request(task=task, fault=Fault("m", "r"), inspirations=(shown(7),)))
    whole = "".join(texts.values())
    assert "planted_secret" not in whole
    assert "tests/" not in whole
    assert "solution/" not in whole
    assert "notes.txt" in texts["context"]
    assert "1 2\n3 4" in texts["context"]
    assert "solve.py" not in texts["context"]


def test_nothing_of_the_machine_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-ant-api03-" + "Abc123_-" * 4
    monkeypatch.setenv("ANTHROPIC_API_KEY", key)
    home = os.path.expanduser("~")
    hostile = f'File "{sys.prefix}/lib/json.py"\n{home}/notes.txt {key}'
    parent = shown(2, FAILED, f"# {hostile}\n".encode(), feedback=hostile, stderr=hostile)
    whole = "".join(prompt(request("refine", parent, fault=Fault(hostile, hostile))).values())
    assert "<python>/lib/json.py" in whole
    assert sys.prefix not in whole
    assert key not in whole
    assert f"{home}/notes" not in whole


def test_the_table_has_the_best_first_then_the_newest() -> None:
    rewards = [3.0, 1.0, None, 9.0, 2.0, *[0.5] * 20]
    made = [
        candidate(
            number,
            INFEASIBLE
            if reward is None
            else msgspec.structs.replace(SCORED, score=reward, reward=reward),
            note=f"note {number}",
        )
        for number, reward in enumerate(rewards, 2)
    ]
    own = lineage(*made)
    asked = msgspec.structs.replace(request(), lineage=own, move=Move("refine", (5,)))
    rows = prompt(asked)["tried"].split("```")[1].strip().split("\n")[1:]
    numbers = [int(row.split(" ")[0][1:]) for row in rows]
    assert numbers[:5] == [5, 2, 6, 3, 7]
    assert numbers[8:] == list(range(26, 10, -1))
    assert rows[0] == "#5 | #1 | refine | 9 m2 | note 5"


def test_an_outcome_that_is_no_score_says_why() -> None:
    row = prompt(request("refine", shown(4, INFEASIBLE)))["tried"]
    assert "#4 | #1 | refine | infeasible: two circles overlap" in row


def test_the_best_is_shown_once() -> None:
    other = shown(8, msgspec.structs.replace(SCORED, score=7.0, reward=7.0), b"eight = 8\n")
    own = lineage(shown(2).candidate, other.candidate)
    asked = msgspec.structs.replace(request(), lineage=own, best=other)
    assert "eight = 8" in prompt(asked)["best"]
    asked = msgspec.structs.replace(asked, inspirations=(other,))
    whole = prompt(asked)
    assert "".join(whole.values()).count("eight = 8") == 1
    assert "#8, score 7 m2" in whole["best"]
    assert "the parent below" in prompt(request())["best"]


def test_errors_are_told_of_failures_only() -> None:
    told = prompt(request("refine", shown(2, FAILED, stderr="ValueError: no")))["verdict"]
    assert "ValueError: no" in told
    told = prompt(request("refine", shown(2, SCORED, stderr="a warning", feedback="well done")))
    assert "a warning" not in told["verdict"]
    assert "well done" in told["verdict"]
    assert "gap = 0.125" in told["verdict"]


def test_hints_budget_and_fault_say_who_when_and_how_much() -> None:
    texts = prompt(
        request(
            hints=(Advice(3, "use hexagons", "ann", 86_400.0), Advice(4, "or not", "bob")),
            fault=Fault("block 1 matches nothing", "the old reply"),
        )
    )
    assert "Hint 3 from ann, 1970-01-02 00:00 UTC:\nuse hexagons" in texts["hints"]
    assert "Hint 4 from bob:\nor not" in texts["hints"]
    assert "Left: 39 of 40 evaluations.\nLeft: 0.75 of 1.00 dollars." in texts["budget"]
    assert "block 1 matches nothing" in texts["fault"]
    assert "the old reply" in texts["fault"]
    assert "fault" not in prompt(request())


def test_what_people_found_wrong_is_told_with_who_and_why() -> None:
    wrong = candidate(7, SCORED)
    wrong.judgement = Judgement("reads the clock", "ann")
    told = prompt(request(findings=(Finding(wrong, "reads the clock", "ann"),)))["wrong"]
    assert "#7, score 2.5 m2, found wrong by ann:\nreads the clock" in told
    many = tuple(Finding(candidate(n, SCORED), f"reason {n}", "") for n in range(20, 40))
    told = prompt(request(findings=many))["wrong"]
    assert "reason 39" in told
    assert "found wrong by a person" in told
    assert "reason 20" not in told
    asked = request("refine", Shown(wrong, {"solve.py": b"x = 1\n"}))
    assert "found wrong: reads the clock" in prompt(asked)["tried"]


def test_what_the_rules_show_can_be_applied() -> None:
    rules = prompt(request())["rules"]
    blocks = rules.partition("Form 1")[2].partition("The SEARCH lines")[0]
    old = b"lines of the parent as they are, copied exactly\n"
    assert apply(blocks, {"solve.py": old}).files == {"solve.py": b"the lines that replace them\n"}
    whole = rules.partition("Form 2")[2].partition("Only solve.py")[0]
    assert apply(whole, {"solve.py": old}).files == {"solve.py": b"the complete new file\n"}


def test_protected_regions_are_explained_where_there_are_any() -> None:
    assert "EVOLVE-BLOCK-START" not in prompt(request())["rules"]
    marked = b"# EVOLVE-BLOCK-START\nx = 1\n# EVOLVE-BLOCK-END\n"
    task = msgspec.structs.replace(TASK, files={"solve.py": marked})
    assert "EVOLVE-BLOCK-START" in prompt(request(task=task))["rules"]


def test_a_file_that_is_no_text_is_named() -> None:
    text = prompt(request("refine", shown(text=b"\xff\xfe\x00")))["parent"]
    assert "solve.py\n(not UTF-8, 3 bytes" in text
