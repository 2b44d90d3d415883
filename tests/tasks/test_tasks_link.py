"""The fibre link: its model in plain loops, its limits, and settings that cheat."""

import math
from pathlib import Path
from typing import Any

import pytest
from bundled import judge, settings
from perturbed import answer_of, assert_infeasible, judged, output, replaced

NAME = "power-allocation"
SPANS = (80, 95, 72, 105, 88, 66, 98, 84)
RATE, GAMMA, RAMAN = 0.14e12, 1.2e-3, 0.028e-3 / 1e12  # Bd, 1/(W m), 1/(W m Hz)
LIGHT, MIDDLE = 299_792_458.0, 190.9e12
# from the lowest channel up: Hz from the middle of the band, and from the middle of both
WITHIN = [(number % 30 - 14.5) * 0.15e12 for number in range(60)]
OFFSET = [w + (2.5e12 if number >= 30 else -2.5e12) for number, w in enumerate(WITHIN)]
LOSS = [(0.190 + 0.0007 * (f / 1e12) ** 2) / 1e3 * math.log(10) / 10 for f in OFFSET]  # 1/m


def db(value: float) -> float:
    return 10 ** (value / 10)


def eta(powers: list[float], i: int) -> float:
    """Return equations 9 to 11 of Semrau et al. (2019) in SI units, with alpha bar = alpha."""
    wave = LIGHT / MIDDLE
    spread, slope = 18e-6, 0.067e3  # s/m^2 and s/m^3
    beta2 = -spread * wave**2 / (2 * math.pi * LIGHT)
    beta3 = wave**2 / (2 * math.pi * LIGHT) ** 2 * (wave**2 * slope + 2 * wave * spread)
    total = sum(powers)

    def bracket(k: int, turn: Any, phase: float, scale: float) -> float:
        a = LOSS[k]
        up = 2 * a
        t = (up - OFFSET[k] * total * RAMAN) ** 2
        return (t - a**2) / a * turn(phase * scale / a) + (up**2 - t) / up * turn(
            phase * scale / up
        )

    a = LOSS[i]
    phi = 1.5 * math.pi**2 * (beta2 + 2 * math.pi * beta3 * OFFSET[i])
    own = 4 / 9 * GAMMA**2 / RATE**2 * math.pi / (phi * a * 3 * a)
    found = own * bracket(i, math.asinh, phi, RATE**2 / math.pi)
    for k, power in enumerate(powers):
        if k != i:
            mean = beta2 + math.pi * beta3 * (OFFSET[i] + OFFSET[k])
            phi = 2 * math.pi**2 * (OFFSET[k] - OFFSET[i]) * mean
            scale = GAMMA**2 / (RATE * phi * LOSS[k] * 3 * LOSS[k])
            part = 32 / 27 * (power / powers[i]) ** 2 * scale
            found += part * bracket(k, math.atan, phi, RATE)
    return found


def by_loops(setting: dict[str, Any]) -> list[float]:
    """Return every channel's SNR: noise and interference as powers, carried along."""
    powers = [1e-3 * db(value) for value in setting["launch_dbm"]]
    noise = [0.0] * 60
    mean = sum(LOSS) / 60
    for span, length in enumerate(SPANS):
        metres = length * 1e3
        effective = (1 - math.exp(-mean * metres)) / mean
        total = sum(powers)
        weights = [math.exp(-total * RAMAN * effective * f) for f in OFFSET]
        pool = sum(p * w for p, w in zip(powers, weights, strict=True))
        noise = [
            n + p**3 * eta(powers, i) for i, (n, p) in enumerate(zip(noise, powers, strict=True))
        ]
        through = [
            math.exp(-loss * metres) * total * w / pool
            for loss, w in zip(LOSS, weights, strict=True)
        ]
        gains = []
        for band, first in (("L", 0), ("C", 30)):
            last = span == 7
            tilt = 0.0 if last else setting["tilt_db"][band][span]
            wanted = (
                sum(powers[first : first + 30])
                if last
                else 1e-3 * db(setting["output_dbm"][band][span])
            )
            shape = [
                db(tilt * w / 4.35e12 + 0.25 * math.sin(2 * math.pi * w / 2.2e12 + 0.7))
                for w in WITHIN[first : first + 30]
            ]
            reached = sum(
                powers[first + n] * through[first + n] * one for n, one in enumerate(shape)
            )
            gains += [one * wanted / reached for one in shape]
        for i, (gain, t) in enumerate(zip(gains, through, strict=True)):
            figure = db((5.0 if i >= 30 else 6.0) + 0.12 * (WITHIN[i] / 1e12) ** 2)
            own = figure * 6.62607015e-34 * (MIDDLE + OFFSET[i]) * (gain - 1) * RATE
            noise[i] = noise[i] * t * gain + own
            powers[i] *= t * gain
    return [1 / (n / p + db(-22)) for n, p in zip(noise, powers, strict=True)]


@pytest.mark.parametrize("solution", [False, True])
def test_the_capacity_by_plain_loops(solution: bool, tmp_path: Path) -> None:
    setting = answer_of(NAME, solution)
    reward = judged(NAME, setting, tmp_path).reward
    ratios = by_loops(setting)
    capacity = sum(2 * 0.14 * math.log2(1 + ratio) for ratio in ratios)
    assert reward["reward"] == pytest.approx(capacity, rel=1e-9)
    assert reward["worst_snr_db"] == pytest.approx(10 * math.log10(min(ratios)), abs=1e-6)
    assert (
        capacity < settings(NAME)["bound"] == pytest.approx(16.8 * math.log2(1 + db(22)), abs=0.01)
    )


def test_no_small_change_of_the_reference_is_better(tmp_path: Path) -> None:
    """Launch powers and output powers are at an optimum, as far as the limits let them."""
    setting = answer_of(NAME, solution=True)
    best = judged(NAME, setting, tmp_path).reward["reward"]
    for channel in (17, 45):
        for step in (-0.05, 0.05):
            powers = list(setting["launch_dbm"])
            powers[channel] = min(powers[channel] + step, 6.0)
            changed = setting | {"launch_dbm": powers}
            assert judged(NAME, changed, tmp_path).reward["reward"] <= best + 1e-7


def changed(setting: dict[str, Any], key: str, place: tuple[Any, ...], value: float) -> Any:
    """Return the setting with one number changed."""
    inside = setting[key]
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    return setting


@pytest.mark.parametrize(
    ("key", "place", "value", "reason", "amount"),
    [
        ("launch_dbm", (7,), 6.5, "channel 7 is launched with 6.5000 dBm, -6 to 6", 0.5),
        ("launch_dbm", (7,), -6.5, "channel 7 is launched with -6.5000 dBm, -6 to 6", 0.5),
        (
            "output_dbm",
            ("C", 2),
            20.5,
            "C band, amplifier 2: 20.5000 dBm in all, the limit is 20",
            0.5,
        ),
        ("tilt_db", ("L", 6), 3.0, "L band, amplifier 6: a tilt of 3.0000 dB", 0.5),
        ("tilt_db", ("C", 0), -3.5, "C band, amplifier 0: a tilt of -3.5000 dB", 1.0),
        (
            "launch_dbm",
            (20,),
            -4.5,
            "channel 20: 11.3533 dB at the receiver, PM-16QAM needs 12",
            None,
        ),
        (
            "launch_dbm",
            (59,),
            -2.5,
            "channel 59: 5.7336 dB at the receiver, PM-QPSK needs 6.5",
            None,
        ),
    ],
)
def test_each_limit_is_named(
    key: str, place: tuple[Any, ...], value: float, reason: str, amount: float, tmp_path: Path
) -> None:
    setting = changed(answer_of(NAME), key, place, value)
    scored = judged(NAME, setting, tmp_path)
    assert_infeasible(scored, reason)
    assert scored.reward["violations"] == 1
    if amount is not None:
        assert scored.reward["worst_violation"] == pytest.approx(amount, abs=1e-9)


def test_a_band_that_is_launched_too_strong_is_named(tmp_path: Path) -> None:
    setting = answer_of(NAME) | {"launch_dbm": [0.0] * 30 + [5.5] * 30}
    assert_infeasible(
        judged(NAME, setting, tmp_path), "C band, the transmitter: 20.2712 dBm in all"
    )


def test_an_amplifier_that_would_weaken_is_no_source_of_order(tmp_path: Path) -> None:
    """A gain below 1 would have negative noise by the formula; it is refused before it is used."""
    setting = answer_of(NAME)
    setting["output_dbm"] = {band: [14.77, -20.0, *[14.77] * 5] for band in "LC"}
    scored = judged(NAME, setting, tmp_path)
    assert_infeasible(scored, "amplifier 1: a gain of -", "10 to 26 are allowed")
    assert_infeasible(scored, "amplifier 2: a gain of 4")


@pytest.mark.parametrize(
    ("place", "text", "reason"),
    [
        (("launch_dbm", 3), "-Infinity", "-Infinity is not a number"),
        (("launch_dbm", 3), "-1000", "launch_dbm[3] is -1000, which is not -30 to 20"),
        (("launch_dbm", 3), "true", "must be a number, not bool"),
        (("launch_dbm",), "[0]", "launch_dbm must be a list of 60 entries, not 1"),
        (("output_dbm", "L"), "[15, 15]", "output_dbm L must be a list of 7 entries, not 2"),
        (("output_dbm", "L", 0), "1e6", "output_dbm L[0] is 1e+06"),
        (("output_dbm",), '{"L": [1]}', "missing: C"),
        (("output_dbm",), "[15]", "output_dbm must be one object"),
        (("tilt_db", "C", 6), "null", "must be a number, not NoneType"),
        (("tilt_db", "C", 6), "-21", "tilt_db C[6] is -21"),
    ],
)
def test_answers_outside_their_domain(
    place: tuple[str | int, ...], text: str, reason: str, tmp_path: Path
) -> None:
    content = replaced(output(NAME), place, text)
    assert_infeasible(judge(NAME, content, tmp_path), reason)
