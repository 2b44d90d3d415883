"""Proposers: they carry a move out and return a new set of editable files."""
