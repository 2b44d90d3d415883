"""The table of promises is true to what was tried, and an unusable sandbox says the ways out."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import sandbox
from sandbox import (
    Backend,
    Capabilities,
    Check,
    Execution,
    Job,
    Lease,
    Outcome,
    SandboxUnavailable,
    Spec,
)
from sandbox import (
    bubblewrap as module,
)
from sandbox.bubblewrap import Bubblewrap, find_binaries
from sandbox.lease import SupervisorLease

NAMES = [
    "memory", "processes", "cpu", "wall", "disk", "output",
    "network", "filesystem", "/proc", "environment", "escapees", "privileges",
]  # fmt: skip


async def test_every_promise_of_bubblewrap_holds_when_tried(usable: Backend) -> None:
    capabilities = await usable.probe(full=True)
    assert capabilities.tried
    assert [check.name for check in capabilities.checks] == NAMES
    states = {check.name: check.state for check in capabilities.checks}
    # All processes together where a memory cgroup is delegated, else each by itself.
    bounded = "cgroup for" in capabilities.check("memory").detail
    assert states.pop("memory") == ("enforced" if bounded else "best-effort")
    assert set(states.values()) == {"enforced"}
    assert capabilities.tier == "namespaces"


async def test_the_line_names_version_tier_network_and_what_is_weak(usable: Backend) -> None:
    capabilities = await usable.probe()
    line = capabilities.line()
    assert line.startswith("bubblewrap 0.")
    assert " · namespaces · network off" in line
    memory = capabilities.check("memory")
    assert (" · memory best-effort (rlimit of each process" in line) == (memory.state != "enforced")
    assert "sandboxed" not in line


async def test_plain_processes_say_loudly_what_is_absent() -> None:
    capabilities = await sandbox.backend("process").probe(full=True)
    assert capabilities.usable, capabilities.problem
    assert (capabilities.tier, capabilities.tried) == ("none", True)
    for name in ("network", "filesystem", "/proc"):
        assert capabilities.check(name).state == "absent"
    assert "NO ISOLATION · network OPEN" in capabilities.line()


async def test_a_promise_that_does_not_hold_becomes_absent(
    usable: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # where nothing is remembered

    class Leaky(Bubblewrap):
        """Gives every program the network and a variable it should not have."""

        async def open(self, spec: Spec) -> SupervisorLease:
            return await super().open(replace(spec, env={**spec.env, "API_KEY": "x"}))

    leaky = Leaky()
    before, after = await leaky.probe(), await leaky.probe(full=True)
    assert before.check("environment").state == "enforced"
    assert after.check("environment").state == "absent"
    assert "environment absent" in after.line()
    assert after.check("network").state == "enforced"


async def test_without_private_mounts_the_disk_is_best_effort(usable: Backend) -> None:
    plain = Bubblewrap(private_mounts=False)
    capabilities = await plain.probe(full=True)
    assert capabilities.usable, capabilities.problem
    assert capabilities.check("disk").state == "best-effort"
    assert capabilities.check("filesystem").state == "enforced"
    spec = Spec(files={"/tests/x": b"read"})
    async with await plain.open(spec) as lease:
        for _ in range(2):
            execution = await lease.run(
                Job(("sh", "-c", "cat /tests/x; ls; echo 1 > out"), collect=("/app/out",))
            )
            assert execution.stdout == b"read", execution
            assert execution.collected["/app/out"].data == b"1\n"
        folder = lease.opened["folder"]
        assert os.path.isdir(folder)
    assert not os.path.exists(folder)


async def test_a_missing_bwrap_is_unusable_with_the_ways_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "find_binaries", list)
    backend = Bubblewrap()
    capabilities = await backend.probe(full=True)
    assert not capabilities.usable
    for words in ("no bwrap was found", "AppArmor", "Docker", "--sandbox process"):
        assert words in (capabilities.problem or "")
    assert "unusable" in capabilities.line()
    with pytest.raises(SandboxUnavailable, match="no bwrap was found"):
        await backend.open(Spec())


async def test_a_bwrap_that_cannot_start_programs_is_passed_over(
    usable: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2; exit 1\n"
    )
    broken.chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    first = module.Binary(str(broken), "0.0", bundled=False)
    rest = find_binaries()
    monkeypatch.setattr(module, "find_binaries", lambda: [first, *rest])
    assert (await Bubblewrap().probe()).version == rest[0].version
    monkeypatch.setattr(module, "find_binaries", lambda: [first])
    capabilities = await Bubblewrap().probe()
    assert "No permissions to create a new namespace" in (capabilities.problem or "")


async def test_elsewhere_than_on_linux_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    for name in ("bubblewrap", "process"):
        capabilities = await sandbox.backend(name).probe()  # type: ignore[arg-type]
        assert not capabilities.usable
        assert "needs Linux, this is darwin" in (capabilities.problem or "")


def test_auto_is_never_the_process_backend() -> None:
    assert sandbox.backend("auto").name == "bubblewrap"
    assert sandbox.backend("auto", image=True).name == "docker"
    assert [sandbox.backend(name).name for name in sandbox.BACKENDS[1:]] == [*sandbox.BACKENDS[1:]]
    with pytest.raises(ValueError, match="no sandbox is called 'none'; there are auto, "):
        sandbox.backend("none")


def test_the_protocols_are_what_the_classes_offer() -> None:
    assert isinstance(sandbox.backend("process"), Backend)
    assert isinstance(Bubblewrap(), Backend)
    assert issubclass(SupervisorLease, Lease)


def test_a_capability_that_is_not_there_is_a_key_error() -> None:
    table = (Check("network", "absent", "open"),)
    capabilities = Capabilities("x", "1", "container", True, checks=table)
    assert capabilities.line() == "x 1 · container · network OPEN"
    with pytest.raises(KeyError):
        capabilities.check("memory")


def test_an_execution_needs_no_more_than_its_outcome() -> None:
    assert Execution(Outcome.sandbox_error).collected == {}
