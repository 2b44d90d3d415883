from __future__ import annotations

from tui_scripted import live
from tui_support import stage

from workbench.display.tui.screens.dashboard import Dashboard


async def test_dashboard_shows_a_live_session() -> None:
    async with stage() as one:
        assert isinstance(one.app.screen, Dashboard)
        await one.push(live(1, "verifying", 31))
        assert "▶ verify" in one.text
        assert "best known 3.1×" in one.text
        assert "matmul-tile" in one.rows()[0]
        assert "● live" in one.rows()[1]
