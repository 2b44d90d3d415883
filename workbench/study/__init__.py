"""Studies: a grid of sessions at equal budget, run unattended, resumable after any kill.

A study is a directory: its spec (`study.toml`), what it was begun with (`begun.json`), what failed
last (`failures.json`), and one ordinary session for each cell below `sessions/`.
"""
