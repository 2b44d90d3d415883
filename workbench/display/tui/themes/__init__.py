"""Themes as files: those that come with the workbench, and a person's own."""
