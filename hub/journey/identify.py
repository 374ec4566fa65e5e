"""Which person this is: the identity of each address, made on first sight and unverified."""

from collections.abc import Sequence
from datetime import datetime

from domain.ids import IdentityId, mint
from domain.member import Identity
from hub.journey.arrival import Said
from storage.member import reads, writes
from storage.unit_of_work import UnitOfWork


async def identify(work: UnitOfWork, said: Sequence[Said], *, now: datetime) -> None:
    """Give each message its sender's identity. Personal data stays closed until it is verified."""
    wanted = {(str(one.account.kind), one.event.sender) for one in said}
    known = dict(await reads.identities(work.connection, wanted))
    new = [
        Identity(IdentityId(mint(now)), channel, address, member_id=None, verified_at=None)
        for channel, address in sorted(wanted - known.keys())
    ]
    await writes.keep_identities(work.connection, new)
    known |= {(identity.channel, identity.address): identity for identity in new}
    for one in said:
        one.identity = known[str(one.account.kind), one.event.sender]
