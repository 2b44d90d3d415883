"""Every file of the repository: small, described, and at home on any machine."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("workbench", "sandbox", "benchmarks", "tasks", "themes", "tests", "docs", ".ci")
MOST = 400
WRITTEN_BY_TOOLS = {"requirements.lock"}

HOME = re.compile(
    r"(?<![\w.])/(?:home|Users)/(?!(?:me|someone|local|you)\b)[\w.-]+"  # examples may be named
    r"|(?<!/proc/1)/roo[t]/[\w.]|[A-Za-z]:\\Users\\"
)


def files() -> list[Path]:
    """Everything that is kept; byte code, hidden caches and drawn pictures aside."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for room in ROOMS:
        found += [path for path in (ROOT / room).rglob("*") if path.is_file()]
    kept = [x for x in found if "__pycache__" not in x.parts and x.name not in WRITTEN_BY_TOOLS]
    return [x for x in kept if x.parent.name != "pictures"]


def texts() -> dict[str, str]:
    """Path -> content of every text file."""
    kept = {}
    for path in files():
        try:
            kept[str(path.relative_to(ROOT))] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
    return kept


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {name: text.count("\n") for name, text in texts().items()}
    assert len(lengths) > 150
    assert {name: n for name, n in lengths.items() if n > MOST} == {}
    modules = [n for name, n in lengths.items() if re.match(r"(workbench|sandbox)/.*\.py$", name)]
    assert 60 <= statistics.median(modules) <= 140


def test_no_file_names_a_place_on_somebody_s_machine() -> None:
    here = str(ROOT) if len(ROOT.parts) > 2 else None
    found = []
    for name, text in texts().items():
        found += [f"{name}: {hit.group()}" for hit in HOME.finditer(text)]
        if here is not None and here in text:
            found.append(f"{name}: {here}")
    assert found == []


def test_the_search_for_such_places_finds_them() -> None:
    for told in ("/home/" + "alice/x", "/Users/" + "bob", "/root" + "/.cache", "C:\\Users" + "\\x"):
        assert HOME.search(f"see {told}")
    for told in ("/home/me/x", "/proc/1/root/etc", "a/home/run", "/rooted/x"):
        assert not HOME.search(f"see {told}")


def test_everything_public_has_a_docstring() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--ignore-noqa"]
    rules = ["--select", "D1", "--ignore", "D105,D107", "--quiet", "--output-format", "concise"]
    places = ["workbench", "sandbox", "benchmarks"]
    done = subprocess.run([*command, *rules, *places], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_every_room_stands_in_the_import_contracts() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    arrows, alone, screen, pure = config["contracts"]
    layers = {name.strip(" ()") for layer in arrows["layers"] for name in layer.split("|")}
    rooms = {path.parent.name for path in (ROOT / "workbench").glob("*/__init__.py")}
    assert rooms <= layers
    for contract in (alone, screen, pure):
        assert contract["type"] == "forbidden"
    outside = {f"workbench.{x}" for x in rooms - {"cli", "display"}}
    assert outside <= {x.removesuffix(".*") for x in screen["source_modules"]}
    assert {"textual", "rich"} <= set(screen["forbidden_modules"])
    assert {"workbench.model", "workbench.search"} == set(pure["source_modules"])
    assert {"asyncio", "aiosqlite", "sqlite3"} <= set(pure["forbidden_modules"])


def test_test_modules_have_names_of_their_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name != "conftest.py"]
    assert sorted(names) == sorted(set(names))
