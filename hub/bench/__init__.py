"""Measures the product against its budgets: real processes, a database of its own, everything durable."""
