"""Score rebalanced portfolios in four markets. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

Mean-variance choice (H. Markowitz, "Portfolio selection", Journal of Finance 7, 1952, 77-91) with
costs of trading, from weights w0 to weights w over a year, as fractions of the wealth:

    utility(w) = sum of mu_i w_i - gamma / 2 w' V w - sum of (spread_i |t_i| + impact_i |t_i|^1.5)

with t = w - w0. Spreads cost in proportion; the 3/2 power is the square-root law of market impact
(J.-P. Bouchaud et al., "Trades, Quotes and Prices", Cambridge University Press 2018). The
covariance V is that of a factor model, V_ij = b_i' F b_j + [same sector s] q_s^2 + [i = j] d_i^2,
with exposures b, factor covariance F, sector volatilities q and specific volatilities d (per year).

The score is the mean over the markets of utility(w) - utility(w0), in basis points (1e-4) a year.

The markets are made up, with random.Random("portfolio " + name), digits rounded: sector volatility
U(0.05, 0.12), exposures N(1, 0.25) to the market and N(0, 1) to three styles, specific volatility
U(0.12, 0.35), expected return 0.03 + 0.035 b_1 + 0.006 b_2 + 0.01 b_3 + N(0, 0.025), spread
exp(U(ln 0.0004, ln 0.004)), impact exp(U(ln 0.004, ln 0.03)). Volatilities are scaled by 0.8 in
"calm" and 1.3 in "stressed", costs by 2.5 in "costly". Holdings at the start are drawn until they
keep all rules.

`BOUND`: utility is a sum of concave functions of single variables (weights, trades, factor
exposures), so tangents to each make a mixed-integer linear problem whose optimum is no less than
any portfolio's; tangents were added until it came within 0.03 of the reference. Solver tolerances
are covered by rounding up.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from answers import Scored, broken, main, numbers, read_json, table

OUTPUT = "weights.json"
MARKETS = Path(__file__).with_name("markets.json")
BASIS = 1e-4
TOLERANCE = 1e-9  # of a weight, or a sum of weights: rounding
BEST_KNOWN = 300.9169
BOUND = 301.0

Market = dict[str, Any]


def parts(market: Market, weights: list[float]) -> dict[str, float]:
    """Return the terms of the utility in basis points a year: return, risk, spread, impact."""
    assets = market["assets"]
    pairs = list(zip(assets, weights, strict=True))
    trades = [(asset, abs(weight - asset["held"])) for asset, weight in pairs]
    factors = [
        math.fsum(asset["exposures"][f] * weight for asset, weight in pairs)
        for f in range(len(market["factor_covariance"]))
    ]
    sectors = zip(market["sector_volatility"], sector_weights(market, weights), strict=True)
    variance = (
        math.fsum(
            factors[f] * entry * factors[g]
            for f, row in enumerate(market["factor_covariance"])
            for g, entry in enumerate(row)
        )
        + math.fsum((volatility * weight) ** 2 for volatility, weight in sectors)
        + math.fsum((asset["specific"] * weight) ** 2 for asset, weight in pairs)
    )
    terms = {
        "return": math.fsum(asset["expected"] * weight for asset, weight in pairs),
        "risk": -market["risk_aversion"] / 2 * variance,
        "spread": -math.fsum(asset["spread"] * size for asset, size in trades),
        "impact": -math.fsum(asset["impact"] * size**1.5 for asset, size in trades),
    }
    return {name: term / BASIS for name, term in terms.items()}


def utility(market: Market, weights: list[float]) -> float:
    """Return the utility in basis points a year."""
    return math.fsum(parts(market, weights).values())


def sector_weights(market: Market, weights: list[float]) -> list[float]:
    """Return the weight of each sector."""
    found = [0.0] * len(market["sector_volatility"])
    for asset, weight in zip(market["assets"], weights, strict=True):
        found[asset["sector"]] += weight
    return found


def held(market: Market) -> list[float]:
    """Return the weights before any trade."""
    return [asset["held"] for asset in market["assets"]]


def turnover(market: Market, weights: list[float]) -> float:
    """Return half the sum of all trades."""
    return math.fsum(abs(w - had) for w, had in zip(weights, held(market), strict=True)) / 2


def violations(name: str, market: Market, weights: list[float]) -> list[tuple[float, str]]:
    """Return every broken constraint of one market: by how much weight (or names), which one."""
    count = sum(weight > 0 for weight in weights)
    checks = [
        (abs(math.fsum(weights) - 1), ": the weights do not sum to 1"),
        (turnover(market, weights) - market["most_turnover"], ": turnover above its limit"),
        (float(count - market["most_assets"]), f": assets held above {market['most_assets']}"),
    ]
    for i, weight in enumerate(weights):
        checks.append((weight - market["most_weight"], f", asset {i}: weight above its limit"))
        if weight > 0:
            short = market["least_weight"] - weight
            checks.append((short, f", asset {i}: weight neither 0 nor at least its limit"))
    for s, weight in enumerate(sector_weights(market, weights)):
        checks.append((weight - market["most_sector"], f", sector {s}: weight above its limit"))
        checks.append((market["least_sector"] - weight, f", sector {s}: weight below its limit"))
    return [(amount, f"{name}{what}") for amount, what in checks if amount > TOLERANCE]


def score(app: Path) -> Scored:
    """Return the mean utility gained by trading in basis points, and what to say of it."""
    markets: dict[str, Market] = json.loads(MARKETS.read_text())
    content = table(read_json(app / OUTPUT), OUTPUT, tuple(markets))
    portfolios = {}
    for name, market in markets.items():
        given = numbers(content[name], name, len(market["assets"]), 0.0, 1.0)
        portfolios[name] = [0.0 if weight <= TOLERANCE else float(weight) for weight in given]
    wrong = [
        found
        for name, market in markets.items()
        for found in violations(name, market, portfolios[name])
    ]
    if wrong:
        return broken(wrong)
    gains = {
        name: utility(market, portfolios[name]) - utility(market, held(market))
        for name, market in markets.items()
    }
    mean = math.fsum(gains.values()) / len(gains)
    metrics = {f"gain_{name}": gain for name, gain in gains.items()}
    metrics["most_turnover"] = max(
        turnover(market, portfolios[name]) / market["most_turnover"]
        for name, market in markets.items()
    )
    return {"reward": mean, "feasible": 1, **metrics}, praise(mean, gains, markets, portfolios)


def praise(
    mean: float,
    gains: dict[str, float],
    markets: dict[str, Market],
    portfolios: dict[str, list[float]],
) -> str:
    """Say what trading changed in each market and how far the limits are used."""
    lines = [
        f"Mean utility gained: {mean:.4f} bp (best known {BEST_KNOWN:.4f}, none above {BOUND})."
    ]
    for name, market in markets.items():
        weights = portfolios[name]
        after, before = parts(market, weights), parts(market, held(market))
        change = {term: after[term] - before[term] for term in after}
        lines.append(
            f"- {name}: {gains[name]:+.2f} = return {change['return']:+.1f}, risk"
            f" {change['risk']:+.1f}, spread {change['spread']:+.1f}, impact"
            f" {change['impact']:+.1f}; turnover {turnover(market, weights):.4f} of"
            f" {market['most_turnover']}, assets {sum(w > 0 for w in weights)} of"
            f" {market['most_assets']}"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(score)
