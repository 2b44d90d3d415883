"""What the mechanical proposer makes of each operator."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace
from mutation_support import PROGRAM, Playground, settings

from workbench.model.move import Move
from workbench.propose.mutation.crossing import crossed_changes
from workbench.propose.mutation.program import read_program
from workbench.propose.proposer import Proposal, ProposalUnusable, Quiet, Request, Shown

OTHER = PROGRAM.replace(b"WIDTH = 0.5", b"WIDTH = 0.9").replace(b"RINGS = 3", b"RINGS = 6")


def with_other(ground: Playground, text: bytes, operator: str) -> tuple[Request, int]:
    """A request on the origin beside another candidate: its second parent, or the best."""
    number = ground.take(Proposal({"solve.py": text}, ""), "draft").id
    request = ground.request(operator, parent=1)
    other = Shown(ground.lineage.candidates[number], ground.texts[number])
    if operator == "crossover":
        move = Move(operator, (1, number))
        return replace(request, move=move, parents=(*request.parents, other)), number
    return replace(request, best=other), number


@pytest.mark.parametrize("operator", ["crossover", "repair"])
async def test_constants_of_a_partner_are_taken(operator: str) -> None:
    ground = Playground({"solve.py": PROGRAM})
    request, number = with_other(ground, OTHER, operator)
    proposal = await ground.mutation.propose(request, Quiet())
    one, two, made = (
        settings({"solve.py": x}) for x in (PROGRAM, OTHER, proposal.files["solve.py"])
    )
    assert made not in (one, two)
    for name, value in made.items():
        assert value in (one[name], two[name])
    assert proposal.detail["by"] == "crossover"
    assert proposal.detail["partner"] == number
    assert proposal.note.endswith(f"as in #{number}")


def test_not_all_and_not_none_of_several_differences() -> None:
    literals, others = (read_program({"solve.py": x}).tunable for x in (PROGRAM, OTHER))
    for seed in range(40):
        changes = crossed_changes(literals, others, random.Random(seed))
        assert len(changes) == 1  # of two that differ
    single = read_program({"solve.py": PROGRAM.replace(b"TILT = 0.0", b"TILT = 0.5")}).tunable
    assert [x.literal.name for x in crossed_changes(literals, single, random.Random(1))] == ["TILT"]
    assert crossed_changes(literals, literals, random.Random(1)) == []


async def test_a_partner_that_has_nothing_new_leaves_a_small_change() -> None:
    ground = Playground({"solve.py": PROGRAM})
    request, _ = with_other(ground, PROGRAM + b"# nothing else\n", "crossover")
    proposal = await ground.mutation.propose(request, Quiet())
    assert proposal.detail["by"] != "crossover"
    assert len(proposal.detail.get("steps", [])) <= 3  # type: ignore[arg-type]


async def test_once_every_mix_is_known_others_join() -> None:
    ground = Playground({"solve.py": PROGRAM})
    seen = set()
    for _ in range(12):
        request, _ = with_other(ground, OTHER, "crossover")
        candidate = ground.take(await ground.mutation.propose(request, Quiet()), "crossover")
        seen.add(str(candidate.detail["by"]))
    assert seen > {"crossover"}


async def test_a_repair_without_a_best_changes_little() -> None:
    sizes = []
    for seed in range(30):
        ground = Playground({"solve.py": PROGRAM}, lambda files: None, seed=seed)
        proposal = await ground.mutation.propose(ground.request("repair"), Quiet())
        sizes.append(len(proposal.detail.get("steps", [])))  # type: ignore[arg-type]
    assert max(sizes) <= 3


async def test_a_draft_goes_far() -> None:
    far, near = 0.0, 0.0
    for seed in range(30):
        for operator in ("draft", "refine"):
            ground = Playground({"solve.py": PROGRAM}, seed=seed)
            try:
                proposal = await ground.mutation.propose(ground.request(operator), Quiet())
            except ProposalUnusable:
                continue
            count = len(proposal.detail.get("steps", []))  # type: ignore[arg-type]
            far, near = far + count * (operator == "draft"), near + count * (operator == "refine")
    assert far > 1.5 * near
