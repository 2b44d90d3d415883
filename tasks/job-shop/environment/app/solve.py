"""Schedule job shops with one dispatching rule.

Each step finds the operation that could be finished first, looks at the operations that compete
with it for its machine, and starts the one with the highest priority. Reads instances.json, writes
schedules.json.
"""

import json
from typing import NamedTuple

# Priority: the sum of these weights times what they weigh. Times are in mean durations.
DURATION = -1.0  # how long the operation takes
WORK_LEFT = 0.0  # time that its job needs after this operation
OPERATIONS_LEFT = 0.0  # operations that its job has after this one
NEXT_DURATION = 0.0  # how long the job's next operation takes
WAITED = 0.0  # how long the job has been ready for this operation
START = 0.0  # how much later than its competitors it could start
# How long a machine may be kept waiting for a better operation: with 0 it never waits while
# there is work for it, with 1 it may wait until the first competitor could be finished.
PATIENCE = 1.0


class Choice(NamedTuple):
    """An operation that could be scheduled next."""

    job: int
    machine: int
    start: int
    duration: int


def priority(choice: Choice, rest: list[list[int]], ready: int, first: int, mean: float) -> float:
    """Rate a choice; `rest` are the job's later operations, `first` the earliest start possible."""
    following = rest[0][1] if rest else 0
    return (
        DURATION * choice.duration / mean
        + WORK_LEFT * sum(duration for _, duration in rest) / mean
        + OPERATIONS_LEFT * len(rest)
        + NEXT_DURATION * following / mean
        + WAITED * (choice.start - ready) / mean
        + START * (choice.start - first) / mean
    )


def schedule(jobs: list[list[list[int]]]) -> list[list[int]]:
    """Return the start time of every operation, job by job."""
    operations = sum(len(job) for job in jobs)
    mean = sum(duration for job in jobs for _, duration in job) / operations
    starts: list[list[int]] = [[] for _ in jobs]
    job_free = [0] * len(jobs)
    machine_free = [0] * (1 + max(machine for job in jobs for machine, _ in job))
    for _ in range(operations):
        choices = []
        for j, job in enumerate(jobs):
            if len(starts[j]) < len(job):
                machine, duration = job[len(starts[j])]
                start = max(job_free[j], machine_free[machine])
                choices.append(Choice(j, machine, start, duration))
        soonest = min(choices, key=lambda choice: choice.start + choice.duration)
        rivals = [choice for choice in choices if choice.machine == soonest.machine]
        first = min(choice.start for choice in rivals)
        latest = first + PATIENCE * (soonest.start + soonest.duration - first)
        rivals = [choice for choice in rivals if choice.start < latest or choice.start == first]
        best = max(
            rivals,
            key=lambda choice: priority(
                choice,
                jobs[choice.job][len(starts[choice.job]) + 1 :],
                job_free[choice.job],
                first,
                mean,
            ),
        )
        starts[best.job].append(best.start)
        job_free[best.job] = machine_free[best.machine] = best.start + best.duration
    return starts


def main() -> None:
    """Schedule every instance."""
    with open("instances.json") as file:
        instances = json.load(file)
    schedules = {name: schedule(instance["jobs"]) for name, instance in instances.items()}
    with open("schedules.json", "w") as file:
        json.dump(schedules, file)


if __name__ == "__main__":
    main()
