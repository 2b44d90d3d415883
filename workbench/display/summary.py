"""Sessions and candidates as plain JSON values: the contract that scripts rely on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.model.candidate import Candidate
from workbench.model.doubt import Known, doubt
from workbench.model.hint import Hint
from workbench.model.lineage import Lineage
from workbench.model.session import Session
from workbench.model.simulation import SIMULATION
from workbench.model.verdict import Verdict

Json = dict[str, Any]


def spent(session: Session) -> Json:
    """What the session has used up; `seconds` is active wall time."""
    return {
        "evaluations": session.spent.evaluations,
        "proposals": session.spent.proposals,
        "tokens": session.spent.tokens,
        "usd": round(session.spent.usd, 6),
        "unknown_cost_calls": session.spent.unknown,
        "unpriced_calls": session.spent.unpriced,
        "seconds": round(session.elapsed, 3),
    }


def brief(candidate: Candidate | None) -> Json | None:
    """A candidate's number and result: `candidate`, `reward`, `score`, `feasible`."""
    if candidate is None:
        return None
    verdict = candidate.verdict
    return {
        "candidate": candidate.id,
        "reward": candidate.reward,
        "score": None if verdict is None else verdict.score,
        "feasible": candidate.feasible,
    }


def candidate(node: Candidate, known: Known) -> Json:
    """A candidate with where it came from and what became of it."""
    verdict = node.verdict
    return {
        "id": node.id,
        "lineage": node.lineage,
        "step": node.step,
        "parents": list(node.parents),
        "digest": node.digest,
        "operator": node.operator,
        "proposer": node.proposer,
        "note": node.note,
        "hint_note": node.hint_note,
        "reward": node.reward,
        "score": None if verdict is None else verdict.score,
        "raw_score": None if verdict is None else verdict.raw_score,
        "verification": "" if verdict is None else verdict.verification,
        "tier": "" if verdict is None else verdict.tier,
        "feasible": node.feasible,
        "doubt": "" if verdict is None or not node.feasible else _doubt(known, verdict),
        "status": "unverified" if verdict is None else str(verdict.outcome),
        "message": "" if verdict is None else verdict.message,
        "metrics": {} if verdict is None else verdict.metrics,
        "found_wrong": None if node.judgement is None else node.judgement.reason,
        "elapsed": round(node.elapsed, 3),
    }


def _doubt(known: Known, verdict: Verdict) -> str:
    return "" if verdict.score is None else doubt(known, verdict.score)


def lineage(one: Lineage) -> Json:
    """A lineage with its state, its best and its spending."""
    return {
        "id": one.id,
        "name": one.name,
        "state": one.state,
        "stopped": one.stopped,
        "detail": one.stop_detail,
        "strategy": one.created.strategy,
        "strategy_options": one.created.strategy_options,
        "proposer": one.created.proposer,
        "options": one.created.options,
        "seed": one.created.seed,
        "forked_from": one.created.forked_from,
        "pinned": list(one.pinned),
        "given": one.given,
        "turn": None if one.turn is None else {"number": one.turn.turn, "reason": one.turn.reason},
        "step": one.step,
        "best": brief(one.best_candidate),
        "evaluations": one.spent.evaluations,
        "proposals": one.spent.proposals,
        "tokens": one.spent.tokens,
        "usd": round(one.spent.usd, 6),
        "unknown_cost_calls": one.spent.unknown,
        "unpriced_calls": one.spent.unpriced,
        "cache_hit_rate": one.reading.hit_rate,
        "cycling": {
            "added_lines": one.cycling.added,
            "returned_lines": one.cycling.returned,
            "share": one.cycling.share,
            "only_returning_proposals": one.cycling.proposals,
        },
    }


def hint(one: Hint) -> Json:
    """A hint with its life: queued, taken at which step of which lineage, with what effect."""
    return {
        "id": one.id,
        "text": one.text,
        "lineages": list(one.lineages),
        "standing": one.standing,
        "author": one.author,
        "status": one.status,
        "taken": {
            str(number): {"step": taken.step, "steps": taken.steps, "gain": taken.gain}
            for number, taken in one.taken.items()
        },
    }


def replay(whole: Session) -> Json | None:
    """What the session replays and what came of it; None for a search of its own."""
    recording, ended = whole.facts.recording, whole.replayed
    if recording is None:
        return None
    return {
        "session": recording.session,
        "until": recording.until,
        "ended": ended is not None,
        "candidates": None if ended is None else ended.candidates,
        "differing": whole.differing,
    }


def session(whole: Session, path: Path, state: str) -> Json:
    """Everything `show --json` prints. `state` also knows whether an engine lives."""
    facts = whole.facts
    return {
        "session": str(path),
        "task": facts.task,
        "title": facts.title,
        "task_digest": facts.task_digest,
        "verifier_digest": facts.verifier_digest,
        "verification": facts.verification,
        "isolation": "" if whole.isolation is None else whole.isolation.isolation,
        "direction": str(facts.direction),
        "score_name": facts.score_name,
        "unit": facts.unit,
        "seed": facts.seed,
        "allocation": facts.allocation,
        "turns": whole.turns,
        "simulation": facts.verification == SIMULATION,
        "baseline": facts.baseline,
        "best_known": facts.best_known,
        "bound": facts.bound,
        "state": state,
        "replay": replay(whole),
        "lineages": [lineage(one) for one in whole.lineages.values()],
        "candidates": [candidate(node, facts) for node in whole.candidates.values()],
        "initial": brief(whole.initial),
        "best": brief(whole.best_candidate),
        "spent": spent(whole),
        "hints": [hint(one) for one in whole.hints.values()],
        "events": whole.seq,
    }


def ending(whole: Session, path: Path, kind: str) -> Json:
    """The last line of the JSON display."""
    return {
        "kind": kind,
        "session": str(path),
        "simulation": whole.facts.verification == SIMULATION,
        "initial": brief(whole.initial),
        "best": brief(whole.best_candidate),
        "evaluations": whole.spent.evaluations,
        "spent": spent(whole),
        "detail": "" if whole.closed is None else whole.closed.detail,
    }
