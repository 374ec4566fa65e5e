"""Danger, language and kind of a text: local, deterministic, explained."""
