"""Frozen dataclasses as rows: the field names are the column names."""

from dataclasses import fields
from typing import Any


def columns_of(value: Any, *, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The fields of a dataclass as a dict, one level deep."""
    return {field.name: getattr(value, field.name) for field in fields(value) if field.name not in leave_out}
