"""What is to be charged, where, and within which limits."""

AMBIENT = {"cold": 5.0, "mild": 25.0, "warm": 38.0}  # degrees Celsius; the cell starts there
START = 0.1  # state of charge
TARGET = 0.8
MOST_STAGES = 8  # what the charger's table holds per condition
MOST_CURRENT = 15.0  # A, of the charger
MOST_VOLTAGE = 4.2  # V
MOST_CELSIUS = 45.0  # of the cell
LEAST_MARGIN = 0.010  # V, of the graphite's surface above the potential of lithium
MOST_SECONDS = 14_400.0  # per condition
MINUTES_PER_MAH = 5.0  # what a lost mAh is worth, as charging time
