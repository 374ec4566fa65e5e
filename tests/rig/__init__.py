"""The crash proof: real processes, killed at any moment, looked at from outside afterwards.

    sender ──► hub serve ──► proxy ──► PostgreSQL ◄── proxy ◄── hub worker ──► provider
    answerer ─────┘                                                (python -m channels.fake)

Sender, answerer, listener and provider are never killed and remember what they were told. Windows that are too short
to be hit by chance are hit from outside: a proxy holds back a statement on its way to the database, or the database's
answer on its way back, or the provider holds back its own; then the process that waits is killed. Nothing in the
product knows of it.
"""
