"""What a journal says of itself that a person should look at."""

from __future__ import annotations

from analysis_support import Step, Told, told

from workbench.analysis import anomalies
from workbench.model import event as ev
from workbench.model.verdict import Direction, Outcome, Verdict


def test_new_bests_at_or_past_what_is_known_are_doubtful() -> None:
    steps: list[Step] = [1.0, 3.5, 4.0, 4.5]
    session = told({1: steps}, best_known=3.0, bound=4.0).session
    assert anomalies.doubtful(session) == [
        "#3 of L1: 3.5, better than the best known, 3: look before you believe it",
        "#4 of L1: 4, at the bound 4: as good as an answer can be, or too good",
        "#5 of L1: 4.5, beyond 4, which no answer can pass: look for what went wrong",
    ]
    low = told({1: [9.0, 8.0]}, start=10.0, direction=Direction.MINIMIZE, bound=7.0)
    assert anomalies.doubtful(low.session) == []


def test_a_jump_gains_more_than_all_others_together() -> None:
    steps: list[Step] = [1.0, 1.5, 1.8, 2.0, 9.0, 9.1, 9.2]
    (jump,) = anomalies.jumps(told({1: steps}).session)
    assert (jump.candidate, jump.gain, jump.bests) == (6, 7.0, 6)
    assert round(jump.others, 9) == 2.2
    # Searches that begin with their largest gains, and short ones, do not jump.
    assert anomalies.jumps(told({1: [9.0, 9.1, 9.2, 9.3, 9.4, 9.5]}).session) == []
    assert anomalies.jumps(told({1: [1.0, 1.1, 1.2, 1.3, 9.0]}).session) == []


def test_equal_files_that_were_judged_differently_contradict() -> None:
    journal = Told()
    for number in (1, 2):
        journal.lineage(number)
    one = journal.candidate(1, 1, (1,), 2.0, "same")
    journal.candidate(2, 1, (1,), 2.0 + 1e-12, "same")
    assert anomalies.contradictions(journal.session) == []
    two = journal.candidate(1, 2, (1,), 3.0, "same")
    three = journal.candidate(1, 3, (1,), None, "same", Outcome.TIMEOUT)
    four = journal.candidate(1, 4, (1,), 5.0, "other", confirmed_min=4.0, confirmed_max=6.0)
    assert anomalies.contradictions(journal.session) == [
        f"#{one} and #{two} are the same files: scored 2 and scored 3",
        f"#{one} and #{three} are the same files: scored 2 and timeout",
        f"#{four}: its confirmations scored 4 to 6",
    ]


def test_other_files_and_other_verifiers_are_named() -> None:
    journal = told({1: [1.0]})
    made = ev.ProposalMade(3, 1, 2, "d", {"solve.py": "a", "grade.py": "b"}, (1,), "refine", "x")
    journal.add(made)
    journal.add(ev.VerdictReached(3, 1, Verdict(Outcome.FAILED, "no", verifier="other")))
    session = journal.session
    assert anomalies.touched(session) == ["#3: grade.py"]
    assert anomalies.strange_verifiers(session) == ["#3: other"]
    assert anomalies.unisolated(session) == ["#1", "#2", "#3"]
