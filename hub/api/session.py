"""Signing in and out, and who is signed in."""

import secrets
from datetime import timedelta

from fastapi import APIRouter, Request, Response

from domain.permissions import Action, viewer_of
from hub.api.reception import Here
from hub.api.schemas import Credentials, Me
from hub.api.viewer import COOKIE, SignedIn, hash_of
from hub.logging import log
from storage.unit_of_work import UnitOfWork
from storage.user import reads, writes
from storage.user.reads import UserRow

#: How long a session lasts.
LASTS = timedelta(hours=12)
router = APIRouter()


class WrongPair(Exception):  # noqa: N818 - named for what is wrong
    """No user has this address and this password. Which of the two is wrong is never told."""


@router.post("/session", summary="Sign in")
async def sign_in(credentials: Credentials, request: Request, response: Response, reception: Here) -> Me:
    """Open a session; its token goes into a cookie that scripts cannot read."""
    hub, email = reception.hub, credentials.email
    now, place = hub.clock.now(), request.client.host if request.client else ""
    reception.attempts.require(email=email, place=place, now=now)
    async with UnitOfWork(hub.engine) as work:
        user = await reads.by_email(work.connection, email)
    is_right = await reception.passwords.match(credentials.password, kept=user.password_hash if user else None)
    if user is None or not is_right:
        reception.attempts.failed(email=email, place=place, now=now)
        log.warning("sign_in_refused")
        raise WrongPair("this address and this password do not belong together")
    reception.attempts.succeeded(email=email, place=place)
    token = secrets.token_urlsafe(32)
    async with UnitOfWork(hub.engine) as work:
        await writes.open_session(
            work.connection, token_hash=hash_of(token), user_id=user.id, now=now, until=now + LASTS
        )
        await work.commit()
    log.info("signed_in", user_id=user.id)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LASTS.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=reception.is_secure,
    )
    return _me(user)


@router.get("/session", summary="Who is signed in")
async def who_am_i(user: SignedIn) -> Me:
    """The user of this session and what they may do."""
    return _me(user)


@router.delete("/session", status_code=204, summary="Sign out")
async def sign_out(_user: SignedIn, request: Request, response: Response, reception: Here) -> None:
    """End this session."""
    async with UnitOfWork(reception.hub.engine) as work:
        await writes.close_session(work.connection, hash_of(request.cookies[COOKIE]))
        await work.commit()
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=reception.is_secure)


def _me(user: UserRow) -> Me:
    viewer = viewer_of(user_id=user.id, name=user.name, role=user.role)
    actions = [action for action in Action if action in viewer.grants]
    return Me(id=user.id, name=user.name, email=user.email, role=user.role, actions=actions)
