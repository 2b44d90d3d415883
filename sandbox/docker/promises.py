"""What containers promise, and who keeps the promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.api import Check
from sandbox.docker.engine import Engine


def promised(
    engine: Engine, opened: Mapping[str, Any], inner: bool, apparmor: str
) -> tuple[Check, ...]:
    """Return the table of a container that was opened as `opened` tells.

    `inner` says whether there are walls inside it, for many runs, or only its own, for one;
    `apparmor` names the profile that was asked for.
    """
    info = engine.info
    return (
        _memory(info, opened),
        Check("processes", "enforced", "RLIMIT_NPROC in a user namespace, and the container's")
        if inner
        else Check("processes", "enforced", "the container's limit")
        if info.get("PidsLimit")
        else Check("processes", "best-effort", "RLIMIT_NPROC, shared with other containers"),
        Check("cpu", "enforced", "RLIMIT_CPU per process, the sum sampled"),
        Check("wall", "enforced", "killed from outside"),
        Check("disk", "enforced", "tmpfs with size and file count, per run")
        if inner
        else Check("disk", "enforced", "tmpfs with size and file count, per directory"),
        Check("output", "enforced", "killed past the cap"),
        Check("network", "enforced", "container without network"),
        Check("filesystem", "enforced", "read-only image, nothing of this machine mounted"),
        Check("/proc", "enforced", "own process namespace"),
        Check("environment", "enforced", "allow-list"),
        Check("escapees", "enforced", "the process namespace dies with the run")
        if inner
        else Check("escapees", "enforced", "the container ends with the run"),
        _privileges(engine, opened, inner, apparmor),
    )


def _memory(info: Mapping[str, Any], opened: Mapping[str, Any]) -> Check:
    if not opened["counts_kills"]:
        return Check("memory", "best-effort", "rlimit; no memory cgroup is seen in the container")
    if not info.get("MemoryLimit"):
        return Check("memory", "best-effort", "rlimit; the engine has no memory cgroup")
    if not info.get("SwapLimit"):
        return Check("memory", "enforced", "rlimit and the container's cgroup; swap not limited")
    return Check("memory", "enforced", "rlimit and the container's cgroup")


def _privileges(engine: Engine, opened: Mapping[str, Any], inner: bool, apparmor: str) -> Check:
    words = ["no capabilities", "unprivileged user"]
    if "seccomp" in engine.security:
        words.append("narrow system call filter" if inner else "the engine's system call filter")
    if "apparmor" in engine.security:
        words.append(f"AppArmor {apparmor or 'docker-default'}")
    words += [f"{word} engine" for word in ("rootless", "userns") if word in engine.security]
    if not opened["filtered"]:
        words.append("no filter of our own for this processor")
        return Check("privileges", "best-effort", ", ".join(words))
    return Check("privileges", "enforced", ", ".join(words))
