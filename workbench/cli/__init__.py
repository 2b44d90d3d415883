"""The command line: one command, `workbench`. Subcommands import what they need when they run."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: finished, failed, called wrongly, interrupted but resumable."""


class UsageError(Exception):
    """The command line asks for something that does not exist; exit code 2."""


class CommandFailed(Exception):
    """A command could not do its work; the message says why and what to do; exit code 1."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    from workbench.cli.parser import parse

    if isinstance(sys.stdout, io.TextIOWrapper):  # signs that a terminal lacks never end a command
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = parse(sys.argv[1:] if argv is None else argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _let_go_of_stdout()
        return FAILED
    except UsageError as error:
        return _say(str(error), USAGE)
    except CommandFailed as error:
        return _say(str(error), FAILED)
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        return _say(f"{where}{error.strerror or error}", FAILED)
    return code


def _say(message: str, code: int) -> int:
    print(f"workbench: {message}", file=sys.stderr)
    return code


def _let_go_of_stdout() -> None:
    """Whoever read our output has left: what is still buffered must not fail once more at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
