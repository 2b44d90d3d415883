"""What each part of the program loads, asked of fresh interpreters."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import sandbox
from workbench.cli import options

HEAVY = {"textual", "rich", "numpy", "cmaes", "aiosqlite", "aiodocker", "anthropic", "openai"}
SYSTEM = {"asyncio", "sqlite3", "socket", "subprocess", "selectors", "ssl", "ctypes"}

HELP = """
from workbench.cli import main
try:
    code = main({arguments!r})
except SystemExit as end:
    code = end.code
assert code in (None, 0), code
"""
# What lies in `programs` runs in sandboxes, each file a script beside the others.
ROOM = """
import importlib, pkgutil
for name in {rooms!r}:
    room = importlib.import_module(name)
    for found in pkgutil.walk_packages(room.__path__, name + "."):
        if ".programs." not in found.name and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
"""


def loaded(source: str) -> set[str]:
    """Return the names of the modules that a program loads, its packages included."""
    tell = "\nimport sys, json\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", source + tell], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["resume", "--help"], ["show", "--help"]]
)
def test_help_loads_next_to_nothing(arguments: list[str]) -> None:
    modules = loaded(HELP.format(arguments=arguments))
    assert modules & (HEAVY | SYSTEM | {"msgspec", "platformdirs"}) == set()
    ours = {x for x in modules if x.split(".")[0] in ("workbench", "sandbox")}
    assert ours == {
        "workbench",
        *(f"workbench.cli{x}" for x in ("", ".options", ".parser", ".values")),
    }


def test_everything_but_the_terminal_ui_does_without_textual() -> None:
    rooms = ["workbench.engine", "workbench.search", "workbench.propose", "workbench.verify"]
    rooms += ["workbench.store", "workbench.formats", "workbench.model", "workbench.analysis"]
    rooms += ["sandbox"]
    modules = loaded(ROOM.format(rooms=rooms))
    assert modules & {"textual", "rich"} == set()
    assert {"workbench.engine.engine", "workbench.engine.host", "aiosqlite"} <= modules


def test_the_engine_starts_without_numpy_and_without_any_provider() -> None:
    modules = loaded("import workbench.engine.host")
    assert modules & (HEAVY - {"aiosqlite"}) == set()


def test_model_and_search_are_pure() -> None:
    modules = loaded(ROOM.format(rooms=["workbench.model", "workbench.search"]))
    assert modules & (HEAVY | SYSTEM) == set()
    assert "workbench.search.registry" in modules


def test_the_sandbox_knows_nothing_of_the_workbench() -> None:
    modules = loaded(ROOM.format(rooms=["sandbox"]))
    assert {x for x in modules if x.split(".")[0] == "workbench"} == set()
    # Only the Docker backend talks to an engine, and only who chooses it imports it.
    assert modules & HEAVY == {"aiodocker"}
    assert loaded("import sandbox, sandbox.bubblewrap, sandbox.leftovers") & HEAVY == set()


def test_the_command_line_offers_every_sandbox_there_is() -> None:
    assert options.SANDBOXES == sandbox.BACKENDS


def test_the_screens_are_there_without_numpy() -> None:
    modules = loaded(
        "from workbench.display.tui import keys; assert 'session.analysis' in keys.catalogue()"
    )
    assert "workbench.display.tui.screens.analysis" in modules
    assert "numpy" not in modules


@pytest.mark.parametrize(
    "command",
    [["sessions"], ["tasks"], ["sessions", "--json"]],
    ids=" ".join,
)
def test_line_commands_load_no_terminal_ui(
    command: list[str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("home")))
    modules = loaded(HELP.format(arguments=command))
    assert modules & {"textual", "rich", "numpy", "workbench.display.tui.app"} == set()
