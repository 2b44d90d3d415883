"""What the terminal UI's form for a new session is made of: the options of `workbench run`.

The form asks for what the command line has options for, and begins what that command line begins:
both are read by the same code.
"""

from __future__ import annotations

import argparse
import asyncio
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import sandbox
from sandbox import memo
from workbench.cli import UsageError, options
from workbench.cli.plan import Plan, plan
from workbench.cli.warn import gathered
from workbench.display.desk import Desk
from workbench.display.opener import Attached, Field, OpenFailed, Preview, Words
from workbench.engine import budget
from workbench.engine.create import Settings
from workbench.engine.spawn import EngineNotStarted, spawn
from workbench.formats.load import bundled
from workbench.model.limits import Limits
from workbench.model.simulation import SIMULATION
from workbench.propose import registry as proposers
from workbench.propose.llm.name import parse as model_name
from workbench.search.allocate.registry import allocators
from workbench.search.registry import strategies
from workbench.store import StoreError
from workbench.verify.simulated import LINE

_BUDGET = {
    "evaluations": "verifications that run, feasible or not",
    "proposals": "model calls or mutations, usable or not",
    "tokens": "tokens of model calls, read and written",
    "usd": "dollars for model calls",
    "wall": "active time, e.g. 90s, 10m, 2h",
}
"""What a budget can bound, and in what it counts."""
_VERIFICATION = {
    "output": "output: the program ends, then its output files are scored in another sandbox",
    "call": "call: the program answers calls from its own sandbox; scored outside of it",
    "shared": "shared: program and verifier share ONE sandbox; new bests are verified again",
}
_SWITCH = ("off", "on")
_PROPOSERS = ("mutation", "replay")
"""Those that are named by name; models and commands have options of their own."""


class _Words(argparse.ArgumentParser):
    """Reads words that are no command line: a mistake is told, not printed."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def grammar_of_a_run() -> argparse.ArgumentParser:
    """Return what reads the words of a new session. It raises `UsageError` for a mistake."""
    grammar = _Words(prog="workbench run", add_help=False, allow_abbrev=False)
    options.run_options(grammar)
    return grammar


class FullDesk(Desk):
    """A desk that begins sessions, too."""

    def __init__(self, root: Path | None = None) -> None:
        """Work below `root`, by default the user's own session directory."""
        super().__init__(root)
        self._grammar = grammar_of_a_run()
        self._actions = {_name(action): action for action in self._grammar._actions}

    def fields(self) -> list[Field]:
        """Return every option of `workbench run`, each limit of the budget for itself."""
        found: list[Field] = []
        for group in self._grammar._action_groups:
            title = "" if group.title in ("positional arguments", "options") else group.title or ""
            for action in group._group_actions:
                if _name(action) == "budget":
                    found += [
                        Field(f"budget.{kind}", title, meaning, "the task's own")
                        for kind, meaning in _BUDGET.items()
                    ]
                else:
                    found.append(_field(action, title))
        return found

    def check(self, name: str, text: str) -> str:
        """Say what is wrong with what is said in one field; empty if nothing is, by itself."""
        kind = name.removeprefix("budget.")
        try:
            if kind != name:
                budget.read([f"{kind}={text}"])
                return ""
            action = self._actions[name]
            if action.nargs == 0:
                return "" if text in _SWITCH else "write on or off"
            for word in _several(text) if _is_several(action) else [text]:
                self._grammar._get_value(action, word)
                self._grammar._check_value(action, word)
                if name == "model":
                    model_name(word)
        except argparse.ArgumentError as error:
            return error.message
        except ValueError as error:
            return str(error)
        return ""

    async def preview(self, words: Words) -> Preview:
        """Say what `start` would do."""
        line = ""
        try:
            line = shlex.join(["workbench", "run", *self._argv(words)])
            planned, warnings = await asyncio.to_thread(self._plan, words)
            told = await _told(planned)
        except (UsageError, sandbox.SandboxUnavailable, ValueError, OSError) as error:
            return Preview(line, problem=str(error))
        return Preview(line, (*told, *(("warning", text) for text in warnings)))

    async def start(self, words: Words) -> Attached:
        """Begin a new session and attach to its engine."""
        try:
            planned, _ = await asyncio.to_thread(self._plan, words)
            directory = await planned.create(self.root)
            await spawn(directory, planned.launch)
        except (UsageError, StoreError, EngineNotStarted, OSError, ValueError) as error:
            raise OpenFailed(str(error)) from None
        return await self.open(str(directory), "attach")

    def _plan(self, words: Words) -> tuple[Plan, list[str]]:
        with gathered() as warnings:
            planned = plan(self._grammar.parse_args(self._argv(words)))
        return planned, warnings

    def _argv(self, words: Words) -> list[str]:
        """Return the words of the command line that says the same. Raises `UsageError`."""
        if not words.get("task"):
            raise UsageError("name a task: a bundled one, or its directory")
        argv = [words["task"]]
        limits = [f"{k}={words[f'budget.{k}']}" for k in _BUDGET if f"budget.{k}" in words]
        for name, action in self._actions.items():
            if name == "budget":
                argv += ["--budget", ",".join(limits)] if limits else []
            elif name == "task" or name not in words:
                continue
            elif action.nargs == 0:
                argv += [f"--{name}"] if words[name] == "on" else []
            else:
                said = words[name]
                for word in _several(said) if _is_several(action) else [said]:
                    argv += [f"--{name}={word}"] if word[:1] == "-" else [f"--{name}", word]
        return argv


def _name(action: argparse.Action) -> str:
    return action.option_strings[0].removeprefix("--") if action.option_strings else action.dest


def _is_several(action: argparse.Action) -> bool:
    return isinstance(action.default, list)


def _several(text: str) -> list[str]:
    """Return words that were written with blanks between them. Raises `ValueError`."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ValueError(f"{error}: a word with blanks in it is quoted") from None


def _field(action: argparse.Action, group: str) -> Field:
    name, default = _name(action), action.default
    meaning = (action.help or "") + (" (several: with blanks between)" * _is_several(action))
    choices = tuple(map(str, action.choices or ()))
    known: Sequence[str] = ()
    if name == "task":
        known = [path.name for path in bundled()]
    elif name == "strategy":
        known = sorted(strategies(), key=lambda one: (one != default, one))
        meaning = f"{', '.join(known)}; options follow as :KEY=VALUE,… (`workbench strategies`)"
    elif name == "proposer":
        default, known = Settings().proposer, (*_PROPOSERS, SIMULATION)
    elif name == "allocator":
        known = list(allocators())
    elif action.nargs == 0:
        default, choices = _SWITCH[0], _SWITCH
    shown = "" if default is None or isinstance(default, list | bool) else str(default)
    return Field(name, group, meaning, shown, choices, tuple(known))


async def _told(planned: Plan) -> list[tuple[str, str]]:
    """Say what will be executed and in what. Raises `SandboxUnavailable`."""
    task, launch, settings = planned.task, planned.launch, planned.settings
    if settings.proposer == SIMULATION:
        return [("isolation", LINE), ("budget", _limits(planned.limits))]
    backend = sandbox.backend(settings.sandbox, image=task.needs_image)
    found = await backend.probe()
    if not found.usable:
        raise sandbox.SandboxUnavailable(found.problem or f"{found.backend} does not work here")
    isolation = [(memo.recall(found) or found).line()]
    if launch.command is not None:
        shared = proposers.commands(settings.sandbox)
        try:
            isolation.append(await shared.apart([launch.command], found))
        finally:
            await shared.aclose()
    server = f"calls are answered for {task.editable[0]}" if task.verification == "call" else ""
    told = [
        ("isolation", " · ".join(filter(None, isolation))),
        ("verification", _VERIFICATION[task.verification]),
        ("candidate", shlex.join(task.run) or server),
        ("verifier", shlex.join(task.verify)),
        ("proposer", _proposer(planned)),
        ("budget", _limits(planned.limits)),
        ("on finish", f"{launch.on_finish} (as you, keys included)" if launch.on_finish else ""),
    ]
    return [(word, text) for word, text in told if text]


def _limits(limits: Limits) -> str:
    return budget.written(limits).replace(",", ", ")


def _proposer(planned: Plan) -> str:
    if planned.launch.command is not None:
        return planned.launch.command.label
    if planned.launch.named:
        return f"asks {', '.join(planned.launch.named)}"
    return f"{planned.settings.proposer}: no model is asked"
