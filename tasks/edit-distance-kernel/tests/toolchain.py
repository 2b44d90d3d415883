"""Compile a kernel with checked arrays, run it under valgrind, and count its instructions."""

import functools
import platform
import re
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
COMMON = (
    *("-std=c11", "-O2", "-ffreestanding", "-mgeneral-regs-only", "-fno-pie"),
    *("-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fcf-protection=none"),
)
KERNEL = (
    # What could be undefined is defined, or ends the program with a trap (ud2): see verify.py.
    *("-fwrapv", "-ftrivial-auto-var-init=zero", "-fno-aggressive-loop-optimizations"),
    "-fsanitize=bounds,shift-exponent,integer-divide-by-zero,return,unreachable",
    "-fsanitize-undefined-trap-on-error",
    # What is doubtful is an error.
    *("-pedantic-errors", "-Werror", "-Wvla", "-Wreturn-type", "-Wstrict-prototypes"),
    *("-Wold-style-definition", "-Wframe-larger-than=8192"),
    # Messages are short, and lines of the source stay known, for the feedback.
    *("-fmax-errors=4", "-fno-diagnostics-show-caret", "-fdiagnostics-color=never", "-g1"),
)
LINK = ("-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none", "-Wl,-z,noexecstack")
COUNTER = (
    *("--tool=cachegrind", "--cache-sim=no", "--branch-sim=no", "--vgdb=no"),
    *("--trace-children=no", "--main-stacksize=4194304"),
)
COMPILE_SECONDS, RUN_SECONDS = 4.0, 4.0
MOST_MEMORY, MOST_FILE = 1 << 30, 16 << 20
NEWEST_NEEDED = 12  # gcc's -ftrivial-auto-var-init


class Failed(Exception):
    """The kernel does not compile, or does not end well; the message says how."""


@dataclass(frozen=True)
class Counted:
    """A run that ended well."""

    output: bytes
    instructions: int
    lines: dict[int, int]
    """Instructions per line of kernel.c."""


def missing() -> str:
    """Return what this machine lacks, "" if it has all that is needed."""
    lacking = [tool for tool in ("gcc", "valgrind") if shutil.which(tool) is None]
    if lacking:
        return f"{' and '.join(lacking)} (install gcc, its libc headers, and valgrind)"
    if platform.machine() != "x86_64":
        return f"an x86-64 processor (it is {platform.machine()})"
    major = gcc_version()[0]
    return "" if major >= NEWEST_NEEDED else f"gcc {NEWEST_NEEDED} or newer (it has {major})"


@functools.cache
def gcc_version() -> tuple[int, ...]:
    """Return gcc's version, three numbers."""
    text = run_tool(["gcc", "-dumpfullversion", "-dumpversion"]).stdout.decode()
    return tuple(int(part) for part in text.strip().split(".")[:3])


def run_tool(command: list[str], folder: Path = HERE) -> subprocess.CompletedProcess[bytes]:
    """Run a compiler with an empty environment and limits. Raises Failed when it takes too long."""
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMPILE_SECONDS,
            preexec_fn=limit,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"compiling takes longer than {COMPILE_SECONDS:g} seconds") from None


def limit() -> None:
    """Lower this process's limits."""
    for kind, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_FSIZE, MOST_FILE)):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def build(source: str, folder: Path) -> Path:
    """Return the program that calls the kernel. Raises Failed with the compiler's words."""
    (folder / "kernel.c").write_text(source)
    kernel = [*COMMON, *KERNEL, "-include", str(HERE / "prelude.h"), "-c", "kernel.c"]
    _compile(["gcc", *kernel, "-o", "kernel.o"], folder)
    harness = ["-c", str(HERE / "harness.c"), "-fno-tree-loop-distribute-patterns"]
    _compile(["gcc", *COMMON, *harness, "-o", "harness.o"], folder)
    _compile(["gcc", *LINK, "harness.o", "kernel.o", "-o", "program"], folder)
    return folder / "program"


def _compile(command: list[str], folder: Path) -> None:
    done = run_tool(command, folder)
    if done.returncode != 0:
        words = done.stderr.decode("ascii", "replace").replace(str(folder) + "/", "")
        telling = re.compile("error|undefined reference|multiple definition")
        told = [line for line in words.splitlines() if telling.search(line)]
        raise Failed("it does not compile: " + " / ".join(told[:4] or words.splitlines()[:4])[:600])


def count(program: Path, pairs: bytes, folder: Path) -> Counted:
    """Run the program under valgrind on the pairs. Raises Failed if it does not end well."""
    figures = folder / "figures"
    (folder / "pairs").write_bytes(pairs)
    command = ["valgrind", *COUNTER, f"--cachegrind-out-file={figures}", str(program)]
    with open(folder / "pairs", "rb") as standard_input:
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env={"PATH": "/usr/local/bin:/usr/bin:/bin", "TMPDIR": str(folder)},
                stdin=standard_input,
                capture_output=True,
                timeout=RUN_SECONDS,
                preexec_fn=limit,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"it runs longer than {RUN_SECONDS:g} seconds (under valgrind)") from None
    if done.returncode == -4 or b"SIGILL" in done.stderr:
        raise Failed(
            "a check stops it after "
            f"{len(done.stdout) // 4} pairs: an index outside of its array, a shift by too much or "
            "less than 0, or a division by 0"
        )
    if done.returncode != 0 or not figures.exists():
        raise Failed(f"the run under valgrind ends with {done.returncode}")
    return Counted(done.stdout, *_figures(figures.read_text()))


def _figures(text: str) -> tuple[int, dict[int, int]]:
    """Return all instructions, and those per line of kernel.c, from cachegrind's file."""
    lines: dict[int, int] = {}
    in_kernel = False
    for line in text.splitlines():
        if line.startswith("fl="):
            in_kernel = line.endswith("kernel.c")
        elif in_kernel and (found := re.fullmatch(r"(\d+) (\d+)", line)):
            lines[int(found[1])] = lines.get(int(found[1]), 0) + int(found[2])
    summary = re.search(r"^summary: (\d+)", text, re.MULTILINE)
    if summary is None:
        raise Failed("valgrind left no count")
    return int(summary[1]), lines
