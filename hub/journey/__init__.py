"""The journeys of a message: in, and out again. `pipeline` and `deliver` are the tables of contents."""
