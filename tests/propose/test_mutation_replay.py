from __future__ import annotations

import subprocess
import sys

import pytest
from mutation_support import PROGRAM, Playground, bowl, valley

from workbench.model.candidate import Candidate
from workbench.propose.mutation.proposer import Mutation
from workbench.propose.proposer import ProposalUnusable, Quiet

QUIET = Quiet()


@pytest.mark.parametrize(("operator", "steps"), [("refine", 260), ("explore", 60)])
async def test_fresh_instance_proposes_the_same_at_every_prefix(operator: str, steps: int) -> None:
    ground = Playground({"solve.py": PROGRAM}, valley)
    made: list[Candidate] = []
    for _ in range(steps):
        request = ground.request(operator)
        proposal = await ground.mutation.propose(request, QUIET)
        fresh = Mutation(ground.seed, 1)
        for candidate in made:
            fresh.observe(candidate)
        assert await fresh.propose(request, QUIET) == proposal
        made.append(ground.take(proposal, operator))
    if operator == "refine":
        assert {"constants", "covariance", "structure"} <= {one.detail["by"] for one in made}
        asked = sum("run" in one.detail for one in made)
        assert asked > 16, "several generations of CMA-ES were replayed"


async def test_proposing_twice_changes_nothing() -> None:
    ground = Playground({"solve.py": PROGRAM})
    for _ in range(90):
        await ground.step()
    request = ground.request()
    first = await ground.mutation.propose(request, QUIET)
    for _ in range(3):
        assert await ground.mutation.propose(request, QUIET) == first


async def test_other_seed_other_lineage_other_step_propose_otherwise() -> None:
    ground = Playground({"solve.py": PROGRAM})
    request = ground.request()
    texts = {
        (await Mutation(seed, lineage).propose(request, QUIET)).files["solve.py"]
        for seed in (1, 2, 3)
        for lineage in (1, 2, 3)
    }
    assert len(texts) >= 7


async def test_nothing_is_proposed_twice_until_nothing_is_left() -> None:
    """A program with one small integer and a hint that leaves six values."""
    ground = Playground({"solve.py": b"RINGS = 3\n"}, lambda files: 0.0)
    seen: set[bytes] = set()
    unusable: ProposalUnusable | None = None
    while unusable is None:
        try:
            made = await ground.step("refine", "RINGS between 1 and 6")
        except ProposalUnusable as caught:
            unusable = caught
            break
        text = ground.texts[made.id]["solve.py"]
        assert text not in seen
        seen.add(text)
    assert seen == {b"RINGS = %d\n" % value for value in (1, 2, 4, 5, 6)}
    assert "duplicate" in unusable.message
    assert unusable.spend.proposals == 1
    assert "RINGS → between 1 and 6" in unusable.hint_note


async def test_learning_follows_verdicts_not_own_proposals() -> None:
    ground = Playground({"solve.py": PROGRAM})
    for _ in range(5):
        await ground.propose()
    assert not ground.mutation._memory.traces


async def test_candidates_of_others_teach_nothing() -> None:
    ground = Playground({"solve.py": PROGRAM})
    made = await ground.step()
    fresh = Mutation(ground.seed, 1)
    made.proposer = "person"
    fresh.observe(made)
    assert not fresh._memory.traces


async def test_dead_constants_lose_weight() -> None:
    ground = Playground({"solve.py": PROGRAM})
    for _ in range(120):
        await ground.step()
    traces = ground.mutation._memory.traces
    assert traces["solve.py:UNUSED"].dead
    assert not traces["solve.py:WIDTH"].dead
    assert traces["solve.py:UNUSED"].weight < traces["solve.py:WIDTH"].weight / 4
    later = [await ground.step() for _ in range(60)]
    touched = sum("UNUSED" in made.note for made in later)
    assert touched <= 6


async def test_chain_climbs_a_smooth_hill_and_independent_does_not_match_it() -> None:
    ends = {}
    for operator in ("refine", "explore"):
        ground = Playground({"solve.py": PROGRAM})
        for _ in range(150):
            await ground.step(operator)
        best = ground.lineage.best_reward
        assert best is not None
        ends[operator] = best
    start = bowl({"solve.py": PROGRAM})
    assert start is not None
    assert ends["refine"] > -0.005 > ends["explore"] > start


async def test_cost_of_a_step_does_not_grow_with_the_history() -> None:
    """Counted in calls, not in time: `observe` and `propose` touch the same number of things."""

    async def calls(ground: Playground) -> int:
        count = 0

        def tick(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event == "call"

        sys.setprofile(tick)
        try:
            await ground.step("explore")
        finally:
            sys.setprofile(None)
        return count

    ground = Playground({"solve.py": PROGRAM})
    early = sorted([await calls(ground) for _ in range(31)])[15]
    for _ in range(400):
        await ground.step("explore")
    late = sorted([await calls(ground) for _ in range(31)])[15]
    assert late < 1.3 * early


def test_numpy_is_loaded_only_for_covariance() -> None:
    code = (
        "import sys; from workbench.propose.registry import proposer;"
        "proposer('mutation')(1, 1, {});"
        "sys.exit('numpy' in sys.modules or 'cmaes' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
