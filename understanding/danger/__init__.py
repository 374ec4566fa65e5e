"""The first look at every text: danger rules, read from data."""
