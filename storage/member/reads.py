"""Reading identities and members."""

from collections.abc import Collection, Mapping

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import IdentityId, MemberId
from domain.member import Identity, Member
from domain.permissions import Action, Viewer
from storage import tables

_members, _identities = tables.member, tables.identity


async def identities(
    connection: AsyncConnection, addresses: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], Identity]:
    """The identities of (channel, address) pairs, by pair."""
    if not addresses:
        return {}
    found = select(
        _identities.c.id,
        _identities.c.channel,
        _identities.c.address,
        _identities.c.member_id,
        _identities.c.verified_at,
    ).where(tuple_(_identities.c.channel, _identities.c.address).in_(list(addresses)))
    rows = await connection.execute(found)
    return {
        (row.channel, row.address): Identity(
            IdentityId(row.id),
            row.channel,
            row.address,
            MemberId(row.member_id) if row.member_id else None,
            row.verified_at,
        )
        for row in rows
    }


async def members(
    connection: AsyncConnection, ids: Collection[MemberId], *, viewer: Viewer
) -> Mapping[MemberId, Member]:
    """Members by id. Raises Forbidden."""
    viewer.require(Action.READ_TICKETS)
    if not ids:
        return {}
    rows = await connection.execute(select(_members).where(_members.c.id.in_(list(ids))))
    return {MemberId(row.id): Member(**row._mapping) for row in rows}
