"""The session file: journal, blobs, derived tables, and the listing of sessions.

One SQLite file per session, one process that writes it, any number that read it. Nothing here
knows asyncio tasks of the engine, prompts or sandboxes; what is written are the model's events.
"""

from workbench.store.codec import Blob
from workbench.store.creation import create, import_session, recover
from workbench.store.errors import (
    JournalBroken,
    NetworkFilesystem,
    SessionBusy,
    SessionDamaged,
    SessionExists,
    SessionForeign,
    SessionNewer,
    SessionNotFound,
    StoreError,
)
from workbench.store.export import export
from workbench.store.lock import Holder, SessionLock, holder
from workbench.store.reader import Reader
from workbench.store.removal import delete
from workbench.store.rows import CandidateRow, LineageRow, SessionSummary
from workbench.store.sessions import (
    default_root,
    find_session,
    list_sessions,
    new_session_id,
    spoken,
    summary_of,
)
from workbench.store.writer import Store

__all__ = [
    "Blob",
    "CandidateRow",
    "Holder",
    "JournalBroken",
    "LineageRow",
    "NetworkFilesystem",
    "Reader",
    "SessionBusy",
    "SessionDamaged",
    "SessionExists",
    "SessionForeign",
    "SessionLock",
    "SessionNewer",
    "SessionNotFound",
    "SessionSummary",
    "Store",
    "StoreError",
    "create",
    "default_root",
    "delete",
    "export",
    "find_session",
    "holder",
    "import_session",
    "list_sessions",
    "new_session_id",
    "recover",
    "spoken",
    "summary_of",
]
