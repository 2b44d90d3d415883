"""`--model` and what belongs to it: read whole or refused, before a session is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.cli import UsageError, main, models
from workbench.cli.parser import parse
from workbench.propose.llm.call import Options
from workbench.propose.llm.open import VARIABLES
from workbench.propose.setup import Setup
from workbench.store import Reader

QWEN = "openai-compatible:qwen@http://127.0.0.1:9/v1"
OTHER = "openai-compatible:other@http://127.0.0.1:9/v1"
PRICES = f"""
[prices."{QWEN.removesuffix("/v1")}"]
input = 1
output = 2.5
[prices."openai:unasked"]
input = 1
output = 1
"""


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)


def chosen(*arguments: object) -> Setup | None:
    return models.chosen(parse(["run", "hill", *map(str, arguments)]))


def test_models_weights_options_and_prices_are_read(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(PRICES)
    named = ("--model", QWEN.removesuffix("/v1"), "--model", OTHER, "--effort", "low")
    limits = ("--max-output-tokens", 99, "--call-seconds", 7.5, "--price", file)
    setup = chosen(*named, *limits, "--model-weight", 1, "--model-weight", 3)
    assert setup == Setup(
        (QWEN, OTHER), (1.0, 3.0), Options(99, "low", 7.5), {QWEN: {"input": 1.0, "output": 2.5}}
    )
    assert chosen() is None


def test_a_key_must_be_set_and_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="set ANTHROPIC_API_KEY"):
        chosen("--model", "anthropic:x")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-planted")
    setup = chosen("--model", "anthropic:x")
    assert setup is not None
    assert "sk-planted" not in repr(setup.recorded())


def test_an_unencrypted_way_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    chosen("--model", "openai-compatible:q@http://gpu.example")
    assert "unencrypted" in capsys.readouterr().err


MISTAKES = [
    ("--model x", "write anthropic:NAME"),
    ("--model openai:gpt", "set OPENAI_API_KEY"),
    (f"--model {QWEN} --model {QWEN}/", "twice"),
    (f"--model {QWEN} --model-weight 1 --model-weight 2", "once for each"),
    (f"--model {QWEN} --model-weight 0", "not above zero"),
    (f"--model {QWEN} --call-seconds nan", "is not a number"),
    (f"--model {QWEN} --max-output-tokens 0", "not a positive number"),
    (f"--model {QWEN} --proposer mutation", "with --model alone"),
    ("--proposer openai:gpt", "with --model alone"),
    (f"--model {QWEN} --effort much", "effort"),
    ("--effort low", "--effort needs a --model"),
    ("--price {task}", "--price needs a --model"),
    (f"--model {QWEN} --price {{task}}", "task.toml"),
    (f"--model {OTHER} --price {{prices}}", f'no table [prices."{OTHER}"]'),
    (f"--model {QWEN} --price {{bad}}", "output is missing"),
    (f"--model {QWEN} --budget usd=1", "--price FILE"),
    (f"--model {OTHER} --model {QWEN} --price {{prices}} --budget usd=1", "the price of openai-c"),
]


@pytest.mark.parametrize(("line", "told"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_exit_two_and_makes_no_session(
    places: Path,
    hill: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    line: str,
    told: str,
) -> None:
    names = {"task": hill / "task.toml", "prices": tmp_path / "p.toml", "bad": tmp_path / "b.toml"}
    names["prices"].write_text(PRICES)
    names["bad"].write_text(f'[prices."{QWEN}"]\ninput = 1\n')
    try:
        code = main(["run", str(hill), *(part.format(**names) for part in line.split())])
    except SystemExit as end:  # argparse's way
        code = int(end.code or 0)
    assert code == 2
    assert told in capsys.readouterr().err
    assert not places.exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--model x", "write anthropic:NAME"),
        ("--model openai:gpt", "set OPENAI_API_KEY"),
        ("--effort low", "name them with --model"),
    ],
)
def test_a_resume_refuses_the_same_and_leaves_the_session_alone(
    ten: Path, capsys: pytest.CaptureFixture[str], line: str, told: str
) -> None:
    code = main(["resume", ten.name, "--budget", "evaluations=12", *line.split()])
    assert code == 2
    assert told in capsys.readouterr().err
    with Reader(ten) as reader:
        assert reader.summary().state == "finished"
