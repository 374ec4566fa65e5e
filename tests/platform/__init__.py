"""The machine that the product stands on: installation, database, processes, containers."""
