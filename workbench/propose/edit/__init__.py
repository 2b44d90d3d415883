"""A model's reply turned into changed files, and a change turned into such a reply.

Pure text work: no file, no model, no clock. What is not certain is refused with a reason, never
guessed; what is forgiven is recorded.
"""

from workbench.propose.edit.edit import apply
from workbench.propose.edit.outcome import Edit, Unapplicable
from workbench.propose.edit.write import diff_reply

__all__ = ["Edit", "Unapplicable", "apply", "diff_reply"]
