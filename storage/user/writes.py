"""Writing users and sessions."""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import UserId
from storage import tables
from storage.user.reads import UserRow


async def keep(connection: AsyncConnection, user: UserRow, *, now: datetime) -> None:
    """Add the user unless the address is taken."""
    row = upsert(tables.user_account).values(
        id=user.id,
        email=user.email.strip().lower(),
        name=user.name,
        role=user.role,
        password_hash=user.password_hash,
        created_at=now,
    )
    await connection.execute(row.on_conflict_do_nothing(index_elements=["email"]))


async def open_session(
    connection: AsyncConnection, *, token_hash: bytes, user_id: UserId, now: datetime, until: datetime
) -> None:
    """Keep a session by the hash of its token; the token itself is only in the browser."""
    await connection.execute(
        insert(tables.login_session).values(token_hash=token_hash, user_id=user_id, created_at=now, expires_at=until)
    )


async def close_session(connection: AsyncConnection, token_hash: bytes) -> None:
    """End a session."""
    await connection.execute(delete(tables.login_session).where(tables.login_session.c.token_hash == token_hash))


async def forget_expired(connection: AsyncConnection, *, now: datetime) -> None:
    """Drop the sessions that are over."""
    await connection.execute(delete(tables.login_session).where(tables.login_session.c.expires_at <= now))
