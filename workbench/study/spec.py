"""What a study is made of, read strictly from its TOML: all that is wrong in one message."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Collection, Iterable
from typing import Any

import msgspec

from workbench.engine import budget, models
from workbench.formats.error import Report
from workbench.formats.table import Table, kind_of
from workbench.model.limits import Limits
from workbench.model.simulation import SIMULATION, law_of
from workbench.propose.llm.name import parse as model_name
from workbench.propose.llm.price import check_prices
from workbench.search import registry
from workbench.search.allocate.registry import UNIFORM, allocator
from workbench.study.error import SpecError

ALWAYS = ("independent", "chain")
"""Strategies of every study: simple baselines often do as well as elaborate searches."""
MUTATION = "mutation"
MOST_SEEDS = 1000
ROOT = ("title", "budget", "usd_total", "grid", "asking", "prices")
GRID = ("tasks", "strategies", "allocators", "proposers", "models", "widths", "seeds")
ASKING = ("effort", "max_output_tokens", "call_seconds")
_MAKERS = f'proposers = ["{MUTATION}"], or models = ["openai:NAME"]'


class Maker(msgspec.Struct, frozen=True, order=True):
    """Who makes proposals: a proposer by name, or models; several models are an ensemble."""

    proposer: str = ""
    models: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What tables call it."""
        return self.proposer or "+".join(self.models)


class Asking(msgspec.Struct, frozen=True):
    """How models are asked."""

    effort: str | None = None
    max_output_tokens: int | None = None
    call_seconds: float | None = None


class Spec(msgspec.Struct, frozen=True):
    """A grid of cells at equal budget."""

    tasks: tuple[str, ...] = ()
    """As written."""
    strategies: tuple[str, ...] = ()
    """As people write them, options included that are not the default ones."""
    allocators: tuple[str, ...] = (UNIFORM,)
    makers: tuple[Maker, ...] = ()
    widths: tuple[int, ...] = (4,)
    """Lineages of a cell; its depth is what the budget leaves to each."""
    seeds: tuple[int, ...] = (0,)
    limits: Limits = Limits()
    """What every cell may spend."""
    asking: Asking = Asking()
    prices: dict[str, dict[str, float]] = {}
    title: str = ""
    usd_total: float | None = None
    """Dollars that all cells together may spend."""
    added: tuple[str, ...] = ()
    """Strategies that the file does not name and the study has nevertheless."""


def parse(text: str, where: str) -> Spec:
    """Read a spec; `where` names it in messages. Raises `SpecError` with all its problems."""
    report = Report(where)
    try:
        root = Table(tomllib.loads(text), "", report)
    except tomllib.TOMLDecodeError as error:
        report.problem("", f"is no TOML: {error}", "mend it there")
        raise SpecError(report.problems, where) from None
    _refuse_unknown(root, ROOT)
    grid, asking = root.table("grid"), root.table("asking")
    _refuse_unknown(grid, GRID)
    _refuse_unknown(asking, ASKING)
    strategies = _strategies(grid)
    added = tuple(x for x in ALWAYS if x not in {registry.read(y).name for y in strategies})
    spec = Spec(
        title=root.text("title", ""),
        limits=_limits(root),
        usd_total=root.number("usd_total", None, positive=True),
        tasks=_distinct(grid, "tasks", ["circle-packing"], _task, required=True),
        strategies=(*added, *strategies),
        added=added,
        allocators=_distinct(grid, "allocators", [UNIFORM], _allocator) or (UNIFORM,),
        makers=_makers(grid),
        widths=_wholes(grid, "widths", 1) or (4,),
        seeds=_seeds(grid),
        asking=Asking(
            asking.text("effort", None),
            asking.integer("max_output_tokens", None),
            asking.number("call_seconds", None, positive=True),
        ),
        prices=_prices(root),
    )
    _together(spec, root, grid)
    if report.problems:
        raise SpecError(report.problems, where)
    return spec


def _refuse_unknown(table: Table, known: Collection[str]) -> None:
    for key in table.values:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
            mend = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
            table.problem(key, "is unknown", mend)


def _limits(root: Table) -> Limits:
    text = root.text("budget", None)
    mend = 'write what each cell may spend: budget = "evaluations=100"'
    if text is None:
        if "budget" not in root.values:
            root.problem("budget", "is missing", mend)
        return Limits()
    try:
        found = budget.read([text])
    except ValueError as error:
        root.problem("budget", str(error), mend)
        return Limits()
    if found.evaluations is None:
        root.problem("budget", "bounds no evaluations, by which cells are compared", mend)
    return found


def _strategies(grid: Table) -> tuple[str, ...]:
    def read(text: str) -> str:
        return registry.written(registry.read(text))

    return _distinct(grid, "strategies", ["islands", "beam:width=2"], read)


def _task(text: str) -> str:
    if text.startswith("-") or text != text.strip():
        raise ValueError(f"{text!r} names no task")
    return text


def _allocator(text: str) -> str:
    allocator(text)
    return text


def _distinct(
    table: Table,
    key: str,
    example: list[str],
    read: Callable[[str], str],
    required: bool = False,
) -> tuple[str, ...]:
    """Return a list of different texts, each as `read` has it, which may raise `ValueError`."""
    shown = str(example).replace("'", '"')
    found: list[str] = []
    for text in table.texts(key, required=required, example=shown):
        try:
            one = read(text)
        except ValueError as error:
            table.problem(key, str(error), f"e.g. {key} = {shown}")
            continue
        if one in found:
            table.problem(key, f"names {one!a} twice", "name it once")
        else:
            found.append(one)
    return tuple(found)


def _makers(grid: Table) -> tuple[Maker, ...]:
    named = _distinct(grid, "proposers", [MUTATION], _proposer)
    makers = [Maker(name) for name in named]
    value = grid.values.get("models", [])
    if not isinstance(value, list):
        grid.problem("models", f"is {kind_of(value)}", 'write a list: models = ["openai:NAME"]')
        value = []
    for one in value:
        texts = one if isinstance(one, list) else [one]
        if not texts or not all(isinstance(text, str) for text in texts):
            mend = 'each is "openai:NAME", or a list of such for an ensemble'
            grid.problem("models", f"holds {kind_of(one)}", mend)
            continue
        try:
            maker = Maker(models=models.named(texts).models)
        except ValueError as error:
            grid.problem("models", str(error), 'e.g. models = ["openai:NAME"]')
            continue
        if maker in makers:
            grid.problem("models", f"names {maker.label!a} twice", "name it once")
        else:
            makers.append(maker)
    said = grid.values.get("proposers") or grid.values.get("models")
    return tuple(makers) if said else (Maker(MUTATION),)


def _proposer(text: str) -> str:
    if text != MUTATION and law_of(text) is None:
        raise ValueError(
            f"{text!r} is no proposer of studies: there are {MUTATION} and {SIMULATION}, and models"
        )
    return text


def _wholes(table: Table, key: str, least: int) -> tuple[int, ...]:
    if key not in table.values:
        return ()
    value = table.values[key]
    values = value if isinstance(value, list) else [value]
    mend = f"write different whole numbers from {least} on: {key} = [{least}, {least + 1}]"
    fit = [x for x in values if type(x) is int and least <= x < 1 << 31]
    if len(fit) < len(values) or len(set(fit)) < len(fit) or not fit:
        table.problem(key, "is no list of such numbers", mend)
        return ()
    return tuple(fit)


def _seeds(grid: Table) -> tuple[int, ...]:
    value = grid.values.get("seeds", 1)
    if type(value) is int and not 0 < value <= MOST_SEEDS:
        mend = f"write how many, up to {MOST_SEEDS}, or a list of seeds"
        grid.problem("seeds", f"is {value}", mend)
        return ()
    return tuple(range(value)) if type(value) is int else _wholes(grid, "seeds", 0)


def _prices(root: Table) -> dict[str, dict[str, float]]:
    value: Any = root.values.get("prices", {})
    try:
        found = msgspec.convert(value, dict[str, dict[str, float]])
        check_prices(found)
        return {str(model_name(name)): price for name, price in found.items()}
    except ValueError as error:
        mend = 'write [prices."MODEL"] input = 1.0, output = 2.0: dollars per million tokens'
        root.problem("[prices]", str(error), mend)
        return {}


def _together(spec: Spec, root: Table, grid: Table) -> None:
    """Report what does not fit together."""
    asks = any(maker.models for maker in spec.makers)
    if not asks:
        for key in ("asking", "prices", "usd_total"):
            if key in root.values:
                mend = f"leave it out, or name models in [grid]: {_MAKERS}"
                root.problem(key, "is for models, and the grid has none", mend)
    elif spec.usd_total is not None and spec.limits.usd is None:
        wrong = "bounds the whole, and nothing bounds the dollars of a cell"
        mend = 'say both: budget = "evaluations=100,usd=0.50"'
        root.problem("usd_total", wrong, mend)
    evaluations = spec.limits.evaluations
    wide = [width for width in spec.widths if evaluations is not None and width >= evaluations]
    if wide:
        mend = "a cell has one evaluation of the initial files and one at least for each lineage"
        grid.problem("widths", f"{_listed(wide)}: too many for the budget", mend)
    simulated = [task == SIMULATION for task in spec.tasks]
    laws = [law_of(maker.proposer) is not None for maker in spec.makers]
    if any((*simulated, *laws)) and not all((*simulated, *laws)):
        mend = f'in a study of simulated searches there is nothing else: tasks = ["{SIMULATION}"]'
        grid.problem("tasks", "the simulated task and proposer go together", mend)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))
