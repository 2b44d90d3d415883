"""The language of prompt templates: Jinja2, less everything that a stranger's task could abuse.

A task's templates come from whoever wrote the task. So they may say what is there, choose and
repeat over the few lists there are; they cannot call, compute, include or loop for long.
"""

from __future__ import annotations

import functools
import re
import traceback
from collections.abc import Mapping
from types import CodeType

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

LISTS = frozenset(
    ["editable", "files", "findings", "hints", "inspirations", "limits", "outputs", "parents"]
)
"""Values that ``{% for %}`` may go through."""

MAX_TEMPLATE = 16_384
"""Longest template, in characters."""

_FILTERS = ("capitalize", "length", "lower", "trim", "upper")
_TESTS = ("defined", "none")
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Test,
)
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class PromptBroken(Exception):
    """A template cannot be used. The message says which, where, why, and what to do."""


class _Environment(ImmutableSandboxedEnvironment):
    """Values are texts, numbers, lists and mappings; an attribute is a mapping's entry."""

    def getattr(self, obj: object, attribute: str) -> object:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)


def render(source: str, label: str, values: Mapping[str, object], limit: int) -> str:
    """Fill a template in; `label` is how a person finds it, e.g. ``refine.j2 of the task``.

    Raises `PromptBroken`, also where the result is longer than `limit` characters.
    """
    template = _compiled(source, label)
    pieces: list[str] = []
    size = 0
    try:
        for piece in template.generate(values):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise _broken(label, None, f"it makes more than {limit} characters")
    except (TemplateError, TypeError) as error:  # TypeError: texts compared with numbers
        places = [
            x.lineno for x in traceback.extract_tb(error.__traceback__) if x.filename == label
        ]
        raise _broken(label, places[-1] if places else None, str(error)) from error
    return "".join(pieces)


@functools.lru_cache(maxsize=128)
def _compiled(source: str, label: str) -> Template:
    """Compile a template once it has shown that it keeps to the language."""
    if len(source) > MAX_TEMPLATE:
        raise _broken(label, None, f"it is longer than {MAX_TEMPLATE} characters")
    environment = _environment()
    try:
        tree = environment.parse(source, label, label)
        _check(tree, label, within=False)
        code: CodeType = environment.compile(tree, label, label)
    except TemplateError as error:
        raise _broken(label, getattr(error, "lineno", None), error.message or "") from error
    return Template.from_code(environment, code, environment.globals)


@functools.cache
def _environment() -> _Environment:
    made = _Environment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS}
    made.tests = {name: made.tests[name] for name in _TESTS}
    return made


def _check(node: nodes.Node, label: str, *, within: bool) -> None:
    """Refuse what is not of the language. `within` says that `node` stands in a loop."""
    if not isinstance(node, _ALLOWED):
        name = _WORDS.sub(" ", type(node).__name__).lower()
        raise _broken(label, node.lineno, f"a prompt template cannot hold a {name}")
    if isinstance(node, nodes.For):
        over = node.iter
        if within or node.recursive or not isinstance(over, nodes.Name) or over.name not in LISTS:
            known = ", ".join(sorted(LISTS))
            raise _broken(label, node.lineno, f"a loop goes, not within another, over: {known}")
        within = True
    for child in node.iter_child_nodes():
        _check(child, label, within=within)


def _broken(label: str, line: int | None, cause: str) -> PromptBroken:
    place = f"prompt template {label}" + ("" if line is None else f", line {line}")
    mend = "mend it, or remove it to use the built-in one"
    return PromptBroken(f"{place}: {cause.rstrip('.')}; {mend}")
