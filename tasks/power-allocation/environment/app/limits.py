"""What the link's equipment allows, and what its services need."""

LEAST_LAUNCH_DBM, MOST_LAUNCH_DBM = -6.0, 6.0  # of a channel into the first span
MOST_BAND_DBM = 20.0  # total of a band, behind the transmitter and behind each amplifier
MOST_TILT_DB = 2.5  # of an amplifier over its band, either way
LEAST_GAIN_DB, MOST_GAIN_DB = 10.0, 26.0  # of an amplifier, for every channel
# Generalised signal-to-noise ratio that each service needs, 1 dB of margin included: the ten
# channels of the highest frequency carry PM-QPSK, all others PM-16QAM.
QPSK_CHANNELS = 10
NEEDED_DB = {"PM-QPSK": 6.5, "PM-16QAM": 12.0}
