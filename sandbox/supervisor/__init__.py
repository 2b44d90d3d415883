"""The process that owns one lease: builds the sandbox, runs jobs in it, leaves nothing behind.

It is exec'd, never forked from the caller, imports only the standard library and nothing of the
rest of the package, and dies with its caller.
"""
