"""Settings of sessions that ask the simulated model over the real SDKs."""

from __future__ import annotations

import pytest

from workbench.dev import FakeModel
from workbench.model.limits import Limits
from workbench.propose.llm.call import Options
from workbench.propose.setup import Setup

PRICE = {"input": 3.0, "cached": 0.3, "cache_write": 3.75, "output": 15.0}
KINDS = ("input", "cached", "cache_write", "output")


def named(provider: str, server: FakeModel, patch: pytest.MonkeyPatch) -> str:
    """Return the name of the server's model as that provider's, its key and address set."""
    patch.setenv("ANTHROPIC_API_KEY", "sk-a")
    patch.setenv("OPENAI_API_KEY", "sk-o")
    patch.setenv("ANTHROPIC_BASE_URL", server.url)
    patch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    where = f"@{server.url}" if provider == "openai-compatible" else ""
    return f"{provider}:fake{where}"


def chosen(
    *names: str, lineages: int = 2, evaluations: int = 8, **more: object
) -> dict[str, object]:
    setup = Setup(names, options=Options(seconds=20), prices=dict.fromkeys(names, PRICE))
    limits = Limits(evaluations=evaluations + 1, usd=50.0)
    settings = {"proposer": setup.name, "options": setup.recorded(), "limits": limits}
    return {**settings, "lineages": lineages, **more}


def dollars(usage: dict[str, int]) -> float:
    return sum(usage[kind] * PRICE[kind] for kind in KINDS) / 1e6
