"""Whatever a candidate leaves behind, the verifier ends well, says 0 and says why."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from bundled import NAMES, Scored, judge, output_name, run, verify

MALFORMED = {
    "empty": (b"", "not valid JSON"),
    "not json": (b"circles: none", "not valid JSON"),
    "not utf-8": (b'{"\xff": 1}', "not valid JSON"),
    "half": (b'{"circles": [[1,', "not valid JSON"),
    "two values": (b"{} {}", "not valid JSON"),
    "a string": (b'"points"', "one object"),
    "null": (b"null", "one object"),
    "nan": (b'{"a": NaN}', "NaN is not a number"),
    "infinity": (b'{"a": -Infinity}', "-Infinity is not a number"),
    "duplicate keys": (b'{"a": 1, "a": 1}', "repeats a key"),
    "long integer": (b'{"a": 1' + b"0" * 5000 + b"}", "too many digits"),
    "deeply nested": (b"[" * 30_000, "nested too deeply"),
    "deep objects": (b'{"a":' * 10_000, "nested too deeply"),
    "oversized": (b" " * 300_000, "larger than"),
}


def rejected(scored: Scored, reason: str) -> None:
    assert scored.reward["feasible"] == 0
    assert scored.reward["reward"] == 0
    assert reason in scored.feedback


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_output(name: str, case: str, tmp_path: Path) -> None:
    content, reason = MALFORMED[case]
    scored = judge(name, content, tmp_path)
    rejected(scored, reason)
    assert len(scored.feedback) < 500


@pytest.mark.parametrize("name", NAMES)
def test_no_output_and_files_that_are_none(name: str, tmp_path: Path) -> None:
    output = tmp_path / "app" / output_name(name)
    output.parent.mkdir()
    rejected(verify(name, output.parent, tmp_path / "logs"), "No such file")
    os.mkfifo(output)
    rejected(verify(name, output.parent, tmp_path / "logs"), "not a regular file")
    output.unlink()
    output.mkdir()
    rejected(verify(name, output.parent, tmp_path / "logs"), "Is a directory")
    output.rmdir()
    run(name, tmp_path / "good")
    output.symlink_to(tmp_path / "good" / output_name(name))
    rejected(verify(name, output.parent, tmp_path / "logs"), "symbolic link")


GEOMETRY = {"circle-packing": "circles", "heilbronn-triangle": "points"}
WRONG_NUMBERS = {
    "bool": ("true", "must be a number, not bool"),
    "string": ('"0.5"', "must be a number, not str"),
    "null": ("null", "must be a number, not NoneType"),
    "list": ("[0.5]", "must be a number, not list"),
    "overflow": ("1e400", "too large for a float"),
    "nan": ("NaN", "NaN is not a number"),
    "outside": ("1.5", "Infeasible"),
    "far outside": ("-1e308", "Infeasible"),
}


@pytest.mark.parametrize("name", GEOMETRY)
@pytest.mark.parametrize("case", WRONG_NUMBERS)
def test_one_wrong_number(name: str, case: str, tmp_path: Path) -> None:
    text, reason = WRONG_NUMBERS[case]
    content = json.loads(run(name, tmp_path / "good"))
    content[GEOMETRY[name]][3][0] = "HERE"
    scored = judge(name, json.dumps(content).replace('"HERE"', text).encode(), tmp_path)
    rejected(scored, reason)
    if case not in ("nan", "overflow"):  # those are refused while the text is parsed
        assert any(f"{item} 3" in scored.feedback for item in ("circle", "circles", "point"))


@pytest.mark.parametrize("name", GEOMETRY)
def test_wrong_shapes(name: str, tmp_path: Path) -> None:
    key = GEOMETRY[name]
    good = json.loads(run(name, tmp_path / "good"))[key]
    for content, reason in (
        ({key: good[:-1]}, f"{len(good) - 1} entries"),
        ({key: [*good, good[0]]}, f"{len(good) + 1} entries"),
        ({key: "no list"}, "not str"),
        ({key: [[*good[0], 0.1], *good[1:]]}, "must be a list ["),
        ({key: [good[0], 7, *good[2:]]}, "must be a list ["),
        ({key: good, "score": 9}, "must be one object"),
        (good, "must be one object"),
    ):
        rejected(judge(name, json.dumps(content).encode(), tmp_path), reason)


def schedules(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(run("job-shop", folder / "good"))
    return content


WRONG_STARTS = {
    "bool": ("true", "must be an integer, not bool"),
    "string": ('"0"', "must be an integer, not str"),
    "null": ("null", "must be an integer, not NoneType"),
    "whole float": ("400.0", "400.0 is not an integer"),
    "overflow": ("1e400", "1e400 is not an integer"),
    "negative": ("-1", "start time -1 is not in 0.."),
    "late": ("1000001", "start time 1000001 is not in 0.."),
}


@pytest.mark.parametrize("case", WRONG_STARTS)
def test_one_wrong_start_time(case: str, tmp_path: Path) -> None:
    text, reason = WRONG_STARTS[case]
    content = schedules(tmp_path)
    content["la21"][2][1] = "HERE"
    encoded = json.dumps(content).replace('"HERE"', text).encode()
    rejected(judge("job-shop", encoded, tmp_path), reason)


def test_incomplete_schedules(tmp_path: Path) -> None:
    good = schedules(tmp_path)
    for change, reason in (
        ({"ft10": good["ft10"][:-1]}, "ft10: expected a list of 10 jobs, not 9 entries"),
        ({"ft10": [*good["ft10"][1:], [0] * 9]}, "ft10, job 9: expected 10 start times, not 9"),
        ({"ft10": {}}, "ft10: expected a list of 10 jobs, not dict"),
        ({"ft10": [7] * 10}, "ft10, job 0: expected 10 start times, not int"),
        ({"ft99\ud800": []}, "instances unknown: 'ft99\\ud800'"),
    ):
        rejected(judge("job-shop", json.dumps(good | change).encode(), tmp_path), reason)
    del good["la38"]
    rejected(judge("job-shop", json.dumps(good).encode(), tmp_path), "instances missing: la38")


def test_an_operation_before_its_predecessor_ends(tmp_path: Path) -> None:
    content = schedules(tmp_path)
    jobs = json.loads((tmp_path / "good" / "instances.json").read_text())["abz5"]["jobs"]
    end = content["abz5"][4][8] + jobs[4][8][1]
    content["abz5"][4][9] = end - 1
    scored = judge("job-shop", json.dumps(content).encode(), tmp_path)
    rejected(scored, f"abz5, job 4: operation 9 starts at {end - 1}, operation 8 ends at {end}")


def test_two_operations_on_one_machine(tmp_path: Path) -> None:
    """All jobs from 0 on without waiting respects every job and overloads the machines."""
    content = schedules(tmp_path)
    instances = json.loads((tmp_path / "good" / "instances.json").read_text())
    for name, instance in instances.items():
        for j, job in enumerate(instance["jobs"]):
            content[name][j] = [sum(d for _, d in job[:k]) for k in range(len(job))]
    scored = judge("job-shop", json.dumps(content).encode(), tmp_path)
    rejected(scored, "too early")
    assert ", machine " in scored.feedback
    assert ": operation " not in scored.feedback
    assert scored.reward["conflicts"] > 100


def test_the_candidates_own_instances_are_not_believed(tmp_path: Path) -> None:
    app = tmp_path / "app"
    run("job-shop", app)
    honest = verify("job-shop", app, tmp_path / "logs")
    (app / "instances.json").write_text('{"ft10": {"best_known": 9999, "jobs": []}}')
    assert verify("job-shop", app, tmp_path / "logs") == honest
