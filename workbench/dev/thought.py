"""Which requests ask a model to reason, and whether it shows how."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.dev.dialect import Wrong, mapping

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""OpenAI's words; Anthropic knows those from ``low`` on."""
_BUDGET = 1_024


def thinking_asked(body: Mapping[str, object], allowed: int) -> tuple[bool, bool]:
    """Read Anthropic's `thinking` and `output_config`: whether it reasons, and shows it."""
    effort = mapping(body.get("output_config")).get("effort")
    if effort is not None and effort not in EFFORTS[2:]:
        raise Wrong(
            "invalid",
            "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
        )
    thinking = mapping(body.get("thinking"))
    kind = thinking.get("type", "disabled")
    if kind not in ("adaptive", "enabled", "disabled", "between_tools"):
        raise Wrong("invalid", f"thinking: Input tag {kind!r} does not match any expected tag")
    if kind == "enabled":
        budget = thinking.get("budget_tokens")
        if not isinstance(budget, int) or budget < _BUDGET:
            raise Wrong(
                "invalid",
                "thinking.enabled.budget_tokens: "
                f"Input should be greater than or equal to {_BUDGET}",
            )
        if budget >= allowed:
            raise Wrong("invalid", "`max_tokens` must be greater than `thinking.budget_tokens`.")
    return kind in ("adaptive", "enabled"), thinking.get("display") != "omitted"


def effort_asked(value: object, param: str) -> bool:
    """Read OpenAI's reasoning effort: whether the model reasons."""
    if value is None:
        return False
    if value not in EFFORTS:
        known = ", ".join(f"'{effort}'" for effort in EFFORTS)
        raise Wrong(
            "invalid",
            f"Invalid value: {value!r}. Supported values are: {known}.",
            param=param,
            code="invalid_value",
        )
    return value != "none"
