"""A command of the person's own as proposer: it edits the files in a sandbox, and ends."""
