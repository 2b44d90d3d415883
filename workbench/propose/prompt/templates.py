"""Which template makes a part: the person's own before the task's, the task's before the package's.

A person's own file wins because it was put there on purpose for the models they pay; a task's may
come from a stranger.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import platformdirs

from workbench.model.task import Task
from workbench.propose.prompt.language import MAX_TEMPLATE, PromptBroken

OPERATORS = ("crossover", "draft", "explore", "refine", "repair")
"""Templates of what is asked for; the others tell what there is."""

# `command` takes the place of `rules` where files are edited in place.
NAMES = (
    *("rules", "command", "instruction", "context", "tried", "best", "inspirations"),
    *("parent", "verdict", "wrong", "hints", "budget", "fault"),
    *OPERATORS,
)
SUFFIX = ".j2"
FOLDER = "prompts"
"""Of a task's directory, and of a person's configuration directory."""


class Source(NamedTuple):
    """A template's text, and how a person finds it."""

    text: str
    label: str


def user_folder() -> Path:
    """Return where a person's own templates lie; it need not exist."""
    return platformdirs.user_config_path("workbench") / FOLDER


def user_templates(folder: Path) -> dict[str, str]:
    """Read a person's own templates by name, for `PromptOptions.templates`.

    Raises `PromptBroken` for a file that cannot be read or is not called like any template.
    """
    found = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if path.stem not in NAMES:
            known = ", ".join(sorted(NAMES))
            raise PromptBroken(
                f"prompt template {path}: no part of a prompt is called {path.stem!r}; rename it"
                f" to one of {known}, or remove it"
            )
        try:
            with path.open(encoding="utf-8") as file:
                found[path.stem] = file.read(MAX_TEMPLATE + 1)
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8"
            raise PromptBroken(f"prompt template {path}: {why}; mend or remove it") from error
    return found


def source(name: str, task: Task, own: Mapping[str, str]) -> Source:
    """Return the template called `name`. Raises `PromptBroken` for one that is no text."""
    if name in own:
        return Source(own[name], f"{name}{SUFFIX} in your configuration directory")
    path = f"{FOLDER}/{name}{SUFFIX}"
    if path not in task.bundle:
        return Source(_packaged(name), f"{name}{SUFFIX} of workbench")
    label = f"{path} of the task"
    try:
        return Source(task.bundle[path].decode(), label)
    except UnicodeDecodeError as error:
        raise PromptBroken(f"prompt template {label}: it is not UTF-8; mend it") from error


@functools.cache
def _packaged(name: str) -> str:
    folder = resources.files("workbench.propose.prompt") / "templates"
    return (folder / f"{name}{SUFFIX}").read_text(encoding="utf-8")
