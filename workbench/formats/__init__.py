"""Task directories in, `Task` values out; every fault of a directory is told at once.

Nothing here runs a task, and nothing outside needs to know which format a task came in.
"""
