"""What can go wrong with a session file, each with what was found and what to do."""

from __future__ import annotations

import time
from pathlib import Path


class StoreError(Exception):
    """Base of all errors of the store; its text is written for a person."""


class SessionExists(StoreError):
    """A session is to be created where something is already."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"{directory} exists already: choose another session name or remove it")


class SessionNotFound(StoreError):
    """No session, or more than one, answers to what was typed."""


class NetworkFilesystem(StoreError):
    """A session cannot be run where locks and shared memory cannot be trusted."""

    def __init__(self, path: Path, kind: str, mount: str) -> None:
        super().__init__(
            f"{path} is on a network file system ({kind}, mounted at {mount}), where SQLite's "
            "write-ahead log is not safe. Set WORKBENCH_HOME to a local directory to run; "
            "sessions here can still be viewed."
        )
        self.kind = kind


class SessionBusy(StoreError):
    """Another engine holds the session."""

    def __init__(self, directory: Path, pid: int, host: str, since: float, socket: str) -> None:
        started = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(since))
        super().__init__(
            f"session {directory.name} is run by process {pid} on {host} since {started}: "
            "attach to it, or stop that process first"
        )
        self.pid = pid
        self.host = host
        self.since = since
        self.socket = socket


class SessionForeign(StoreError):
    """The file is no session of ours. It is left as it is."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(f"{path} is not a workbench session: {found}. Nothing was changed.")
        self.found = found


class SessionNewer(StoreError):
    """A newer workbench wrote the file."""

    def __init__(self, path: Path, version: int, known: int) -> None:
        super().__init__(
            f"{path} has session format {version}; this workbench knows up to {known}. "
            "Open it with a newer workbench. Nothing was changed."
        )
        self.version = version
        self.known = known


class SessionDamaged(StoreError):
    """The file is a session, but its content cannot be trusted. It is left as it is."""

    def __init__(
        self,
        path: Path,
        reason: str,
        *,
        application_id: int | None = None,
        user_version: int | None = None,
        integrity: tuple[str, ...] = (),
        readable: int = 0,
    ) -> None:
        kept = (
            f"the first {readable} records can be read: `workbench recover` makes a session of them"
            if readable
            else "no record can be read"
        )
        checks = f" SQLite says: {'; '.join(integrity[:3])}." if integrity else ""
        super().__init__(f"{path} is damaged: {reason}.{checks} Nothing was changed; {kept}.")
        self.reason = reason
        self.application_id = application_id
        """The file's application id, or None if it could not be read."""
        self.user_version = user_version
        self.integrity = integrity
        """What SQLite's integrity check reported; empty if it found nothing or could not run."""
        self.readable = readable
        """Records 1 … `readable` can be read and decoded."""


class JournalBroken(StoreError):
    """A commit failed. Nothing of it was written; the session takes no further writes."""

    def __init__(self, path: Path, durable: int, cause: BaseException, advice: str) -> None:
        super().__init__(
            f"{path} could not be written ({cause}). Everything up to record {durable} is saved; "
            f"{advice}"
        )
        self.durable = durable
        """The last record known to be saved."""
        self.cause = cause
        self.advice = advice
