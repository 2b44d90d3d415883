"""The spec that `workbench study new` writes, for somebody to change into their own."""

TEXT = """\
# A study: every combination of the grid is a cell, an ordinary session; all have the same budget.
#   workbench study check FILE    what it comes to: cells, evaluations, time, dollars
#   workbench study run FILE      run it, or go on with it, whatever stopped it
title = "Three strategies on two tasks"
budget = "evaluations=50"    # of each cell, as --budget has it; evaluations must be bounded
# usd_total = 5.0            # with models: what all cells together may cost; then bound usd above

[grid]
tasks = ["circle-packing", "job-shop"]    # bundled names, or directories beside this file
strategies = ["independent", "chain", "islands:islands=3"]    # the first two are always there
seeds = 3                    # how many from 0 on, or a list
# widths = [4]               # lineages of a cell; the budget is divided among them
# allocators = ["uniform"]   # workbench run --help
# proposers = ["mutation"]   # needs no key
# models = ["openai:NAME", ["openai:NAME", "anthropic:NAME"]]    # the second is an ensemble

# [asking]                   # how models are asked
# effort = "low"
# max_output_tokens = 8000
# call_seconds = 300

# [prices."openai:NAME"]     # dollars per million tokens, where nobody knows them
# input = 1.0
# output = 2.0
"""
