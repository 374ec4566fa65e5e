"""The engine, and the two small things that every statement needs."""

import hashlib
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

#: No statement of ours may run for longer (a transaction never lasts over 30 s).
STATEMENT_TIMEOUT_MS = 25_000
#: No connection, no room for one, a server that goes or is about to come.
_AWAY = (
    asyncpg.InternalClientError,  # what the driver says when the connection ends between two of its own steps
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OperatorInterventionError,
    OSError,
)


def connect(url: str, *, pool: int = 10) -> AsyncEngine:
    """An engine on `url` (any postgresql:// form), with time-outs on everything."""
    return create_async_engine(
        asyncpg_url(url),
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=10,
        pool_pre_ping=False,
        hide_parameters=True,  # what people wrote must not reach a log through an error
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


def is_away(error: BaseException) -> bool:
    """Whether this says that the database does not answer (and not that a statement was wrong)."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, InterfaceError) or _is_away_cause(error.orig)
    return isinstance(error, (OSError, TimeoutError, PoolTimeout, asyncpg.InternalClientError))


def _is_away_cause(error: BaseException | None) -> bool:
    """The same for an error of the driver."""
    seen = error
    while seen is not None:
        if isinstance(seen, _AWAY):
            return True
        seen = seen.__cause__
    return False


def digest(text: str) -> bytes:
    """A SHA-256 of an id that must be unique but need not be read."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def lane_of(*parts: str) -> int:
    """The 64-bit number of a lane: what is equal in `parts` is processed in order."""
    return int.from_bytes(digest("\x1f".join(parts))[:8], "big", signed=True)
