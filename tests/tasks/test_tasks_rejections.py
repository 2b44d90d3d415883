"""Whatever a candidate leaves behind, every bundled verifier ends well, says 0 and says why."""

import os
from pathlib import Path

import pytest
from bundled import TASKS, Scored, honest, judge, lacking, settings, verified_by, verify

MALFORMED = {
    "empty": (b"", "not valid JSON"),
    "not json": (b"circles: none", "not valid JSON"),
    "not utf-8": (b'{"\xff": 1}', "not valid JSON"),
    "half": (b'{"circles": [[1,', "not valid JSON"),
    "two values": (b"{} {}", "not valid JSON"),
    "a string": (b'"points"', "Not scored"),
    "null": (b"null", "Not scored"),
    "true": (b"true", "Not scored"),
    "no key": (b"{}", "Not scored"),
    "no entry": (b"[]", "Not scored"),
    "nan": (b'{"a": NaN}', "NaN is not a number"),
    "infinity": (b'{"a": -Infinity}', "-Infinity is not a number"),
    "too large": (b'{"a": 1e400}', "too large for a float"),
    "duplicate keys": (b'{"a": 1, "a": 1}', "repeats a key"),
    "long integer": (b'{"a": 1' + b"0" * 5000 + b"}", "too many digits"),
    "deeply nested": (b"[" * 30_000, "nested too deeply"),
    "deep objects": (b'{"a":' * 10_000, "nested too deeply"),
    "oversized": (b" " * 20_000_000, "larger than"),
}
NO_TEXT = {
    "empty": b"",
    "zeros": bytes(5000),
    "all bytes": bytes(range(256)) * 20,
    "oversized": b" " * 20_000_000,
}
OUTPUTS = [
    (name, path)
    for name in verified_by("output")
    for path in settings(name)["outputs"]
    if not lacking(name)
]
JSON = [(name, path) for name, path in OUTPUTS if path.endswith(".json")]
OTHERS = [(name, path) for name, path in OUTPUTS if not path.endswith(".json")]


def rejected(scored: Scored, reason: str) -> None:
    assert scored.reward["feasible"] == 0
    assert scored.reward["reward"] == 0
    assert reason in scored.feedback


@pytest.mark.parametrize(("name", "path"), JSON)
@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_output(name: str, path: str, case: str, tmp_path: Path) -> None:
    content, reason = MALFORMED[case]
    scored = judge(name, {**honest(name), path: content}, tmp_path)
    rejected(scored, reason)
    assert len(scored.feedback) < 600


@pytest.mark.parametrize(("name", "path"), OTHERS)
@pytest.mark.parametrize("case", NO_TEXT)
def test_output_that_is_no_text(name: str, path: str, case: str, tmp_path: Path) -> None:
    scored = judge(name, {**honest(name), path: NO_TEXT[case]}, tmp_path)
    rejected(scored, "")
    assert 0 < len(scored.feedback) < 1500


@pytest.mark.parametrize(("name", "path"), OUTPUTS)
def test_no_output_and_files_that_are_none(name: str, path: str, tmp_path: Path) -> None:
    app, logs = tmp_path / "app", tmp_path / "logs"
    good = judge(name, honest(name), tmp_path)
    output = app / path
    content = output.read_bytes()
    output.unlink()
    rejected(verify(name, app, logs), "No such file")
    os.mkfifo(output)
    rejected(verify(name, app, logs), "not a regular file")
    output.unlink()
    output.mkdir()
    rejected(verify(name, app, logs), "Is a directory")
    output.rmdir()
    (tmp_path / "good").write_bytes(content)
    output.symlink_to(tmp_path / "good")
    rejected(verify(name, app, logs), "symbolic link")
    output.unlink()
    output.write_bytes(content)
    assert verify(name, app, logs) == good


OWN = [
    (name, folder.name)
    for name in verified_by("output")
    for folder in sorted((TASKS / name / "checks").glob("*"))
    if not lacking(name)
]


@pytest.mark.parametrize(("name", "case"), OWN)
def test_a_tasks_own_bad_answers(name: str, case: str, tmp_path: Path) -> None:
    """What stands in ``checks/`` is no answer (`workbench tasks check` relies on it)."""
    folder = TASKS / name / "checks" / case
    files = {path: (folder / path).read_bytes() for path in os.listdir(folder)}
    assert set(files) <= set(settings(name)["outputs"])
    scored = judge(name, {**honest(name), **files}, tmp_path)
    rejected(scored, "")
    assert 0 < len(scored.feedback) < 1500
