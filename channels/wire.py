"""Inbound events as bytes and back: what the inbox keeps between the wire and the worker."""

import msgspec

from channels.port import InboundEvent, MessageArrived, StatusChanged, Unrecognised

_SORTS: dict[str, type[InboundEvent]] = {kind.__name__: kind for kind in (MessageArrived, StatusChanged, Unrecognised)}


def encode(event: InboundEvent) -> bytes:
    """Write an event as one JSON array: its sort and its fields."""
    return msgspec.json.encode((type(event).__name__, event))


def decode(data: bytes) -> InboundEvent:
    """Read what `encode` wrote. Raises msgspec.ValidationError when it is something else."""
    sort, fields = msgspec.json.decode(data, type=tuple[str, msgspec.Raw])
    return msgspec.json.decode(fields, type=_SORTS[sort])
