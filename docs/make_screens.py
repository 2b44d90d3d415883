"""Draw every screen of the terminal UI into docs/screens, and write docs/screens.md around them.

Run from the checkout: ``.venv/bin/python docs/make_screens.py [NAME ...]``. Takes some minutes: two
real sessions are recorded first, then shown. One is the demo's search with the mechanical proposer,
which a person gives a hint, whose candidates they pin and find wrong; the other asks a simulated
model, for the screens that show prompts and replies.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from textual.pilot import Pilot

from workbench.cli.desk import FullDesk
from workbench.display.opener import Exit
from workbench.display.tui import picture
from workbench.display.tui.app import WorkbenchApp
from workbench.engine.client import SessionFeed
from workbench.engine.command import AddHint, AnyCommand, Judge, Pin
from workbench.engine.create import Settings, create_session
from workbench.engine.spawn import spawn
from workbench.formats.load import load
from workbench.model.limits import Limits
from workbench.propose.setup import Setup
from workbench.store import default_root

TARGET = Path(__file__).with_name("screens")
SIZES = ((80, 24), (160, 45))
EVALUATIONS = 200
_ENDS_BY_ITSELF = {"load", "open", "preview", "command", "analysis", "highlight"}
"""Groups of workers that are waited for before a picture is taken."""


_CURVE = ("tab", "x", "y", "z")
_COMPARE = ("m", "down", "m", "down", "m", "M")


class Shot(NamedTuple):
    """A screen and the keys that lead to it."""

    name: str
    told: str
    """What it is, in docs/screens.md."""
    keys: tuple[str, ...] = ()
    session: str = "search"
    """Which of the recorded ones; empty for the list of sessions."""


SHOTS = (
    Shot(
        "home", "Home: your sessions with their state, and the tasks that come with it.", session=""
    ),
    Shot(
        "new-session",
        "A new session: every option, the command line that does the same, what will be executed.",
        ("n",),
        session="",
    ),
    Shot("dashboard", "The dashboard: is it getting better, what does it cost, what needs me?"),
    Shot("curve", "The curve alone: gap to the best known, both axes logarithmic.", _CURVE),
    Shot("diff", "A lineage: what a candidate changed.", ("enter",)),
    Shot("diff-side-by-side", "The same side by side.", ("enter", "vertical_line", "z")),
    Shot("verifier", "What the verifier said.", ("enter", "2")),
    Shot(
        "proposal",
        "What a model was asked and what it answered (here a simulated one).",
        ("enter", "3"),
        session="asked",
    ),
    Shot("tree", "The tree of candidates.", ("enter", "4")),
    Shot("hints", "Hints: taken when, with what effect.", ("down", "enter", "5")),
    Shot("hint", "Writing one.", ("down", "h", *"try a ring of nine")),
    Shot("compare", "Three marked candidates, what differs first.", _COMPARE),
    Shot("analysis", "The figures of the report, while the session goes on.", ("A",)),
    Shot("settings", "Settings, keys among them.", ("comma",)),
    Shot("themes", "Themes, shown as you choose.", ("ctrl+t",)),
    Shot("palette", "Every action by its name.", ("ctrl+p",)),
    Shot("help", "The keys of the screen in front.", ("question_mark",)),
)


async def record(home: Path) -> dict[str, Path]:
    """Run both sessions to their end; return where they lie."""
    task = load("circle-packing").task
    settings = Settings(lineages=4, limits=Limits(evaluations=EVALUATIONS))
    found = {"search": await create_session(home, task, settings)}
    await _run(found["search"], _steer(EVALUATIONS))
    with _simulated_model() as url:
        os.environ |= {"ANTHROPIC_API_KEY": "simulated", "ANTHROPIC_BASE_URL": url}
        setup = Setup(("anthropic:simulated",))
        settings = Settings(
            lineages=2,
            limits=Limits(evaluations=30),
            proposer=setup.name,
            options=setup.recorded(),
        )
        found["asked"] = await create_session(home, task, settings)
        await _run(found["asked"], {})
    return found


def _steer(evaluations: int) -> dict[int, tuple[AnyCommand, ...]]:
    """What a person does, by the number of evaluations after which they do it."""
    return {
        evaluations // 3: (AddHint("SHARE = 0.5, INNER_COUNT = 9", (2,), author="you"),),
        evaluations // 2: (Pin(2, (1,)), Judge(9, "touches the border", "you")),
    }


async def _run(directory: Path, doings: dict[int, tuple[AnyCommand, ...]]) -> None:
    await spawn(directory)
    feed = await SessionFeed.open(directory)
    async for _ in feed.updates():
        for due in [at for at in doings if feed.session.spent.evaluations >= at]:
            for command in doings.pop(due):
                await feed.send(command)
    await feed.aclose()


@contextmanager
def _simulated_model() -> Iterator[str]:
    words = [sys.executable, "-m", "workbench", "dev", "fake-model", "--latency", "0.05"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield next(word for word in process.stdout.readline().split() if "://" in word)
        finally:
            process.terminate()


async def draw(shot: Shot, size: tuple[int, int], sessions: dict[str, Path]) -> Path:
    """Show one screen and draw it."""
    desk = FullDesk()
    attached = await desk.open(str(sessions[shot.session]), "view") if shot.session else None
    app = WorkbenchApp(desk, attached)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        await _rest(app, pilot)
        for key in shot.keys:
            await pilot.press(key)
            await _rest(app, pilot)
        path = TARGET / f"{shot.name}-{size[0]}x{size[1]}.svg"
        path.write_text(picture.drawn(app), encoding="utf-8")
    await app.close_session()
    return path


async def _rest(app: WorkbenchApp, pilot: Pilot[Exit]) -> None:
    for _ in range(2):
        busy = [w.wait() for w in app.workers if w.group in _ENDS_BY_ITSELF and not w.is_finished]
        await asyncio.gather(*busy, return_exceptions=True)
        await pilot.pause()
        app.repaint_view()
        await pilot.pause()


def page() -> str:
    """Return docs/screens.md."""
    parts = [
        "# Screens\n",
        (
            "Every screen at 80 x 24 and at 160 x 45, drawn by `docs/make_screens.py` from real "
            "sessions."
        ),
    ]
    for shot in SHOTS:
        parts.append(f"\n## {shot.name.replace('-', ' ').capitalize()}\n\n{shot.told}\n")
        parts += [f"![{shot.name} at {w} x {h}](screens/{shot.name}-{w}x{h}.svg)" for w, h in SIZES]
    return "\n".join(parts) + "\n"


async def main(names: list[str]) -> None:
    """Record, then draw what is named; all if nothing is."""
    unknown = set(names) - {shot.name for shot in SHOTS}
    if unknown:
        raise SystemExit(f"no such screen: {', '.join(sorted(unknown))}")
    TARGET.mkdir(exist_ok=True)
    TARGET.with_suffix(".md").write_text(page(), encoding="utf-8")
    with tempfile.TemporaryDirectory() as place:
        os.environ["WORKBENCH_HOME"] = place
        os.environ["WORKBENCH_CONFIG"] = f"{place}/config.toml"
        sessions = await record(default_root())
        for shot in SHOTS:
            for size in SIZES:
                if not names or shot.name in names:
                    print(await draw(shot, size, sessions))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
