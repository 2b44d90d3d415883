"""The settings in force: as the file says, and as a person changes them while the program runs."""

from __future__ import annotations

from pathlib import Path

from workbench.display.config.model import Config, Value, with_value
from workbench.display.config.reading import Known, read
from workbench.display.config.writing import NotWritten, write


class Settings:
    """A person's settings and the file that keeps them; without a file they last for one run."""

    def __init__(self, path: Path | None = None) -> None:
        """Name the file; nothing is read yet."""
        self.path = path
        self.config = Config()
        self.problems = ""
        """All that is wrong with the file, one problem a line; empty if nothing is."""

    def load(self, known: Known) -> None:
        """Read the file."""
        if self.path is not None:
            self.config, self.problems = read(self.path, known)

    def change(self, key: str, value: Value | None) -> str:
        """Put a setting in force and keep it; None gives it its default back.

        Returns why it could not be kept, empty if it was: it is in force all the same.
        """
        self.config = with_value(self.config, key, value)
        if self.path is None:
            return ""
        try:
            write(self.path, key, value)
        except NotWritten as error:
            return str(error)
        return ""
