"""Runs revisions on the connection it is given (hub.migration). Partitions belong to storage.event_log."""

from typing import Any

from alembic import context

from storage.columns import Instant, Word
from storage.tables import metadata


def _is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    return not (kind == "table" and name is not None and name.startswith("event_"))


def _plain(kind: str, thing: Any, _context: Any) -> str | bool:
    """Column types of ours as the database's own: a revision must still run when our code has changed."""
    if kind == "type" and isinstance(thing, Instant):
        return "sa.DateTime(timezone=True)"
    return "sa.String()" if kind == "type" and isinstance(thing, Word) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_object=_is_ours,
    render_item=_plain,
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
