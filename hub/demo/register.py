"""The beneficiaries and their addresses as rows."""

from hub.demo.residents import Registry
from hub.demo.world import World
from storage import tables
from storage.values import columns_of


def contribute(world: World) -> None:
    """Enter everybody in the register."""
    registry = Registry(dice=world.dice("residents"), minter=world.minter("residents"), as_of=world.as_of)
    world.residents = registry.residents()
    world.rows[tables.member] += [columns_of(one.member) for one in world.residents]
    world.rows[tables.identity] += [columns_of(identity) for one in world.residents for identity in one.identities]
