"""The vocabulary of the workbench: tasks, candidates, verdicts, events, and their projections.

Pure values and pure functions: nothing here does I/O, reads a clock or knows asyncio.
"""
