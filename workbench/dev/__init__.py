"""A model that is none: servers on loopback that speak the providers' own protocols.

For the tests, and for trying the whole product without a key (`workbench dev fake-model`).
Nothing else imports this room; it loads aiohttp.
"""

from workbench.dev.answer import Answer, Asked
from workbench.dev.injection import FaultKind, Injection, SeededFaults
from workbench.dev.pace import Pace
from workbench.dev.record import Call, Counts
from workbench.dev.script import Script
from workbench.dev.server import FakeModel

__all__ = [
    "Answer",
    "Asked",
    "Call",
    "Counts",
    "FakeModel",
    "FaultKind",
    "Injection",
    "Pace",
    "Script",
    "SeededFaults",
]
