"""The law of a simulated search: how often a proposal improves, and by how much.

At a lineage's t-th proposal its parent is improved with probability min(1, c/t), and the k-th
improvement on the way from the origin is worth gain/k: the two power laws that Frontier-Eng reports
of searches with models (arXiv 2604.12290, §3: improvement frequency ~ 1/t, magnitude ~ 1/k). Drawn
from (seed, lineage, step) alone, so that equal seeds give equal searches whatever carries them out.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from functools import lru_cache
from statistics import NormalDist

import msgspec

from workbench.model.limits import Limits
from workbench.model.options import fill, split
from workbench.model.task import Task
from workbench.model.verdict import Direction

SIMULATION = "simulation"
"""Name of the simulated proposer, of the task it works on, and of its way of verifying."""
FILE = "simulated.json"
"""The one editable file of the simulated task: a `State`."""
BUDGET = 257
"""Evaluations by default: the initial candidate, and the 256 proposals of Frontier-Eng's studies
of width and depth."""
SCORED, FAILED = "simulated", "simulated failure"
"""What verdicts on simulated candidates say."""

_WORD = 2.0**-64


class Law(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What governs a simulated search."""

    c: float = 2.2
    """A lineage of median luck improves at its t-th proposal with probability min(1, c/t)."""
    gain: float = 1.0
    """Reward of the first improvement; the k-th is worth gain/k."""
    failure: float = 0.05
    """Share of the candidates that fail. The probability to improve never exceeds what is left."""
    latency: float = 0.0
    """Seconds that a proposal takes."""
    luck: float = 0.25
    """Sigma of the lineages' luck: c is multiplied by a lognormal factor of median 1."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for what is no law."""
        if not all(math.isfinite(x) and x >= 0 for x in msgspec.structs.astuple(self)):
            raise ValueError("c, gain, failure, latency and luck are finite and not negative")
        if self.failure > 1:
            raise ValueError("failure is a share, 0 to 1")


class State(msgspec.Struct, frozen=True):
    """What a simulated candidate is: the whole content of its file."""

    lineage: int = 0
    step: int = 0
    improvements: int = 0
    """On the way from the origin to here."""
    reward: float = 0.0
    failed: bool = False


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(State)
encode = _encoder.encode
"""Return a state as the content of a candidate's file."""


def decode(data: bytes) -> State:
    """Read a candidate's file back. Raises `ValueError` for anything else."""
    try:
        state = _decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{FILE} holds no simulated candidate: {error}") from None
    if not math.isfinite(state.reward):
        raise ValueError(f"{FILE} holds a reward that is no finite number")
    return state


def law_of(text: str) -> Law | None:
    """Return the law that ``simulation:c=2.2,…`` names; None for another proposer.

    Raises `ValueError` for options that there are not.
    """
    if text.partition(":")[0] != SIMULATION:
        return None
    return fill(Law, *split(text))


@lru_cache(maxsize=4096)
def luck_of(law: Law, seed: int, lineage: int) -> float:
    """Return the factor on c by which a lineage is luckier than others."""
    if law.luck == 0.0:
        return 1.0
    low, _ = _uniform(f"{seed}/{lineage}/luck")
    return math.exp(law.luck * NormalDist().inv_cdf(min(max(low, 1e-12), 1 - 1e-12)))


def after(law: Law, seed: int, lineage: int, step: int, parent: State) -> State:
    """Return what the lineage's proposal number `step` (from 1) makes of `parent`.

    A candidate that does not improve loses up to what the next improvement would be worth.
    """
    drawn, lost = _uniform(f"{seed}/{lineage}/{step}/simulation")
    k = parent.improvements + 1
    if drawn < min(1.0 - law.failure, law.c * luck_of(law, seed, lineage) / step):
        return State(lineage, step, k, parent.reward + law.gain / k)
    if drawn >= 1.0 - law.failure:
        return State(lineage, step, k - 1, parent.reward, failed=True)
    return State(lineage, step, k - 1, parent.reward - (1.0 - lost) * law.gain / k)


def task(bundle: Mapping[str, bytes]) -> Task:
    """Return the simulated task, which is made of the files in `bundle`: a `State` to start from.

    Nothing of it is ever run.
    """
    return Task(
        name=SIMULATION,
        title="Simulation of a search",
        instruction=bundle.get("instruction.md", b"").decode(errors="replace"),
        files={FILE: bundle[FILE]},
        editable=(FILE,),
        run=(),
        outputs=(),
        verifier={},
        verify=(),
        direction=Direction.MAXIMIZE,
        score_name="simulated gain",
        baseline=0.0,
        verification=SIMULATION,
        budget=Limits(evaluations=BUDGET),
        format=SIMULATION,
        bundle=dict(bundle),
    )


def note(state: State, parent: State) -> str:
    """Say in one line what a proposal made of its parent."""
    if state.failed:
        return FAILED
    if state.improvements > parent.improvements:
        return f"simulated improvement {state.improvements}"
    return "simulated, no improvement"


def _uniform(place: str) -> tuple[float, float]:
    """Return two numbers in [0, 1) that belong to a place of a simulation and to no other."""
    drawn = hashlib.blake2b(place.encode(), digest_size=16).digest()
    return (
        int.from_bytes(drawn[:8], "big") * _WORD * (1 - 2**-53),
        int.from_bytes(drawn[8:], "big") * _WORD * (1 - 2**-53),
    )


def expected_best(law: Law, width: int, depth: int) -> float:
    """Return the expected best reward of `width` chains of `depth` proposals, exactly.

    The number of improvements of one chain is a sum of independent trials, one a proposal; its
    distribution is built up trial by trial, and the best chain's is its power. Costs
    depth² operations. Raises `ValueError` where luck sets lineages apart: there is no such form.
    """
    if law.luck:
        raise ValueError("the exact expectation is that of lineages without luck (luck=0)")
    chances = [1.0]
    for step in range(1, depth + 1):
        p = min(1.0 - law.failure, law.c / step)
        stay = [x * (1 - p) for x in chances] + [0.0]
        for k, x in enumerate(chances):
            stay[k + 1] += x * p
        chances = stay
    best, below, total, reward = 0.0, 0.0, 0.0, 0.0
    for k, x in enumerate(chances):
        reward += law.gain / k if k else 0.0
        total = min(1.0, total + x)
        best += (total**width - below) * reward
        below = total**width
    return best
