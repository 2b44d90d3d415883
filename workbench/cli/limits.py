"""Reading `--budget evaluations=200,usd=1,wall=10m`."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.cli import UsageError
from workbench.engine import budget
from workbench.model.limits import Limits
from workbench.model.session import Session


def read_limits(texts: Iterable[str]) -> Limits:
    """Turn budget texts into limits. Raises `UsageError` naming what is wrong and what is known."""
    try:
        return budget.read(texts)
    except ValueError as error:
        raise UsageError(f"--budget {error}") from None


def raise_limits(session: Session, given: Limits) -> Limits:
    """Return the session's limits with the `given` ones in their place. Raises `UsageError`."""
    try:
        return budget.raised(session, given)
    except ValueError as error:
        raise UsageError(f"--budget {error}") from None
