"""The proposer that needs no model, key or network: mechanical edits of numbers and expressions.

It changes the bytes it means to change and no others, and learns from its own lineage alone.
"""
