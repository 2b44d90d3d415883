"""Stands in for ``openevolve.evaluation_result`` where OpenEvolve itself is not installed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

EVALUATION_FAILED_METRIC = "__evaluation_failed__"


@dataclass
class EvaluationResult:
    """What an evaluator returns: numbers, and artifacts for the next prompt."""

    metrics: dict[str, Any]
    artifacts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, metrics: dict[str, Any]) -> EvaluationResult:
        """Wrap plain metrics."""
        return cls(metrics)

    def to_dict(self) -> dict[str, Any]:
        """Return the metrics."""
        return self.metrics

    def has_artifacts(self) -> bool:
        """Whether there are any artifacts."""
        return bool(self.artifacts)
