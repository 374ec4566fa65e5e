"""Members of the programme and their identities on channels."""
