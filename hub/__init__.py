"""Composition, the journeys of a message, the API, the worker and the commands."""
