"""A realistic, seeded demonstration: people, tickets and messages."""
