"""Groups of options that several commands share."""

from __future__ import annotations

import argparse

from workbench.cli import values

SANDBOXES = ("auto", "bubblewrap", "docker", "process")
"""`sandbox.BACKENDS`, which would have to be imported."""


def run_options(command: argparse.ArgumentParser) -> None:
    """Add all that a new session is made of, and how it is run."""
    command.add_argument(
        "task",
        metavar="TASK",
        help="a task directory, REPO:Domain/Task, a bundled task's name, or `simulation`",
    )
    search_options(command)
    model_options(command)
    command_options(command)
    launch_options(command, chosen="auto")
    task_options(command)


def search_options(command: argparse.ArgumentParser) -> None:
    """Add what a new search is made of."""
    group = command.add_argument_group("search")
    group.add_argument(
        "--lineages",
        type=values.positive,
        default=4,
        metavar="N",
        help="searches that run side by side (default 4)",
    )
    group.add_argument(
        "--strategy",
        default="chain",
        metavar="NAME[:KEY=VALUE,…]",
        help="default chain; `workbench strategies` lists all with their options",
    )
    allocator_option(group)
    group.add_argument(
        "--proposer",
        help="default mutation (no key needed); or name a --model, or a --command; with the task "
        "`simulation`: simulation[:c=2.2,gain=1,failure=0.05,latency=0,luck=0.25]",
    )
    group.add_argument(
        "--recording", metavar="SESSION", help="with --proposer replay: whose answers to give again"
    )
    group.add_argument(
        "--seed", type=values.whole, default=0, help="default 0; same seed, same search"
    )
    group.add_argument(
        "--budget",
        metavar="LIMITS",
        action="append",
        default=[],
        help="limits as KEY=VALUE[,…]: evaluations, proposals, tokens, usd, wall (e.g. 10m); "
        "default: the task's own",
    )
    group.add_argument("--target", type=values.finite, metavar="SCORE", help="stop at this score")


def allocator_option(group: argparse._ActionsContainer, several: bool = False) -> None:
    """Add how the budget is shared."""
    group.add_argument(
        "--allocator",
        metavar="NAME[:option=value,…]",
        type=values.words,
        **({"action": "append", "default": []} if several else {"default": "uniform"}),
        help="how lineages share the budget: uniform (default: split in advance), ucb, thompson, "
        "exp3 or halving; options of all but uniform: batch (steps of a turn), at_once (turns "
        "under way at once)" + ("; repeatable" if several else ""),
    )


def task_options(command: argparse.ArgumentParser) -> None:
    """Add what is said of a task that other tools' directories leave open."""
    group = command.add_argument_group("tasks in other tools' formats")
    group.add_argument(
        "--evaluate-timeout",
        type=values.above_zero,
        metavar="S",
        help="time of one evaluation, where the task does not say it (default 300)",
    )


def model_options(command: argparse.ArgumentParser) -> None:
    """Add which models are asked, and how."""
    group = command.add_argument_group(
        "models", "keys are read from ANTHROPIC_API_KEY, OPENAI_API_KEY and WORKBENCH_MODEL_KEY"
    )
    group.add_argument(
        "--model",
        metavar="MODEL",
        type=values.words,
        action="append",
        default=[],
        help="anthropic:NAME, openai:NAME or openai-compatible:NAME@URL; several make an ensemble",
    )
    group.add_argument(
        "--model-weight",
        metavar="W",
        type=values.above_zero,
        action="append",
        default=[],
        help="how often to ask it, once for each --model (default: those more often that pay)",
    )
    group.add_argument("--effort", type=values.words, metavar="WORD", help="reasoning effort")
    group.add_argument(
        "--max-output-tokens",
        type=values.positive,
        metavar="N",
        help="for one answer, reasoning included",
    )
    group.add_argument(
        "--call-seconds", type=values.above_zero, metavar="S", help="longest time of one call"
    )
    group.add_argument(
        "--price",
        metavar="FILE",
        help='TOML: [prices."MODEL"] input = 1.0, output = 2.0 in dollars per million tokens',
    )


COMMAND_OPTIONS = (
    *("command_network", "command_env", "command_show", "command_seconds", "command_memory"),
)
"""What belongs to a `command`."""


def command_options(command: argparse.ArgumentParser) -> None:
    """Add which command proposes, and what it may reach."""
    group = command.add_argument_group(
        "a command of yours",
        "an agent with a command line, say: it finds the files and a prompt in a sandbox without "
        "network, edits the files, and ends",
    )
    group.add_argument(
        "--command",
        metavar="CMD",
        type=values.words,
        help="given to `sh -c` beside the files; the path of its prompt is in $WORKBENCH_PROMPT",
    )
    group.add_argument("--command-network", action="store_true", help="leave the network on for it")
    group.add_argument(
        "--command-env",
        metavar="NAME",
        type=values.words,
        action="append",
        default=[],
        help="pass a variable of yours on to it, a key say; its value is not kept",
    )
    group.add_argument(
        "--command-show",
        metavar="PATH",
        type=values.words,
        action="append",
        default=[],
        help="let it read a directory or file of this machine, its own installation say",
    )
    group.add_argument(
        "--command-seconds",
        metavar="S",
        type=values.above_zero,
        help="longest time of one proposal (default 600)",
    )
    group.add_argument(
        "--command-memory",
        metavar="MB",
        type=values.positive,
        help="memory that it may hold (default 2048)",
    )


def no_command(command: argparse.ArgumentParser) -> None:
    """Say that no command proposes."""
    command.set_defaults(command=None, **dict.fromkeys(COMMAND_OPTIONS))


def launch_options(command: argparse.ArgumentParser, chosen: str | None) -> None:
    """Add what is said for each run anew: none of it is taken from a session file."""
    group = command.add_argument_group("this run")
    group.add_argument(
        "--on-finish",
        type=values.words,
        metavar="CMD",
        help="shell command run when it is finished, in your own environment, keys included",
    )
    group.add_argument(
        "--sandbox",
        default=chosen,
        choices=SANDBOXES,
        help="`process` isolates nothing and must be named each time; "
        f"default: {chosen or 'as the session was begun'}",
    )
    python_option(group)
    group.add_argument(
        "--slots", type=values.positive, metavar="N", help="verifications at once (default: cores)"
    )


RUN_OPTIONS = ("jobs", "sandbox", "python")
"""What is said for each run of a study anew."""


def study_options(command: argparse.ArgumentParser) -> None:
    """Add how the cells of a study are run."""
    group = command.add_argument_group("this run")
    group.add_argument(
        "--jobs", type=values.positive, metavar="N", help="cells at once (default: cores)"
    )
    group.add_argument(
        "--sandbox", choices=SANDBOXES, help="as with `workbench run`; default: auto"
    )
    python_option(group)


def python_option(group: argparse._ActionsContainer) -> None:
    """Add which interpreter the task's programs are run by."""
    group.add_argument(
        "--python",
        type=values.words,
        metavar="PATH",
        help="run the task's Python programs with this interpreter and the packages it has: an "
        "executable, or the directory of an environment",
    )


def front_end_options(command: argparse.ArgumentParser) -> None:
    """Add how a run is shown."""
    group = command.add_argument_group("display")
    group.add_argument(
        "--display",
        choices=["auto", "tui", "plain", "json"],
        default="auto",
        help="default: the terminal UI on a terminal, else plain lines",
    )
    group.add_argument(
        "--detach", action="store_true", help="leave the engine running and return at once"
    )


def session_argument(command: argparse.ArgumentParser, optional: bool = False) -> None:
    """Add the session that is meant."""
    if optional:
        command.add_argument(
            "session", nargs="?", metavar="SESSION", help="id, start of it, or path; default newest"
        )
    else:
        command.add_argument(
            "session", metavar="SESSION", help="its id, the start of it, or a path"
        )


def lineage_option(command: argparse.ArgumentParser) -> None:
    """Add the lineages that are meant."""
    command.add_argument(
        "--lineage",
        type=values.lineage,
        action="append",
        default=[],
        metavar="L1",
        help="only this one; may be repeated; default all",
    )


def simulation_options(command: argparse.ArgumentParser) -> None:
    """Add what is simulated."""
    command.add_argument(
        "--strategy", action="append", default=[], help="default chain; repeatable"
    )
    allocator_option(command, several=True)
    command.add_argument(
        "--width",
        type=values.positive,
        action="append",
        default=[],
        metavar="W",
        help="lineages; repeatable (default: 1, 2, 4, 8 and 16)",
    )
    command.add_argument(
        "--depth",
        type=values.positive,
        metavar="D",
        help="proposals for each lineage, on average (default: 256 over the width)",
    )
    command.add_argument(
        "--proposer",
        default="simulation",
        metavar="simulation[:option=value,…]",
        help="the law: c (2.2), gain (1), failure (share of candidates that fail, 0.05), latency "
        "(seconds of a proposal, 0), luck (spread between lineages, 0.25)",
    )
    command.add_argument(
        "--seeds", type=values.positive, default=50, metavar="N", help="default 50"
    )
    command.add_argument("--seed", type=values.whole, default=0, help="the first; default 0")
    command.add_argument("--json", action="store_true")
