"""Changing one setting in the file, with everything else in it as the person left it."""

from __future__ import annotations

import os
import secrets
import stat
import tomllib
from collections.abc import MutableMapping
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from workbench.display.config.model import Value


class NotWritten(Exception):
    """A setting could not be kept; the text says why and what to do."""


def write(path: Path, key: str, value: Value | None) -> None:
    """Set one setting in the file, or take it out (None); comments and order stay.

    Raises `NotWritten`; the file is then as it was.
    """
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        document = tomlkit.parse(before)
        _change(document, key, value)
        text = document.as_string()
        tomllib.loads(text)  # what the next start will read
        if text != before:
            replace(path, text)
    except (TOMLKitError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotWritten(f"{path} cannot be changed as it is ({error}): mend it first") from error
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror or error}") from error


def _change(document: MutableMapping[str, object], key: str, value: Value | None) -> None:
    table, _, name = key.partition(".")
    if not name:
        _put(document, key, value)
        return
    within = document.get(table)
    if within is None:
        if value is None:
            return
        document[table] = tomlkit.table()
        within = document[table]
    if not isinstance(within, MutableMapping):
        raise NotWritten(f"{table} is no table in the file: write [{table}] there first")
    if name not in within and "." in name:  # written without quotes it has made tables
        first, _, rest = name.partition(".")
        inner = within.get(first)
        if isinstance(inner, MutableMapping) and rest in inner:
            _put(inner, rest, value)
            return
    _put(within, name, value)


def _put(table: MutableMapping[str, object], name: str, value: Value | None) -> None:
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value


def replace(path: Path, text: str) -> None:
    """Put `text` in the place of the file's content: all of it or nothing. Raises `OSError`.

    A link stays one, and what it leads to is replaced: settings may be kept elsewhere.
    """
    target = path.resolve()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o600
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)  # whatever the process's mask says
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
