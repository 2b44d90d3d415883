"""Reading `--model` and what belongs to it: weights, how it is asked, prices."""

from __future__ import annotations

import argparse
import os
import tomllib
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from workbench.cli import CommandFailed, UsageError
from workbench.cli.sessions import reading
from workbench.cli.warn import warn
from workbench.engine.models import named, refuse_unknown, refuse_unpriced
from workbench.model.limits import Limits
from workbench.propose.llm.call import Options
from workbench.propose.llm.name import parse
from workbench.propose.llm.price import check_prices
from workbench.propose.setup import Setup, setup_of

_FREE = {"effort": "effort", "max_output_tokens": "max_output_tokens", "call_seconds": "seconds"}
"""Option of the command line -> field of `Options`."""


def chosen(arguments: argparse.Namespace) -> Setup | None:
    """Return the models that were named, None if none were. Raises `UsageError`."""
    if not arguments.model:
        for option in (*_FREE, "model_weight", "price"):
            if getattr(arguments, option):
                raise UsageError(f"--{option.replace('_', '-')} needs a --model that it is for")
        return None
    return checked(_with_options(_named(arguments), arguments))


def changed(arguments: argparse.Namespace, directory: Path) -> Setup | None:
    """Return the models of a session from here on, None if they stay as they are.

    Whether the models that stay can be asked is checked, too. Raises `UsageError`.
    """
    if arguments.model:
        return chosen(arguments)
    recorded: list[Setup] = []
    with suppress(CommandFailed):  # whoever runs a file that cannot be read says what is wrong
        recorded = _recorded(directory)
    if not any(getattr(arguments, option) for option in (*_FREE, "model_weight", "price")):
        for setup in recorded:
            checked(setup)
        return None
    if len(recorded) != 1:
        raise UsageError("this session does not ask one set of models: name them with --model")
    return checked(_with_options(recorded[0], arguments))


def checked(setup: Setup) -> Setup:
    """Return `setup` if its models exist by name and their keys are set. Raises `UsageError`."""
    try:
        refuse_unknown(setup, os.environ)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return setup


def check_budget(setup: Setup | None, limits: Limits) -> None:
    """Raise `UsageError` for a budget in dollars and a model whose price is not known."""
    try:
        refuse_unpriced([] if setup is None else [setup], limits)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _recorded(directory: Path) -> list[Setup]:
    """Return the different setups of a session's lineages."""
    found: list[Setup] = []
    with reading(directory) as (_, session):
        for lineage in session.lineages.values():
            try:
                setup = setup_of(lineage.created.proposer, lineage.created.options)
            except ValueError as error:
                raise UsageError(str(error)) from None
            if setup is not None and setup not in found:
                found.append(setup)
    return found


def _named(arguments: argparse.Namespace) -> Setup:
    try:
        setup = named(arguments.model)
    except ValueError as error:
        raise UsageError(f"--model: {error}") from None
    for model in map(parse, setup.models):
        if model.caution:
            warn(model.caution)
    return setup


def _with_options(setup: Setup, arguments: argparse.Namespace) -> Setup:
    weights = tuple(arguments.model_weight)
    if weights and len(weights) != len(setup.models):
        raise UsageError(
            f"--model-weight is given {len(weights)} times for {len(setup.models)} models: "
            "once for each, in the same order"
        )
    given = {field: getattr(arguments, option) for option, field in _FREE.items()}
    options: Options = replace(setup.options, **{k: v for k, v in given.items() if v})
    prices = _prices(arguments.price, setup.models) if arguments.price else setup.prices
    return replace(setup, weights=weights or setup.weights, options=options, prices=prices)


def _prices(path: str, models: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Read the prices of `models` from a TOML file. Raises `UsageError` naming file and key."""
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8")).get("prices")
        prices = msgspec.convert(found, dict[str, dict[str, float]])
        check_prices(prices)
        known = {str(parse(name)): price for name, price in prices.items()}
    except ValueError as error:  # no UTF-8, no TOML, no prices, or no models
        raise UsageError(f"--price {path}: {error}") from None
    if not set(known) & set(models):
        raise UsageError(
            f'--price {path}: it has no table [prices."{models[0]}"] with input and output in '
            "dollars per million tokens"
        )
    return {name: known[name] for name in models if name in known}
