"""Values as columns hold them: frozen dataclasses by the names of their fields, and text without what it cannot."""

from dataclasses import fields
from typing import Any


def columns_of(value: Any, *, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The fields of a dataclass as a dict, one level deep."""
    return {field.name: getattr(value, field.name) for field in fields(value) if field.name not in leave_out}


def storable(text: str, *, most: int | None = None) -> str:
    """What others said, as a column can hold it: no NUL, no half of a surrogate pair, at most `most` characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:most]
