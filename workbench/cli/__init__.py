"""The command line: one command, `workbench`. Subcommands import what they need when they run."""

from __future__ import annotations

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

    arguments = parse(sys.argv[1:] if argv is None else argv)
    try:
        code: int = arguments.run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has left; nobody is there to be told
        return FAILED
    except UsageError as error:
        print(f"workbench: {error}", file=sys.stderr)
        return USAGE
    except CommandFailed as error:
        print(f"workbench: {error}", file=sys.stderr)
        return FAILED
    return code
