"""The form for a new session: every option in view, nothing hidden behind another page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.validation import Integer, Number
from textual.widgets import Button, Input, Label, Select, Static

from workbench.display import text
from workbench.display.opener import StartOptions, TaskRow

Choice = tuple[str, StartOptions]
_LINEAGES, _SEED = "4", "0"


class NewRun(ModalScreen[Choice | None]):
    """Choose a task and the options; gives both, or None if the person goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="new.back"),
        Binding("ctrl+s", "begin", "Begin", id="new.begin"),
    ]

    def __init__(
        self,
        tasks: Sequence[TaskRow],
        chosen: TaskRow,
        strategies: Sequence[str],
        problem: Callable[[str, StartOptions], str],
    ) -> None:
        """Offer `tasks` with `chosen` set, and `strategies` with the first set.

        `problem` says why a task cannot be begun with some options; empty if it can.
        """
        super().__init__()
        self._problem = problem
        self._tasks, self._chosen, self._strategies = tasks, chosen, strategies

    def compose(self) -> ComposeResult:
        """One line per option."""
        with Vertical(id="form"):
            yield Static(Content.styled("New session", "bold"))
            yield from self._field(
                "task",
                Select(
                    [(Content(text.one_line(row.name)), row.path) for row in self._tasks],
                    value=self._chosen.path,
                    allow_blank=False,
                    compact=True,
                    id="task",
                ),
            )
            yield from self._field(
                "strategy",
                Select(
                    [(Content(name), name) for name in self._strategies],
                    value=self._strategies[0],
                    allow_blank=False,
                    compact=True,
                    id="strategy",
                ),
            )
            settings = Input(
                id="settings", compact=True, placeholder="its defaults; or KEY=VALUE,…"
            )
            settings.tooltip = SETTINGS
            yield from self._field("settings", settings)
            yield from self._field("lineages", self._number("lineages", _LINEAGES, 1, 64))
            yield from self._field("seed", self._number("seed", _SEED, 0, None))
            budget = self._number("evaluations", "", 1, None)
            budget.placeholder = "the task's own budget"
            yield from self._field("evaluations", budget)
            models = Input(id="models", compact=True, placeholder="none; or anthropic:NAME …")
            models.tooltip = MODELS
            yield from self._field("models", models)
            effort = Input(id="effort", compact=True, placeholder="the model's own")
            yield from self._field("effort", effort)
            dollars = self._number("dollars", "", LEAST_DOLLARS, None, whole=False)
            dollars.placeholder = "no limit; counts with models"
            yield from self._field("dollars", dollars)
            yield Static(Content.styled(MODELS, "$text-muted"), id="form-about")
            yield Static(id="form-problem")
            with Horizontal(id="form-buttons"):
                yield Button(Content("[ctrl+s] begin"), id="begin", compact=True)
                yield Button(Content("[esc] back"), id="back", compact=True)

    def _number(
        self, name: str, value: str, low: float, high: int | None, whole: bool = True
    ) -> Input:
        return Input(
            value,
            type="integer" if whole else "number",
            validators=[Integer(int(low), high) if whole else Number(low, high)],
            valid_empty=not value,
            compact=True,
            id=name,
        )

    def _field(self, label: str, widget: Input | Select[str]) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Label(label)
            yield widget

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Begin or go back by button."""
        self.action_begin() if event.button.id == "begin" else self.action_back()

    def on_input_submitted(self) -> None:
        """Enter in a field begins."""
        self.action_begin()

    def action_back(self) -> None:
        """Give nothing."""
        self.dismiss(None)

    def action_begin(self) -> None:
        """Give the choice, or name the fields that do not hold a usable number."""
        fields = {name: self.query_one(f"#{name}", Input) for name in _NUMBERS}
        wrong = [
            f"{name} must be {_NUMBERS[name]}"
            for name, field in fields.items()
            if (result := field.validate(field.value)) is not None and not result.is_valid
        ]
        if wrong:
            self._refuse("; ".join(wrong))
            return
        budget, dollars = fields["evaluations"].value, fields["dollars"].value
        strategy = str(self.query_one("#strategy", Select).value)
        settings = self.query_one("#settings", Input).value.strip()
        models = self.query_one("#models", Input).value.replace(",", " ")
        options = StartOptions(
            lineages=int(fields["lineages"].value),
            seed=int(fields["seed"].value),
            evaluations=int(budget) if budget else None,
            strategy=f"{strategy}:{settings}" if settings else strategy,
            models=tuple(models.split()),
            effort=self.query_one("#effort", Input).value.strip(),
            usd=float(dollars) if dollars else None,
        )
        task = str(self.query_one("#task", Select).value)
        problem = self._problem(task, options)
        if problem:
            self._refuse(problem)
        else:
            self.dismiss((task, options))

    def _refuse(self, why: str) -> None:
        said = Content.styled("✖ " + text.one_line(why), "$text-error")
        self.query_one("#form-problem", Static).update(said)


LEAST_DOLLARS = 0.0001
SETTINGS = (
    "Options of the strategy, as after the colon on the command line: islands=3,bins=5. "
    "`workbench strategies` lists them; a wrong one is refused with the list."
)
MODELS = (
    "Models: anthropic:NAME, openai:NAME or openai-compatible:NAME@URL; several by comma make an "
    "ensemble. Keys come from ANTHROPIC_API_KEY, OPENAI_API_KEY, WORKBENCH_MODEL_KEY. Without a "
    "model, constants and statements are changed mechanically."
)
_NUMBERS = {
    "lineages": "a whole number, 1 to 64",
    "seed": "a whole number, 0 or more",
    "evaluations": "a whole number, 1 or more, or empty",
    "dollars": "an amount above zero, or empty",
}
