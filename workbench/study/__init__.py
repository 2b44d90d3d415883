"""Studies: a grid of sessions at equal budget, run unattended, resumable after any kill.

A study is a directory: its spec (`study.toml`), where its tasks were found (`tasks.json`), what
failed last (`failures.json`), and one ordinary session for each cell below `sessions/`.
"""
