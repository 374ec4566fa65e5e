"""Who asks: the viewer of a request, from the session in its cookie; and whether our own pages ask."""

import hashlib
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import HTTPConnection

from domain.permissions import Viewer, viewer_of
from hub.api.reception import reception_of
from storage.unit_of_work import UnitOfWork
from storage.user import reads
from storage.user.reads import UserRow

COOKIE = "hub_session"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


class NotSignedIn(Exception):  # noqa: N818 - named for what is wrong
    """There is no session, or it is over."""


class ForeignSite(Exception):  # noqa: N818 - named for what is wrong
    """A page of another site wants something changed in the name of whoever is signed in."""


async def require_own_site(connection: HTTPConnection) -> None:
    """Refuse changes that a browser sends from another site's page. Raises ForeignSite."""
    if connection.scope.get("method") not in _READS and not is_own_site(connection):
        raise ForeignSite("only pages of this hub may change something")


def is_own_site(connection: HTTPConnection) -> bool:
    """Whether a browser says that our own page asks; what is no browser says nothing and is let through."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None and connection.scope["type"] == "http":
        return site in _OURS
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    ours = {connection.headers.get("host"), urlsplit(reception_of(connection).hub.settings.public_url).netloc}
    return _place(origin) in ours


async def user_of(connection: HTTPConnection) -> UserRow | None:
    """Whose session the cookie names; None when there is none, or it is over."""
    token = connection.cookies.get(COOKIE)
    if not token:
        return None
    hub = reception_of(connection).hub
    async with UnitOfWork(hub.engine) as work:
        return await reads.by_session(work.connection, hash_of(token), now=hub.clock.now())


def hash_of(token: str) -> bytes:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


async def _user(connection: HTTPConnection) -> UserRow:
    user = await user_of(connection)
    if user is None:
        raise NotSignedIn("sign in first: there is no session, or it is over")
    return user


#: The user of a request; without one it is refused.
SignedIn = Annotated[UserRow, Depends(_user)]


def _viewer(user: SignedIn) -> Viewer:
    return viewer_of(user_id=user.id, name=user.name, role=user.role)


#: On whose behalf a request reads and changes.
Viewing = Annotated[Viewer, Depends(_viewer)]


def _place(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None
