"""Refuse paths that a sandbox could not honour, before anything is started."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable

from sandbox.api import Job, Spec
from sandbox.layout import ETC_FILES

RESERVED = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/proc",
            "/dev", "/sys", "/opt/python")  # fmt: skip
ALWAYS_WRITABLE = "/tmp"
OWN = ("/proc", "/dev", "/sys", "/opt/python")
"""Directories that a sandbox has of its own, beside the writable ones."""


def check_spec(spec: Spec, shown: Iterable[str]) -> None:
    """Raise ValueError when `spec` cannot be laid out; `shown` are the paths already taken."""
    taken = (*RESERVED, *shown)
    for root in spec.writable:
        _check_absolute(root, "Spec.writable")
        for other in (*taken, ALWAYS_WRITABLE):
            if _inside(root, other) or _inside(other, root):
                raise ValueError(f"Spec.writable: {root} overlaps {other}, which is always there")
        for other in spec.writable:
            if other is not root and _inside(other, root):
                raise ValueError(f"Spec.writable: {other} and {root} overlap; name one of them")
    for path in spec.files:
        _check_absolute(path, "Spec.files")
        for root in (*taken, *spec.writable, ALWAYS_WRITABLE):
            if _inside(path, root) or _inside(root, path):
                raise ValueError(f"Spec.files: {path} lies in or over {root}; choose another place")
    _check_parents(spec.files, "Spec.files")
    _check_absolute(spec.workdir, "Spec.workdir")
    known = (*spec.writable, ALWAYS_WRITABLE, *(posixpath.dirname(path) for path in spec.files))
    if not any(spec.workdir == root or (root in spec.writable and _inside(spec.workdir, root))
               for root in known):  # fmt: skip
        raise ValueError(
            f"Spec.workdir: {spec.workdir} does not exist in the sandbox; "
            f"name one of Spec.writable {spec.writable}, /tmp or a directory of Spec.files"
        )
    for name, value in spec.env.items():
        if not name or "=" in name or not _can_be_passed(name + value):
            raise ValueError(f"Spec.env: {name!r} cannot be an environment variable")


def check_shown(spec: Spec) -> None:
    """Raise ValueError for paths of this machine that cannot be shown beside all the others."""
    for path in spec.shown:
        if posixpath.normpath(path) in ("/", "//"):
            raise ValueError("Spec.shown: / is the whole machine; name what is needed of it")
        _check_absolute(path, "Spec.shown")
        if not os.path.exists(path):
            raise ValueError(f"Spec.shown: {path} does not exist on this machine")
        if not (os.path.isdir(path) or os.path.isfile(path)):
            raise ValueError(f"Spec.shown: {path} is neither a directory nor a file")
        for own in (*OWN, ALWAYS_WRITABLE, *spec.writable, *ETC_FILES, *spec.files):
            if _inside(path, own):
                raise ValueError(
                    f"Spec.shown: {path} cannot be shown, as {own} is the sandbox's own; "
                    "put it elsewhere"
                )
            if _inside(own, path):
                raise ValueError(
                    f"Spec.shown: {path} would hide {own}, which the sandbox needs; name only "
                    "what is needed below it"
                )


def check_job(job: Job, spec: Spec) -> None:
    """Raise ValueError when `job` names paths that its lease does not let it write."""
    roots = (*spec.writable, ALWAYS_WRITABLE)
    if not job.argv or not all(_can_be_passed(word) for word in job.argv):
        raise ValueError("Job.argv: needs a program, and no NUL or lone surrogate in any word")
    for path in job.files:
        _check_absolute(path, "Job.files")
        _check_below(path, roots, "Job.files", strictly=True)
    _check_parents(job.files, "Job.files")
    for path in job.collect:
        plain = path.removesuffix("/")
        _check_absolute(plain, "Job.collect")
        _check_below(plain, roots, "Job.collect", strictly=not path.endswith("/"))


def _check_absolute(path: str, where: str) -> None:
    if not path.startswith("/") or path == "/" or not _can_be_passed(path):
        raise ValueError(f"{where}: {path!r} is not an absolute path inside the sandbox")
    if posixpath.normpath(path) != path or path.startswith("//"):
        raise ValueError(f"{where}: {path!r} must be written without '.', '..' and double slashes")


def _can_be_passed(text: str) -> bool:
    """Whether the kernel can be given `text`."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _check_below(path: str, roots: tuple[str, ...], where: str, strictly: bool) -> None:
    if not any(_inside(path, root) and (path != root or not strictly) for root in roots):
        raise ValueError(f"{where}: {path} is not below a writable directory ({', '.join(roots)})")


def _check_parents(paths: Iterable[str], where: str) -> None:
    known = set(paths)
    for path in known:
        for other in known:
            if other != path and _inside(other, path):
                raise ValueError(f"{where}: {path} is both a file and the directory of {other}")


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root + "/")
