"""The kernel's own limits of one process."""

from __future__ import annotations

import math
import resource

OPEN_FILES = 1024
STACK_BYTES = 8 << 20


def set_limits(limits: dict[str, float], extra_tasks: int) -> None:
    """Lower this process's limits; a hard limit that is already lower stays.

    `extra_tasks` are processes that are not the program's but count against its limit.
    """
    seconds = math.ceil(limits["cpu_seconds"])
    for kind, value, slack in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES, 0),
        (resource.RLIMIT_STACK, STACK_BYTES, 0),
        (resource.RLIMIT_FSIZE, int(limits["file_bytes"]), 0),
        (resource.RLIMIT_CPU, seconds, 1),  # SIGXCPU first, SIGKILL a second later
        (resource.RLIMIT_NPROC, int(limits["processes"]) + extra_tasks, 0),
        (resource.RLIMIT_DATA, int(limits["address_bytes"]), 0),
        (resource.RLIMIT_AS, int(limits["address_bytes"]), 0),
    ):
        ceiling = resource.getrlimit(kind)[1]
        hard = value + slack if ceiling == resource.RLIM_INFINITY else min(value + slack, ceiling)
        resource.setrlimit(kind, (min(value, hard), hard))
