"""Checking a task itself: is its verifier fair, strict and quick, and are its figures true?

Everything here runs the task's own programs in sandboxes, as a search would; nothing changes them.
"""
