"""Who sits in front of the screen."""

from __future__ import annotations

import getpass
import os


def user_name() -> str:
    """Return the user's name; a user id without a name is named by its number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
