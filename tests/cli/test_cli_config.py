"""`config` and `keys`: what is in force, and what a file has wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.display.config.model import SETTINGS


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "mine.toml"))
    return tmp_path / "mine.toml"


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    assert main(words) == code
    said = capsys.readouterr()
    return said.out, said.err


def test_without_a_file_all_is_as_by_default(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = told(capsys, "config")
    assert out.startswith(f"{file}  (not there: all is as by default)\n{file.parent}/themes/*.toml")
    assert all(setting.key in out and setting.meaning in out for setting in SETTINGS)
    assert err == ""
    found = json.loads(told(capsys, "config", "--json")[0])
    assert found["exists"] is False
    assert found["settings"]["theme"] == "workbench-dark"


def test_what_is_set_and_what_is_wrong_is_told(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text('theme = "nord"\nglyph = "ascii"\n[keys]\nlineage.pause = "i"\nx = "ctrl+h"\n')
    out, err = told(capsys, "config", code=1)
    assert "nord" in out
    assert "(default workbench-dark)" in out
    assert "keys.lineage.pause i" in out
    assert "did you mean glyphs?" in err
    assert "keys.x" in err
    found = json.loads(told(capsys, "config", "--json", code=1)[0])
    assert found["settings"]["keys"] == {"lineage.pause": "i"}
    assert len(found["problems"]) == 2


def test_a_theme_of_ones_own_can_be_chosen(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from workbench.content import themes_dir

    text = (themes_dir() / "workbench-dark.toml").read_text(encoding="utf-8")
    file.write_text('theme = "mine"\n')
    assert "theme = 'mine'" in told(capsys, "config", code=1)[1]
    (file.parent / "themes").mkdir()
    (file.parent / "themes" / "a.toml").write_text(text.replace('"workbench-dark"', '"mine"'))
    assert told(capsys, "config")[1] == ""


def test_every_key_is_listed_by_its_id(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text('keys.lineage.pause = "i"\n')
    out, _ = told(capsys, "keys")
    line = next(line for line in out.splitlines() if line.startswith("lineage.pause "))
    assert line.split()[1] == "i"
    assert "Pause" in line
    rows = {row["id"]: row for row in json.loads(told(capsys, "keys", "--json")[0])}
    assert len(rows) == len(out.splitlines()) > 60
    assert rows["lineage.pause"]["keys"] == ["i"]
    assert rows["lineage.pause"]["default"] == ["space"]
    assert rows["app.quit"]["where"] == ["everywhere"]
