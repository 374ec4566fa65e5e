"""What every request finds when it comes in: the hub, and what this process keeps open for it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from hub.api.attempts import Attempts
from hub.api.passwords import Passwords
from hub.bootstrap import Hub
from hub.doors import Doors
from hub.feed import Feed
from hub.journey.ingest import Ingest
from storage.group_commit import GroupCommit


@dataclass(frozen=True, slots=True)
class Reception:
    """Made once when the process starts. `revision`: that of the tables this version needs."""

    hub: Hub
    store: GroupCommit
    ingest: Ingest
    feed: Feed
    doors: Doors
    attempts: Attempts
    passwords: Passwords
    revision: str

    @property
    def is_secure(self) -> bool:
        """Whether people reach us by HTTPS."""
        return self.hub.settings.public_url.startswith("https:")


def reception_of(connection: HTTPConnection) -> Reception:
    """The reception of the process that this request or stream came to."""
    reception: Reception = connection.app.state.reception
    return reception


#: The same, for the functions that answer requests.
Here = Annotated[Reception, Depends(reception_of)]
