"""Every event of the catalogue, filled with whatever its fields may hold."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, get_type_hints

from hypothesis import strategies as st

from domain.events import CATALOGUE, Event

#: Text as the log can hold it; what it cannot is for storage.values.
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
_INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    datetime: _INSTANTS,
    float: st.floats(allow_nan=False, allow_infinity=False),
    int: st.integers(-(2**63), 2**63 - 1),
}


def any_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of this kind."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: _any(hints[field.name]) for field in fields(kind)})


def one_of_each() -> st.SearchStrategy[tuple[Event, ...]]:
    """One event of every kind there is."""
    return st.tuples(*(any_of(kind) for kind in CATALOGUE.values()))


def _any(hint: Any) -> st.SearchStrategy[Any]:
    parts = [part for part in getattr(hint, "__args__", ()) if part is not type(None)]
    if parts:
        return st.none() | st.one_of(*(_any(part) for part in parts))
    plain = getattr(hint, "__supertype__", hint)
    return _BY_TYPE[plain] if plain in _BY_TYPE else st.from_type(plain)
