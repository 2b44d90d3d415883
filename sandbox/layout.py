"""What every sandbox shows of this machine: a system, a Python, chosen packages; nothing else."""

from __future__ import annotations

import os
import re
import site
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import Distribution, PackageNotFoundError, distribution

BIN = "/opt/python/bin"
PACKAGES = "/opt/python/packages"
SUPERVISOR = "/opt/python/sandbox/supervisor"
"""Where a warm interpreter finds its own code."""
ENVIRONMENT = {
    "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
# The loader's cache, and the links by which distributions choose between libraries.
_ETC = ("/etc/ld.so.cache", "/etc/alternatives")
ETC_FILES = {
    "/etc/passwd": b"sandbox:x:1000:1000::/tmp:/bin/sh\n",
    "/etc/group": b"sandbox:x:1000:\n",
    "/etc/hosts": b"127.0.0.1 localhost sandbox\n::1 localhost\n",
}
# What names of hosts and services are looked up with, and by what their certificates are checked.
_LOOK_UP = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf",
            "/etc/gai.conf", "/etc/services", "/etc/protocols")  # fmt: skip
_CERTIFICATES = ("/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/ssl/openssl.cnf",
                 "/etc/ca-certificates", "/etc/pki/ca-trust/extracted", "/etc/pki/tls/certs",
                 "/etc/pki/tls/cert.pem", "/etc/pki/tls/openssl.cnf",
                 "/var/lib/ca-certificates")  # fmt: skip
_MOST_BYTES = 1 << 20


@dataclass
class Layout:
    """Mounts and links of a sandbox, and the environment that fits them."""

    mounts: list[tuple[str, str]] = field(default_factory=list)
    """(path on this machine, path in the sandbox), read-only."""
    links: list[tuple[str, str]] = field(default_factory=list)
    """(target, path in the sandbox) of symbolic links."""
    hidden: list[str] = field(default_factory=list)
    """Directories of the sandbox that are shown empty."""
    env: dict[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))
    modules: list[str] = field(default_factory=list)
    """What a warm interpreter loads in advance: the top modules of the packages asked for."""


def base_layout() -> Layout:
    """Return the system and the base interpreter of the running environment."""
    layout = Layout(mounts=[("/usr", "/usr")])
    for path in _SYSTEM:
        if os.path.islink(path):
            layout.links.append((os.readlink(path), path))
        elif os.path.isdir(path):
            layout.mounts.append((path, path))
    layout.mounts += [(path, path) for path in _ETC if os.path.exists(path)]
    for prefix in interpreter_prefixes():
        # At its own path: an interpreter and its libraries may have it compiled in.
        layout.mounts.append((prefix, prefix))
    layout.mounts.append((os.path.join(os.path.dirname(__file__), "supervisor"), SUPERVISOR))
    # A program sees the packages it asked for, not whatever else the machine's Python has.
    layout.hidden = [path for path in site.getsitepackages([sys.base_prefix]) if _is_plain(path)]
    layout.links += [(interpreter(), f"{BIN}/{name}") for name in ("python3", "python")]
    return layout


def interpreter() -> str:
    """Return the base interpreter, links resolved: a virtual environment is not shown."""
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def interpreter_prefixes() -> list[str]:
    """Return the directories that the interpreter needs and /usr does not contain."""
    wanted = {os.path.realpath(path) for path in (sys.base_prefix, sys.base_exec_prefix)}
    if not any(inside(interpreter(), path) for path in (*wanted, "/usr")):
        wanted.add(os.path.dirname(interpreter()))
    outside = sorted(path for path in wanted if not inside(path, "/usr"))
    return [path for path in outside if not any(inside(path, o) for o in outside if o != path)]


def add_packages(layout: Layout, names: Sequence[str]) -> None:
    """Mount the distributions and what they require; raises ValueError naming the missing one."""
    entries: dict[str, str] = {}
    asked = {_key(name) for name in names}
    for found in _closure(names):
        tops = _top_level(found) - {"..", "bin"}
        mounted = [top for top in sorted(tops) if not top.endswith(".pth")]
        if not any(not top.endswith((".dist-info", ".egg-info")) for top in mounted):
            raise ValueError(
                f"Spec.python_packages: {found.name} has no files of its own here "
                "(an editable install?); install it as a wheel"
            )
        for top in mounted:
            source = os.path.realpath(str(found.locate_file(top)))
            if os.path.exists(source) and top != "__pycache__":
                entries[f"{PACKAGES}/{top}"] = source
                name = top.removesuffix(".py")
                if _key(found.name) in asked and name.isidentifier() and name[0] != "_":
                    layout.modules.append(name)
    layout.mounts += [(source, target) for target, source in sorted(entries.items())]
    if entries:
        layout.env["PYTHONPATH"] = PACKAGES


def add_shown(layout: Layout, shown: Sequence[str]) -> None:
    """Mount paths of this machine at the same place, but for what is there already.

    Raises ValueError for one among packages, which are shown all or not at all.
    """
    for path in sorted(set(shown)):
        for hidden in layout.hidden:
            if inside(path, hidden) and path != hidden:
                raise ValueError(
                    f"Spec.shown: {path} lies in {hidden}, which is not shown in part; name that"
                )
        seen = [target for source, target in layout.mounts if source == target]
        seen += [target for _, target in layout.links]
        unhidden = [hidden for hidden in layout.hidden if inside(hidden, path)]
        layout.hidden = [hidden for hidden in layout.hidden if hidden not in unhidden]
        if not any(inside(path, other) for other in seen):
            layout.mounts.append((path, path))


def add_network(layout: Layout) -> dict[str, bytes]:
    """Show the certificates of this machine; return the files by which it finds other hosts."""
    layout.mounts += [(path, path) for path in _CERTIFICATES if os.path.exists(path)]
    files = {}
    for path in _LOOK_UP:
        # Copied: they are often links into directories that are not shown.
        with suppress(OSError), open(path, "rb") as file:
            files[path] = file.read(_MOST_BYTES)
    files["/etc/hosts"] = files.get("/etc/hosts", b"").rstrip(b"\n") + b"\n127.0.0.1 sandbox\n"
    return files


def _top_level(found: Distribution) -> set[str]:
    """Return the first parts of its files' paths; RECORD alone is read, thousands of lines fast."""
    record = found.read_text("RECORD")
    if record is None:
        return {file.parts[0] for file in found.files or ()}
    return {line.lstrip('"').partition(",")[0].partition("/")[0] for line in record.splitlines()}


def _closure(names: Iterable[str]) -> list[Distribution]:
    found: dict[str, Distribution] = {}
    queue = [(name, True) for name in names]
    for name, asked in queue:
        key = _key(name)
        if key in found:
            continue
        try:
            found[key] = distribution(name)
        except PackageNotFoundError:
            if asked:
                raise ValueError(
                    f"Spec.python_packages: {name} is not installed beside this program; "
                    f"install it with: {sys.executable} -m pip install {name}"
                ) from None
            continue  # a requirement for another platform
        for requirement in found[key].requires or ():
            word = re.match(r"[A-Za-z0-9._-]+", requirement)
            if word and "extra" not in requirement.partition(";")[2]:
                queue.append((word[0], False))
    return list(found.values())


def _key(name: str) -> str:
    """Return a distribution's name as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_plain(path: str) -> bool:
    return os.path.isdir(path) and os.path.realpath(path) == path


def inside(path: str, root: str) -> bool:
    """Whether `path` is `root` or lies below it."""
    return path == root or path.startswith(root.rstrip("/") + "/")
