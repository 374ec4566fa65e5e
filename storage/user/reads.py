"""Reading users by e-mail or by session."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import UserId
from domain.permissions import Role
from storage import tables

_users = tables.user_account
_FIELDS = (_users.c.id, _users.c.email, _users.c.name, _users.c.role, _users.c.password_hash)


@dataclass(frozen=True, slots=True)
class UserRow:
    """Somebody who may sign in."""

    id: UserId
    email: str
    name: str
    role: Role
    password_hash: str


async def by_email(connection: AsyncConnection, email: str) -> UserRow | None:
    """The user with this address, whatever its case."""
    row = (await connection.execute(select(*_FIELDS).where(_users.c.email == email.strip().lower()))).one_or_none()
    return UserRow(*row) if row else None


async def by_session(connection: AsyncConnection, token_hash: bytes, *, now: datetime) -> UserRow | None:
    """The user whose session this is, None when it has expired or never was."""
    sessions = tables.login_session
    found = (
        select(*_FIELDS)
        .join(sessions, sessions.c.user_id == _users.c.id)
        .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now)
    )
    row = (await connection.execute(found)).one_or_none()
    return UserRow(*row) if row else None
