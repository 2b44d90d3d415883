"""What the commands of one engine share: a kind of sandbox, the variables that they are given."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from functools import cached_property

import sandbox
from sandbox import Capabilities, Lease, Spec
from workbench.model.task import Task
from workbench.propose.command.setup import PACKAGES as PACKAGES_VARIABLE
from workbench.propose.command.setup import PROMPT, USAGE, CommandSetup
from workbench.propose.llm.call import Part
from workbench.propose.prompt import PromptOptions, build, shrink, user_folder, user_templates
from workbench.propose.proposer import Request

APP = "/app"
"""Where the files lie."""
PROMPT_FILE = "/tmp/prompt.md"
USAGE_FILE = "/tmp/usage.json"
PACKAGES = "/opt/python/packages"
"""Where a sandbox shows a task's Python packages."""

MOST_PROMPT = 120_000
"""Bytes of a prompt: as one argument of a command it may have 128 KiB."""


class Commands:
    """Opens a sandbox for each lineage's command, and closes them all."""

    def __init__(self, backend: str, environment: Mapping[str, str] | None = None) -> None:
        """Use the sandboxes called `backend`; raises ValueError for an unknown name."""
        self._backend = sandbox.backend(backend)
        self._environment = os.environ if environment is None else environment
        self._leases: dict[int, Lease] = {}

    async def apart(self, setups: Iterable[CommandSetup], verifying: Capabilities) -> str:
        """Say in what the sandboxes of commands differ from those of candidates; empty if in none.

        Raises `SandboxUnavailable` where there can be none for commands.
        """
        found = await self._backend.probe()
        if not found.usable:
            raise sandbox.SandboxUnavailable(found.problem or f"{found.backend} does not work")
        title = f"{found.backend} {found.version}".strip()
        words = [] if found.backend == verifying.backend else [title]
        # What may be open for one of them is said of all.
        network = any(setup.network for setup in setups)
        closed = found.of(Spec(network=network)).check("network").state == "enforced"
        if words or closed != (verifying.check("network").state == "enforced"):
            words.append("network off" if closed else "network OPEN")
        return f"commands: {', '.join(words)}" if words else ""

    def given(self, setup: CommandSetup) -> dict[str, str]:
        """Return the variables that are passed on. Raises `ValueError` for one that is not set."""
        missing = [name for name in setup.env if name not in self._environment]
        if missing:
            raise ValueError(f"the command is to be given {missing[0]}, which is not set")
        return {name: self._environment[name] for name in setup.env}

    async def lease(self, lineage: int, setup: CommandSetup, task: Task) -> Lease:
        """Return the sandbox of a lineage's command, opened when it is first asked for.

        Raises `SandboxUnavailable` where the machine refuses, `ValueError` for a path that cannot
        be shown or a variable that is not set.
        """
        if lineage not in self._leases:
            env = {
                **self.given(setup),
                PROMPT: PROMPT_FILE,
                USAGE: USAGE_FILE,
                PACKAGES_VARIABLE: PACKAGES if task.python_packages else "",
            }
            # The packages fit the task's Python, not whichever one the command is written for.
            env.setdefault("PYTHONPATH", "")
            spec = Spec(
                writable=(APP,),
                workdir=APP,
                env=env,
                python_packages=task.python_packages,
                warm=False,
                network=setup.network,
                shown=setup.shown,
            )
            self._leases[lineage] = await self._backend.open(spec)
        return self._leases[lineage]

    @cached_property
    def _options(self) -> PromptOptions:
        """The files lie in the directory; what is told of others shall fit beside the task."""
        return PromptOptions(
            context_file=0,
            best=4_000,
            inspirations=6_000,
            parent=8_000,
            in_place=True,
            templates=user_templates(user_folder()),
        )

    def prompt(self, request: Request) -> tuple[Part, ...]:
        """Return the prompt for a request. Raises `PromptBroken` for a template of no use."""
        options = self._options
        parts = build(request, options)
        while sum(len(part.text.encode(errors="replace")) for part in parts) > MOST_PROMPT:
            options = shrink(options, parts)
            shorter = build(request, options)
            if shorter == parts:
                break
            parts = shorter
        return parts

    async def aclose(self) -> None:
        """Kill what still runs and give every sandbox back."""
        leases, self._leases = self._leases, {}
        async with AsyncExitStack() as stack:
            for lease in leases.values():
                stack.push_async_callback(lease.aclose)
