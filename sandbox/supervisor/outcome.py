"""Name how a run ended, from evidence that is repeated in the detail."""

from __future__ import annotations

import signal


class Ending:
    """Everything known about how a run ended."""

    def __init__(self) -> None:
        self.stopped = ""
        """Why the supervisor killed it: wall, cpu, memory, output, cancelled; else empty."""
        self.exit_code: int | None = None
        self.signal: int | None = None
        self.cpu_seconds = 0.0
        self.rss_bytes = 0
        self.tasks = 0
        """Most processes and threads seen at once."""
        self.oom_kills = 0
        """How many processes were killed for want of memory during the run."""
        self.own_oom_kills = False
        """Whether that is the count of the run's own cgroup; else it is the whole machine's."""
        self.refused: int | None = None
        """How many forks and threads its cgroup refused; None where there is none that counts."""
        self.full: str | None = None
        self.stderr_tail = b""
        self.notes: list[str] = []


# What programs print when a limit turned a call of theirs down; words only, never a verdict.
_HINTS = (
    (b"MemoryError", "stderr speaks of MemoryError: an allocation past the memory limit"),
    (b"bad_alloc", "stderr speaks of bad_alloc: an allocation past the memory limit"),
    (b"No space left on device", "stderr speaks of a full disk"),
    (b"File too large", "stderr speaks of a file past the file size limit"),
    (b"Resource temporarily unavailable", "stderr speaks of a refused fork or thread"),
    (b"can't start new thread", "stderr speaks of a refused thread"),
)


def name(ending: Ending, limits: dict[str, float]) -> tuple[str, str]:
    """Return (outcome, detail)."""
    notes = list(ending.notes)
    pids = ending.tasks >= limits["processes"]
    if ending.refused is not None:  # one that may not fork at all is not at fault for being there
        pids = ending.refused > 0 or (pids and limits["processes"] > 1)
    if pids and ending.refused:
        notes.append(f"a fork or thread past the limit of {limits['processes']:.0f} was refused")
    elif pids:
        notes.append(f"{ending.tasks} processes and threads alive at once, the limit")
    near = ending.rss_bytes >= 0.8 * limits["memory_bytes"]
    if near:
        notes.append(
            f"resident memory reached {ending.rss_bytes} of {limits['memory_bytes']:.0f} bytes"
        )
    if ending.full:
        notes.append(ending.full)
    outcome = _outcome(ending, limits, notes, pids, near)
    if ending.exit_code != 0:
        notes += [text for word, text in _HINTS if word in ending.stderr_tail]
    return outcome, "; ".join(notes)


def _outcome(
    ending: Ending, limits: dict[str, float], notes: list[str], pids: bool, near: bool
) -> str:
    if ending.stopped == "output":
        notes.insert(0, f"more than {limits['output_bytes']:.0f} bytes of output")
        return "output"
    if ending.stopped in ("wall", "cpu"):
        kind = "processor time" if ending.stopped == "cpu" else "wall time"
        notes.insert(0, f"killed after {limits[ending.stopped + '_seconds']:g} s of {kind}")
        return "pids" if pids else "timeout"
    if ending.stopped == "memory":
        notes.insert(0, "killed for holding more memory than it may")
        return "oom"
    if ending.stopped:
        notes.insert(0, "killed by the caller")
        return "signalled"
    if ending.signal == signal.SIGXCPU or (
        ending.signal == signal.SIGKILL and ending.cpu_seconds >= limits["cpu_seconds"]
    ):
        notes.insert(0, f"{limits['cpu_seconds']:g} s of processor time used up")
        return "timeout"
    if ending.signal == signal.SIGXFSZ:
        notes.insert(0, f"a file grew past {limits['file_bytes']:.0f} bytes")
        return "disk"
    if ending.exit_code == 0:
        return "exited"
    if ending.oom_kills and ending.own_oom_kills:
        notes.insert(0, f"{ending.oom_kills} killed at the limit of memory for all its processes")
        return "oom"
    if pids:
        return "pids"
    if ending.full:
        return "disk"
    if ending.signal is None:
        return "exited"
    if ending.signal == signal.SIGKILL and ending.oom_kills:
        notes.insert(0, "the machine ran out of memory and killed during the run")
        return "oom"
    # Address space limits make allocations fail; what dies of that dies of one of these.
    fatal = (signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS)
    return "oom" if near and ending.signal in fatal else "signalled"
