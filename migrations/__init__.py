"""How the tables came to be: one small revision a change, named for its intent."""
