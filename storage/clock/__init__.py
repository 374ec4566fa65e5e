"""The clocks of tickets: what was promised, by when, and whether it was kept."""
