"""What sessions say when they are looked at as data: scores, dynamics, edits, reports.

Pure but for writing reports: everything is computed from the model's `Session` and from texts that
a caller hands over. Nothing here opens a session file, runs a program or knows a screen.
"""
