"""How alike two programs are: the cosine between the counts of their runs of three tokens."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping

RUN = 3
_TOKEN = re.compile(rb"\w+(?:\.\w+)?|[^\w\s]")

Files = Mapping[str, bytes]


def likeness(one: Files, other: Files) -> float:
    """Return a number from 0 (no run of three tokens in common) to 1 (all, equally often).

    A token is a word, a number, or a sign; blanks and line ends are none.
    """
    first, second = _runs(one), _runs(other)
    common = sum(times * second[run] for run, times in first.items())
    norms = [math.sqrt(sum(n * n for n in runs.values())) for runs in (first, second)]
    return common / (norms[0] * norms[1]) if all(norms) else float(first == second)


def _runs(files: Files) -> Counter[tuple[bytes, ...]]:
    runs: Counter[tuple[bytes, ...]] = Counter()
    for data in files.values():
        tokens = _TOKEN.findall(data)
        runs.update(zip(*(tokens[at:] for at in range(RUN)), strict=False))
    return runs
