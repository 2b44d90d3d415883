"""What an image gets from this machine, so that a supervisor can run in it and Python can be had.

`/.sandbox` holds this machine's interpreter with its standard library, all libraries that it needs
and their loader, bubblewrap and the supervisor's code. It is started through its own loader, so it
works in any image of the same processor and kernel. The base image shows the same interpreter as
`python3`, and the shell and small tools that a Debian system always has.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sandbox.api import SandboxUnavailable
from sandbox.bubblewrap import find_binaries
from sandbox.docker import closure
from sandbox.docker.tree import Tree
from sandbox.layout import BIN, ETC_FILES, PACKAGES, SUPERVISOR, Layout, add_packages, interpreter

HOME = "/.sandbox"
PYTHON = f"{HOME}/python/bin/python3"
LIBRARIES = f"{HOME}/lib"
BWRAP = f"{HOME}/bin/bwrap"
FORMAT = "1"
"""Changes whenever an image that was made before would not do any more."""

# Of the standard library: tests, development and desktop parts, which no candidate needs.
_LEFT_OUT = frozenset(
    ("test", "tests", "idlelib", "idle_test", "tkinter", "turtledemo", "turtle.py", "ensurepip",
     "lib2to3", "site-packages", "dist-packages", "pydoc_data")
)  # fmt: skip
_TOOLS = (
    "sh", "bash", "env", "true", "false", "cat", "ls", "cp", "mv", "rm", "mkdir", "rmdir", "ln",
    "chmod", "touch", "mkfifo", "echo", "printf", "pwd", "sleep", "date", "head", "tail", "tee",
    "wc", "sort", "uniq", "cut", "tr", "seq", "expr", "test", "yes", "kill", "id", "uname",
    "basename", "dirname", "readlink", "realpath", "mktemp", "nproc", "od", "dd", "sync",
    "truncate", "timeout", "sha256sum", "md5sum", "base64", "stat", "du", "df", "nice", "setsid",
    "grep", "sed", "awk", "find", "xargs", "tar", "gzip", "diff", "cmp",
)  # fmt: skip


@dataclass(frozen=True)
class Runtime:
    """Where the parts of this machine's interpreter are."""

    python: str
    loader: str
    stdlib: str
    below: str
    """The standard library's place below the prefix (`lib/python3.11`)."""
    bwrap: str | None

    @property
    def start(self) -> tuple[str, ...]:
        """The command that starts this interpreter inside any image."""
        return (f"{LIBRARIES}/{os.path.basename(self.loader)}", "--library-path", LIBRARIES, PYTHON)


@cache
def runtime() -> Runtime:
    """Return this machine's runtime; raises SandboxUnavailable where there is none to give."""
    if sys.platform != "linux":
        raise SandboxUnavailable(
            f"containers get this machine's Python, which must be a Linux one, not {sys.platform}"
        )
    try:
        loader = closure.loader(interpreter())
    except (closure.NotElf, OSError) as error:
        raise SandboxUnavailable(f"containers cannot get this machine's Python: {error}") from error
    stdlib = sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix})
    binaries = find_binaries()
    return Runtime(
        interpreter(),
        loader,
        os.path.realpath(stdlib),
        os.path.relpath(stdlib, sys.base_prefix),
        binaries[0].path if binaries else None,
    )


def supervisor_folder() -> Path:
    """Return the directory of the supervisor's code."""
    return Path(__file__).parent.parent / "supervisor"


def runtime_key() -> str:
    """Return the digest of everything the runtime is made of."""
    found = runtime()
    digest = hashlib.sha256(f"{FORMAT} {sys.version} {platform.machine()}\n".encode())
    for path in (found.python, found.loader, found.bwrap, *_tools().values()):
        if path is not None:
            state = os.stat(path)
            digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    for file in sorted(supervisor_folder().glob("*.py")):
        digest.update(f"{file.name} ".encode() + file.read_bytes())
    return digest.hexdigest()


def packages_key(layout: Layout) -> str:
    """Return the digest of the packages in `layout`, by their version and when they came."""
    digest = hashlib.sha256()
    for source, target in layout.mounts:
        state = os.stat(source)
        digest.update(f"{source} {target} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def packages_layout(names: tuple[str, ...]) -> Layout:
    """Return the mounts of `names` alone; raises ValueError naming the missing one."""
    layout = Layout()
    add_packages(layout, names)
    return layout


def add_runtime(tree: Tree) -> None:
    """Add `/.sandbox` whole."""
    found = runtime()
    tree.folder(HOME)
    tree.folder("/tmp", 0o1777)
    tree.file(PYTHON, found.python)
    tree.python(f"{HOME}/python/{found.below}", found.stdlib, _LEFT_OUT | _static(found.stdlib))
    tree.python(f"{HOME}/supervisor", str(supervisor_folder()))
    programs = [found.python, *_extensions(found.stdlib)]
    if found.bwrap is not None:
        tree.file(BWRAP, found.bwrap)
        programs.append(found.bwrap)
    _add_libraries(tree, programs)
    tree.file(found.start[0], os.path.realpath(found.loader))


def add_system(tree: Tree) -> None:
    """Add what makes the runtime a small system: paths, users, shell and tools."""
    found = runtime()
    for path, content in ETC_FILES.items():
        tree.data(path, content)
    for name in ("proc", "dev", "sys", "usr/bin", "app"):
        tree.folder(f"/{name}")
    for name in ("bin", "sbin", "lib64", "lib"):
        tree.link(f"/{name}", f"usr/{name}")
    tree.link("/usr/sbin", "bin")
    for name in ("python3", "python"):
        tree.link(f"{BIN}/{name}", PYTHON)
    tree.link(SUPERVISOR, f"{HOME}/supervisor")
    tools = _tools()
    for name, source in tools.items():
        if closure.is_elf(source):
            tree.file(f"/usr/bin/{name}", source)
    libraries = _add_libraries(tree, [path for path in tools.values() if closure.is_elf(path)])
    libraries = libraries or closure.libraries(found.loader, [found.python])
    _add_library_paths(tree, found.loader, libraries)


def _add_library_paths(tree: Tree, loader: str, libraries: dict[str, str]) -> None:
    """Make the directories that a loader searches by itself lead to the runtime's libraries."""
    own = os.path.dirname(libraries.get("libc.so.6", "/usr/lib/libc.so"))
    searched = {_under_usr(own), _under_usr(os.path.dirname(loader))}
    for folder in ("/usr/lib", "/usr/lib64"):
        if folder not in searched:
            tree.folder(folder)
    for folder in sorted(searched):
        tree.link(folder, LIBRARIES)


def _under_usr(folder: str) -> str:
    return folder if folder.startswith("/usr/") else f"/usr{folder}"


def add_packages_tree(tree: Tree, layout: Layout) -> None:
    """Add Python packages, and the libraries that they do not bring themselves."""
    extensions = []
    for source, target in layout.mounts:
        tree.python(target, source)
        extensions += _extensions(source)
    shipped = tuple(os.path.dirname(source) + "/" for source, _ in layout.mounts)
    _add_libraries(tree, extensions, shipped)
    if layout.mounts:
        tree.folder(PACKAGES)


def _add_libraries(tree: Tree, files: list[str], shipped: tuple[str, ...] = ()) -> dict[str, str]:
    """Add the libraries of `files`, but for those that lie below one of `shipped`."""
    libraries = closure.libraries(runtime().loader, files)
    for name, source in libraries.items():
        if not source.startswith(shipped):
            tree.file(f"{LIBRARIES}/{name}", source)
    return libraries


def _extensions(folder: str) -> list[str]:
    found = []
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFT_OUT]
        found += [
            os.path.join(top, name)
            for name in names
            if ".so" in name and not name.startswith("_tkinter")
        ]
    return sorted(path for path in found if closure.is_elf(path))


def _static(stdlib: str) -> frozenset[str]:
    """Return the names of the directories that hold the interpreter as a static library."""
    return frozenset(name for name in os.listdir(stdlib) if name.startswith("config-"))


def _tools() -> dict[str, str]:
    """Return the tools that this machine has, links resolved."""
    found = {name: shutil.which(name, path="/usr/bin:/bin") for name in _TOOLS}
    return {name: os.path.realpath(path) for name, path in found.items() if path is not None}
