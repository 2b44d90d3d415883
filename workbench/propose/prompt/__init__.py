"""A request turned into the parts of a prompt, by templates that tasks and people may replace.

Pure text work: equal requests make equal bytes, stable parts come first, every part keeps its
budget, and what nobody vouches for is fenced. No model is known here and none is called.
"""

from workbench.propose.prompt.build import build, operator_of
from workbench.propose.prompt.language import PromptBroken
from workbench.propose.prompt.options import PromptOptions, shrink
from workbench.propose.prompt.templates import user_folder, user_templates
from workbench.propose.prompt.text import tokens

__all__ = [
    "PromptBroken",
    "PromptOptions",
    "build",
    "operator_of",
    "shrink",
    "tokens",
    "user_folder",
    "user_templates",
]
