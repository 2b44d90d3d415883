"""The screen of a study: its grid, what is under the cursor, the session of a cell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace
from tui_scripted import RecordingControl, ScriptedFeed, ScriptedOpener, ScriptedSession, demo
from tui_support import Stage

from workbench.display.config.settings import Settings
from workbench.display.tui.app import WorkbenchApp
from workbench.display.tui.screens.dashboard import Dashboard
from workbench.display.tui.screens.home import Home
from workbench.display.tui.screens.study import StudyScreen
from workbench.store import Holder
from workbench.study.grid import cells
from workbench.study.spec import Spec, parse
from workbench.study.status import STATES, CellStatus, State, Status

SPEC: Spec = parse(
    'title = "Hills"\nbudget = "evaluations=9"\n[grid]\ntasks = ["hill", "steep"]\nseeds = 3\n', "s"
)


class Scripted:
    """A study that stands as a test says."""

    def __init__(self) -> None:
        self.cells = [
            CellStatus(x.id, x.task, x.labels, x.seed, "waiting", "", limit=9) for x in cells(SPEC)
        ]
        self.interrupted = 0

    def put(self, at: int, state: State, **known: object) -> None:
        session = f"/s/{at}" if state != "failed" else ""
        self.cells[at] = replace(self.cells[at], state=state, session=session, **known)

    def read(self) -> Status:
        counts = {state: sum(x.state == state for x in self.cells) for state in STATES}
        runner = Holder(7, "here", 0.0)
        return Status("Hills", "/out", tuple(self.cells), counts, 12, 108, 0.0, None, runner)

    def interrupt(self) -> bool:
        self.interrupted += 1
        return True


@asynccontextmanager
async def shown(study: Scripted, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Stage]:
    settings = Settings()
    settings.change("glyphs", "unicode")
    feed, control = ScriptedFeed(demo(steps=3)), RecordingControl()
    opener = ScriptedOpener(session=ScriptedSession(feed, control))
    app = WorkbenchApp(opener, settings=settings, study=study)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        one = Stage(app, pilot, feed, control, opener)
        await one.until(lambda: "indep" in one.text)
        yield one


def scripted() -> Scripted:
    study = Scripted()
    study.put(0, "finished", best=2.5, evaluations=9)
    study.put(1, "running", best=1.0, evaluations=3)
    study.put(2, "failed", message="OPENAI_API_KEY is not set")
    return study


async def test_the_grid_shows_state_best_and_progress_of_every_cell() -> None:
    async with shown(scripted()) as one:
        rows = one.rows()
        assert "1 of 12 cells finished · 9 waiting · 1 running · 1 failed   Hills" in rows[0]
        line = next(row for row in rows if "hill" in row and "independent" in row)
        assert "▸✔ 2.5" in line
        assert line.count("○") == 2
        assert "▶ 3/9" in next(row for row in rows if "hill" in row and "chain" in row)
        assert "✖ failed" in next(row for row in rows if "steep" in row and "independent" in row)
        assert "process 7 on here runs it" in one.prose
        assert "✔ finished" in one.prose


async def test_it_is_read_again_and_the_cursor_stays() -> None:
    study = scripted()
    async with shown(study) as one:
        await one.press("down", "right", "right")
        picked = study.cells[9]
        assert picked.id in one.text
        study.put(9, "running", evaluations=5)
        screen = one.app.screen
        assert isinstance(screen, StudyScreen)
        screen.look()
        await one.until(lambda: "5/9 evaluations" in one.text)
        assert screen.picked is not None
        assert screen.picked.id == picked.id


async def test_enter_opens_the_session_of_a_cell_and_escape_leads_back() -> None:
    async with shown(scripted()) as one:
        await one.press("enter")
        await one.until(lambda: isinstance(one.app.screen, Dashboard))
        await one.press("S")
        assert isinstance(one.app.screen, StudyScreen)
        await one.press("down", "enter")
        await one.until(lambda: isinstance(one.app.screen, Dashboard))
        assert one.opener.opened == [("/s/0", "view"), ("/s/1", "attach")]
        await one.press("S", "escape")
        assert isinstance(one.app.screen, Home)


async def test_what_was_not_begun_or_failed_says_so() -> None:
    async with shown(scripted()) as one:
        await one.press("right", "enter")
        assert "not begun yet" in one.notices()
        await one.press("f", "enter")
        assert "OPENAI_API_KEY is not set" in one.notices()
        assert one.opener.opened == []


async def test_a_run_is_stopped_once_that_is_confirmed() -> None:
    study = scripted()
    async with shown(study) as one:
        await one.press("X", "k")
        assert study.interrupted == 0
        await one.press("X", "s")
        assert study.interrupted == 1
        await one.press("y")
        assert "copied: workbench study resume /out" in one.notices()


async def test_a_narrow_screen_keeps_the_marked_seed_in_view() -> None:
    async with shown(scripted(), (44, 20)) as one:
        assert "seed 0" in one.text
        await one.press("right", "right")
        assert "seed 2" in one.text
        assert "seed 0" not in one.text
