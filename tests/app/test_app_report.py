"""The page of a report in a real browser: it renders, complains of nothing and fetches nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from browser import browser, page

sys.path.insert(0, str(Path(__file__).parents[1] / "analysis"))

from analysis_support import Told, by_law

from workbench.analysis.report.document import Document
from workbench.analysis.report.files import write
from workbench.analysis.report.session import Origin
from workbench.analysis.report.session import document as session_document
from workbench.analysis.report.study import document as study_document
from workbench.analysis.study.entry import entry_of
from workbench.analysis.whole import analyse
from workbench.model import event as ev

DRAWN = """
[...document.querySelectorAll('svg.chart')].filter(
  chart => [...chart.querySelectorAll('path.line')].some(line => line.getTotalLength() > 50)
).length
"""
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
SPILLED = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def of_session() -> Document:
    session = by_law(6, 80, 2.2, 1.0, 1.0, seed=1)
    return session_document(session, analyse(session), Origin("j", "workbench report j"))


def of_study() -> Document:
    entries = []
    for seed in range(4):
        for strategy, ahead in (("chain", 1.0), ("independent", 0.0)):
            journal = Told(0.0, seed=seed)
            journal.lineage(1, strategy=strategy)
            for step in range(1, 20):
                journal.step(1, step, step * 0.1 + ahead + 0.01 * seed)
            journal.add(ev.EngineClosed("finished"))
            entries.append(entry_of(journal.session, f"{strategy}-{seed}"))
    return study_document("s", entries, Origin("s", "workbench report s"))


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("make", "charts", "sections"), [(of_session, 4, 8), (of_study, 2, 5)])
async def test_a_report_renders_by_day_and_by_night_and_fetches_nothing(
    make: Callable[[], Document], charts: int, sections: int, tmp_path: Path
) -> None:
    program = browser()
    if program is None:
        pytest.skip("no Chromium here")
    (file,) = write(make(), tmp_path / "out", ["html"])
    async with page(program, tmp_path / "profile") as tab:
        await tab.open(file.as_uri())
        await tab.until(
            "document.readyState === 'complete' && document.querySelector('h2') !== null"
        )
        assert await tab.value(DRAWN) == charts
        assert await tab.value("document.querySelectorAll('nav a').length") == sections
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
