"""`workbench report`: of a session, of a study; in every format; what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from cli_program import Program


def test_a_session_is_reported_in_the_formats_asked_for(
    program: Program, ten: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    said = program("report", ten.name, "--out", out, "--format", "html,md,csv,svg")
    files = [Path(line) for line in said.out.splitlines()]
    assert files[0] == out / "report.html"
    assert {x.suffix for x in files} == {".html", ".md", ".csv", ".svg"}
    assert all(x.is_file() for x in files)
    page, text = files[0].read_text(), files[1].read_text()
    digest = program.show(ten.name)["verifier_digest"][:16]
    assert page.count(f"Journal {ten.name}, record") >= 4
    assert page.count(f"verifier {digest}") >= 4
    assert "![Gap to the" in text
    rows = list(csv.DictReader((out / "lineages.csv").read_text().splitlines()))
    best = program.show(ten.name)["best"]["score"]
    assert max(float(row["best"]) for row in rows) == best
    kinds = list(csv.DictReader((out / "edit-kinds.csv").read_text().splitlines()))
    assert sum(int(row["edits"]) for row in kinds) == 9


def test_by_default_a_page_is_written_beside_the_person(
    program: Program, ten: Path, tmp_path: Path
) -> None:
    said = program("report", ten.name, cwd=tmp_path)
    assert said.out.strip() == f"report-{ten.name}/report.html"
    assert (tmp_path / said.out.strip()).is_file()


def test_the_tuning_ceiling_comes_from_a_session_of_the_same_verifier(
    program: Program, ten: Path, hill: Path, tmp_path: Path
) -> None:
    other = ("--budget", "evaluations=4", "--lineages", 1, "--display", "json")
    tuned = program("run", hill, *other).lines[-1]["session"]
    said = program("report", ten.name, "--tuning", tuned, "--out", tmp_path, "--format", "md")
    assert f"evaluations, {Path(tuned).name}" in Path(said.out.strip()).read_text().replace(
        "\\", ""
    )
    verify = hill / "tests" / "verify.py"
    verify.write_text(verify.read_text() + "# changed\n")
    foreign = program("run", hill, *other).lines[-1]["session"]
    refused = program("report", ten.name, "--tuning", foreign, code=2)
    assert "its scores are of another verifier" in refused.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "pdf"), "pdf is no format; choose of html, md, csv, svg, png"),
        (("--format", ","), "no format is named"),
        (("--tuning", "nowhere"), "no session 'nowhere'"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    program: Program, ten: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    refused = program("report", ten.name, "--out", tmp_path / "out", *options, code=2)
    assert said in refused.err
    assert not (tmp_path / "out").exists()
