"""A terminal workbench for generative optimization."""

__version__ = "0.1.0"
