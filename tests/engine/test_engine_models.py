"""Which models a session asks: as recorded, as chosen anew, and never a stranger's."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_support import events, finish, new_session, running, stored
from model_support import Llm, Scripted, SharedThings, use_scripted

from workbench.engine.command import ChangeBudget, Fork
from workbench.engine.host import Host
from workbench.engine.launch import Launch
from workbench.engine.models import refuse_stranger
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.propose.llm.call import Options
from workbench.propose.setup import Setup, setup_of

LOCAL = "openai-compatible:qwen@http://127.0.0.1:9/v1"
REMOTE = "openai-compatible:qwen@http://gpu.example:8000/v1"
PRICE = {"input": 1.0, "output": 2.0}
FEW = Limits(evaluations=3)


async def session_with(root: Path, setup: Setup, **chosen: object) -> Path:
    settings = {"lineages": 1, "limits": FEW, "proposer": setup.name, "options": setup.recorded()}
    return await new_session(root, **{**settings, **chosen})


async def test_models_options_and_prices_travel_with_the_session(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_scripted(monkeypatch)
    asked = Options(max_output_tokens=99, effort="low", seconds=7.0)
    setup = Setup((LOCAL, "anthropic:x"), (1.0, 2.0), asked, {LOCAL: PRICE})
    directory = await session_with(root, setup, lineages=2)
    await finish(directory)
    assert Llm.made == [(n, setup.models, (1.0, 2.0), asked, {LOCAL: PRICE}) for n in (1, 2)]
    assert len(SharedThings.closed) == 1
    created = stored(directory).lineages[1].created
    assert created.proposer == "ensemble"
    assert setup_of(created.proposer, created.options) == setup


async def test_a_resume_may_choose_other_models_for_good(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_scripted(monkeypatch)
    directory = await session_with(root, Setup((LOCAL,)))
    await finish(directory)
    other = Setup(("openai:y",))
    more = Limits(evaluations=5)
    await Host(directory, Launch(limits=more, setup=other, named=other.models)).run()
    await Host(directory, Launch(limits=Limits(evaluations=6), setup=other)).run()
    chosen = [e for e in events(directory) if isinstance(e, ev.ProposerChosen)]
    assert [(e.lineages, e.proposer) for e in chosen] == [((1,), "openai:y")]
    assert [names for _, names, *_ in Llm.made] == [(LOCAL,), ("openai:y",), ("openai:y",)]
    made = [x.proposer for x in stored(directory).candidates.values()]
    assert made == ["task", LOCAL, LOCAL, *["openai:y"] * 3]


async def test_an_address_that_only_the_file_names_is_not_asked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_scripted(monkeypatch)
    directory = await session_with(root, Setup((REMOTE,)))
    with pytest.raises(ValueError, match="--model"):
        await finish(directory)
    assert stored(directory).isolation is None, "nothing ran"
    assert Llm.made == []
    await Host(directory, Launch(named=(REMOTE,))).run()
    assert stored(directory).spent.evaluations == 3


@pytest.mark.parametrize(
    "name",
    [
        "openai-compatible:x@http://127.0.0.1.example/v1",
        "openai-compatible:x@http://localhost.example:80",
        "openai-compatible:x@http://[::2]:80/v1",
        "openai-compatible:x@https://example/@127.0.0.1",
        "openai-compatible:@http://127.0.0.1@http://example",
    ],
)
def test_an_address_that_only_looks_like_this_machine_is_a_stranger_s(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        refuse_stranger(name, ())


@pytest.mark.parametrize("name", [LOCAL, "openai-compatible:x@http://[::1]", "openai:a"])
def test_this_machine_and_the_providers_themselves_are_none(name: str) -> None:
    refuse_stranger(name, ())
    refuse_stranger("openai-compatible:x@http://h/v1", ("openai-compatible:x@http://H",))


async def test_dollars_need_a_price(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_scripted(monkeypatch)
    dollars = Limits(evaluations=3, usd=1.0)
    directory = await session_with(root, Setup((LOCAL,)), limits=dollars)
    with pytest.raises(ValueError, match="--price FILE"):
        await finish(directory)
    priced = Setup((LOCAL,), prices={LOCAL: PRICE})
    await Host(directory, Launch(setup=priced)).run()
    assert stored(directory).spent.evaluations == 3
    assert Llm.made[-1][-1] == {LOCAL: PRICE}


async def test_a_running_session_refuses_dollars_without_a_price_and_forks_to_other_models(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_scripted(monkeypatch)
    directory = await session_with(root, Setup((LOCAL,)), limits=Limits(evaluations=40))
    async with running(directory) as run:
        await Scripted.asked.get()
        refused = await run.control.send(ChangeBudget(Limits(evaluations=9, usd=1.0)))
        assert not refused.ok
        assert "--price FILE" in refused.message
        assert (await run.control.send(Fork(1, proposer="openai:y"))).id == 2
        assert (await run.control.send(Fork(1))).id == 3
        assert (await run.control.send(Fork(1, proposer="mutation"))).id == 4
        assert not (await run.control.send(Fork(1, proposer="oracle"))).ok
        await run.end()
    lineages = stored(directory).lineages
    assert [x.created.proposer for x in lineages.values()] == [LOCAL, "openai:y", LOCAL, "mutation"]
    assert lineages[2].created.options["models"] == ["openai:y"]
    assert lineages[4].created.options == {}


@pytest.mark.parametrize(
    "options", [{}, {"models": []}, {"models": ["openai:other"]}, {"models": [1]}]
)
async def test_a_recorded_setup_that_does_not_fit_is_refused_with_the_mend(
    root: Path, options: dict[str, object]
) -> None:
    directory = await new_session(root, proposer="openai:x", options=options)
    with pytest.raises(ValueError, match="openai:x"):
        await finish(directory)
