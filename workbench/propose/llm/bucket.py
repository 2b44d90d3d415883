"""What a provider's headers say is left of its rate limits."""

from __future__ import annotations

import datetime
import email.utils
import re
from collections.abc import Mapping

import msgspec

KINDS = ("requests", "tokens", "input-tokens", "output-tokens")

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class Bucket(msgspec.Struct):
    """One limit, which refills steadily until it is full at its reset."""

    limit: float
    left: float
    at: float
    """When `left` was true, by the limiter's clock."""
    rate: float
    """Refilled each second."""

    def available(self, now: float) -> float:
        """Return how much there is at `now`."""
        return min(self.limit, self.left + self.rate * max(0.0, now - self.at))

    def wait(self, need: float, now: float) -> float:
        """Return the seconds until there is `need`; a full bucket must do for what is larger."""
        lacking = min(need, self.limit) - self.available(now)
        if lacking <= 0 or self.rate <= 0:
            return 0.0
        return lacking / self.rate

    def take(self, amount: float, now: float) -> None:
        """Use some, until the provider's next headers say better."""
        self.left, self.at = self.available(now) - amount, now


def read(headers: Mapping[str, str], now: float, wall: float) -> dict[str, Bucket]:
    """Return the buckets that headers tell of; what cannot be read is as if it were not there.

    `wall` is Unix time, for absolute resets; the server's own ``date`` is preferred to it.
    """
    found = {}
    for kind in KINDS:
        for template in ("anthropic-ratelimit-{}-{}", "x-ratelimit-{1}-{0}"):
            values = [headers.get(template.format(kind, x), "") for x in ("limit", "remaining")]
            reset = _seconds(headers.get(template.format(kind, "reset"), ""), headers, wall)
            try:
                limit, left = (float(value) for value in values)
            except ValueError:
                continue
            if limit > 0 and reset is not None:
                rate = (limit - left) / reset if reset > 0 else limit
                found[kind] = Bucket(limit, left, now, max(rate, 0.0))
    return found


def _seconds(text: str, headers: Mapping[str, str], wall: float) -> float | None:
    """Read a reset: seconds, ``6m0s``, or a time of day as RFC 3339 writes it."""
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    if text and _DURATION.sub("", text) == "":
        return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(text))
    try:
        reset = datetime.datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
    date = email.utils.parsedate_tz(headers.get("date", ""))
    return max(0.0, reset - (wall if date is None else email.utils.mktime_tz(date)))
