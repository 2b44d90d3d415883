"""The terminal UI in a browser: one process per tab, behind a key that only this user is told."""
