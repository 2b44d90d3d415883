"""A fibre link of eight spans with amplifiers that tilt, and sixty channels in the C and L bands.

Nonlinear interference by the closed form of the Gaussian-noise model with stimulated Raman
scattering of D. Semrau, R. I. Killey and P. Bayvel, "A closed-form approximation of the Gaussian
noise model in the presence of inter-channel stimulated Raman scattering", J. Lightwave Technol. 37
(2019) 1924-1936, equations 9 to 11, added up incoherently over the spans. Raman transfer along a
span as in M. Zirngibl, "Analytical model of Raman gain effects in massive wavelength division
multiplexed transmission systems", Electron. Lett. 34 (1998) 789-790. The link is this task's own,
with parameters of usual size for standard single-mode fibre and erbium amplifiers.

Powers are in W, frequencies in THz, lengths in km and attenuations in 1/km where no name says dB.
Arrays have one entry per channel, by ascending frequency: 30 of the L band, then 30 of the C band.
Needs numpy.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

PLANCK = 6.62607015e-34  # J s
LIGHT = 299_792.458  # nm THz
NEPER = np.log(10.0) / 10.0  # 1 dB as the exponent of a power

SPANS = (80.0, 95.0, 72.0, 105.0, 88.0, 66.0, 98.0, 84.0)  # km
AMPLIFIERS = len(SPANS) - 1  # that can be set: one between any two spans
BANDS = ("L", "C")
PER_BAND = 30
SPACING = 0.15  # THz
BAND_GAP = 0.5  # THz, beyond the usual spacing, between the bands
MIDDLE = 190.9  # THz, halfway between the bands
SYMBOL_RATE = 0.14  # TBd, which is also a channel's bandwidth in THz

GAMMA = 1.2  # 1/(W km)
DISPERSION = 18.0  # ps/(nm km) at MIDDLE
DISPERSION_SLOPE = 0.067  # ps/(nm^2 km)
RAMAN = 0.028  # 1/(W km THz), slope of the Raman gain
NOISE_FIGURE_DB = {"L": 6.0, "C": 5.0}  # in the middle of the band
NOISE_FIGURE_RISE_DB = 0.12  # per THz^2 away from it
RIPPLE_DB = 0.25  # amplitude of each amplifier's gain over its band, about two waves
TRANSCEIVER_SNR_DB = 22.0

WITHIN = np.tile(
    (np.arange(PER_BAND) - (PER_BAND - 1) / 2) * SPACING, 2
)  # THz from its band's middle
OFFSET = WITHIN + np.repeat([-0.5, 0.5], PER_BAND) * (PER_BAND * SPACING + BAND_GAP)  # from MIDDLE
ATTENUATION = (0.190 + 0.0007 * OFFSET**2) * NEPER
NOISE_FACTOR = np.exp(
    NEPER
    * (
        np.repeat([NOISE_FIGURE_DB[band] for band in BANDS], PER_BAND)
        + NOISE_FIGURE_RISE_DB * WITHIN**2
    )
)
RIPPLE = RIPPLE_DB * np.sin(2.0 * np.pi * WITHIN / 2.2 + 0.7)  # dB


class Setting(NamedTuple):
    """How the link is run."""

    launch_dbm: Values  # of every channel into the first span
    output_dbm: dict[str, Sequence[float]]  # per band: total power behind each amplifier
    tilt_db: dict[str, Sequence[float]]  # per band: gain of its highest channel over its lowest


class Quality(NamedTuple):
    """What becomes of the channels."""

    amplifiers: Values  # noise over signal at the receiver, from the amplifiers
    interference: Values  # and from the fibre, all spans
    gains_db: Values  # one row per amplifier

    def snr(self) -> Values:
        """Return the generalised signal-to-noise ratio of every channel, linear."""
        transceiver = np.exp(-TRANSCEIVER_SNR_DB * NEPER)
        return 1.0 / (self.amplifiers + self.interference + transceiver)

    def capacity(self) -> float:
        """Return the capacity of all channels in two polarisations, Tb/s."""
        return float(2.0 * SYMBOL_RATE * np.log2(1.0 + self.snr()).sum())


def transmitted(setting: Setting) -> Quality:
    """Return what each channel's noise amounts to at the receiver.

    In each span the channels lose power, the upper ones to the lower; each amplifier brings its
    band back to a set power, with a set tilt. The amplifier before the receiver has no tilt and
    gives back what the last span took on average. Noise and signal share all further gains, so
    each contribution is counted relative to the signal where it arises.
    """
    powers = 1e-3 * np.exp(setting.launch_dbm * NEPER)
    noise, beat, gains = np.zeros_like(powers), np.zeros_like(powers), []
    for number, length in enumerate(SPANS):
        beat += interference(powers)
        arriving = powers * np.exp(-ATTENUATION * length) * raman(powers, length)
        leaving = np.empty_like(powers)
        for at, band in enumerate(BANDS):
            own = slice(at * PER_BAND, (at + 1) * PER_BAND)
            tilt, total = 0.0, powers[own].sum()
            if number < AMPLIFIERS:
                tilt = setting.tilt_db[band][number]
                total = 1e-3 * np.exp(setting.output_dbm[band][number] * NEPER)
            shape = tilt * WITHIN[own] / (SPACING * (PER_BAND - 1)) + RIPPLE[own]
            shaped = arriving[own] * np.exp(shape * NEPER)
            leaving[own] = shaped * (total / shaped.sum())
        gain = leaving / arriving
        photon = PLANCK * (MIDDLE + OFFSET) * 1e12
        noise += NOISE_FACTOR * photon * (gain - 1.0) * SYMBOL_RATE * 1e12 / leaving
        gains.append(np.log(gain) / NEPER)
        powers = leaving
    return Quality(noise, beat, np.array(gains))


def raman(powers: Values, length: float) -> Values:
    """Return by what factor each channel grows or shrinks in a span, beside its attenuation."""
    loss = ATTENUATION.mean()
    effective = (1.0 - np.exp(-loss * length)) / loss
    factor = np.exp(-RAMAN * powers.sum() * effective * OFFSET)
    return factor * powers.sum() / (powers * factor).sum()


def betas() -> tuple[float, float]:
    """Return second- and third-order dispersion at MIDDLE, in ps^2/km and ps^3/km."""
    wavelength = LIGHT / MIDDLE  # nm
    circular = 2.0 * np.pi * LIGHT  # nm/ps
    slope = wavelength * DISPERSION_SLOPE + 2.0 * DISPERSION
    return -DISPERSION * wavelength**2 / circular, wavelength**3 * slope / circular**2


BETA_2, BETA_3 = betas()
# Of a channel and one that interferes with it: row and column. Its own phase is told apart below.
_APART = OFFSET[None, :] - OFFSET[:, None]
_MEAN = BETA_2 + np.pi * BETA_3 * (OFFSET[None, :] + OFFSET[:, None])
_PHASE = 2.0 * np.pi**2 * np.where(_APART == 0.0, 1.0, _APART) * _MEAN
_NEAR = np.arctan(_PHASE * SYMBOL_RATE / ATTENUATION)
_FAR = np.arctan(_PHASE * SYMBOL_RATE / (2.0 * ATTENUATION))
_OWN = 1.5 * np.pi**2 * (BETA_2 + 2.0 * np.pi * BETA_3 * OFFSET)
_OWN_NEAR = np.arcsinh(_OWN * SYMBOL_RATE**2 / (np.pi * ATTENUATION))
_OWN_FAR = np.arcsinh(_OWN * SYMBOL_RATE**2 / (2.0 * np.pi * ATTENUATION))


def interference(powers: Values) -> Values:
    """Return the nonlinear interference that arises in one span, over each channel's power."""
    slope = (2.0 * ATTENUATION - OFFSET * powers.sum() * RAMAN) ** 2
    near = (slope - ATTENUATION**2) / ATTENUATION
    far = (4.0 * ATTENUATION**2 - slope) / (2.0 * ATTENUATION)
    scale = GAMMA**2 / (3.0 * ATTENUATION**2)
    own = 4.0 / 9.0 * np.pi * scale / (SYMBOL_RATE**2 * _OWN)
    own *= near * _OWN_NEAR + far * _OWN_FAR
    other = 32.0 / 27.0 * scale / (SYMBOL_RATE * _PHASE) * (near * _NEAR + far * _FAR)
    np.fill_diagonal(other, 0.0)
    return own * powers**2 + other @ powers**2
