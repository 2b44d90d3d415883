"""Which events tell how a search went, and which tell of the runs that it went in."""

from __future__ import annotations

from workbench.model import event as ev

ENACTED: frozenset[type[ev.Event]] = frozenset(
    [
        ev.ProposalMade,
        ev.LineageCreated,
        ev.SharesAllotted,
        ev.TurnGiven,
        ev.BudgetChanged,
        ev.ProposerChosen,
        ev.MoveChosen,
        ev.CallFailed,
        ev.ProposalFailed,
        ev.ProposalLost,
        ev.VerdictReached,
        ev.HintQueued,
        ev.HintEdited,
        ev.HintWithdrawn,
        ev.HintTaken,
        ev.CandidateJudged,
        ev.CandidatePinned,
    ]
)
"""Kinds of events that a replay re-enacts, each as one event of the same kind. The rest tells of
engines, time, pauses and ends, which are a run's own."""
