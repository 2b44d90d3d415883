"""The desk: what the terminal UI lists and opens, broken things included."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

import sandbox
from workbench import content
from workbench.dev import FakeModel
from workbench.display.desk import Desk
from workbench.display.opener import OpenFailed, StartOptions, mode_for
from workbench.engine.create import Settings, create_session
from workbench.formats.load import load
from workbench.model.limits import Limits
from workbench.propose.llm.open import VARIABLES


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


async def test_a_task_that_cannot_be_read_says_why_and_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = tmp_path / "tasks"
    shutil.copytree(content.tasks_dir() / "circle-packing", tasks / "circle-packing")
    (tasks / "ajar").mkdir()
    (tasks / "ajar" / "task.toml").write_text("schema_version = 3\n")
    monkeypatch.setattr(content, "tasks_dir", lambda: tasks)
    desk = Desk(tmp_path / "sessions")
    ajar, packing = desk.tasks()
    assert (packing.name, packing.title) == ("circle-packing", "Circle packing, n = 26")
    assert ajar.name == "ajar"
    assert "task.toml" in ajar.title
    with pytest.raises(OpenFailed, match=r"task\.toml"):
        await desk.start(ajar.path, StartOptions(1, 0, 5, "chain"))
    assert not (tmp_path / "sessions").exists()


def test_the_default_strategy_comes_first() -> None:
    names = Desk(Path("unused")).strategies()
    assert names[0] == Settings().strategy
    assert names[1:] == sorted(names[1:])


async def test_a_session_that_asks_a_model_is_begun_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (await sandbox.backend("bubblewrap").probe()).usable:
        pytest.skip("no namespaces here")
    short = tempfile.mkdtemp(prefix="wb")  # sockets need short paths
    monkeypatch.setenv("XDG_RUNTIME_DIR", short)
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    desk = Desk(tmp_path / "home" / "sessions")
    task = content.tasks_dir() / "circle-packing"
    keyless = StartOptions(1, 0, 3, "chain", ("anthropic:fake",))
    assert "set ANTHROPIC_API_KEY" in desk.problem(str(task), keyless)
    local = ("openai-compatible:x@http://127.0.0.1:9",)
    unpriced = StartOptions(1, 0, 3, "chain", local, usd=1.0)
    assert "nobody knows the price" in desk.problem(str(task), unpriced)
    assert "named twice" in desk.problem(
        str(task), StartOptions(1, 0, 3, "chain", ("openai:b",) * 2)
    )
    with pytest.raises(OpenFailed, match="set ANTHROPIC_API_KEY"):
        await desk.start(str(task), keyless)
    async with FakeModel() as server:
        model = f"openai-compatible:fake@{server.url}/v1"
        options = StartOptions(1, 0, 3, "chain", (model,))
        assert desk.problem(str(task), options) == ""
        opened = await desk.start(str(task), options)
        try:
            async for _ in opened.feed.updates():
                pass
            session = opened.feed.session
        finally:
            await opened.close()
        assert server.counts.calls >= 2
    assert session.state == "finished"
    assert session.lineages[1].created.proposer == model
    shutil.rmtree(short)
