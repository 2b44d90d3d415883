"""Schedules that are wrong in one place: refused, and the place is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from bundled import judge, run, verify
from test_tasks_rejections import rejected


def schedules(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(run("job-shop", folder / "good"))
    return content


WRONG_STARTS = {
    "bool": ("true", "must be an integer, not bool"),
    "string": ('"0"', "must be an integer, not str"),
    "null": ("null", "must be an integer, not NoneType"),
    "whole float": ("400.0", "must be an integer, not float"),
    "overflow": ("1e400", "too large for a float"),
    "negative": ("-1", "starts[1] is -1, which is not 0 to 1e+06"),
    "late": ("1000001", "which is not 0 to 1e+06"),
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
        ({"ft10": good["ft10"][:-1]}, "ft10: its jobs must be a list of 10 entries, not 9"),
        (
            {"ft10": [*good["ft10"][1:], [0] * 9]},
            "job 9: starts must be a list of 10 entries, not 9",
        ),
        ({"ft10": {}}, "ft10: its jobs must be a list, not dict"),
        ({"ft10": [7] * 10}, "ft10, job 0: starts must be a list, not int"),
        ({"ft99\ud800": []}, "unknown: 'ft99\\ud800'"),
    ):
        rejected(judge("job-shop", json.dumps(good | change).encode(), tmp_path), reason)
    del good["la38"]
    rejected(judge("job-shop", json.dumps(good).encode(), tmp_path), "missing: la38")


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
    rejected(scored, "hard constraints are broken")
    assert ", machine " in scored.feedback
    assert ": operation " not in scored.feedback
    assert scored.reward["violations"] > 100


def test_the_candidates_own_instances_are_not_believed(tmp_path: Path) -> None:
    app = tmp_path / "app"
    run("job-shop", app)
    honest = verify("job-shop", app, tmp_path / "logs")
    (app / "instances.json").write_text('{"ft10": {"best_known": 9999, "jobs": []}}')
    assert verify("job-shop", app, tmp_path / "logs") == honest
