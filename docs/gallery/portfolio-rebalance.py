"""Draw a choice of portfolio-rebalance: weights before and after in the market 'broad'."""

import json
from pathlib import Path
from typing import Any

NAME = "broad"


def draw(app: Path, axes: Any) -> None:
    """Draw the weight of each asset that is or was held, sold ones first, bought ones last."""
    assets = json.loads((app / "markets.json").read_text())[NAME]["assets"]
    weights = json.loads((app / "weights.json").read_text())[NAME]
    moves = sorted(
        (weight - asset["held"], asset["held"], weight, i)
        for i, (asset, weight) in enumerate(zip(assets, weights, strict=True))
        if weight > 0 or asset["held"] > 0
    )
    places = range(len(moves))
    axes.bar(places, [100 * held for _, held, _, _ in moves], color="lightgray", label="before")
    axes.bar(places, [100 * new for _, _, new, _ in moves], width=0.4, color="C0", label="after")
    axes.set_xticks(list(places), [str(i) for *_, i in moves], fontsize=7)
    axes.set_xlabel("asset")
    axes.set_ylabel("weight in %")
    axes.set_title(f"Market '{NAME}'")
    axes.legend(frameon=False)
