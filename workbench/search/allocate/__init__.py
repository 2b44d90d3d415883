"""Allocators: which lineage gets the next steps of the budget that all share.

Pure policies over what the session's journal tells of its lineages; `dealing` turns a decision into
the event that an engine or a simulation puts in force. `uniform` is no policy: it splits the budget
in advance.
"""
