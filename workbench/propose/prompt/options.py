"""How long each part of a prompt may be, and how a prompt that was too long gets shorter."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workbench.propose.llm.call import Part
from workbench.propose.prompt.text import tokens


class PromptOptions(msgspec.Struct, frozen=True):
    """Budgets in estimated tokens (`tokens`) for what each part tells, its few own words aside.

    What is longer loses its middle. 0 leaves a part out, except for `instruction` and `parent`,
    which then hold nothing but the line that says how much is missing.
    """

    instruction: int = 8_000
    context: int = 8_000
    """All read-only files together."""
    context_file: int = 2_000
    """A read-only file that is longer is named, not shown."""
    tried: int = 1_500
    best: int = 6_000
    inspirations: int = 8_000
    """All of them together."""
    parent: int = 24_000
    """The editable files of all parents together."""
    verdict: int = 4_000
    """Feedback and errors of all parents together."""
    wrong: int = 1_500
    """What people found wrong."""
    hints: int = 2_000
    fault: int = 2_000
    in_place: bool = False
    """Whether a command edits the files where they lie, instead of a reply that says how."""
    templates: dict[str, str] = {}
    """The person's own templates by name, see `user_templates`."""


_SACRIFICE = (
    ("inspirations", "best", "tried"),
    ("context",),
    ("fault", "verdict", "wrong", "hints"),
    ("instruction", "parent"),
)
"""Parts in the order in which they are given up: last those without which there is no task."""


def shrink(options: PromptOptions, parts: Sequence[Part], factor: float = 0.5) -> PromptOptions:
    """Return options under which the request of `parts` makes about `factor` of their text.

    For a prompt that was longer than the model can read: build again with the result, and keep it
    for the steps that follow, so that the model's window is met only once and the stable parts
    stay equal. Raises `ValueError` unless ``0 < factor < 1``.
    """
    if not 0 < factor < 1:
        raise ValueError(f"a prompt shrinks by a factor between 0 and 1, not {factor}")
    length = {part.name: tokens(part.text) for part in parts}
    excess = sum(length.values()) * (1 - factor)
    changed: dict[str, int] = {}
    for group in _SACRIFICE:
        present = {name: length[name] for name in group if name in length}
        total = sum(present.values())
        if not total or excess <= 0:
            continue  # what need not be cut may still grow in later steps
        cut = min(1.0, excess / total)
        excess -= total * cut
        for name, size in present.items():
            allowed: int = getattr(options, name)
            changed[name] = min(allowed, int(size * (1 - cut)))
    return msgspec.structs.replace(options, **changed)
