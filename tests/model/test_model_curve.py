"""What a lineage keeps of its steps and of its candidates' texts."""

from __future__ import annotations

from journals import opening, proposal, verdict
from msgspec.structs import replace

from workbench.model import event as ev
from workbench.model.event import Record
from workbench.model.limits import Spend
from workbench.model.session import Session
from workbench.model.traits import Traits


def told(*events: ev.AnyEvent) -> Session:
    return Session(Record(n, 0.0, 0.0, event) for n, event in enumerate(events, 1))


def test_each_step_says_what_it_derived_from_whatever_came_of_it() -> None:
    session = told(
        *opening(),
        ev.MoveChosen(1, 1, 0, "refine", (1,)),
        proposal(2, 1, 1),
        verdict(2, 1, 2.0),
        ev.MoveChosen(1, 2, 0, "crossover", (2, 1)),
        ev.ProposalFailed(1, 2, "duplicate", ""),
        ev.MoveChosen(1, 3, 0, "repair", (2,)),
        ev.ProposalLost(1, 3, Spend(proposals=1)),
    )
    curve = session.lineages[1].curve
    assert [(x.step, x.operator, x.parents, x.candidate) for x in curve] == [
        (0, "", (), 1),
        (1, "mutate", (1,), 2),
        (2, "crossover", (2, 1), None),
        (3, "repair", (2,), None),
    ]


def test_a_finding_of_a_person_is_a_revision() -> None:
    session = told(*opening(), proposal(2, 1, 1), verdict(2, 1, 2.0))
    assert session.lineages[1].revision == 0
    session.apply(Record(9, 0.0, 0.0, ev.CandidateJudged(2, "wrong")))
    assert session.lineages[1].revision == 1


def test_a_fork_knows_its_origin_s_program_and_has_removed_nothing() -> None:
    made = replace(proposal(2, 1, 1), traits=Traits(syntax="s2", added=2, removed="abcdefgh"))
    session = told(
        *opening(), made, verdict(2, 1, 2.0), ev.LineageCreated(2, "chain", "mutation", 7, 2)
    )
    first, fork = session.lineages[1], session.lineages[2]
    assert (first.syntaxes, first.removed, first.cycling.added) == ({"s2": 2}, {"abcdefgh"}, 2)
    assert (fork.syntaxes, fork.removed, fork.cycling.share) == ({"s2": 2}, set(), None)


def test_journals_from_before_are_read() -> None:
    made = ev.decode(
        '{"kind":"proposal_made","candidate":2,"lineage":1,"step":1,"digest":"d","files":{},'
        '"parents":[1],"operator":"refine","proposer":"mutation"}'
    )
    lineage = ev.decode(
        '{"kind":"lineage_created","lineage":1,"strategy":"chain","proposer":"mutation",'
        '"seed":7,"origin":1}'
    )
    assert isinstance(made, ev.ProposalMade)
    assert isinstance(lineage, ev.LineageCreated)
    session = told(*opening(0), lineage, made, ev.ProposalFailed(1, 2, "duplicate", "seen"))
    assert session.candidates[2].traits is None
    assert session.lineages[1].cycling.share is None
    assert session.lineages[1].created.strategy_options == {}
