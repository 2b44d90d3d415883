from __future__ import annotations

from tui_scripted import Journal, live
from tui_support import stage

from workbench.display.tui.screens.lineage import LineageScreen
from workbench.display.tui.widgets.composer import Composer
from workbench.engine.command import EditHint, Reply, WithdrawHint
from workbench.model import event as ev


def told() -> Journal:
    """One lineage, two steps; texts that would be markup or escape sequences if believed."""
    journal = Journal()
    journal.open()
    journal.initial("a = 1\nb = 2\nc = 3\n")
    journal.lineage(1)
    journal.move(1, 1)
    number = journal.propose(
        1,
        1,
        (1,),
        "a = 1\nb = [/bold] \x1b[31m7\nc = 3\n",
        note="[red]swap[/red] \x1b]0;owned\x07terms",
        prompt=(journal.blob("You are asked [b]this[/b]"),),
        reply=journal.blob("Answer \x1b[2J here"),
        hint_note="kept b small",
    )
    journal.verdict(
        1,
        1.5,
        candidate=number,
        feedback=journal.blob("[link=x]too slow[/link]"),
        stdout=journal.blob("out\rline\n"),
        stderr=journal.blob(""),
        metrics={"median_ms": 1.25},
        max_rss=41 << 20,
    )
    journal.step(1, 2, number, 1.2, "a = 9\nb = 7\nc = 3\n")
    return journal


async def test_diff_against_each_base() -> None:
    async with stage(told()) as one:
        await one.press("enter")
        assert "Diff #2 against parent #1 +1 −1" in one.text
        assert "b = [/bold] 7" in one.text
        assert "\x1b" not in one.text
        await one.press("b")
        assert "against baseline #1" in one.text
        await one.press("b")  # it is the best itself: nothing to compare with
        assert "against initial #1" in one.text
        await one.press("b", "right_square_bracket")
        assert "Diff #3 against parent #2" in one.text
        await one.press("b", "b", "left_square_bracket")
        assert "#2 is the best itself" in one.text


async def test_brackets_step_through_the_candidates() -> None:
    async with stage(told()) as one:
        await one.press("enter", "right_square_bracket")
        assert "Diff #3 against parent #2" in one.text
        await one.press("left_square_bracket", "left_square_bracket", "left_square_bracket")
        assert "#1 has no parent to compare with" in one.text


async def test_the_verifier_tab_shows_the_verdict_and_its_texts() -> None:
    async with stage(told()) as one:
        await one.press("enter", "2")
        for words in ("★ best", "1.5×", "median_ms", "1.25", "wall 3.2 s", "peak 41 MiB"):
            assert words in one.text
        for words in ("[link=x]too slow[/link]", "out", "line", "stderr: empty"):
            assert words in one.text


async def test_the_proposal_tab_shows_the_act_and_the_stream() -> None:
    async with stage(told()) as one:
        await one.press("enter", "3")
        for words in ("refine", "mutation", "[red]swap[/red] terms", "kept b small"):
            assert words in one.text
        for words in ("Answer  here", "You are asked [b]this[/b]"):
            assert words in one.text
        await one.push(live(1, "proposing", 3, "think[ing] "), live(1, "proposing", 3, "hard"))
        assert "step 3 proposing…" in one.text
        assert "think[ing] hard" in one.text
        await one.push(live(1, "verifying", 3))
        assert "proposing…" not in one.text


async def test_the_tree_picks_the_candidate_and_enter_shows_its_diff() -> None:
    async with stage(told()) as one:
        await one.press("enter", "4")
        assert "Candidates of L1: 3" in one.text
        assert "★ #2 1.5×" in one.text
        await one.press("down", "enter")
        assert "Diff #3 against parent #2" in one.text


async def test_missing_texts_are_named_not_fatal() -> None:
    async with stage(told()) as one:
        one.feed._blobs = {}
        await one.press("enter", "2")
        assert "is not in the session file" in one.text


def hinted() -> Journal:
    journal = told()
    journal.add(ev.HintQueued(1, "use [b]tiles[/b]", (1,)))
    journal.add(ev.HintTaken(1, 1, 3))
    for step in range(3, 9):
        journal.step(1, step, 2, 1.5 + step / 100, f"{step}\n")
    journal.add(ev.HintQueued(2, "drop numpy", (1,), author="me"))
    return journal


async def test_hints_show_where_they_stand_and_what_came_of_them() -> None:
    async with stage(hinted(), size=(120, 30)) as one:
        await one.press("enter", "5")
        assert "✔ taken at step 3 → effect +0.07 in 5 steps  «use [b]tiles[/b]»" in one.text
        assert "● queued  «drop numpy»" in one.text


async def test_a_queued_hint_is_edited_and_withdrawn() -> None:
    async with stage(hinted()) as one:
        one.control.reply = Reply(True, "hint 2 changed")
        await one.press("enter", "5", "down", "e")
        composer = one.app.screen.query_one(Composer)
        assert "Edit hint 2" in one.text
        assert composer.area.text == "drop numpy"
        await one.press("exclamation_mark", "enter")
        assert one.control.sent == [EditHint(2, "drop numpy!")]
        await one.press("x")
        assert one.control.sent[1:] == [WithdrawHint(2)]


async def test_a_taken_hint_is_history() -> None:
    async with stage(hinted()) as one:
        await one.press("enter", "5", "e")
        assert one.control.sent == []
        assert "hint 1 is taken: its text is history" in one.notices()


async def test_keys_of_a_tab_work_only_while_it_is_in_front() -> None:
    async with stage(hinted()) as one:
        await one.press("enter", "e", "x")
        assert one.control.sent == []
        keys = one.app.screen.active_bindings
        assert "b" in keys
        assert "e" not in keys
        await one.press("5")
        assert "b" not in one.app.screen.active_bindings


async def test_hints_can_be_written_from_every_tab() -> None:
    async with stage(told()) as one:
        await one.press("enter")
        for tab in "12345":
            await one.press(tab, "h", tab)
            assert one.app.screen.query_one(Composer).area.text == "12345"[: int(tab)]
            await one.press("escape")
            assert isinstance(one.app.screen, LineageScreen)
