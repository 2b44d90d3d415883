"""What a proposer that asks models is set up with, as a lineage records it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from workbench.propose.llm.call import Options

ENSEMBLE = "ensemble"
"""Name of a proposer that asks several models; one that asks a single model has its name."""

Prices = Mapping[str, Mapping[str, float]]
"""Model name -> kind of token (``input``, ``cached``, ``output`` ...) -> dollars per million."""


class Setup(msgspec.Struct, frozen=True):
    """The models, how they are asked, and prices that nobody else knows. Never a key."""

    models: tuple[str, ...]
    """As a person names them: ``anthropic:NAME`` ..."""
    weights: tuple[float, ...] = ()
    """How often each is asked, relative to the others; empty leaves it to what they achieve."""
    options: Options = Options()
    prices: dict[str, dict[str, float]] = {}

    @property
    def name(self) -> str:
        """The name of the proposer that this makes."""
        return self.models[0] if len(self.models) == 1 else ENSEMBLE

    def recorded(self) -> dict[str, object]:
        """Return it as the JSON values that a lineage keeps."""
        return msgspec.json.decode(msgspec.json.encode(self), type=dict[str, object])


def asks_models(proposer: str) -> bool:
    """Whether the proposer of that name asks models, and is set up by a `Setup`."""
    return proposer == ENSEMBLE or ":" in proposer


def setup_of(proposer: str, recorded: Mapping[str, object]) -> Setup | None:
    """Read back what a lineage recorded; None for a proposer that asks no model.

    Raises `ValueError` where a session file holds something else.
    """
    if not asks_models(proposer):
        return None
    try:
        setup = msgspec.convert(recorded, Setup)
    except msgspec.ValidationError as error:
        raise ValueError(f"the recorded setup of {proposer} cannot be read: {error}") from None
    if (
        not setup.models
        or setup.name != proposer
        or len(setup.weights)
        not in (
            0,
            len(setup.models),
        )
    ):
        raise ValueError(f"the recorded setup of {proposer} does not fit it: name --model again")
    return setup
