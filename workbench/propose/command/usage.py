"""What a command says it has used: a small file of strict JSON, believed within bounds."""

from __future__ import annotations

import math

import msgspec

from workbench.model.calls import Call
from workbench.model.limits import Spend
from workbench.propose.command.setup import COMMAND

MOST_BYTES = 4096
MOST_USD, MOST_TOKENS = 10_000.0, 10**9
"""More than one proposal can have used: such a file is a mistake, or a joke."""

UNKNOWN = Spend(proposals=1, unpriced=1)
"""What a proposal costs of which nobody knows what it used."""


class Used(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: dollars, and the tokens that models read and wrote."""

    usd: float
    input: int
    output: int

    @property
    def spend(self) -> Spend:
        """What the proposal cost."""
        return Spend(proposals=1, tokens=self.input + self.output, usd=self.usd)

    def calls(self) -> list[dict[str, object]]:
        """Return it as the one call of a proposal's detail."""
        call = Call(COMMAND, input=self.input, output=self.output, usd=self.usd)
        return [msgspec.to_builtins(call)]


def read(data: bytes) -> Used:
    """Read the file. Raises `ValueError`, which says what is wrong with it."""
    if len(data) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES} bytes")
    used = msgspec.json.decode(data, type=Used)
    if not (math.isfinite(used.usd) and 0 <= used.usd <= MOST_USD):
        raise ValueError(f"usd does not lie between 0 and {MOST_USD:g}")
    for name, count in (("input", used.input), ("output", used.output)):
        if not 0 <= count <= MOST_TOKENS:
            raise ValueError(f"{name} does not lie between 0 and {MOST_TOKENS}")
    return used
