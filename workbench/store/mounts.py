"""Which file system a path is on, to keep SQLite's write-ahead log off the network."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from workbench.store.errors import NetworkFilesystem

NETWORK = frozenset(
    {
        "9p",
        "afs",
        "afpfs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "fuse.ceph",
        "fuse.glusterfs",
        "fuse.gcsfuse",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "gfs",
        "gfs2",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "panfs",
        "pvfs2",
        "smb2",
        "smb3",
        "smbfs",
    }
)
"""File system types, as Linux names them, that several machines may see at once or that do not
keep shared memory maps coherent."""

MOUNTINFO = Path("/proc/self/mountinfo")


class Mount(NamedTuple):
    """One mounted file system."""

    point: str
    kind: str


def mount_of(path: Path, table: Path = MOUNTINFO) -> Mount | None:
    """Return the mount that `path` is on, or None on systems that do not tell (not Linux).

    `path` need not exist: its nearest existing parent decides.
    """
    try:
        lines = table.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return None
    real = path.resolve()
    best: Mount | None = None
    for line in lines:
        fields = line.split()
        point, kind = _unescape(fields[4]), fields[fields.index("-") + 1]
        # Of two mounts on one point the later covers the earlier.
        if real.is_relative_to(point) and (best is None or len(point) >= len(best.point)):
            best = Mount(point, kind)
    return best


def refuse_network(path: Path, table: Path = MOUNTINFO) -> None:
    """Raise `NetworkFilesystem` if `path` is on one."""
    mount = mount_of(path, table)
    if mount is not None and mount.kind in NETWORK:
        raise NetworkFilesystem(path, mount.kind, mount.point)


def _unescape(text: str) -> str:
    """Undo the octal escapes of blanks and backslashes in a mount point."""
    for code in ("040", "011", "012", "134"):
        text = text.replace(f"\\{code}", chr(int(code, 8)))
    return text
