"""Fan-out of what happened to whoever watches."""
