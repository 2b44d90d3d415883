"""The report of a study: competitors by what was chosen for them, what is missing told."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from study_support import SIMULATED, begun

from workbench.cli import main


@pytest.fixture
def finished(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A study of simulated searches that was run to its end."""
    directory = begun(tmp_path, SIMULATED).directory
    assert main(["study", "resume", str(directory)]) == 0
    capsys.readouterr()
    return directory


def table(directory: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((directory / f"{name}.csv").read_text().splitlines()))


def test_baselines_are_in_every_table_and_options_tell_competitors_apart(
    finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report"
    assert main(["report", str(finished), "--out", str(out), "--format", "html,md,csv"]) == 0
    text = (out / "report.md").read_text()
    assert "4 competitors on 1 tasks with 3 seeds each, each within 12 evaluations" in text
    names = {"independent", "chain", "beam", "beam:width=2"}
    assert {row["competitor"] for row in table(out, "standing")} == names
    assert {row["competitor"] for row in table(out, "cells")} == names
    assert len(table(out, "paired-tests")) == 6
    assert "budget evaluations=12" in text
    assert "seeds 0, 1, 2" in text
    assert (out / "report.html").is_file()


def test_cells_that_are_missing_are_told_and_keep_no_other_from_the_table(
    finished: Path, tmp_path: Path
) -> None:
    for path in (finished / "sessions").glob("*.beam.*"):
        shutil.rmtree(path)
    shutil.rmtree(next((finished / "sessions").glob("*.chain.*.s2.*")))
    out = tmp_path / "report"
    assert main(["report", str(finished), "--out", str(out), "--format", "md,csv"]) == 0
    text = (out / "report.md").read_text()
    assert "3 competitors on 1 tasks with 2 seeds each" in text
    assert "8 of 12" in text
    assert "Cells: 4 waiting, 8 finished." in text


def test_a_study_without_sessions_and_one_with_a_broken_spec_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = begun(tmp_path, SIMULATED).directory
    assert main(["report", str(directory)]) == 1
    assert "holds no session yet" in capsys.readouterr().err
    (directory / "study.toml").write_text("")
    assert main(["report", str(directory)]) == 1
    assert "budget: is missing" in capsys.readouterr().err
