"""Score how a fibre link is run: the capacity of its sixty channels. Needs numpy.

Usage: python3 verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

Reads APP_DIR/setting.json: launch powers, and each amplifier's output power and tilt. `link` is the
model and names its sources, `limits` what is allowed. Nothing but the setting is taken from the
candidate.
"""

from pathlib import Path

import numpy as np
from answers import Scored, broken, main, numbers, read_json, table
from limits import (
    LEAST_GAIN_DB,
    LEAST_LAUNCH_DBM,
    MOST_BAND_DBM,
    MOST_GAIN_DB,
    MOST_LAUNCH_DBM,
    MOST_TILT_DB,
    NEEDED_DB,
    QPSK_CHANNELS,
)
from link import AMPLIFIERS, BANDS, NEPER, PER_BAND, Quality, Setting, Values, transmitted

OUTPUT = "setting.json"
TOLERANCE = 1e-9  # dB; for rounding, it cannot be put to use
BEST_KNOWN = 93.9569  # Tb/s, by the reference solution
CHANNELS = len(BANDS) * PER_BAND

Flaws = list[tuple[float, str]]


def read_setting(value: object) -> Setting:
    """Return the answer's setting. Raises Refused."""
    content = table(value, OUTPUT, Setting._fields)
    launch = numbers(content["launch_dbm"], "launch_dbm", CHANNELS, -30.0, 20.0)
    read = {}
    for key, low, high in (("output_dbm", -30.0, 40.0), ("tilt_db", -20.0, 20.0)):
        bands = table(content[key], key, BANDS)
        read[key] = {
            band: numbers(bands[band], f"{key} {band}", AMPLIFIERS, low, high) for band in BANDS
        }
    return Setting(np.array(launch, dtype=float), read["output_dbm"], read["tilt_db"])


def beyond_equipment(setting: Setting) -> Flaws:
    """Return what neither transmitters nor amplifiers can be set to."""
    found = []
    for at, power in enumerate(setting.launch_dbm):
        over = max(power - MOST_LAUNCH_DBM, LEAST_LAUNCH_DBM - power)
        limits = f"{LEAST_LAUNCH_DBM:g} to {MOST_LAUNCH_DBM:g} dBm are allowed"
        found.append((over, f"channel {at} is launched with {power:.4f} dBm, {limits}"))
    for number, band in enumerate(BANDS):
        own = setting.launch_dbm[number * PER_BAND : (number + 1) * PER_BAND]
        totals = [decibel(np.exp(own * NEPER).sum()), *setting.output_dbm[band]]
        for at, total in enumerate(totals):
            what = f"amplifier {at - 1}" if at else "the transmitter"
            text = f"{band} band, {what}: {total:.4f} dBm in all, the limit is {MOST_BAND_DBM:g}"
            found.append((total - MOST_BAND_DBM, text))
        for at, tilt in enumerate(setting.tilt_db[band]):
            text = f"{band} band, amplifier {at}: a tilt of {tilt:.4f} dB, the limit is"
            found.append((abs(tilt) - MOST_TILT_DB, f"{text} {MOST_TILT_DB:g} either way"))
    return [(float(amount), text) for amount, text in found if amount > TOLERANCE]


def beyond_amplifiers(gains_db: Values) -> Flaws:
    """Return gains that the amplifiers do not have; one row of `gains_db` per amplifier."""
    flaws = []
    for at, gains in enumerate(gains_db):
        limits = f"{LEAST_GAIN_DB:g} to {MOST_GAIN_DB:g} are allowed"
        flaws.append((LEAST_GAIN_DB - gains.min(), f"a gain of {gains.min():.4f} dB, {limits}", at))
        flaws.append((gains.max() - MOST_GAIN_DB, f"a gain of {gains.max():.4f} dB, {limits}", at))
    return [
        (float(amount), f"amplifier {at}: {text}")
        for amount, text, at in flaws
        if amount > TOLERANCE
    ]


def unserved(snr_db: Values) -> Flaws:
    """Return the services that are not carried."""
    flaws = []
    for channel, ratio in enumerate(snr_db):
        service = "PM-QPSK" if channel >= CHANNELS - QPSK_CHANNELS else "PM-16QAM"
        text = f"channel {channel}: {ratio:.4f} dB at the receiver, {service} needs"
        flaws.append((NEEDED_DB[service] - ratio, f"{text} {NEEDED_DB[service]:g}"))
    return [(float(amount), text) for amount, text in flaws if amount > TOLERANCE]


def score(app: Path) -> Scored:
    """Return the record and the feedback for the setting in the directory `app`.

    The reward is the sum of the channels' Shannon capacities in two polarisations, in Tb/s.
    """
    setting = read_setting(read_json(app / OUTPUT))
    if flaws := beyond_equipment(setting):
        return broken(flaws)
    found = transmitted(setting)
    if flaws := beyond_amplifiers(found.gains_db):
        return broken(flaws)
    snr_db = decibel(found.snr())
    if flaws := unserved(snr_db):
        return broken(flaws)
    reward = {
        "reward": found.capacity(),
        "feasible": 1,
        "worst_snr_db": float(snr_db.min()),
        "mean_snr_db": float(snr_db.mean()),
    }
    return reward, praise(found, snr_db)


def praise(found: Quality, snr_db: Values) -> str:
    """Say what the link carries and what spoils which part of the spectrum."""
    lines = [f"Capacity {found.capacity():.4f} Tb/s; best known {BEST_KNOWN} Tb/s."]
    lines.append(
        "By tenth of the spectrum, from channel 0: mean SNR in dB, and noise of the amplifiers over"
        " interference in dB (3 is where more power in a channel stops helping that channel):"
    )
    over = decibel(found.amplifiers / found.interference)
    tenth = CHANNELS // 10
    for name, values in (("SNR", snr_db), ("noise over interference", over)):
        means = values.reshape(10, tenth).mean(axis=1)
        lines.append(f"- {name}: {', '.join(f'{mean:.2f}' for mean in means)}")
    order = np.argsort(snr_db)
    worst = ", ".join(f"{at} ({snr_db[at]:.2f})" for at in order[:4])
    lines.append(f"Worst channels (dB): {worst}; best: {order[-1]} ({snr_db[order[-1]]:.2f}).")
    return "\n".join(lines) + "\n"


def decibel(ratio: Values) -> Values:
    """Return a ratio, or a power in mW, in dB or dBm."""
    return np.log(ratio) / NEPER


if __name__ == "__main__":
    main(score)
