"""`workbench strategies`: what decides moves, and what each can be told."""

from __future__ import annotations

import argparse
import json

from workbench.cli import DONE
from workbench.search.registry import descriptions
from workbench.search.strategy import Options


def listing(arguments: argparse.Namespace) -> int:
    """List the strategies: one line, source, options with their defaults."""
    found = descriptions()
    if arguments.json:
        rows = [
            {
                "name": one.name,
                "summary": one.summary,
                "source": one.source,
                "options": [
                    {"name": x.name, "default": x.default, "values": x.values, "about": x.about}
                    for x in one.options
                ],
            }
            for one in found
        ]
        print(json.dumps(rows))
        return DONE
    common = {option.name: option for option in found[0].options}
    common = {name: common[name] for name in Options.__struct_fields__}
    for one in found:
        print(f"{one.name:<12} {one.summary}")
        print(f"{'':<12} {one.source}")
        for option in one.options:
            if common.get(option.name) != option:
                print(f"{'':<12}   {option}: {option.about}")
    print("all          can be told")
    for option in common.values():
        print(f"{'':<12}   {option}: {option.about}")
    print("\nworkbench run TASK --strategy islands:islands=3,migration_every=20")
    return DONE
