"""Three products to be made in the same reactor, what they are worth, and what must be kept to."""

from reactor import BACK_PRESSURE, Chemistry, boiling_celsius

CAMPAIGNS = {
    # the product takes a second nucleophile, the sooner the hotter
    "overreaction": Chemistry(
        (0.060, 0.0012, 0.0030, 0.020, 1e-6, 0.0), (45.0, 48.0, 72.0, 60.0, 100.0, 50.0)
    ),
    # the isomer forms at low temperature, the product decomposes at high temperature
    "isomer": Chemistry(
        (0.050, 0.0040, 0.0005, 0.0020, 1.5e-5, 0.0), (78.0, 50.0, 60.0, 60.0, 120.0, 50.0)
    ),
    # the nucleophile does not last
    "fading": Chemistry(
        (0.030, 0.0006, 0.0010, 0.0040, 4e-6, 0.0030), (58.0, 60.0, 66.0, 60.0, 110.0, 75.0)
    ),
}

# EUR per mol
PRODUCT_PRICE = 200.0
SUBSTRATE_COST = 70.0
NUCLEOPHILE_COST = 9.0
WASTE_COST = 50.0  # of A, D, E and F that leave the reactor, which must be separated
SOLVENT_COST = 3.0  # EUR per litre of all that leaves

MOST_CONCENTRATION = 1.2  # mol/L of A, which is what dissolves
LEAST_FLOW, MOST_FLOW = 0.5, 20.0  # mL/min of the feed of A
MOST_EQUIVALENTS = 4.0  # of B, all doses together
LEAST_WALL, MOST_WALL = 20.0, 130.0  # degrees Celsius
MOST_LIQUID = boiling_celsius(BACK_PRESSURE) - 5.0  # degrees Celsius, 5 K below boiling
MOST_PRESSURE = 7.0  # bar, of the pumps
MOST_BYPRODUCTS = 0.10  # D, E and F together, in mol per mol of C
MOST_LEFT = 0.03  # of the A that was fed
