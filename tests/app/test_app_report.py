"""The page of a report in a real browser: it renders, complains of nothing and fetches nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from browser import browser, page

sys.path.insert(0, str(Path(__file__).parents[1] / "analysis"))

from analysis_support import by_law

from workbench.analysis.report.files import write
from workbench.analysis.report.session import Origin, document
from workbench.analysis.whole import analyse

DRAWN = """
[...document.querySelectorAll('svg.chart')].filter(
  chart => [...chart.querySelectorAll('path.line')].some(line => line.getTotalLength() > 50)
).length
"""
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
SPILLED = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.timeout(180)
async def test_a_report_renders_by_day_and_by_night_and_fetches_nothing(tmp_path: Path) -> None:
    program = browser()
    if program is None:
        pytest.skip("no Chromium here")
    session = by_law(6, 80, 2.2, 1.0, 1.0, seed=1)
    made = document(session, analyse(session), Origin("j", "workbench report j"))
    (file,) = write(made, tmp_path / "out", ["html"])
    async with page(program, tmp_path / "profile") as tab:
        await tab.open(file.as_uri())
        await tab.until(
            "document.readyState === 'complete' && document.querySelector('h2') !== null"
        )
        assert await tab.value(DRAWN) == 4
        assert await tab.value("document.querySelectorAll('nav a').length") == 8
        assert await tab.value("performance.getEntriesByType('resource').length") == 0
        seen = set()
        for scheme in ("light", "dark"):
            await tab._ask(
                "Emulation.setEmulatedMedia",
                features=[{"name": "prefers-color-scheme", "value": scheme}],
            )
            seen.add(await tab.value(BACKGROUND))
        assert seen == {"rgb(255, 255, 255)", "rgb(15, 19, 24)"}
        await tab._ask(
            "Emulation.setDeviceMetricsOverride",
            width=390, height=800, deviceScaleFactor=1, mobile=True,
        )  # fmt: skip
        assert await tab.value(SPILLED) is False
        assert len(await tab.picture()) > 15_000
        assert tab.errors == []
