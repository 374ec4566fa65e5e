"""Names the language of a text among those the programme answers in."""
