"""The words and rules of the programme. Standard library only; no clock, environment or socket is read here."""
