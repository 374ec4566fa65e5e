"""Deliveries, their attempts, and the outbox that drives them."""
