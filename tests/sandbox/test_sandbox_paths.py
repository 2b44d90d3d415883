"""Paths that a sandbox could not honour are refused before anything starts."""

from __future__ import annotations

import math

import pytest

from sandbox import Job, Limits, Spec
from sandbox.paths import check_job, check_shown, check_spec


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (Spec(writable=("app",)), "not an absolute path"),
        (Spec(writable=("/",)), "not an absolute path"),
        (Spec(writable=("/app/../etc",)), "without"),
        (Spec(writable=("//app",)), "without"),
        (Spec(writable=("/app", "/app/deep")), "overlap"),
        (Spec(writable=("/usr/local",), workdir="/tmp"), "overlaps /usr"),
        (Spec(writable=("/tmp/x",), workdir="/tmp"), "overlaps /tmp"),
        (Spec(writable=("/opt",), workdir="/tmp"), "overlaps /opt/python"),
        (Spec(writable=("/home",), workdir="/tmp"), "overlaps /home/someone"),
        (Spec(files={"/usr/bin/env": b""}), "/usr"),
        (Spec(files={"/app/verify.py": b""}), "/app"),
        (Spec(files={"/home/someone/python/x": b""}), "/home/someone"),
        (Spec(files={"/home": b""}), "/home/someone"),
        (Spec(files={"/a": b"", "/a/b": b""}), "both a file and the directory"),
        (Spec(files={"/a\0b": b""}), "not an absolute path"),
        (Spec(workdir="/nowhere"), "does not exist"),
        (Spec(env={"A=B": "1"}), "environment variable"),
    ],
)
def test_a_spec_that_cannot_be_laid_out_is_refused(spec: Spec, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_spec(spec, ["/home/someone/python"])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "the whole machine"),
        ("//", "the whole machine"),
        ("usr", "not an absolute path"),
        ("/usr/../etc", "without"),
        ("/nowhere/at/all", "does not exist"),
        ("/dev/null", "neither a directory nor a file"),
        ("/proc", "/proc is the sandbox's own"),
        ("/dev/shm", "/dev is the sandbox's own"),
        ("/tmp", "/tmp is the sandbox's own"),
        ("/etc/passwd", "/etc/passwd is the sandbox's own"),
        ("/etc", "would hide /etc/passwd"),
        ("/usr/bin", "would hide /usr/bin/own"),
        ("/usr/share", "/usr/share is the sandbox's own"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(path: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_shown(Spec(writable=("/usr/share",), files={"/usr/bin/own": b""}, shown=(path,)))


def test_what_can_be_shown_is_accepted() -> None:
    check_shown(Spec(shown=("/usr", "/usr/lib", "/etc/ld.so.cache", "/home")))


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (Job(()), "needs a program"),
        (Job(("a\0b",)), "NUL"),
        (Job(("a", "\ud800")), "lone surrogate"),
        (Job(("a",), files={"/app/../etc/passwd": b""}), "without"),
        (Job(("a",), files={"/app/./x": b""}), "without"),
        (Job(("a",), files={"/app": b""}), "not below a writable directory"),
        (Job(("a",), files={"/application/x": b""}), "not below a writable directory"),
        (Job(("a",), files={"../x": b""}), "not an absolute path"),
        (Job(("a",), files={"/tests/verify.py": b""}), "not below a writable directory"),
        (Job(("a",), files={"/app/x": b"", "/app/x/y": b""}), "both a file"),
        (Job(("a",), collect=("/app/../etc/passwd",)), "without"),
        (Job(("a",), collect=("/etc/passwd",)), "not below a writable directory"),
        (Job(("a",), collect=("/app",)), "not below a writable directory"),
        (Job(("a",), collect=("/",)), "not an absolute path"),
    ],
)
def test_a_job_that_leaves_its_directories_is_refused(job: Job, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_job(job, Spec(files={"/tests/verify.py": b""}))


def test_what_is_meant_to_work_is_accepted() -> None:
    spec = Spec(files={"/tests/a": b"", "/tests/b/c": b""}, writable=("/app", "/logs"))
    check_spec(spec, ["/home/someone/python"])
    check_job(
        Job(("a",), files={"/app/a/b": b"", "/tmp/x": b""}, collect=("/logs/", "/app/x")), spec
    )


@pytest.mark.parametrize("name", list(Limits.__dataclass_fields__))
@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
def test_limits_must_be_positive_and_finite(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"Limits.{name} must be positive and finite"):
        Limits(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["memory_bytes", "address_bytes"])
def test_memory_must_suffice_for_the_sandbox_itself(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least 16777216"):
        Limits(**{name: 1 << 20})  # type: ignore[arg-type]
