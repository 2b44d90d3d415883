"""Readers of other tools' task directories, which are run as they are.

Their evaluators load the candidate, so all of them are verified in one sandbox (``shared``), by a
program of ours beside the evaluator (`workbench.formats.programs`).
"""
