"""Runs untrusted programs under hard limits; knows nothing of the workbench, usable by itself.

async with await sandbox.backend("auto").open(Spec()) as lease:
    execution = await lease.run(Job(("python3", "solve.py"), files={"/app/solve.py": code}))
"""

from __future__ import annotations

from sandbox.api import (
    CHANNEL,
    KEPT,
    Backend,
    Capabilities,
    Check,
    Collected,
    Execution,
    Image,
    Job,
    Lease,
    Limits,
    Outcome,
    SandboxUnavailable,
    Spec,
)
from sandbox.pair import run_pair

__all__ = [
    "BACKENDS",
    "CHANNEL",
    "KEPT",
    "Backend",
    "Capabilities",
    "Check",
    "Collected",
    "Execution",
    "Image",
    "Job",
    "Lease",
    "Limits",
    "Outcome",
    "SandboxUnavailable",
    "Spec",
    "backend",
    "run_pair",
]

BACKENDS = ("auto", "bubblewrap", "docker", "process")
"""What `backend` can be asked for."""


def backend(name: str = "auto", image: bool = False) -> Backend:
    """Return a backend; whether it works here is for its `probe` to say.

    `auto` is docker where the programs need an image, else bubblewrap; never `process`, which
    isolates nothing and must be chosen by name. Raises ValueError for an unknown name.
    """
    # Imported here: asking for limits or outcomes should load neither asyncio nor an HTTP client.
    if name == "docker" or (name == "auto" and image):
        from sandbox.docker import Docker

        return Docker()
    if name in ("auto", "bubblewrap"):
        from sandbox.bubblewrap import Bubblewrap

        return Bubblewrap()
    if name == "process":
        from sandbox.process import Process

        return Process()
    raise ValueError(f"no sandbox is called {name!r}; there are {', '.join(BACKENDS)}")
