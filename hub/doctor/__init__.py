"""The doctor: looks at everything the hub stands on, and says in plain words what is wrong and how to mend it."""
