"""Whose a request is and by when: the matrix as data."""
