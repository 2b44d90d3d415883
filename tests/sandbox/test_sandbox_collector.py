"""What the collector refuses by itself, where the kernel would not have let it come about."""

from __future__ import annotations

from pathlib import Path

from sandbox.supervisor.collect import Collector


def test_a_file_past_the_cap_is_refused_and_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(101))
    (tmp_path / "small").write_bytes(bytes(100))
    collector = Collector(file_bytes=100, total_bytes=100)
    for name in ("large", "small"):
        collector.collect(str(tmp_path), f"/app/{name}", name)
    assert [path for path, _, _ in collector.taken] == ["/app/small"]
    assert "101 bytes, more than the limit for one file" in collector.problems["/app/large"]
    collector.close()


def test_devices_are_refused_unopened() -> None:
    collector = Collector(file_bytes=100, total_bytes=100)
    collector.collect("/dev", "/app/null", "null")
    assert collector.problems == {"/app/null": "a device, not a regular file"}
