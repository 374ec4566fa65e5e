"""Which buses there are."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from hub.bus.memory import MemoryBus
from hub.bus.port import Bus, BusKind
from hub.bus.postgres import PostgresBus


def _memory(_url: str) -> AbstractAsyncContextManager[Bus]:
    return MemoryBus()


def _postgres(url: str) -> AbstractAsyncContextManager[Bus]:
    return PostgresBus(url)


#: Makes a bus from the address of the database. It is open inside its context.
BUSES: Mapping[BusKind, Callable[[str], AbstractAsyncContextManager[Bus]]] = {
    BusKind.MEMORY: _memory,
    BusKind.POSTGRES: _postgres,
}
