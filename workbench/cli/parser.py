"""The grammar of the command line. Imports nothing heavy: `--help` must be instant."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence

from workbench import __version__
from workbench.cli import options, values

Run = Callable[[argparse.Namespace], int]


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
    _setting(commands)
    _studying(commands)
    _simulating(commands)
    _developing(commands)
    return parser


Commands = argparse._SubParsersAction  # argparse gives this type no public name


def _running(commands: Commands[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help="watch four lineages optimise circle packing")
    demo.set_defaults(run=_lazy("start", "demo"))
    options.search_options(demo)
    options.model_options(demo)
    options.no_command(demo)
    options.launch_options(demo, chosen="auto")
    options.front_end_options(demo)
    demo.set_defaults(evaluate_timeout=None)
    run = commands.add_parser("run", help="start a new session on a task")
    options.run_options(run)
    options.front_end_options(run)
    run.set_defaults(run=_lazy("start", "run"))
    resume = commands.add_parser("resume", help="go on with an interrupted session")
    options.session_argument(resume, optional=True)
    resume.add_argument(
        "--budget",
        metavar="LIMITS",
        action="append",
        default=[],
        help="new totals, e.g. evaluations=400; limits that are not named stay",
    )
    resume.set_defaults(run=_lazy("start", "resume"))
    options.model_options(resume)
    options.command_options(resume)
    options.launch_options(resume, chosen=None)
    options.front_end_options(resume)
    replay = commands.add_parser(
        "replay", help="run a recorded session again: no model is asked, scores are compared"
    )
    options.session_argument(replay)
    replay.add_argument(
        "--from",
        dest="until",
        type=values.positive,
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
    options.model_options(replay)
    options.launch_options(replay, chosen=None)
    options.front_end_options(replay)
    attach = commands.add_parser("attach", help="watch a session that is running")
    options.session_argument(attach, optional=True)
    attach.add_argument("--display", choices=["auto", "tui", "plain", "json"], default="auto")
    attach.set_defaults(run=_lazy("start", "attach"))
    serve = commands.add_parser("serve", help="show the terminal UI in a browser")
    serve.add_argument(
        "session", nargs="?", metavar="SESSION", help="its id or a path; default: the home screen"
    )
    serve.add_argument("--host", default="127.0.0.1", help="default 127.0.0.1: this machine alone")
    serve.add_argument("--port", type=values.positive, default=8765, help="default 8765")
    serve.set_defaults(run=_lazy("serve", "serve"))


def _steering(commands: Commands[argparse.ArgumentParser]) -> None:
    for name, text in (
        ("pause", "stop lineages at their next safe point"),
        ("continue", "let paused lineages go on"),
        ("stop", "end lineages for good; everything is kept"),
    ):
        command = commands.add_parser(name, help=text)
        options.session_argument(command)
        options.lineage_option(command)
        command.set_defaults(run=_lazy("steer", name if name != "continue" else "proceed"))
    hint = commands.add_parser("hint", help="give a hint to the next move of lineages")
    options.session_argument(hint)
    hint.add_argument("text", type=values.words, metavar="TEXT")
    options.lineage_option(hint)
    hint.add_argument("--standing", action="store_true", help="stay until withdrawn")
    hint.set_defaults(run=_lazy("steer", "hint"))
    fork = commands.add_parser("fork", help="start a lineage from a candidate")
    options.session_argument(fork)
    fork.add_argument(
        "candidate", type=values.number, metavar="CANDIDATE", help="its number, e.g. 17"
    )
    fork.add_argument("--strategy", metavar="NAME[:KEY=VALUE,…]", help="default: its source's")
    fork.set_defaults(run=_lazy("steer", "fork"))
    inject = commands.add_parser("inject", help="put your own version of a candidate in")
    options.session_argument(inject)
    inject.add_argument("lineage", type=values.lineage, metavar="LINEAGE", help="e.g. L2")
    inject.add_argument("files", nargs="+", metavar="FILE", help="[EDITABLE=]PATH")
    inject.add_argument("--parent", type=values.number, help="default: the lineage's best")
    inject.add_argument("--note", type=values.words, default="")
    inject.set_defaults(run=_lazy("steer", "inject"))
    judge = commands.add_parser("judge", help="find a candidate wrong, whatever it scored")
    options.session_argument(judge)
    judge.add_argument("candidate", type=values.number, metavar="CANDIDATE")
    judge.add_argument("reason", nargs="?", type=values.words, metavar="WHY")
    judge.add_argument("--take-back", action="store_true", help="let it count again")
    judge.set_defaults(run=_lazy("steer", "judge"))
    pin = commands.add_parser("pin", help="show a candidate in every further move of lineages")
    options.session_argument(pin)
    pin.add_argument("candidate", type=values.number, metavar="CANDIDATE")
    options.lineage_option(pin)
    pin.add_argument("--unpin", action="store_true", help="no longer")
    pin.set_defaults(run=_lazy("steer", "pin"))
    boost = commands.add_parser("boost", help="give a lineage half of what the others have left")
    options.session_argument(boost)
    boost.add_argument("lineage", type=values.lineage, metavar="LINEAGE", help="e.g. L2")
    boost.set_defaults(run=_lazy("steer", "boost"))


def _looking(commands: Commands[argparse.ArgumentParser]) -> None:
    sessions = commands.add_parser("sessions", help="list sessions")
    sessions.add_argument("--json", action="store_true")
    sessions.set_defaults(run=_lazy("look", "sessions"))
    show = commands.add_parser("show", help="show a session")
    options.session_argument(show)
    show.add_argument("--json", action="store_true")
    show.set_defaults(run=_lazy("look", "show"))
    diff = commands.add_parser("diff", help="show what a candidate changed")
    options.session_argument(diff)
    diff.add_argument("candidate", type=values.number, nargs="?", help="default: the best")
    diff.add_argument(
        "--against",
        default="parent",
        metavar="WHAT",
        help="parent (default), initial, best, or a candidate's number",
    )
    diff.set_defaults(run=_lazy("look", "diff"))
    best = commands.add_parser("best", help="write the best candidate's files out")
    options.session_argument(best)
    best.add_argument("--out", required=True, metavar="DIR")
    best.add_argument("--candidate", type=values.number, help="another candidate than the best")
    best.set_defaults(run=_lazy("look", "best"))
    report = commands.add_parser("report", help="write a report of a session or of a study")
    report.add_argument(
        "session",
        metavar="SESSION",
        help="its id, the start of one, a path; or a study's directory",
    )
    report.add_argument("--out", metavar="DIR", help="default: report-NAME, here")
    report.add_argument(
        "--format",
        default="html",
        metavar="LIST",
        help="of html, md, csv, svg, png, with commas between (default html; png needs matplotlib)",
    )
    report.add_argument(
        "--tuning", metavar="SESSION", help="of the same task and proposer mutation: its ceiling"
    )
    report.set_defaults(run=_lazy("report", "report"))
    audit = commands.add_parser("audit", help="check a session: digests, anomalies, bests again")
    options.session_argument(audit)
    audit.add_argument("--json", action="store_true")
    audit.add_argument(
        "--repeats",
        type=values.positive,
        default=2,
        metavar="N",
        help="verifications of each best, in fresh sandboxes (default 2)",
    )
    options.python_option(audit)
    audit.add_argument("--sandbox", choices=options.SANDBOXES, help="default: the session's own")
    audit.set_defaults(run=_lazy("audit", "audit"))
    export = commands.add_parser("export", help="write a session as one consistent file")
    options.session_argument(export)
    export.add_argument("file", metavar="FILE")
    export.set_defaults(run=_lazy("keep", "export"))
    take_in = commands.add_parser("import", help="make a session from an exported file")
    take_in.add_argument("file", metavar="FILE")
    take_in.set_defaults(run=_lazy("keep", "take_in"))
    recover = commands.add_parser("recover", help="save what a damaged session still holds")
    options.session_argument(recover)
    recover.set_defaults(run=_lazy("keep", "save"))


def _checking(commands: Commands[argparse.ArgumentParser]) -> None:
    verify = commands.add_parser("verify", help="run a task's verifier once")
    verify.add_argument("task", metavar="TASK", help="a directory, REPO:Domain/Task or a name")
    verify.add_argument(
        "--candidate",
        action="append",
        default=[],
        metavar="FILE",
        help="verify this instead of the initial files; [EDITABLE=]PATH, repeatable",
    )
    options.task_options(verify)
    options.python_option(verify)
    verify.add_argument("--sandbox", default="auto", choices=options.SANDBOXES)
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=_lazy("check", "verify"))
    strategies = commands.add_parser("strategies", help="list the strategies and their options")
    strategies.add_argument("--json", action="store_true")
    strategies.set_defaults(run=_lazy("strategies", "listing"))
    tasks = commands.add_parser("tasks", help="list the bundled tasks; check one; begin a new one")
    tasks.add_argument("--json", action="store_true")
    tasks.set_defaults(run=_lazy("tasks", "listing"))
    kinds = tasks.add_subparsers(metavar="WHAT")
    check = kinds.add_parser("check", help="try a task's verifier, figures, noise and time")
    check.add_argument("task", metavar="TASK")
    check.add_argument("--json", action="store_true")
    options.python_option(check)
    check.add_argument("--sandbox", default="auto", choices=options.SANDBOXES)
    check.add_argument("--repeats", type=values.positive, default=5, metavar="N", help="default 5")
    check.add_argument(
        "--mutants",
        type=values.whole,
        default=100,
        metavar="N",
        help="faults to put into the verifier, one at a time (default 100; 0: none)",
    )
    check.set_defaults(run=_lazy("tasks", "check"))
    new = kinds.add_parser("new", help="write a small task that runs, to change into your own")
    new.add_argument("directory", metavar="DIR")
    new.add_argument("--verification", choices=["output", "call"], default="output")
    new.set_defaults(run=_lazy("tasks", "new"))
    doctor = commands.add_parser("doctor", help="try what this machine can enforce")
    doctor.add_argument("--json", action="store_true")
    doctor.add_argument(
        "--clean", action="store_true", help="remove what killed runs left behind instead"
    )
    doctor.add_argument(
        "--images", action="store_true", help="the same, and the container images built here"
    )
    doctor.set_defaults(run=_lazy("doctor", "doctor"))


def _setting(commands: Commands[argparse.ArgumentParser]) -> None:
    config = commands.add_parser("config", help="show where your settings lie and what is in force")
    config.add_argument("--json", action="store_true")
    config.set_defaults(run=_lazy("config", "config"))
    keys = commands.add_parser("keys", help="list every key of the terminal UI by its binding's id")
    keys.add_argument("--json", action="store_true")
    keys.set_defaults(run=_lazy("config", "keys"))


def _studying(commands: Commands[argparse.ArgumentParser]) -> None:
    study = commands.add_parser("study", help="run a grid of sessions at equal budget")
    kinds = study.add_subparsers(metavar="WHAT", required=True)
    new = kinds.add_parser("new", help="print a small spec, to change into your own")
    new.add_argument("file", nargs="?", metavar="FILE", help="write it there instead")
    new.set_defaults(run=_lazy("study", "new"))
    check = kinds.add_parser("check", help="say what a study comes to: cells, time, dollars")
    check.add_argument("file", metavar="FILE", help="its spec")
    check.add_argument("--json", action="store_true")
    options.study_options(check)
    check.set_defaults(run=_lazy("estimate", "check"))
    run = kinds.add_parser("run", help="run a study, or go on with it")
    run.add_argument("file", metavar="FILE", help="its spec")
    run.add_argument("--out", metavar="DIR", help="its directory; default: called as FILE is, here")
    run.set_defaults(run=_lazy("study", "run"))
    resume = kinds.add_parser("resume", help="go on with a study, whatever stopped it")
    resume.set_defaults(run=_lazy("study", "resume"))
    watch = kinds.add_parser("watch", help="show a study in the terminal UI")
    watch.set_defaults(run=_lazy("study", "watch"))
    status = kinds.add_parser("status", help="say how a study stands, cell by cell")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=_lazy("study", "status"))
    for command in (resume, watch, status):
        command.add_argument("directory", metavar="DIR", help="the study's directory")
    for command in (run, resume):
        options.study_options(command)
        options.front_end_options(command)


def _simulating(commands: Commands[argparse.ArgumentParser]) -> None:
    simulate = commands.add_parser(
        "simulate",
        help="try strategies, allocators, width and depth on a law instead of a task",
        description="Searches are simulated: no program is run, no model is asked. A proposal "
        "improves its parent with probability min(1, c/t), t the lineage's step, and the k-th "
        "improvement is worth gain/k. Every combination of what is named is run over the same "
        "seeds, and compared with the first of them seed by seed.",
    )
    options.simulation_options(simulate)
    simulate.set_defaults(run=_lazy("simulate", "simulate"))


def _developing(commands: Commands[argparse.ArgumentParser]) -> None:
    dev = commands.add_parser("dev", help="for developing and trying out")
    kinds = dev.add_subparsers(metavar="WHAT", required=True)
    fake = kinds.add_parser("fake-model", help="serve a simulated model, to try all without a key")
    fake.add_argument(
        "--port", type=values.port, default=0, metavar="N", help="default: a free one"
    )
    fake.add_argument(
        "--latency",
        type=values.seconds,
        default=0.2,
        metavar="SECONDS",
        help="until a reply begins; 50 tokens then take as long again (default 0.2)",
    )
    fake.add_argument(
        "--faults",
        type=values.share,
        default=0.0,
        metavar="SHARE",
        help="of the calls that go wrong, 0 to 1 (default 0)",
    )
    fake.add_argument("--seed", type=values.whole, default=0, help="of the faults; default 0")
    fake.set_defaults(run=_lazy("dev", "fake_model"))
