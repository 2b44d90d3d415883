"""Properties of how programs start, what they are given, and how their own end is told."""

from __future__ import annotations

import json
import signal
from collections.abc import Awaitable, Callable

from sandbox.api import Job, Limits, Outcome
from sandbox.layout import ENVIRONMENT
from sandbox.selfcheck.trial import Trial, ended, expect, printed, told

# What the loader, the shell's conventions or an image may add.
_ALSO_SET = {"PWD", "LC_CTYPE", "SANDBOX_CHECK", "HOSTNAME", "PYTHONPATH"}
_ODD = ("", " ", "a b", "'", '"', "$HOME", "*", "\\", "line\nbreak", "-x", "--", "ä–\U0001f600")


async def starts_as_asked(trial: Trial) -> None:
    """Python programs are forked from a running interpreter, or started anew, as asked"""
    execution = await trial.run("pass")
    printed(execution)
    expect(execution.warm == trial.warm, f"warm is {execution.warm}, asked for {trial.warm}")


async def arguments_unchanged(trial: Trial) -> None:
    """Arguments arrive as they were given: empty, with spaces, quotes, line breaks, any letter"""
    found = json.loads(printed(await trial.run(
        "import json, sys; print(json.dumps(sys.argv[1:]))", *_ODD)))  # fmt: skip
    expect(found == list(_ODD), f"got {found}")


async def working_directory(trial: Trial) -> None:
    """Programs start in the working directory, and can write there"""
    source = "import os; open('here', 'w').write('1'); print(os.listdir('.'))"
    execution = await trial.run(source, collect=("/app/here",))
    expect("'here'" in printed(execution), f"the directory held {execution.stdout!r}")
    expect(execution.collected["/app/here"].data == b"1", "the file is not in /app")


async def environment(trial: Trial) -> None:
    """The environment is the documented one and what the caller added, nothing inherited"""
    found = json.loads(printed(await trial.run(
        "import json, os; print(json.dumps(dict(os.environ)))")))  # fmt: skip
    extra = set(found) - set(ENVIRONMENT) - _ALSO_SET
    expect(not extra, f"it also holds {', '.join(sorted(extra))}")
    expect(found.get("SANDBOX_CHECK") == "yes", "the caller's variable is missing")
    missing = set(ENVIRONMENT) - set(found)
    expect(not missing, f"it lacks {', '.join(sorted(missing))}")


async def standard_input(trial: Trial) -> None:
    """Standard input is at its end at once"""
    execution = await trial.run("import sys; print(repr(sys.stdin.read()))")
    expect(printed(execution) == "''\n", f"it read {execution.stdout!r}")


async def descriptors(trial: Trial) -> None:
    """No descriptor is open but the three standard ones"""
    found = printed(await trial.run(
        "import os\n"
        "def is_open(number):\n"
        "    try:\n        os.fstat(number)\n    except OSError:\n        return False\n"
        "    return True\n"
        "print([number for number in range(1024) if is_open(number)])"))  # fmt: skip
    expect(found == "[0, 1, 2]\n", f"open are {found.strip()}")


async def exit_codes(trial: Trial) -> None:
    """Exit codes arrive as they are"""
    for code in (0, 1, 2, 7, 100, 126, 127, 200, 255):
        execution = await trial.run(f"import os; os._exit({code})")
        ended(execution, Outcome.exited)
        expect(execution.exit_code == code, f"exit {code} arrived as {told(execution)}")


async def signals(trial: Trial) -> None:
    """A program that a signal ends is told apart from one that exits, with the signal"""
    for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGPIPE):
        # In a child: the first process of a namespace ignores signals that it sends itself.
        execution = await trial.lease.run(
            Job(("sh", "-c", f"sh -c 'kill -{int(number)} $$'; echo $?"))
        )
        said = printed(execution).strip()
        expect(said == str(128 + number), f"a child's {number.name} was seen as {said}")
    crash = await trial.run("import ctypes; ctypes.string_at(8)")
    ended(crash, Outcome.signalled)
    expect(crash.signal == signal.SIGSEGV, f"a wild read was told as {told(crash)}")


async def signals_undisturbed(trial: Trial) -> None:
    """Programs start with no signal ignored or blocked"""
    look = "import signal; print([int(n) for n in signal.valid_signals() if "
    look += "signal.getsignal(n) is signal.SIG_IGN or n in signal.pthread_sigmask(0, ())])"
    # Python itself ignores these two.
    by_python = sorted((signal.SIGPIPE, signal.SIGXFSZ))
    found = printed(await trial.run(look))
    expect(found == f"{[int(n) for n in by_python]}\n", f"ignored or blocked are {found.strip()}")
    job = Job(("sh", "-c", 'python3 -S -B -c "$0"', look))
    found = printed(await trial.lease.run(job))
    expect(found == f"{[int(n) for n in by_python]}\n", f"below a shell, {found.strip()}")


async def missing_commands(trial: Trial) -> None:
    """A command that is missing, or no program, is exit 127 and says so"""
    text = {"/app/plain.txt": b"text"}
    for command in ("no-such-program", "/app/nothing", "/app/plain.txt"):
        execution = await trial.lease.run(Job((command,), files=text))
        ended(execution, Outcome.exited)
        expect(execution.exit_code == 127, f"{command}: {told(execution)}")
        expect("cannot execute" in execution.detail, f"{command}: the detail is silent on it")
    absent = await trial.lease.run(Job(("python3", "-S", "-B", "/app/absent.py")))
    expect(absent.exit_code == 2, f"an absent Python file: {told(absent)}")


async def streams_apart(trial: Trial) -> None:
    """Standard output and standard error are kept apart, each in its order"""
    execution = await trial.run(
        "import os\nfor at in range(300): os.write(1 + at % 2, b'%d ' % at)"
    )
    printed(execution)
    for number, data in ((0, execution.stdout), (1, execution.stderr)):
        wanted = b"".join(b"%d " % at for at in range(number, 300, 2))
        expect(data == wanted, f"stream {1 + number} holds {data[:80]!r}")


async def binary_output(trial: Trial) -> None:
    """Output of any bytes arrives unchanged, up to its limit"""
    size = 1 << 20
    execution = await trial.run(
        f"import sys; sys.stdout.buffer.write(bytes(range(256)) * {size // 256})",
        limits=Limits(output_bytes=size + 1),
    )
    printed(execution)
    expect(execution.stdout == bytes(range(256)) * (size // 256), "other bytes arrived")


async def unicode(trial: Trial) -> None:
    """Text of any script arrives in files, names and output"""
    name, text = "/app/naïve-日本-\U0001f600.txt", "Grüße, 世界, \u202eabc"
    execution = await trial.run(
        "import sys; print(open(sys.argv[1], encoding='utf-8').read())",
        name.removeprefix("/app/"),
        files={name: text.encode()},
        collect=(name,),
    )
    expect(printed(execution) == text + "\n", f"printed {execution.stdout!r}")
    expect(execution.collected[name].data == text.encode(), "the file was not collected")


PROPERTIES: tuple[Callable[[Trial], Awaitable[None]], ...] = (
    starts_as_asked,
    arguments_unchanged,
    working_directory,
    environment,
    standard_input,
    descriptors,
    exit_codes,
    signals,
    signals_undisturbed,
    missing_commands,
    streams_apart,
    binary_output,
    unicode,
)
