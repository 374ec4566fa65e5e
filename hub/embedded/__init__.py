"""The embedded PostgreSQL: real server binaries, a private socket, a data folder of the project, no configuration."""

from hub.embedded.account import NoAccount
from hub.embedded.binaries import NoBinaries
from hub.embedded.cluster import ForeignCluster, OtherMajorVersion
from hub.embedded.postgres import AlreadySupervised, EmbeddedPostgres, StartFailed
from hub.embedded.throwaway import throwaway_postgres

__all__ = [
    "AlreadySupervised",
    "EmbeddedPostgres",
    "ForeignCluster",
    "NoAccount",
    "NoBinaries",
    "OtherMajorVersion",
    "StartFailed",
    "throwaway_postgres",
]
