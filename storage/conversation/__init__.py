"""Conversations and their participants."""
