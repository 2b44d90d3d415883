"""What `/v1/models` lists, in both protocols."""

from __future__ import annotations

from collections.abc import Sequence


def anthropic(names: Sequence[str]) -> object:
    """Return Anthropic's page of models."""
    found = [
        {
            "type": "model",
            "id": name,
            "display_name": f"{name} (simulated)",
            "created_at": "1970-01-01T00:00:00Z",
            "lifecycle": "active",
        }
        for name in names
    ]
    return {"data": found, "has_more": False, "first_id": names[0], "last_id": names[-1]}


def openai(names: Sequence[str]) -> object:
    """Return OpenAI's list of models."""
    found = [
        {"id": name, "object": "model", "created": 0, "owned_by": "simulated"} for name in names
    ]
    return {"object": "list", "data": found}
