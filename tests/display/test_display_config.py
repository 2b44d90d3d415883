"""A person's settings: read strictly, never in the way of a start, written with care."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from workbench.display.config.model import SETTINGS, Config, Notify, value_of, with_value
from workbench.display.config.place import CONFIG, config_file, themes_folder
from workbench.display.config.reading import Known, Read, read
from workbench.display.config.settings import Settings
from workbench.display.config.writing import NotWritten, write

KNOWN = Known({"workbench-dark", "nord"}, lambda keys: {k: "none" for k in keys if k == "no.such"})


def load(path: Path, text: str) -> Read:
    path.write_text(text, encoding="utf-8")
    return read(path, KNOWN)


def test_a_file_that_is_not_there_sets_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "config.toml", KNOWN) == Read(Config())


def test_every_setting_is_read(tmp_path: Path) -> None:
    text = (
        'theme = "nord"\nglyphs = "ascii"\n'
        '[keys]\n"lineage.pause" = "p"\nlineage.hint = "f5,i"\n'
        "[notify]\nbest = false\nstopped = false\nbudget = false\nmachine = false\n"
        'bell = true\ndesktop = "osc777"\n'
    )
    config, problems = load(tmp_path / "config.toml", text)
    assert problems == ""
    assert config == Config(
        "nord",
        "ascii",
        {"lineage.pause": "p", "lineage.hint": "f5,i"},
        Notify(False, False, False, False, True, "osc777"),
    )
    assert all(value_of(config, one.key) != value_of(Config(), one.key) for one in SETTINGS)


def test_all_problems_come_together_with_key_and_mend_and_the_rest_counts(tmp_path: Path) -> None:
    text = (
        'theme = "nrd"\nglyph = 1\nglyphs = "ascii"\n[keys]\n"no.such" = "p"\napp.x = 3\n'
        'app.help = "f2"\n[notify]\nbell = "yes"\nbel = true\ndesktop = "kitty"\nbest = false\n'
    )
    config, problems = load(tmp_path / "config.toml", text)
    lines = problems.splitlines()
    assert len(lines) == 7
    assert all(line.startswith(f"{tmp_path / 'config.toml'}: ") for line in lines)
    for told in (
        "theme = 'nrd': write one of nord, workbench-dark; did you mean nord?",
        "glyph: there is no such setting; did you mean glyphs?",
        "keys.no.such = 'p': none",
        "keys.app.x = '…': write its keys as a text",
        "notify.bell = 'yes': write true or false, without quotes",
        "notify.bel: there is no such setting; did you mean notify.bell?",
        "notify.desktop = 'kitty': write one of off, osc9, osc777",
    ):
        assert told in problems
    assert config.glyphs == "ascii"
    assert config.keys == {"app.help": "f2"}
    assert config.notify == Notify(best=False)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"theme = ", "not valid TOML, so nothing of it counts"),
        (b"\xff", "cannot be read as UTF-8 text"),
        (b"keys = 3", "keys = 3: write a table, [keys]"),
        (b"notify = true", "notify = True: write a table, [notify]"),
        (b"theme = true", "theme = true: write one of"),
        (b"[notify]\nbell = 1", "notify.bell = 1: write true or false"),
    ],
)
def test_no_file_keeps_anybody_from_starting(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    config, problems = read(path, KNOWN)
    assert config == Config()
    assert told in problems


def test_a_directory_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    assert "cannot be read" in read(tmp_path / "config.toml", KNOWN).problems
    with pytest.raises(NotWritten, match="cannot be written"):
        write(tmp_path / "config.toml", "theme", "nord")


MINE = """\
# how I like it
theme = "nord"  # cold

[keys]
lineage.pause = "p"   # as on a recorder
"app.help" = "f2"

[notify]
# no noise
bell = false
"""


def test_what_a_person_wrote_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(MINE)
    write(path, "notify.bell", True)
    assert path.read_text() == MINE.replace("bell = false", "bell = true")
    write(path, "keys.lineage.pause", "k")
    write(path, "keys.app.help", "f3")
    write(path, "theme", None)
    changed = path.read_text()
    for kept in ("# how I like it", 'lineage.pause = "k"   # as on', '"app.help" = "f3"'):
        assert kept in changed
    assert "theme" not in changed
    write(path, "keys.lineage.pause", None)
    assert "lineage" not in path.read_text()
    assert read(path, KNOWN).problems == ""


def test_a_first_setting_makes_file_and_directory_for_oneself_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    write(path, "keys.lineage.pause", "p")
    write(path, "notify.desktop", "osc9")
    write(path, "glyphs", "ascii")
    config = read(path, KNOWN).config
    assert config == Config(
        glyphs="ascii", keys={"lineage.pause": "p"}, notify=Notify(desktop="osc9")
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_rights_and_links_stay(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles" / "workbench.toml"
    kept.parent.mkdir()
    kept.write_text("# mine\n")
    kept.chmod(0o644)
    link = tmp_path / "config.toml"
    link.symlink_to(kept)
    write(link, "theme", "nord")
    assert link.is_symlink()
    assert kept.read_text() == '# mine\ntheme = "nord"\n'
    assert stat.S_IMODE(kept.stat().st_mode) == 0o644


def test_a_write_that_fails_leaves_the_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(MINE)

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match="No space left on device"):
        write(path, "glyphs", "ascii")
    assert path.read_text() == MINE
    assert [one.name for one in tmp_path.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("text", ["theme = ", "keys = 3"])
def test_a_file_with_mistakes_is_not_written_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(NotWritten):
        write(path, "keys.app.help", "f2")
    assert path.read_text() == text


def test_a_setting_is_in_force_even_if_it_cannot_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("theme = ")
    settings = Settings(path)
    settings.load(KNOWN)
    assert "mend it first" in settings.change("glyphs", "ascii")
    assert settings.config.glyphs == "ascii"
    path.write_text("")
    assert settings.change("keys.app.help", "f2") == ""
    assert settings.change("keys.app.help", None) == ""
    assert settings.config == Config(glyphs="ascii")
    assert Settings().change("theme", "nord") == ""  # without a file there is nothing to fail


def test_a_setting_that_is_none_is_refused() -> None:
    for key in ("notify.none", "none", "keys", "other.theme"):
        with pytest.raises(KeyError):
            with_value(Config(), key, None) if key != "keys" else value_of(Config(), "a.b")


def test_the_file_lies_where_the_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIG, "/elsewhere/mine.toml")
    assert config_file() == Path("/elsewhere/mine.toml")
    assert themes_folder(config_file()) == Path("/elsewhere/themes")
    monkeypatch.delenv(CONFIG)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/config")
    assert config_file() == Path("/config/workbench/config.toml")
