"""What isolates the programs is tried beside the first run, and what does not hold is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from engine_support import events, finish, new_session, stored

from sandbox import Capabilities
from sandbox.bubblewrap import Bubblewrap
from workbench.model import event as ev


@pytest.mark.parametrize("holds", [True, False])
async def test_a_promise_that_fails_when_tried_is_on_the_screen(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holds: bool
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing remembered"))
    probe = Bubblewrap.probe

    async def weaker(self: Bubblewrap, full: bool = False) -> Capabilities:
        found = await probe(self)
        checks = tuple(
            replace(check, state="absent") if check.name == "disk" else check
            for check in found.checks
        )
        tried = found if holds else replace(found, checks=checks)
        return replace(tried, tried=True) if full else found

    monkeypatch.setattr(Bubblewrap, "probe", weaker)
    directory = await new_session(root)
    await finish(directory)
    told = [event for event in events(directory) if isinstance(event, ev.IsolationTried)]
    assert [one.isolation.count("disk absent") for one in told] == ([] if holds else [1])
    isolation = stored(directory).isolation
    assert isolation is not None
    assert ("disk absent" in isolation.isolation) == (not holds)
