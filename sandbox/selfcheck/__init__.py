"""Tries, on any backend, what a caller of the sandbox relies on: `python -m sandbox check`."""
