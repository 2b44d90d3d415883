"""Proposers that ask no model but behave as if: scripted failures, waits, costs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import msgspec
import pytest
from engine_support import SOLVE

from workbench.model.candidate import Candidate
from workbench.model.limits import Spend
from workbench.propose import registry
from workbench.propose.llm.call import Options
from workbench.propose.proposer import Proposal, Reporter, Request, Trouble

Act = Callable[[Request, Reporter], Awaitable[Proposal]]

RESERVED = Spend(proposals=1, tokens=100, usd=0.25)
COST = Spend(proposals=1, tokens=40, usd=0.1)
CALL = {"model": "openai:x", "input": 10, "cached": 20, "output": 10, "usd": 0.1}


def answer(request: Request) -> Proposal:
    """A new candidate; EAST is the step's number."""
    text = SOLVE.replace("EAST = 1.0", f"EAST = {request.step / 100}")
    detail: dict[str, object] = {"calls": [CALL]}
    return Proposal({"solve.py": text.encode()}, "moved", detail=detail, spend=COST)


def trouble(seconds: float | None = 12.0, attempt: int = 1, **more: object) -> Trouble:
    """A call that failed at a rate limit."""
    told = Trouble("openai:x", "rate limit", "slow down", attempt, seconds)
    return msgspec.structs.replace(told, **more)


class Scripted:
    """Does what its script says, act by act, then answers. Every call costs money."""

    name = "scripted"
    label = "scripted (test)"
    free = False
    acts: list[Act]
    asked: asyncio.Queue[Request]

    def __init__(self, seed: int, lineage: int, *setup: object) -> None:
        self.setup = setup

    def reserve(self, request: Request) -> Spend:
        return RESERVED

    async def propose(self, request: Request, reporter: Reporter) -> Proposal:
        self.asked.put_nowait(request)
        if self.acts:
            return await self.acts.pop(0)(request, reporter)
        reporter.say("thinking")
        return answer(request)

    def observe(self, candidate: Candidate) -> None:
        pass


class Llm(Scripted):
    """Stands where a proposer that asks models does."""

    made: list[tuple[object, ...]]

    def __init__(
        self,
        seed: int,
        lineage: int,
        names: tuple[str, ...],
        weights: tuple[float, ...],
        options: Options,
        shared: SharedThings,
    ) -> None:
        super().__init__(seed, lineage)
        self.name = names[0] if len(names) == 1 else "ensemble"
        Llm.made.append((lineage, names, weights, options, shared.prices))


class SharedThings:
    """Stands where clients and limiters do."""

    closed: list[SharedThings]

    def __init__(self, prices: Mapping[str, Mapping[str, float]]) -> None:
        self.prices = prices

    async def aclose(self) -> None:
        SharedThings.closed.append(self)


def use_scripted(patch: pytest.MonkeyPatch, *acts: Act) -> None:
    """Make the proposer `scripted` known, and every model one of its kind."""
    patch.setitem(registry._FACTORIES, "scripted", "model_support:Scripted")
    patch.setattr(registry, "_MODELS", "model_support:Llm")
    patch.setattr(registry, "_SHARED", "model_support:SharedThings")
    Scripted.acts = list(acts)
    Scripted.asked = asyncio.Queue()
    Llm.made = []
    SharedThings.closed = []
