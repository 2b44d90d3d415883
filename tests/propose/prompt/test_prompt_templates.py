"""Templates of tasks and people: who wins, what they may do, how a broken one is told."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from prompt_support import TASK, prompt, request

from workbench.propose.prompt import PromptBroken, PromptOptions, build, user_templates
from workbench.propose.prompt.language import MAX_TEMPLATE
from workbench.propose.proposer import Advice, Request


def overridden(template: str, name: str = "refine") -> Request:
    bundle = {f"prompts/{name}.j2": template.encode()}
    return request(
        task=msgspec.structs.replace(TASK, bundle=bundle),
        hints=(Advice(1, "hexagons", "ann"), Advice(2, "squares", "bob")),
    )


def test_a_person_wins_over_the_task_and_the_task_over_the_package() -> None:
    asked = overridden("Of the task: #{{ number }}")
    assert prompt(request())["request"].startswith("# Now")
    assert prompt(asked)["request"] == "Of the task: #2\n"
    mine = PromptOptions(templates={"refine": "Mine, step {{ step }}"})
    assert prompt(asked, mine)["request"] == "Mine, step 2\n"


def test_a_template_that_says_nothing_leaves_its_part_out() -> None:
    assert "budget" not in prompt(overridden("{# nothing #}\n", "budget"))


def test_templates_choose_and_repeat() -> None:
    asked = overridden(
        "{% if hints|length > 1 %}{% for hint in hints %}{{ hint.author|upper }} {% endfor %}"
        "{% endif %}",
        "hints",
    )
    assert prompt(asked)["hints"] == "ANN BOB \n"


@pytest.mark.parametrize(
    ("template", "line", "cause"),
    [
        ("one\n{{ wibble }}", 2, "'wibble' is undefined"),
        ("one\n\n{{ step.wibble }}", 3, "wibble"),
        ("{% if step %}", 1, "endif"),
        ("a\n{{ step", 2, "end of"),
        ("{{ step|join }}", 1, "No filter named 'join'"),
        ("{{ range(3) }}", 1, "cannot hold a call"),
        ("{{ ''.__class__ }}", 1, "__class__"),
        ("{{ 'x' * 10 }}", 1, "cannot hold a mul"),
        ("{{ 9 ** 9 }}", 1, "cannot hold a pow"),
        ("{% include 'rules.j2' %}", 1, "cannot hold a include"),
        ("{% set x = 1 %}", 1, "cannot hold a assign"),
        ("{% macro m() %}{% endmacro %}", 1, "cannot hold a macro"),
        ("{% for x in score_name %}{% endfor %}", 1, "a loop goes"),
        (
            "{% for x in editable %}\n{% for y in editable %}{% endfor %}{% endfor %}",
            2,
            "a loop goes",
        ),
        ("{% if step > 'a' %}{% endif %}", 1, "not supported"),
    ],
)
def test_a_broken_template_names_file_line_and_cause(template: str, line: int, cause: str) -> None:
    with pytest.raises(PromptBroken) as broken:
        build(overridden(template), PromptOptions())
    message = str(broken.value)
    assert message.startswith(f"prompt template prompts/refine.j2 of the task, line {line}: ")
    assert cause in message
    assert message.endswith("mend it, or remove it to use the built-in one")
    with pytest.raises(PromptBroken, match=r"template refine\.j2 in your configuration directory"):
        build(request(), PromptOptions(templates={"refine": template}))


def test_a_template_can_neither_be_endless_nor_write_without_end() -> None:
    with pytest.raises(PromptBroken, match="longer than 16384"):
        build(overridden("x" * (MAX_TEMPLATE + 1)), PromptOptions())
    endless = overridden("{{ instruction }}" * 900, "instruction")
    task = msgspec.structs.replace(endless.task, instruction="word " * 200)
    with pytest.raises(PromptBroken, match="makes more than"):
        build(msgspec.structs.replace(endless, task=task), PromptOptions())
    task = msgspec.structs.replace(TASK, bundle={"prompts/refine.j2": b"\xff"})
    with pytest.raises(PromptBroken, match="not UTF-8"):
        build(request(task=task), PromptOptions())


def test_a_persons_folder_is_read_by_name(tmp_path: Path) -> None:
    assert user_templates(tmp_path / "none") == {}
    (tmp_path / "refine.j2").write_text("é {{ step }}", encoding="utf-8")
    (tmp_path / "README.md").write_text("not a template")
    assert user_templates(tmp_path) == {"refine": "é {{ step }}"}


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("refin.j2", b"x", "no part of a prompt is called 'refin'; rename it"),
        ("refine.j2", b"\xff", "it is not UTF-8"),
        ("draft.j2/inner", b"x", "Is a directory"),
    ],
)
def test_a_folder_that_cannot_be_used_says_why(
    tmp_path: Path, name: str, content: bytes, cause: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    with pytest.raises(PromptBroken, match=cause):
        user_templates(tmp_path)
