"""What the programs beside a foreign evaluator have in common: settings, loading, the record."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
MOST_METRICS = 60
MOST_TEXT = 20_000
"""Characters of one text that goes into the feedback."""


def settings() -> Any:
    """Return what the reader of the task noted for this program."""
    with open(os.path.join(HERE, "settings.json"), encoding="utf-8") as file:
        return json.load(file)


def failure(message: str) -> SystemExit:
    """Return what ends the program without a record: the evaluation failed, which says nothing of
    feasibility. To be raised."""
    return SystemExit(message)


def stand_in(package: str) -> None:
    """Let `package` be imported from our stand-ins where the machine has none of that name."""
    if importlib.util.find_spec(package) is None:
        place = os.path.join(HERE, "stand-ins")
        sys.path.append(place)
        known = [word for word in os.environ.get("PYTHONPATH", "").split(os.pathsep) if word]
        os.environ["PYTHONPATH"] = os.pathsep.join([*known, place])


def number(value: object) -> float | None:
    """Return a value as a finite number; None if it is none."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, (int, float)):
        try:
            found = float(value)
        except OverflowError:
            return None
        return found if math.isfinite(found) else None
    item = getattr(value, "item", None)  # of a numpy scalar
    if callable(item) and not isinstance(value, (str, bytes)):
        try:
            plain = item()
        except (ValueError, TypeError):
            return None
        return None if getattr(plain, "item", None) is not None else number(plain)
    return None


def write(
    logs: str,
    score: float,
    feasible: bool,
    metrics: Mapping[str, object],
    texts: Iterable[tuple[str, object]] = (),
) -> None:
    """Write the record and, as feedback, titled texts."""
    os.makedirs(logs, exist_ok=True)
    record: dict[str, float] = {"reward": score, "feasible": int(feasible)}
    for name, value in metrics.items():
        found = number(value)
        if found is not None and len(record) < MOST_METRICS:
            record.setdefault(_name(name), found)
    with open(os.path.join(logs, "reward.json"), "w", encoding="utf-8") as file:
        json.dump(record, file, allow_nan=False)
    with open(os.path.join(logs, "feedback.md"), "w", encoding="utf-8") as file:
        for title, text in texts:
            file.write(f"{title}: {_shown(text)}\n")


def _name(name: object) -> str:
    """Return a metric's name as a record may hold it."""
    text = re.sub(r"[^A-Za-z0-9 _.:/-]", "_", str(name)).strip()[:60]
    if not re.match(r"[A-Za-z]", text):
        text = f"m_{text}"
    return f"{text}_" if text in ("reward", "feasible", "nonce") else text


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    text = text.encode("utf-8", "replace").decode("utf-8")
    half = MOST_TEXT // 2
    left_out = len(text) - MOST_TEXT
    if left_out > 0:
        text = f"{text[:half]}\n[{left_out} characters left out]\n{text[-half:]}"
    return f"\n{text}" if "\n" in text else text
