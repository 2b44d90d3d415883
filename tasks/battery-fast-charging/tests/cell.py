"""A lithium-ion cell while it is charged: single-particle model with heat and ageing.

Cylindrical cell of 5 Ah, graphite-silicon against NMC 811. Electrodes, open-circuit potentials and
exchange currents as measured by C.-H. Chen et al., "Development of experimental techniques for
parameterization of multi-scale lithium-ion battery models", J. Electrochem. Soc. 167 (2020) 080534.
Each electrode is one spherical particle with the volume-averaged polynomial profile of V. R.
Subramanian, V. D. Diwakar and D. Tapriyal, J. Electrochem. Soc. 152 (2005) A2002-A2008.
Resistance, heat transfer, activation energies of diffusion and the side reaction are this task's
own, of usual size.

Units are SI but for charge, which is in Ah; temperatures are in K inside and in degrees Celsius
where the name says so. Charging current is positive.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

FARADAY = 96485.33212  # C/mol
GAS = 8.314462618  # J/(mol K)
ZERO_CELSIUS = 273.15  # K
REFERENCE = 298.15  # K, where the parameters below were measured

CAPACITY = 5.0  # Ah between a state of charge of 0 and of 1
PLATE_AREA = 0.1027  # m^2
RESISTANCE = 0.020  # ohm at REFERENCE, of the electrolyte, mostly
ANODE_SHARE = 0.3  # of the resistance: what lies between the graphite's surface and the separator
RESISTANCE_ACTIVATION = 20_000.0  # J/mol, of the electrolyte's conduction
ELECTROLYTE = 1000.0  # mol/m^3 of salt
HEAT_CAPACITY = 75.0  # J/K
COOLING = 0.08  # W/K to the surroundings
SIDE_CURRENT = 2e-3  # A, of the side reaction at 0 V against lithium and at REFERENCE
SIDE_ACTIVATION = 50_000.0  # J/mol
STEP = 4.0  # s, at most
EDGE = 1e-3  # how near a surface may come to empty or full, as a fraction, for the model to hold


class Electrode(NamedTuple):
    """One porous electrode, as one particle."""

    radius: float  # m
    thickness: float  # m
    solid: float  # volume fraction of active material
    most: float  # mol/m^3 of lithium when full
    empty: float  # fraction of `most` at a state of charge of 0
    diffusivity: float  # m^2/s
    diffusion_activation: float  # J/mol
    rate: float  # A/m^2 (m^3/mol)^1.5
    rate_activation: float  # J/mol

    def flux(self, current: float) -> float:
        """Return the lithium that crosses the particle's surface, mol/(m^2 s)."""
        surface = 3.0 * self.solid / self.radius * self.thickness * PLATE_AREA
        return current / (FARADAY * surface)

    def swing(self) -> float:
        """Return by how much the filled fraction changes over the whole capacity."""
        volume = self.solid * self.thickness * PLATE_AREA
        return CAPACITY * 3600.0 / (FARADAY * volume * self.most)


ANODE = Electrode(
    radius=5.86e-6,
    thickness=85.2e-6,
    solid=0.75,
    most=33_133.0,
    empty=0.0437,
    diffusivity=3.3e-14,
    diffusion_activation=30_000.0,
    rate=6.48e-7,
    rate_activation=35_000.0,
)
CATHODE = Electrode(
    radius=5.22e-6,
    thickness=75.6e-6,
    solid=0.665,
    most=63_104.0,
    empty=0.8427,
    diffusivity=4.0e-15,
    diffusion_activation=25_000.0,
    rate=3.42e-6,
    rate_activation=17_800.0,
)


def anode_potential(x: float) -> float:
    """Return the open-circuit potential of graphite-silicon at the filled fraction x, V."""
    return (
        1.9793 * math.exp(-39.3631 * x)
        + 0.2482
        - 0.0909 * math.tanh(29.8538 * (x - 0.1234))
        - 0.04478 * math.tanh(14.9159 * (x - 0.2769))
        - 0.0205 * math.tanh(30.4444 * (x - 0.6103))
    )


def cathode_potential(y: float) -> float:
    """Return the open-circuit potential of NMC 811 at the filled fraction y, V."""
    return (
        -0.8090 * y
        + 4.4875
        - 0.0428 * math.tanh(18.5138 * (y - 0.5542))
        - 17.7326 * math.tanh(15.7890 * (y - 0.3117))
        + 17.5842 * math.tanh(15.9308 * (y - 0.3120))
    )


def arrhenius(activation: float, temperature: float) -> float:
    """Return by how much faster something is than at the reference temperature."""
    return math.exp(activation / GAS * (1.0 / REFERENCE - 1.0 / temperature))


class State(NamedTuple):
    """What the cell remembers."""

    charge: float  # state of charge, 0 to 1
    anode_slope: float  # mean gradient of concentration in the particle, mol/m^4
    cathode_slope: float
    temperature: float  # K
    lost: float  # Ah, to the side reaction


class Point(NamedTuple):
    """What can be measured at one moment."""

    time: float  # s
    current: float  # A
    charge: float  # state of charge, 0 to 1
    voltage: float  # V
    celsius: float  # temperature
    margin: float  # V, of the graphite's surface against lithium: lithium plates below 0
    lost: float  # Ah so far


class LeftModelError(ValueError):
    """A particle's surface would be emptier than empty or fuller than full."""

    def __init__(self, filled: float) -> None:
        super().__init__(f"a surface is filled to {filled:.4f} of its places")
        self.excess = abs(filled - 0.5) - (0.5 - EDGE)


def surface(electrode: Electrode, mean: float, slope: float, flux: float, speed: float) -> float:
    """Return the filled fraction at a particle's surface; `flux` is inward, `speed` diffusion's."""
    span = electrode.radius / 35.0
    within = 8.0 * span * slope + span * flux / (electrode.diffusivity * speed)
    return mean + within / electrode.most


def overpotential(electrode: Electrode, filled: float, flux: float, temperature: float) -> float:
    """Return what the surface reaction takes (symmetric Butler-Volmer), V."""
    speed = arrhenius(electrode.rate_activation, temperature)
    share = math.sqrt(ELECTROLYTE * filled * (1.0 - filled)) * electrode.most
    exchange = electrode.rate * speed * share
    current = FARADAY * abs(flux)
    return 2.0 * GAS * temperature / FARADAY * math.asinh(current / (2.0 * exchange))


def electrical(state: State, current: float) -> tuple[float, float, float]:
    """Return voltage, resting voltage and margin against plating, V. Raises LeftModelError."""
    potentials, losses, resting = [], [], []
    for electrode, slope, sign, curve in (
        (ANODE, state.anode_slope, 1.0, anode_potential),
        (CATHODE, state.cathode_slope, -1.0, cathode_potential),
    ):
        flux = sign * electrode.flux(current)
        mean = electrode.empty + sign * electrode.swing() * state.charge
        speed = arrhenius(electrode.diffusion_activation, state.temperature)
        filled = surface(electrode, mean, slope, flux, speed)
        if not EDGE <= filled <= 1.0 - EDGE:
            raise LeftModelError(filled)
        potentials.append(curve(filled))
        losses.append(overpotential(electrode, filled, flux, state.temperature))
        resting.append(curve(mean))
    drop = current * RESISTANCE / arrhenius(RESISTANCE_ACTIVATION, state.temperature)
    margin = potentials[0] - losses[0] - ANODE_SHARE * drop
    voltage = potentials[1] - potentials[0] + sum(losses) + drop
    return voltage, resting[1] - resting[0], margin


def rates(state: State, current: float, ambient: float) -> State:
    """Return the derivatives of all that the state holds, per second."""
    voltage, resting, margin = electrical(state, current)
    slopes = []
    for electrode, slope, sign in (
        (ANODE, state.anode_slope, 1.0),
        (CATHODE, state.cathode_slope, -1.0),
    ):
        speed = arrhenius(electrode.diffusion_activation, state.temperature)
        spread = (
            22.5 * sign * electrode.flux(current) - 30.0 * electrode.diffusivity * speed * slope
        )
        slopes.append(spread / electrode.radius**2)
    heat = current * (voltage - resting) - COOLING * (state.temperature - ambient)
    faster = arrhenius(SIDE_ACTIVATION, state.temperature)
    push = math.exp(-0.5 * FARADAY * margin / (GAS * state.temperature))
    side = SIDE_CURRENT * faster * push / 3600.0
    return State(current / (CAPACITY * 3600.0), slopes[0], slopes[1], heat / HEAT_CAPACITY, side)


def stepped(state: State, current: float, ambient: float, step: float) -> State:
    """Return the state one step later: the classical Runge-Kutta method of fourth order."""

    def ahead(slope: State, share: float) -> State:
        return State(*(a + share * step * b for a, b in zip(state, slope, strict=True)))

    first = rates(state, current, ambient)
    second = rates(ahead(first, 0.5), current, ambient)
    third = rates(ahead(second, 0.5), current, ambient)
    fourth = rates(ahead(third, 1.0), current, ambient)
    return State(
        *(
            a + step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            for a, k1, k2, k3, k4 in zip(state, first, second, third, fourth, strict=True)
        )
    )


def measured(state: State, current: float, time: float) -> Point:
    """Return what can be measured while this current flows."""
    voltage, _, margin = electrical(state, current)
    celsius = state.temperature - ZERO_CELSIUS
    return Point(time, current, state.charge, voltage, celsius, margin, state.lost)


def charged(
    ambient_celsius: float, start: float, target: float, stages: Sequence[tuple[float, float]]
) -> list[Point]:
    """Return the course of a charge from rest at the temperature of the surroundings.

    `stages` are (seconds, amperes). Each is cut into equal steps of `STEP` at most; points are
    taken as its current sets in and after each step. The charge ends when the target is reached,
    within a stage if need be, or after the last one. Raises LeftModelError.
    """
    ambient = ambient_celsius + ZERO_CELSIUS
    state, time, course = State(start, 0.0, 0.0, ambient, 0.0), 0.0, []
    for duration, current in stages:
        seconds = duration
        if current > 0.0:
            seconds = min(duration, (target - state.charge) * CAPACITY * 3600.0 / current)
        count = max(1, math.ceil(seconds / STEP))
        course.append(measured(state, current, time))
        for _ in range(count):
            state = stepped(state, current, ambient, seconds / count)
            time += seconds / count
            course.append(measured(state, current, time))
        if state.charge >= target - 1e-9:
            break
    return course
