"""Launch powers over the spectrum, and what signal-to-noise ratio they arrive with."""

import json
import sys
from pathlib import Path
from typing import Any


def draw(app: Path, axes: Any) -> None:
    """Draw the setting in ``app/setting.json``, with ``app/link.py`` for what becomes of it."""
    sys.path.insert(0, str(app))
    try:
        import link  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(app))
    read = json.loads((app / "setting.json").read_text())
    launch = link.np.array(read["launch_dbm"], dtype=float)
    setting = link.Setting(launch, read["output_dbm"], read["tilt_db"])
    found = link.transmitted(setting)
    frequency = link.MIDDLE + link.OFFSET
    axes.bar(frequency, launch + 6, 0.1, -6, color="0.8", label="launch power, dBm")
    decibel = link.np.log(found.snr()) / link.NEPER
    axes.plot(frequency, decibel, ".-", color="tab:blue", label="SNR at the receiver, dB")
    parts = (("amplifiers alone", found.amplifiers), ("interference alone", found.interference))
    for (label, part), colour in zip(parts, ("tab:green", "tab:orange"), strict=True):
        axes.plot(
            frequency, -link.np.log(part) / link.NEPER, "-", lw=0.8, color=colour, label=label
        )
    axes.set_title(f"{found.capacity():.2f} Tb/s")
    axes.set_xlabel("THz")
    axes.set_ylim(-7, 30)
    axes.legend(fontsize=7, ncols=2)
