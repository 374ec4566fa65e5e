"""The engine, and the two small things that every statement needs."""

import hashlib
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

#: No statement of ours may run for longer (a transaction never lasts over 30 s).
STATEMENT_TIMEOUT_MS = 25_000


def connect(url: str, *, pool: int = 10) -> AsyncEngine:
    """An engine on `url` (any postgresql:// form), with time-outs on everything."""
    return create_async_engine(
        asyncpg_url(url),
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=10,
        pool_pre_ping=False,
        connect_args={
            "timeout": 5,
            "server_settings": {
                "application_name": "hub",
                "statement_timeout": str(STATEMENT_TIMEOUT_MS),
                "lock_timeout": "10000",
                "idle_in_transaction_session_timeout": "30000",
                "jit": "off",
            },
        },
    )


def asyncpg_url(url: str) -> str:
    """The same address for SQLAlchemy's asyncpg driver."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def libpq_arguments(url: str) -> dict[str, Any]:
    """The same address as keyword arguments of asyncpg.connect, for the connections that LISTEN or group-commit."""
    parsed = make_url(url)
    host = parsed.query.get("host") or parsed.host
    port = parsed.query.get("port") or parsed.port or 5432
    return {
        "host": host,
        "port": int(str(port)),
        "user": parsed.username,
        "password": parsed.password,
        "database": parsed.database,
        "timeout": 5,
    }


def digest(text: str) -> bytes:
    """A SHA-256 of an id that must be unique but need not be read."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def lane_of(*parts: str) -> int:
    """The 64-bit number of a lane: what is equal in `parts` is processed in order."""
    return int.from_bytes(digest("\x1f".join(parts))[:8], "big", signed=True)


__all__ = ["AsyncConnection", "AsyncEngine", "asyncpg_url", "connect", "digest", "lane_of", "libpq_arguments"]
