"""Says what a text is about, in kinds of the routing matrix."""
