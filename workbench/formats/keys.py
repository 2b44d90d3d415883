"""The keys of a ``task.toml`` that have a meaning: Harbor's schema 1.4, and our own table.

Harbor's keys are known so that only true unknowns are warned about; the few that a run here
depends on are read by `harbor`. ``[metadata]`` is free-form in Harbor and never warned about.
"""

from __future__ import annotations

ROOT = frozenset(
    [
        "schema_version",
        "version",
        "task",
        "metadata",
        "verifier",
        "agent",
        "environment",
        "solution",
        "source",
        "steps",
        "multi_step_reward_strategy",
        "artifacts",
    ]
)

_PHASE = "network_mode allowed_hosts timeout_sec user"

TABLES = {
    "task": frozenset(["name", "version", "description", "authors", "keywords"]),
    "solution": frozenset(["env"]),
    "agent": frozenset(_PHASE.split()),
    "verifier": frozenset(f"{_PHASE} env environment_mode environment collect".split()),
    "environment": frozenset(
        [
            "network_mode",
            "allowed_hosts",
            "build_timeout_sec",
            "docker_image",
            "os",
            "cpus",
            "memory_mb",
            "storage_mb",
            "gpus",
            "gpu_types",
            "tpu",
            "mcp_servers",
            "env",
            "skills_dir",
            "healthcheck",
            "workdir",
            "allow_internet",
            "memory",
            "storage",
        ]
    ),
}
"""Harbor's tables and their keys, deprecated spellings included."""

WORKBENCH = frozenset(
    [
        "editable",
        "run",
        "outputs",
        "direction",
        "score_name",
        "unit",
        "category",
        "baseline",
        "best_known",
        "best_known_source",
        "bound",
        "bound_source",
        "score_tolerance",
        "verification",
        "repeats",
        "metrics",
        "score_range",
        "container",
        "budget",
        "evaluate_timeout_sec",
        "python_packages",
    ]
)
"""Keys of ``[metadata.workbench]``."""

BUDGET = frozenset(["evaluations", "proposals", "tokens", "usd", "seconds"])
"""Keys of ``[metadata.workbench.budget]``."""
