"""Draw docs/screenshot.svg: the terminal UI itself, over a real run of the demo's search.

Run from the checkout: ``.venv/bin/python docs/make_screenshot.py``. Takes about a minute.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path

from workbench.cli.desk import FullDesk
from workbench.display.tui.app import WorkbenchApp
from workbench.engine.client import SessionFeed
from workbench.engine.command import AddHint
from workbench.engine.create import Settings, create_session
from workbench.formats.load import load
from workbench.model.limits import Limits

TARGET = Path(__file__).with_name("screenshot.svg")
SIZE = (160, 45)
FONTS = re.compile(r"@font-face\s*\{[^}]*\}")
"""Fonts that a reader would have to fetch; the picture falls back to the reader's own."""
EVALUATIONS = 160
"""Evaluations that have run when the picture is taken, of 200."""


async def main() -> None:
    """Run the search, watch it, and draw the screen near its end."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(lineages=4, limits=Limits(evaluations=200))
        directory = await create_session(Path(home), load("circle-packing").task, settings)
        desk = FullDesk(Path(home))
        attached = await desk.open(str(directory), "resume")
        watcher = await SessionFeed.open(directory)
        app = WorkbenchApp(desk, attached)
        async with app.run_test(size=SIZE) as pilot:
            async for _ in watcher.updates():
                spent = watcher.session.spent.evaluations
                if spent >= EVALUATIONS // 2 and not watcher.session.hints:
                    await watcher.send(AddHint("SHARE = 0.5, INNER_COUNT = 9", (2,), author="you"))
                if spent >= EVALUATIONS:
                    break
            await pilot.pause(0.5)
            drawn = app.export_screenshot(title="workbench demo")
            TARGET.write_text(FONTS.sub("", drawn), encoding="utf-8")
        await watcher.aclose()
        print(f"written: {TARGET}")
        last = await SessionFeed.open(directory)
        async for _ in last.updates():
            pass
        await last.aclose()


if __name__ == "__main__":
    asyncio.run(main())
