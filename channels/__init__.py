"""One folder per channel, all of the shape written in channels.port."""
