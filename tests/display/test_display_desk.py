"""The desk: what the terminal UI lists, opens, saves and deletes, broken things included."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench import content
from workbench.display.desk import Desk
from workbench.display.opener import OpenFailed, command_for, mode_for
from workbench.engine.create import Settings, create_session
from workbench.formats.load import load
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.store import SessionLock, Store


async def stored(root: Path) -> Path:
    settings = Settings(lineages=3, limits=Limits(evaluations=7))
    return await create_session(root, load("circle-packing").task, settings)


async def test_sessions_are_listed_with_what_they_may_spend(tmp_path: Path) -> None:
    directory = await stored(tmp_path)
    (row,) = await Desk(tmp_path).sessions()
    assert (row.id, row.path, row.task) == (directory.name, str(directory), "circle-packing")
    assert (row.lineages, row.candidates, row.best) == (3, 1, "")
    assert row.spent == "0/7 ev"
    assert row.resumable
    assert mode_for(row) == "resume"


async def test_a_broken_session_is_listed_with_its_problem_and_hides_no_other(
    tmp_path: Path,
) -> None:
    directory = await stored(tmp_path)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "session.db").write_text("nonsense")
    rows = {row.id: row for row in await Desk(tmp_path).sessions()}
    assert set(rows) == {"broken", directory.name}
    assert "is not a workbench session" in rows["broken"].problem
    assert mode_for(rows["broken"]) == "view"
    with pytest.raises(OpenFailed, match="is not a workbench session"):
        await Desk(tmp_path).open(rows["broken"].path, "view")
    with pytest.raises(OpenFailed, match="there is no session"):
        await Desk(tmp_path).open(str(tmp_path / "none"), "attach")


async def test_a_session_that_does_not_run_opens_without_control(tmp_path: Path) -> None:
    directory = await stored(tmp_path)
    opened = await Desk(tmp_path).open(str(directory), "view")
    try:
        assert opened.control is None
        assert not opened.feed.live
        assert opened.path == str(directory)
        assert len(opened.feed.session.lineages) == 3
        digest = opened.feed.session.candidates[1].files["solve.py"]
        assert b"packing.json" in await opened.feed.blob(digest)
        assert [update async for update in opened.feed.updates()] == []
    finally:
        await opened.close()


def test_tasks_tell_what_there_is_to_beat_or_why_they_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = tmp_path / "tasks"
    shutil.copytree(content.tasks_dir() / "circle-packing", tasks / "circle-packing")
    (tasks / "ajar").mkdir()
    (tasks / "ajar" / "task.toml").write_text("schema_version = 3\n")
    monkeypatch.setattr(content, "tasks_dir", lambda: tasks)
    ajar, packing = Desk(tmp_path / "sessions").tasks()
    assert (packing.name, packing.title) == ("circle-packing", "Circle packing, n = 26")
    assert packing.category
    assert (packing.baseline[:3], packing.best_known[:3]) == ("1.6", "2.6")
    assert packing.score.endswith("higher is better")
    assert ajar.name == "ajar"
    assert "task.toml" in ajar.problem


async def test_a_session_is_deleted_with_all_that_is_in_it_but_never_one_that_runs(
    tmp_path: Path,
) -> None:
    directory = await stored(tmp_path)
    desk = Desk(tmp_path)
    with SessionLock(directory), pytest.raises(OpenFailed, match="is run by process"):
        await desk.delete(str(directory))
    assert len(await desk.sessions()) == 1
    await desk.delete(str(directory))
    assert await desk.sessions() == []
    assert list(tmp_path.iterdir()) == []
    kept = tmp_path / "mine"
    kept.mkdir()
    (kept / "thesis.tex").write_text("all of it")
    link = tmp_path / "link"
    link.symlink_to(await stored(tmp_path / "elsewhere"))
    for path in (kept, link):
        with pytest.raises(OpenFailed, match="was left as it is"):
            await desk.delete(str(path))
    assert (kept / "thesis.tex").exists()
    assert (link / "session.db").exists()


async def test_what_cannot_be_removed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = await stored(tmp_path)

    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(shutil, "rmtree", refused)
    with pytest.raises(OpenFailed, match="cannot be removed: Permission denied"):
        await Desk(tmp_path).delete(str(directory))


async def test_a_session_is_saved_as_another(tmp_path: Path) -> None:
    directory = await stored(tmp_path)
    desk = Desk(tmp_path)
    made = await desk.recover(str(directory))
    rows = {row.path: row for row in await desk.sessions()}
    assert set(rows) == {str(directory), made}
    assert rows[made].lineages == 3
    with pytest.raises(OpenFailed):
        await desk.recover(str(tmp_path / "none"))


async def test_a_finished_session_is_viewed_and_one_with_a_price_tells_its_cost(
    tmp_path: Path,
) -> None:
    settings = Settings(lineages=1, limits=Limits(evaluations=7, usd=2.0))
    directory = await create_session(tmp_path, load("circle-packing").task, settings)
    (row,) = await Desk(tmp_path).sessions()
    assert row.cost == "$0.00/2.00"
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            await store.submit(ev.EngineClosed("finished", "budget spent"), elapsed=1.0)
    (row,) = await Desk(tmp_path).sessions()
    assert row.state == "finished"
    assert mode_for(row) == "view"
    assert command_for(row) == f"workbench show {directory}"
