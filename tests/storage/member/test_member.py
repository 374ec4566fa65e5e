"""Members of the programme, and the addresses that are known to be theirs."""

from datetime import date
from uuid import uuid4

import pytest

from domain.ids import IdentityId, MemberId, mint
from domain.member import Identity, Rank, Scheme
from domain.permissions import SYSTEM
from domain.triage import Language
from storage.member import reads, writes
from storage.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.storage.rows import Rows

pytestmark = pytest.mark.database


def identity(address: str, *, member_id: MemberId | None = None, channel: str = "fake") -> Identity:
    """An address; verified when it is somebody's."""
    return Identity(IdentityId(mint(NOW)), channel, address, member_id, NOW if member_id else None)


async def keep(rows: Rows, *identities: Identity) -> None:
    """Keep identities."""
    async with UnitOfWork(rows.engine) as work:
        await writes.keep_identities(work.connection, identities)
        await work.commit()


class TestAMember:
    async def test_is_read_as_they_are_kept(self, rows: Rows) -> None:
        member = await rows.add_member(
            scheme=Scheme.VIE, departure_date=date(2026, 1, 31), mission_end=date(2028, 1, 30), language=Language.ES
        )
        child = await rows.add_member(rank=Rank.CHILD, principal_id=member.id, first_name="Zoé")
        await rows.add_member()
        async with rows.engine.connect() as connection:
            found = await reads.members(connection, [member.id, child.id, MemberId(uuid4())], viewer=SYSTEM)
            assert found == {member.id: member, child.id: child}
            assert await reads.members(connection, [], viewer=SYSTEM) == {}


class TestAnIdentity:
    async def test_is_found_by_its_channel_and_address(self, rows: Rows) -> None:
        member = await rows.add_member()
        known, unknown = identity("+33600000001", member_id=member.id), identity("+33600000002")
        by_mail = identity("+33600000001", channel="email")
        await keep(rows, known, unknown, by_mail)
        wanted = [("fake", "+33600000001"), ("fake", "+33600000002"), ("email", "+33600000002")]
        async with rows.engine.connect() as connection:
            assert await reads.identities(connection, wanted) == {wanted[0]: known, wanted[1]: unknown}
            assert await reads.identities(connection, []) == {}

    async def test_stays_whose_it_is_when_it_is_seen_again(self, rows: Rows) -> None:
        member = await rows.add_member()
        known = identity("+33600000001", member_id=member.id)
        await keep(rows, known)
        await keep(rows, identity("+33600000001"))
        await keep(rows)
        async with rows.engine.connect() as connection:
            found = await reads.identities(connection, [("fake", "+33600000001")])
        assert list(found.values()) == [known]
