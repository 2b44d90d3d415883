"""The grammar of the command line. Imports nothing heavy: `--help` must be instant."""

from __future__ import annotations

import argparse
import importlib
import math
from collections.abc import Callable, Sequence

from workbench import __version__

Run = Callable[[argparse.Namespace], int]
SANDBOXES = ("auto", "bubblewrap", "docker", "process")
"""`sandbox.BACKENDS`, which would have to be imported."""


def _lazy(module: str, function: str) -> Run:
    """Return a command that imports its module when it runs."""

    def run(arguments: argparse.Namespace) -> int:
        command: Run = getattr(importlib.import_module(f"workbench.cli.{module}"), function)
        return command(arguments)

    return run


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line; exits with code 2 and a usage line on a mistake."""
    return build().parse_args(argv)


def build() -> argparse.ArgumentParser:
    """Return the whole grammar."""
    parser = argparse.ArgumentParser(
        prog="workbench",
        description="Watch, steer and resume searches over programs. "
        "Without a command it opens the home screen.",
    )
    parser.add_argument("--version", action="version", version=f"workbench {__version__}")
    parser.set_defaults(run=_lazy("start", "home"))
    commands = parser.add_subparsers(metavar="COMMAND")
    _running(commands)
    _steering(commands)
    _looking(commands)
    _checking(commands)
    _developing(commands)
    return parser


Commands = argparse._SubParsersAction  # argparse gives this type no public name


def _running(commands: Commands[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help="watch four lineages optimise circle packing")
    demo.set_defaults(run=_lazy("start", "demo"))
    run = commands.add_parser("run", help="start a new session on a task")
    run.add_argument("task", metavar="TASK", help="a task directory or a bundled task's name")
    run.set_defaults(run=_lazy("start", "run"))
    for command in (demo, run):
        _search_options(command)
        _model_options(command)
        _launch_options(command, chosen="auto")
        _front_end_options(command)
    resume = commands.add_parser("resume", help="go on with an interrupted session")
    _session_argument(resume, optional=True)
    resume.add_argument(
        "--budget",
        metavar="LIMITS",
        action="append",
        default=[],
        help="new totals, e.g. evaluations=400; limits that are not named stay",
    )
    resume.set_defaults(run=_lazy("start", "resume"))
    _model_options(resume)
    _launch_options(resume, chosen=None)
    _front_end_options(resume)
    replay = commands.add_parser(
        "replay", help="run a recorded session again: no model is asked, scores are compared"
    )
    _session_argument(replay)
    replay.add_argument(
        "--from",
        dest="until",
        type=_positive,
        metavar="STEP",
        help="replay each lineage up to this step, then search on (default: replay all, and end)",
    )
    replay.add_argument(
        "--budget",
        metavar="LIMITS",
        action="append",
        default=[],
        help="with --from: new totals, what is replayed included; default: the recorded ones",
    )
    replay.set_defaults(run=_lazy("replay", "replay"))
    _model_options(replay)
    _launch_options(replay, chosen=None)
    _front_end_options(replay)
    attach = commands.add_parser("attach", help="watch a session that is running")
    _session_argument(attach, optional=True)
    attach.add_argument("--display", choices=["auto", "tui", "plain", "json"], default="auto")
    attach.set_defaults(run=_lazy("start", "attach"))


def _search_options(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("search")
    group.add_argument("--lineages", type=_positive, default=4, metavar="N", help="default 4")
    group.add_argument("--strategy", default="chain", help="default chain; also: independent")
    group.add_argument("--proposer", help="default mutation (no key needed); or name a --model")
    group.add_argument(
        "--recording", metavar="SESSION", help="with --proposer replay: whose answers to give again"
    )
    group.add_argument("--seed", type=_whole, default=0, help="default 0; same seed, same search")
    group.add_argument(
        "--budget",
        metavar="LIMITS",
        action="append",
        default=[],
        help="limits as KEY=VALUE[,…]: evaluations, proposals, tokens, usd, wall (e.g. 10m); "
        "default: the task's own",
    )
    group.add_argument("--target", type=_finite, metavar="SCORE", help="stop at this score")


def _model_options(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group(
        "models", "keys are read from ANTHROPIC_API_KEY, OPENAI_API_KEY and WORKBENCH_MODEL_KEY"
    )
    group.add_argument(
        "--model",
        metavar="MODEL",
        type=_words,
        action="append",
        default=[],
        help="anthropic:NAME, openai:NAME or openai-compatible:NAME@URL; several make an ensemble",
    )
    group.add_argument(
        "--model-weight",
        metavar="W",
        type=_above_zero,
        action="append",
        default=[],
        help="how often to ask it, once for each --model (default: those more often that pay)",
    )
    group.add_argument("--effort", type=_words, metavar="WORD", help="reasoning effort")
    group.add_argument(
        "--max-output-tokens",
        type=_positive,
        metavar="N",
        help="for one answer, reasoning included",
    )
    group.add_argument(
        "--call-seconds", type=_above_zero, metavar="S", help="longest time of one call"
    )
    group.add_argument(
        "--price",
        metavar="FILE",
        help='TOML: [prices."MODEL"] input = 1.0, output = 2.0 in dollars per million tokens',
    )


def _launch_options(command: argparse.ArgumentParser, chosen: str | None) -> None:
    """Add what is said for each run anew: none of it is taken from a session file."""
    group = command.add_argument_group("this run")
    group.add_argument(
        "--on-finish",
        type=_words,
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
    group.add_argument(
        "--slots", type=_positive, metavar="N", help="verifications at once (default: cores)"
    )


def _front_end_options(command: argparse.ArgumentParser) -> None:
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


def _steering(commands: Commands[argparse.ArgumentParser]) -> None:
    for name, text in (
        ("pause", "stop lineages at their next safe point"),
        ("continue", "let paused lineages go on"),
        ("stop", "end lineages for good; everything is kept"),
    ):
        command = commands.add_parser(name, help=text)
        _session_argument(command)
        _lineage_option(command)
        command.set_defaults(run=_lazy("steer", name if name != "continue" else "proceed"))
    hint = commands.add_parser("hint", help="give a hint to the next move of lineages")
    _session_argument(hint)
    hint.add_argument("text", type=_words, metavar="TEXT")
    _lineage_option(hint)
    hint.add_argument("--standing", action="store_true", help="stay until withdrawn")
    hint.set_defaults(run=_lazy("steer", "hint"))
    fork = commands.add_parser("fork", help="start a lineage from a candidate")
    _session_argument(fork)
    fork.add_argument("candidate", type=_number, metavar="CANDIDATE", help="its number, e.g. 17")
    fork.add_argument("--strategy")
    fork.set_defaults(run=_lazy("steer", "fork"))
    inject = commands.add_parser("inject", help="put your own version of a candidate in")
    _session_argument(inject)
    inject.add_argument("lineage", type=_lineage, metavar="LINEAGE", help="e.g. L2")
    inject.add_argument("files", nargs="+", metavar="FILE", help="[EDITABLE=]PATH")
    inject.add_argument("--parent", type=_number, help="default: the lineage's best")
    inject.add_argument("--note", type=_words, default="")
    inject.set_defaults(run=_lazy("steer", "inject"))


def _looking(commands: Commands[argparse.ArgumentParser]) -> None:
    sessions = commands.add_parser("sessions", help="list sessions")
    sessions.add_argument("--json", action="store_true")
    sessions.set_defaults(run=_lazy("look", "sessions"))
    show = commands.add_parser("show", help="show a session")
    _session_argument(show)
    show.add_argument("--json", action="store_true")
    show.set_defaults(run=_lazy("look", "show"))
    diff = commands.add_parser("diff", help="show what a candidate changed")
    _session_argument(diff)
    diff.add_argument("candidate", type=_number, nargs="?", help="default: the best")
    diff.add_argument(
        "--against",
        default="parent",
        metavar="WHAT",
        help="parent (default), initial, best, or a candidate's number",
    )
    diff.set_defaults(run=_lazy("look", "diff"))
    best = commands.add_parser("best", help="write the best candidate's files out")
    _session_argument(best)
    best.add_argument("--out", required=True, metavar="DIR")
    best.add_argument("--candidate", type=_number, help="another candidate than the best")
    best.set_defaults(run=_lazy("look", "best"))
    export = commands.add_parser("export", help="write a session as one consistent file")
    _session_argument(export)
    export.add_argument("file", metavar="FILE")
    export.set_defaults(run=_lazy("keep", "export"))
    take_in = commands.add_parser("import", help="make a session from an exported file")
    take_in.add_argument("file", metavar="FILE")
    take_in.set_defaults(run=_lazy("keep", "take_in"))
    recover = commands.add_parser("recover", help="save what a damaged session still holds")
    _session_argument(recover)
    recover.set_defaults(run=_lazy("keep", "save"))


def _checking(commands: Commands[argparse.ArgumentParser]) -> None:
    verify = commands.add_parser("verify", help="run a task's verifier once on its initial files")
    verify.add_argument("task", metavar="TASK")
    verify.add_argument("--sandbox", default="auto", choices=SANDBOXES)
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=_lazy("check", "verify"))
    tasks = commands.add_parser("tasks", help="list the bundled tasks")
    tasks.add_argument("--json", action="store_true")
    tasks.set_defaults(run=_lazy("check", "tasks"))
    doctor = commands.add_parser("doctor", help="try what this machine can enforce")
    doctor.add_argument("--json", action="store_true")
    doctor.add_argument(
        "--clean", action="store_true", help="remove what killed runs left behind instead"
    )
    doctor.add_argument(
        "--images", action="store_true", help="the same, and the container images built here"
    )
    doctor.set_defaults(run=_lazy("doctor", "doctor"))


def _developing(commands: Commands[argparse.ArgumentParser]) -> None:
    dev = commands.add_parser("dev", help="for developing and trying out")
    kinds = dev.add_subparsers(metavar="WHAT", required=True)
    fake = kinds.add_parser("fake-model", help="serve a simulated model, to try all without a key")
    fake.add_argument("--port", type=_port, default=0, metavar="N", help="default: a free one")
    fake.add_argument(
        "--latency",
        type=_seconds,
        default=0.2,
        metavar="SECONDS",
        help="until a reply begins; 50 tokens then take as long again (default 0.2)",
    )
    fake.add_argument(
        "--faults",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="of the calls that go wrong, 0 to 1 (default 0)",
    )
    fake.add_argument("--seed", type=_whole, default=0, help="of the faults; default 0")
    fake.set_defaults(run=_lazy("dev", "fake_model"))


def _session_argument(command: argparse.ArgumentParser, optional: bool = False) -> None:
    if optional:
        command.add_argument(
            "session", nargs="?", metavar="SESSION", help="id, start of it, or path; default newest"
        )
    else:
        command.add_argument(
            "session", metavar="SESSION", help="its id, the start of it, or a path"
        )


def _lineage_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--lineage",
        type=_lineage,
        action="append",
        default=[],
        metavar="L1",
        help="only this one; may be repeated; default all",
    )


def _whole(text: str) -> int:
    """Read a whole number that a session file can hold."""
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if abs(value) >= 2**63:
        raise argparse.ArgumentTypeError(f"{text} is too large")
    return value


def _positive(text: str) -> int:
    value = _whole(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return value


def _above_zero(text: str) -> float:
    value = _finite(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def _port(text: str) -> int:
    value = _whole(text)
    if not 0 <= value < 2**16:
        raise argparse.ArgumentTypeError(f"{text} is not a port (0 to 65535)")
    return value


def _seconds(text: str) -> float:
    value = _finite(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} seconds is less than none")
    return value


def _share(text: str) -> float:
    value = _finite(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} does not lie between 0 and 1")
    return value


def _number(text: str) -> int:
    """Read a candidate's number, with or without its #."""
    return _whole(text.removeprefix("#"))


def _lineage(text: str) -> int:
    """Read a lineage's number, with or without its L."""
    return _whole(text.removeprefix("L").removeprefix("l"))


def _words(text: str) -> str:
    """Read text that a session keeps: bytes that are no UTF-8 cannot be kept."""
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise argparse.ArgumentTypeError("the text is not valid UTF-8")
    return text
