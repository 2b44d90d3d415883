"""A tubular flow reactor of five heated zones, with the nucleophile dosed in before each of them.

Plug flow of a liquid in which an aromatic A is substituted by a nucleophile B:

    1  A + B -> C    the product
    2  A + B -> D    its isomer
    3  C + B -> E    substituted twice
    4  D + B -> E
    5  C -> F        decomposition of the product
    6  B -> G        decomposition of the nucleophile

All are elementary, k(T) = k90 exp(-Ea / R (1 / T - 1 / 363.15 K)). Each zone of the wall has one
temperature; the liquid exchanges heat with it and is heated by reactions 1 to 4. Balances of moles
and heat along the tube are integrated by the classical Runge-Kutta method. See any textbook of
reaction engineering (O. Levenspiel, "Chemical Reaction Engineering", chapters 5 to 9). Rate
constants and equipment are this task's own, of usual size.

Units: mL, mL/min, mol/L = mmol/mL, mmol/min, K or degrees Celsius, bar; rate constants in L, mol
and s.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

GAS = 8.314462618  # J/(mol K)
ZERO_CELSIUS = 273.15  # K
REFERENCE = 363.15  # K

ZONES = 5
ZONE_VOLUME = 4.0  # mL
STEPS = 60  # per zone, at least
LONGEST_STEP = 0.25  # in units of the time in which the fastest reaction would use up a species
FEED_CELSIUS = 25.0  # of both feeds
STOCK = 5.0  # mol/L of B in its feed
HEAT_CAPACITY = 2.0  # J/(mL K), of the liquid
HEAT_TRANSFER = 0.1  # J/(mL s K), between the liquid and the wall
REACTION_HEAT = 95.0  # J/mmol, of each substitution
BACK_PRESSURE = 4.0  # bar, at the end of the tube
TUBE = 0.8  # mm, inner diameter
VISCOSITY = 5e-4  # Pa s


class Chemistry(NamedTuple):
    """Kinetics: of reactions 1 to 6, in the order above."""

    constants: tuple[float, ...]  # at 90 degrees; L/(mol s), the last two 1/s
    activations: tuple[float, ...]  # kJ/mol


class Plan(NamedTuple):
    """How the reactor is run."""

    flow: float  # mL/min of the feed of A
    concentration: float  # mol/L of A in its feed
    doses: Sequence[float]  # equivalents of B, dosed in before each zone
    temperatures: Sequence[float]  # degrees Celsius, of the wall of each zone


class Outcome(NamedTuple):
    """What leaves the reactor, and what it was like inside."""

    moles: dict[str, float]  # mmol/min of A to G
    fed: tuple[float, float]  # mmol/min of A and of B
    flow: float  # mL/min of all that leaves
    hottest: tuple[float, ...]  # degrees Celsius, of the liquid in each zone
    pressure: float  # bar, at the pumps
    after: tuple[dict[str, float], ...]  # moles behind each zone


def run(chemistry: Chemistry, plan: Plan) -> Outcome:
    """Return what comes of a plan. All doses may be zero; flow and concentration may not."""
    fed = plan.flow * plan.concentration
    state = [fed, *[0.0] * 6, FEED_CELSIUS + ZERO_CELSIUS]
    flow, added, drop = plan.flow, 0.0, 0.0
    hottest, after = [], []
    for dose, wall in zip(plan.doses, plan.temperatures, strict=True):
        stream = fed * dose / STOCK
        cold = FEED_CELSIUS + ZERO_CELSIUS
        state[7] = (state[7] * flow + cold * stream) / (flow + stream)
        state[1] += fed * dose
        flow, added = flow + stream, added + fed * dose
        state, top = along_zone(chemistry, state, flow, wall + ZERO_CELSIUS)
        hottest.append(top - ZERO_CELSIUS)
        after.append(dict(zip("ABCDEFG", state, strict=False)))
        drop += pressure_drop(flow)
    return Outcome(
        after[-1], (fed, added), flow, tuple(hottest), BACK_PRESSURE + drop, tuple(after)
    )


def along_zone(
    chemistry: Chemistry, state: list[float], flow: float, wall: float
) -> tuple[list[float], float]:
    """Return the state at the end of a zone, and the hottest temperature in it, K."""
    left, hottest = ZONE_VOLUME, state[7]

    def ahead(slope: list[float], length: float) -> list[float]:
        return [a + length * b for a, b in zip(state, slope, strict=True)]

    while left > 0.0:
        first, fastest = slopes(chemistry, state, flow, wall)
        step = min(ZONE_VOLUME / STEPS, LONGEST_STEP * flow / fastest)
        step = left if step > 0.999 * left else step
        second, _ = slopes(chemistry, ahead(first, 0.5 * step), flow, wall)
        third, _ = slopes(chemistry, ahead(second, 0.5 * step), flow, wall)
        fourth, _ = slopes(chemistry, ahead(third, step), flow, wall)
        state = [
            a + step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            for a, k1, k2, k3, k4 in zip(state, first, second, third, fourth, strict=True)
        ]
        left -= step
        hottest = max(hottest, state[7])
    return state, hottest


def slopes(
    chemistry: Chemistry, state: list[float], flow: float, wall: float
) -> tuple[list[float], float]:
    """Return the derivatives of molar flows, mmol/(min mL), and temperature, K/mL.

    Beside them: the rate at which the fastest of all processes goes on, 1/min.
    """
    a, b, c, d = (moles / flow for moles in state[:4])
    temperature = state[7]
    warmth = 1e3 / GAS * (1.0 / REFERENCE - 1.0 / temperature)
    k1, k2, k3, k4, k5, k6 = (
        60.0 * constant * math.exp(activation * warmth)
        for constant, activation in zip(chemistry.constants, chemistry.activations, strict=True)
    )
    product, isomer, twice, twice_too = k1 * a * b, k2 * a * b, k3 * c * b, k4 * d * b
    decay, fading = k5 * c, k6 * b
    substitutions = product + isomer + twice + twice_too
    cooling = 60.0 * HEAT_TRANSFER / HEAT_CAPACITY
    warming = REACTION_HEAT / HEAT_CAPACITY * substitutions + cooling * (wall - temperature)
    slope = [
        -product - isomer,
        -substitutions - fading,
        product - twice - decay,
        isomer - twice_too,
        twice + twice_too,
        decay,
        fading,
        warming / flow,
    ]
    of_b = (k1 + k2) * a + k3 * c + k4 * d + k6
    return slope, max((k1 + k2) * b, of_b, k3 * b + k5, k4 * b, cooling)


def pressure_drop(flow: float) -> float:
    """Return the pressure drop of one zone in bar (laminar flow, Hagen-Poiseuille)."""
    diameter = TUBE * 1e-3  # m
    length = ZONE_VOLUME * 1e-6 / (math.pi / 4.0 * diameter**2)  # m
    pascal = 128.0 * VISCOSITY * length * (flow * 1e-6 / 60.0) / (math.pi * diameter**4)
    return pascal * 1e-5


def boiling_celsius(pressure: float) -> float:
    """Return where ethanol, the solvent, boils, by Antoine's equation.

    Its constants are fitted to pressures up to 1.7 bar; at 4 bar it errs by less than 1 K.
    """
    return 1598.673 / (5.24677 - math.log10(pressure)) + 46.424 - ZERO_CELSIUS
