"""The command that shows the terminal UI in a browser."""

from __future__ import annotations

import argparse
import ipaddress
import socket
import sys

from workbench.cli import DONE, CommandFailed
from workbench.cli.sessions import named


def serve(arguments: argparse.Namespace) -> int:
    """Serve a session, or the home screen, until ctrl+c."""
    try:
        from workbench.display.web.server import Pages
    except ImportError as error:
        raise CommandFailed(
            f"{error.name} is not installed, which serves the screen to a browser; install the "
            "extra: pip install 'workbench[serve]'"
        ) from None
    command = [sys.executable, "-m", "workbench"]
    title = "workbench"
    if arguments.session is not None:
        directory = named(arguments.session)
        command += ["attach", str(directory)]
        title = directory.name
    host, port = arguments.host, arguments.port
    _refuse_taken(host, port)
    if not _is_loopback(host):
        print(
            f"workbench: {host} can be reached from other machines, and what is typed and shown "
            "travels unencrypted; better forward a port: ssh -L",
            file=sys.stderr,
        )
    Pages(command, host, port, title).serve()
    return DONE


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse_taken(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(place)
    except OSError as error:
        why = error.strerror or str(error)
        raise CommandFailed(f"{host}:{port} cannot be served on: {why}; choose --port") from None
