"""Commands that tell what a person has set: config, keys."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import msgspec

from workbench.cli import DONE, FAILED
from workbench.display.config.model import SETTINGS, Config, spoken, value_of
from workbench.display.config.place import config_file, themes_folder
from workbench.display.config.reading import Read


def config(arguments: argparse.Namespace) -> int:
    """Print where the settings lie and what is in force; 1 where the file has mistakes."""
    path = config_file()
    found = _read(path)
    if arguments.json:
        told = {
            "file": str(path),
            "exists": path.exists(),
            "themes": str(themes_folder(path)),
            "settings": msgspec.to_builtins(found.config),
            "problems": found.problems.splitlines(),
        }
        print(json.dumps(told))
    else:
        _say(path, found)
    return FAILED if found.problems else DONE


def _say(path: Path, found: Read) -> None:
    print(f"{path}{'' if path.exists() else '  (not there: all is as by default)'}")
    print(f"{themes_folder(path)}/*.toml  your own themes")
    for setting in SETTINGS:
        value, default = value_of(found.config, setting.key), value_of(Config(), setting.key)
        own = "" if value == default else f"  (default {spoken(default)})"
        print(f"  {setting.key:<16} {spoken(value):<16} {setting.meaning}{own}")
    for name, keys in sorted(found.config.keys.items()):
        print(f"  keys.{name} {keys}")
    for problem in found.problems.splitlines():
        print(f"workbench: {problem}", file=sys.stderr)


def _read(path: Path) -> Read:
    """Read the settings as the terminal UI will."""
    from workbench.display.tui.looks import read_settings

    return read_settings(path)


def keys(arguments: argparse.Namespace) -> int:
    """Print every binding: its id, its keys in force, what it does and where."""
    from workbench.display.tui.keys import catalogue, in_force

    found = _read(config_file())
    given = in_force(found.config.keys)
    rows = [
        {
            "id": name,
            "keys": list(given[name]),
            "default": list(key.keys),
            "action": key.action,
            "where": list(key.where),
        }
        for name, key in catalogue().items()
    ]
    if arguments.json:
        print(json.dumps(rows))
    else:
        for name, key in catalogue().items():
            where = ", ".join(key.where)
            print(f"{name:<24} {' '.join(given[name]):<28} {key.action} ({where})")
    for problem in found.problems.splitlines():
        print(f"workbench: {problem}", file=sys.stderr)
    return DONE
