"""Inbound events as bytes and back: what the inbox keeps between the wire and the worker."""

import msgspec

from channels.port import InboundEvent, MessageArrived, RawEvent, StatusChanged, Unreadable, Unrecognised

_SORTS: dict[str, type[InboundEvent]] = {
    sort.__name__: sort for sort in (MessageArrived, StatusChanged, Unrecognised, Unreadable)
}


def encode(event: InboundEvent) -> bytes:
    """Write an event as one JSON array: its sort and its fields."""
    return msgspec.json.encode((type(event).__name__, event))


def decode(data: bytes) -> InboundEvent:
    """Read what `encode` wrote. Raises msgspec.ValidationError when it is something else."""
    sort, fields = msgspec.json.decode(data, type=tuple[str, msgspec.Raw])
    return msgspec.json.decode(fields, type=_SORTS[sort])


def encode_raw(event: RawEvent) -> bytes:
    """Write a raw event, byte for byte, so that it can be looked at and replayed."""
    return msgspec.msgpack.encode(event)


def decode_raw(data: bytes) -> RawEvent:
    """Read what `encode_raw` wrote. Raises msgspec.ValidationError when it is something else."""
    return msgspec.msgpack.decode(data, type=RawEvent)
