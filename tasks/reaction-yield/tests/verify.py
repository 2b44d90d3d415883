"""Score how three products are made in a flow reactor: what each campaign earns per hour.

Standard library only. Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]

Reads APP_DIR/plans.json: per campaign, flow, concentration, doses and temperatures. `reactor` is
the model, `campaigns` has kinetics, prices and limits. Nothing but the plans is taken from the
candidate: yields and temperatures are computed here.
"""

import math
from pathlib import Path

from answers import Scored, broken, main, number, numbers, read_json, table
from campaigns import (
    CAMPAIGNS,
    LEAST_FLOW,
    LEAST_WALL,
    MOST_BYPRODUCTS,
    MOST_CONCENTRATION,
    MOST_EQUIVALENTS,
    MOST_FLOW,
    MOST_LEFT,
    MOST_LIQUID,
    MOST_PRESSURE,
    MOST_WALL,
    NUCLEOPHILE_COST,
    PRODUCT_PRICE,
    SOLVENT_COST,
    SUBSTRATE_COST,
    WASTE_COST,
)
from reactor import ZONE_VOLUME, ZONES, Outcome, Plan, run

OUTPUT = "plans.json"
BEST_KNOWN = {"overreaction": 32.8833, "isomer": 52.9101, "fading": 17.1375}  # EUR/h, reference
PER_HOUR = 60e-3  # from mmol/min or mL/min to mol/h or L/h

Flaws = list[tuple[float, str]]


def read_plan(name: str, value: object) -> Plan:
    """Return one campaign's plan. Raises Refused."""
    content = table(value, name, Plan._fields)
    return Plan(
        number(content["flow"], f"{name}: flow", LEAST_FLOW, MOST_FLOW),
        number(content["concentration"], f"{name}: concentration", 0.01, 10.0),
        numbers(content["doses"], f"{name}: doses", ZONES, 0.0, 10.0),
        numbers(content["temperatures"], f"{name}: temperatures", ZONES, LEAST_WALL, MOST_WALL),
    )


def beyond_feeds(name: str, plan: Plan) -> Flaws:
    """Return what cannot be fed."""
    equivalents = math.fsum(plan.doses)
    dissolved = f"{plan.concentration:.6g} mol/L of A, {MOST_CONCENTRATION:g} dissolve"
    dosed = f"{equivalents:.6g} equivalents in all, {MOST_EQUIVALENTS:g} are allowed"
    flaws = [
        (plan.concentration - MOST_CONCENTRATION, f"{name}: {dissolved}"),
        (equivalents - MOST_EQUIVALENTS, f"{name}: {dosed}"),
    ]
    return [flaw for flaw in flaws if flaw[0] > 0.0]


def beyond_limits(name: str, found: Outcome) -> Flaws:
    """Return what is wrong inside the reactor, or with what leaves it."""
    fed, moles = found.fed[0], found.moles
    left, made, lost = moles["A"] / fed, moles["C"] / fed, byproducts(found) / fed
    pumps = f"{found.pressure:.4f} bar at the pumps, {MOST_PRESSURE:g} are allowed, in bar"
    spoilt = (
        f"{lost:.5f} of by-products D, E and F for {made:.5f} of C, {MOST_BYPRODUCTS:g} of that"
    )
    flaws = [
        (found.pressure - MOST_PRESSURE, f"{name}: {pumps}"),
        (lost - MOST_BYPRODUCTS * made, f"{name}: {spoilt} are allowed, per A fed"),
        (left - MOST_LEFT, f"{name}: {left:.5f} of the A fed is left, {MOST_LEFT:g} is allowed"),
    ]
    for zone, celsius in enumerate(found.hottest):
        text = (
            f"{name}: liquid at {celsius:.4f} C in zone {zone}, {MOST_LIQUID:.4f} is allowed, in K"
        )
        flaws.append((celsius - MOST_LIQUID, text))
    return [flaw for flaw in flaws if flaw[0] > 0.0]


def byproducts(found: Outcome) -> float:
    """Return D, E and F that leave, mmol/min."""
    return found.moles["D"] + found.moles["E"] + found.moles["F"]


def earnings(found: Outcome) -> dict[str, float]:
    """Return what comes in and what is spent, EUR/h."""
    moles = found.moles
    return {
        "product": PRODUCT_PRICE * moles["C"] * PER_HOUR,
        "substrate": -SUBSTRATE_COST * found.fed[0] * PER_HOUR,
        "nucleophile": -NUCLEOPHILE_COST * found.fed[1] * PER_HOUR,
        "waste": -WASTE_COST * (moles["A"] + byproducts(found)) * PER_HOUR,
        "solvent": -SOLVENT_COST * found.flow * PER_HOUR,
    }


def score(app: Path) -> Scored:
    """Return the record and the feedback for the plans in the directory `app`.

    The reward is the mean over the campaigns of what an hour earns.
    """
    content = table(read_json(app / OUTPUT), OUTPUT, CAMPAIGNS)
    plans = {name: read_plan(name, content[name]) for name in CAMPAIGNS}
    flaws = [flaw for name, plan in plans.items() for flaw in beyond_feeds(name, plan)]
    if flaws:
        return broken(flaws)
    found = {name: run(chemistry, plans[name]) for name, chemistry in CAMPAIGNS.items()}
    flaws = [flaw for name, outcome in found.items() for flaw in beyond_limits(name, outcome)]
    if flaws:
        return broken(flaws)
    reward: dict[str, float] = {"reward": 0.0, "feasible": 1}
    lines, margins = [], []
    for name, outcome in found.items():
        margins.append(math.fsum(earnings(outcome).values()))
        reward[f"margin_{name}"] = margins[-1]
        reward[f"yield_{name}"] = outcome.moles["C"] / outcome.fed[0]
        reward[f"space_time_yield_{name}"] = outcome.moles["C"] * 60.0 / (ZONES * ZONE_VOLUME)
        lines.append(describe(name, margins[-1], outcome))
    reward["reward"] = math.fsum(margins) / len(margins)
    best = math.fsum(BEST_KNOWN.values()) / len(BEST_KNOWN)
    head = f"Mean margin {reward['reward']:.4f} EUR/h; best known {best:.4f}.\n"
    return reward, head + "".join(lines)


def describe(name: str, margin: float, found: Outcome) -> str:
    """Say what a campaign earns, what spoils its yield, and which limits have room."""
    fed, moles = found.fed[0], found.moles
    spent = ", ".join(f"{what} {value:.2f}" for what, value in earnings(found).items())
    made = ", ".join(f"{100 * behind['C'] / fed:.1f}" for behind in found.after)
    shares = ", ".join(f"{what} {100 * moles[what] / fed:.2f}" for what in "ADEF")
    ratio = byproducts(found) / moles["C"]
    return (
        f"- {name}: {margin:.4f} EUR/h (best known {BEST_KNOWN[name]:.4f}): {spent}. C behind each"
        f" zone, % of A fed: {made}; at the end {shares}. By-products per C {ratio:.4f} of"
        f" {MOST_BYPRODUCTS:g}; hottest liquid {max(found.hottest):.2f} of {MOST_LIQUID:.2f} C;"
        f" {found.pressure:.2f} of {MOST_PRESSURE:g} bar\n"
    )


if __name__ == "__main__":
    main(score)
