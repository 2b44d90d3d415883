"""Which models may be asked: what is refused before a session is made, or before it goes on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from workbench.model.limits import Limits
from workbench.propose.llm.name import parse
from workbench.propose.llm.open import check_key, check_options
from workbench.propose.llm.price import worst_case
from workbench.propose.proposer import ProposerStopped
from workbench.propose.setup import Setup


def named(texts: Iterable[str]) -> Setup:
    """Return the setup of the models of these names. Raises `ValueError` for one that is none, or
    is named twice."""
    models = tuple(str(parse(text)) for text in texts)
    if len(set(models)) < len(models):
        raise ValueError("a model is named twice; give it a larger weight instead")
    return Setup(models)


def refuse_unknown(setup: Setup, environment: Mapping[str, str]) -> None:
    """Raise `ValueError` for a model whose name is none, that does not know the options it would
    be asked with, or whose key is not set."""
    for name in setup.models:
        check_options(name, setup.options)
        try:
            check_key(name, environment)
        except ProposerStopped as error:
            raise ValueError(str(error)) from None


def refuse_stranger(name: str, named: Collection[str]) -> None:
    """Raise `ValueError` for a model at an address that only a session file names.

    The file may be anybody's: whoever wrote it would be sent the prompts, and a key.
    """
    model = parse(name)
    if not model.url or model.local or model in map(parse, named):
        return
    raise ValueError(
        f"this session asks {name!a}, which is not on this machine; to send it the prompts, and "
        f"the key in WORKBENCH_MODEL_KEY if it is set, name it: --model {name!a}"
    )


def refuse_unpriced(setups: Iterable[Setup], limits: Limits) -> None:
    """Raise `ValueError` if `limits` count dollars and the price of a model is not known."""
    if limits.usd is None:
        return
    for setup in setups:
        for name in setup.models:
            if worst_case(name, 0, setup.options, setup.prices)[1] is None:
                raise ValueError(
                    f"a budget in dollars cannot be kept: nobody knows the price of {name}; give "
                    "it with --price FILE, or bound tokens or evaluations instead"
                )
