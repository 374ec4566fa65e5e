"""Who may sign in, and for how long."""

from datetime import datetime, timedelta

import pytest

from domain.ids import UserId, mint
from domain.permissions import Role
from storage import tables
from storage.unit_of_work import UnitOfWork
from storage.user import reads, writes
from storage.user.reads import UserRow
from tests.conftest import NOW
from tests.storage.rows import Rows

pytestmark = pytest.mark.database

TOKEN = b"hash of a token"
DAY = timedelta(days=1)


async def keep(rows: Rows, email: str, *, name: str = "Agathe", role: Role = Role.MEDICAL) -> UserRow:
    """Somebody who may sign in."""
    user = UserRow(UserId(mint(NOW)), email, name, role, "argon2-hash")
    async with UnitOfWork(rows.engine) as work:
        await writes.keep(work.connection, user, now=NOW)
        await work.commit()
    return user


async def open_session(rows: Rows, user_id: UserId, *, token: bytes = TOKEN, until: datetime = NOW + DAY) -> None:
    """They sign in."""
    async with UnitOfWork(rows.engine) as work:
        await writes.open_session(work.connection, token_hash=token, user_id=user_id, now=NOW, until=until)
        await work.commit()


async def by_session(rows: Rows, *, now: datetime = NOW, token: bytes = TOKEN) -> UserRow | None:
    """Whose session it is."""
    async with rows.engine.connect() as connection:
        return await reads.by_session(connection, token, now=now)


class TestAUser:
    async def test_is_found_by_their_address_whatever_its_case(self, rows: Rows) -> None:
        user = await keep(rows, " Agathe@Hub.Example ")
        async with rows.engine.connect() as connection:
            for written in ("agathe@hub.example", "AGATHE@hub.example", " agathe@HUB.example\n"):
                found = await reads.by_email(connection, written)
                assert found == UserRow(user.id, "agathe@hub.example", "Agathe", Role.MEDICAL, "argon2-hash")
            assert await reads.by_email(connection, "agathe@hub.example.com") is None

    async def test_stays_who_they_are_when_the_address_is_taken(self, rows: Rows) -> None:
        user = await keep(rows, "agathe@hub.example")
        await keep(rows, "AGATHE@hub.example", name="Somebody else", role=Role.ADMINISTRATOR)
        async with rows.engine.connect() as connection:
            assert await reads.by_email(connection, "agathe@hub.example") == user


class TestASession:
    async def test_is_somebodys_until_it_expires(self, rows: Rows) -> None:
        user = await keep(rows, "agathe@hub.example")
        await open_session(rows, user.id)
        assert await by_session(rows) == user
        assert await by_session(rows, now=NOW + DAY - timedelta(microseconds=1)) == user
        assert await by_session(rows, now=NOW + DAY) is None
        assert await by_session(rows, token=b"another") is None

    async def test_is_over_when_it_is_closed_and_no_other_is(self, rows: Rows) -> None:
        for token in (TOKEN, b"another"):
            await open_session(rows, rows.user_id, token=token)
        async with UnitOfWork(rows.engine) as work:
            await writes.close_session(work.connection, TOKEN)
            await work.commit()
        assert await by_session(rows) is None
        assert await by_session(rows, token=b"another") is not None

    async def test_is_forgotten_once_it_has_expired(self, rows: Rows) -> None:
        await open_session(rows, rows.user_id)
        await open_session(rows, rows.user_id, token=b"longer", until=NOW + 2 * DAY)
        async with UnitOfWork(rows.engine) as work:
            await writes.forget_expired(work.connection, now=NOW + DAY)
            await work.commit()
        assert [row["token_hash"] for row in await rows.all(tables.login_session)] == [b"longer"]

    async def test_ends_with_its_user(self, rows: Rows) -> None:
        await open_session(rows, rows.user_id)
        async with rows.engine.begin() as connection:
            await connection.execute(tables.user_account.delete())
        assert await by_session(rows) is None
        assert await rows.all(tables.login_session) == []
