"""What a search may spend and what it has spent."""

from __future__ import annotations

import msgspec


class Spend(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What was used up. Adds with ``+``; every field is a total, never a rate."""

    evaluations: int = 0
    """Verifications that ran, feasible or not."""
    proposals: int = 0
    """Model calls or mutations, usable or not."""
    tokens: int = 0
    """Input and output tokens of model calls."""
    usd: float = 0.0
    """Dollars, as far as they are known."""
    unknown: int = 0
    """Calls whose true cost is unknown (cut off mid-flight); `usd` holds their reservation."""
    unpriced: int = 0
    """Calls of models whose price nobody knows; `usd` holds nothing for them."""

    def __add__(self, other: Spend) -> Spend:
        return Spend(
            self.evaluations + other.evaluations,
            self.proposals + other.proposals,
            self.tokens + other.tokens,
            self.usd + other.usd,
            self.unknown + other.unknown,
            self.unpriced + other.unpriced,
        )


class Limits(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Upper bounds on a `Spend` and on active wall time; ``None`` means no bound."""

    evaluations: int | None = None
    proposals: int | None = None
    tokens: int | None = None
    usd: float | None = None
    seconds: float | None = None
    """Active wall time of the session, summed over its runs; stops while all is paused."""

    def exceeded_by(self, spend: Spend, seconds: float = 0.0) -> str | None:
        """Name the first bound that `spend` and `seconds` break, or None if all hold."""
        if self.evaluations is not None and spend.evaluations > self.evaluations:
            return "evaluations"
        if self.proposals is not None and spend.proposals > self.proposals:
            return "proposals"
        if self.tokens is not None and spend.tokens > self.tokens:
            return "tokens"
        if self.usd is not None and spend.usd > self.usd + 1e-9:
            return "usd"
        if self.seconds is not None and seconds >= self.seconds:
            return "seconds"
        return None

    def above(self, other: Limits) -> bool:
        """Whether some bound lies above that of `other`."""
        pairs = (
            (self.evaluations, other.evaluations),
            (self.proposals, other.proposals),
            (self.tokens, other.tokens),
            (self.usd, other.usd),
        )
        return any(low is not None and (high is None or high > low) for high, low in pairs)

    def fraction(self, spend: Spend, seconds: float) -> float:
        """How much of the tightest bound is used, 0..1; 0 when nothing is bounded."""
        pairs: list[tuple[float, float | None]] = [
            (spend.evaluations, self.evaluations),
            (spend.proposals, self.proposals),
            (spend.tokens, self.tokens),
            (spend.usd, self.usd),
            (seconds, self.seconds),
        ]
        return max((min(1.0, used / top) for used, top in pairs if top), default=0.0)


def split(limits: Limits, parts: int, initial: Spend) -> list[Limits]:
    """Divide what `initial` leaves of `limits` evenly; earlier parts take the remainder.

    Wall time belongs to the session as a whole and is not divided.
    """

    def share(total: int | None, used: int, index: int) -> int | None:
        if total is None:
            return None
        quotient, rest = divmod(max(0, total - used), parts)
        return quotient + (1 if index < rest else 0)

    return [
        Limits(
            evaluations=share(limits.evaluations, initial.evaluations, index),
            proposals=share(limits.proposals, initial.proposals, index),
            tokens=share(limits.tokens, initial.tokens, index),
            usd=None if limits.usd is None else max(0.0, limits.usd - initial.usd) / parts,
        )
        for index in range(parts)
    ]
