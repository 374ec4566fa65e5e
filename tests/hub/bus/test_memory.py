"""The bus inside one process."""

from contextlib import AbstractAsyncContextManager

from hub.bus.memory import MemoryBus
from hub.bus.port import Bus, BusKind
from hub.bus.registry import BUSES
from tests.contracts.bus_contract import BusContract


class TestTheMemoryBus(BusContract):
    def opened(self) -> AbstractAsyncContextManager[Bus]:
        return BUSES[BusKind.MEMORY]("")

    async def test_ends_at_once_for_whoever_comes_after_it_closed(self) -> None:
        async with MemoryBus() as bus:
            pass
        async with bus.subscribe() as heads:
            assert [head async for head in heads] == []
