"""JSON logs: a constant event name and key-values, with the correlation id. Never what people said, nor addresses.

Only the keys of KEYS are written: a name, an address or a text cannot slip in by being passed along.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

#: The id that ties together what one request or one batch of work caused.
correlation_id: ContextVar[str] = ContextVar("correlation_id", default="-")

KEYS = frozenset(
    {
        "account_id", "address", "batch", "channel", "clock", "count", "delivery_id", "error", "event_id", "inbox_id",
        "message_id", "method", "path", "position", "process", "reason", "revision", "seconds", "state", "status",
        "step", "task", "ticket_id", "times", "user_id", "where", "worker",
    }
)  # fmt: skip


class UnknownKey(KeyError):  # noqa: N818 - named for what it is
    """A key that logs may not hold: add it to KEYS only when its values can never be personal."""


class Log:
    """Writes one JSON object a line."""

    def __init__(self, name: str = "hub") -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **fields: Any) -> None:
        """Something happened as it should."""
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Something is not as it should be and mends itself."""
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Somebody must look."""
        self._write(logging.ERROR, event, fields)

    def _write(self, level: int, event: str, fields: dict[str, Any]) -> None:
        unknown = fields.keys() - KEYS
        if unknown:
            raise UnknownKey(f"{event}: {sorted(unknown)} may not be logged")
        if self._logger.isEnabledFor(level):
            self._logger.log(level, event, extra={"fields": fields})


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", None)
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            # A library's own sentence may hold anything: only its name and the place are told.
            "event": record.getMessage() if fields is not None else f"{record.name}.{record.levelname.lower()}",
            "correlation_id": correlation_id.get(),
            **({"where": f"{record.module}:{record.lineno}"} if fields is None else fields),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = place_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def start_logging(level: str) -> None:
    """Send every log of this process, libraries' included, to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_AsJson())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "mail.log", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)


def place_of(error: BaseException) -> str:
    """An exception without its text, which may hold what people wrote: its type and where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__} in {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


log = Log()
