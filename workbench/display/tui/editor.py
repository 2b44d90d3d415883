"""Editing a candidate by hand: $EDITOR on its files, and what is saved is injected."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from workbench.engine.command import Inject, Reply

if TYPE_CHECKING:
    from workbench.display.tui.screens.base import RunScreen


class EditFailed(Exception):
    """The editor could not be run, or what it left cannot be used."""


def edit_files(files: dict[str, str]) -> dict[str, str]:
    """Open `files` in $VISUAL or $EDITOR and return those that changed.

    Blocks until the editor ends: the terminal is the editor's meanwhile. It is the person's own
    program and has their whole environment, keys of models included. Raises `EditFailed`.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="workbench-edit-") as name:
        root = Path(name)
        places = {path: root / path for path in files}
        for path, place in places.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(files[path], encoding="utf-8")
        command = [*shlex.split(editor), *map(str, places.values())]
        try:
            ended = subprocess.run(command, check=False)
        except OSError as error:
            raise EditFailed(
                f"{editor} did not start ({error.strerror}); set $EDITOR to an editor that does"
            ) from error
        if ended.returncode:
            raise EditFailed(f"{editor} ended with status {ended.returncode}; nothing was injected")
        try:
            saved = {path: place.read_text(encoding="utf-8") for path, place in places.items()}
        except (OSError, UnicodeDecodeError) as error:
            raise EditFailed(f"what {editor} left cannot be read: {error}") from error
    return {path: words for path, words in saved.items() if words != files[path]}


async def edit_and_inject(screen: RunScreen) -> None:
    """Let a person edit the candidate shown and put the result into its lineage."""
    lineage, candidate = screen.view.selected, screen.view.candidate
    if lineage is None or candidate is None:
        return
    try:
        files = await screen.run.raw_files(candidate)
        with screen.app.suspend():
            changed = edit_files(files)
    except SuspendNotSupported:
        message = "this terminal cannot be handed to an editor; run the workbench in a plain one"
        screen.say(Reply(False, message))
        return
    except (KeyError, UnicodeDecodeError):
        screen.say(Reply(False, f"#{candidate.id} cannot be edited: its text is not at hand"))
        return
    except EditFailed as error:
        screen.say(Reply(False, str(error)))
        return
    if not changed:
        screen.say(Reply(True, "nothing changed, nothing injected"))
        return
    note = f"edited by hand from #{candidate.id}"
    screen.say(await screen.run.send(Inject(lineage.id, candidate.id, changed, note)))
