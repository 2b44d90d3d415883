"""Runs untrusted programs under hard limits; knows nothing of the workbench and is usable by itself."""
