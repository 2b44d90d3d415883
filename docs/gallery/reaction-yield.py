"""What each campaign makes along the reactor, with wall and liquid temperatures."""

import json
import sys
from pathlib import Path
from typing import Any


def draw(app: Path, axes: Any) -> None:
    """Draw the plans in ``app/plans.json``, run with ``app/reactor.py``."""
    sys.path.insert(0, str(app))
    try:
        import campaigns  # type: ignore[import-not-found]
        import reactor  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(app))
    plans = json.loads((app / "plans.json").read_text())
    right = axes.twinx()
    for n, (name, chemistry) in enumerate(campaigns.CAMPAIGNS.items()):
        plan = reactor.Plan(**plans[name])
        found = reactor.run(chemistry, plan)
        ends = [reactor.ZONE_VOLUME * (zone + 1) for zone in range(reactor.ZONES)]
        made = [100 * behind["C"] / found.fed[0] for behind in found.after]
        label = f"{name}: {plan.flow:.1f} mL/min"
        axes.plot([0, *ends], [0, *made], "o-", color=f"C{n}", label=label)
        walls = [plan.temperatures[0], *plan.temperatures]
        right.step([0, *ends], walls, where="pre", color=f"C{n}", lw=0.8)
        right.plot([end - 2 for end in ends], found.hottest, "_", color=f"C{n}")
        for end, dose in zip(ends, plan.doses, strict=True):
            if dose > 0.01:
                axes.annotate(f"{dose:.2f} B", (end - 4, 3 + 5 * n), color=f"C{n}", fontsize=7)
    axes.set_xlabel("mL along the reactor")
    axes.set_ylabel("% of A turned into C (dots)")
    right.set_ylabel("°C of wall (steps) and hottest liquid (dashes)")
    axes.legend(fontsize=7, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False)
