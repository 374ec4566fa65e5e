"""Clocks: promises with a due time."""
