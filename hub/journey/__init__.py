"""The journeys in and out, one step a file."""
