"""The demo as it lies in the database: who is there and what they wrote."""

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.deadlines import months_later
from domain.member import Rank, Scheme
from domain.message import Direction
from domain.ticket import TicketState
from domain.triage import Language, Urgency
from hub.commands.welcome import LOGINS
from hub.demo.residents import LEA
from hub.demo.texts import SPOKEN, demands
from routing.matrix import Matrix
from storage import tables
from storage.files.port import FileStore
from storage.keys import Purpose
from storage.user import reads as user_reads
from tests.conftest import NOW
from tests.hub.demo.loaded import KEYRING, Demo, pairs
from tests.hub.demo.test_countries import LARGEST
from understanding.danger.rules import load_rules
from understanding.language.langdetect_adapter import load_langdetect

pytestmark = pytest.mark.database
members, tickets, messages = tables.member, tables.ticket, tables.message


def opened(sealed: bytes) -> str:
    """A body in clear."""
    return KEYRING.open(Purpose.BODY, sealed).decode()


async def inbound(rows: AsyncConnection) -> list[Any]:
    """Every message that came in, the oldest first."""
    found = select(messages).where(messages.c.direction == Direction.IN).order_by(messages.c.id)
    return list(await rows.execute(found))


async def first_messages(rows: AsyncConnection) -> dict[Any, Any]:
    """The message that began each ticket."""
    firsts: dict[Any, Any] = {}
    for row in await inbound(rows):
        firsts.setdefault(row.ticket_id, row)
    return firsts


class TestTheBeneficiaries:
    async def test_are_as_many_as_at_migration(self, rows: AsyncConnection) -> None:
        counted = await rows.execute(select(members.c.rank, func.count()).group_by(members.c.rank))
        assert pairs(counted) == {Rank.MEMBER: 11_452, Rank.SPOUSE: 190, Rank.CHILD: 45}
        via = select(func.count()).where(members.c.scheme == Scheme.VIA)
        assert (await rows.execute(via)).scalar_one() == 123

    async def test_live_in_118_countries_and_the_ten_largest_keep_their_figures(self, rows: AsyncConnection) -> None:
        counted = await rows.execute(select(members.c.country, func.count()).group_by(members.c.country))
        shares = pairs(counted)
        assert len(shares) == 118
        assert dict(Counter(shares).most_common(10)) == LARGEST

    async def test_have_missions_of_six_to_twenty_four_months_around_today(self, rows: AsyncConnection) -> None:
        found = await rows.execute(select(members.c.departure_date, members.c.mission_end).distinct())
        missions = found.all()
        wrong = [one for one in missions if one[1] not in [months_later(one[0], months) for months in range(6, 25)]]
        assert wrong == []
        ended = [end for _, end in missions if end < NOW.date() - timedelta(days=60)]
        upcoming = [departure for departure, _ in missions if departure > NOW.date()]
        assert ended == []
        assert upcoming

    async def test_come_along_with_a_volunteer_of_the_same_country(self, rows: AsyncConnection) -> None:
        other = members.alias("other")
        apart = (
            select(func.count())
            .select_from(members.join(other, members.c.principal_id == other.c.id))
            .where((members.c.country != other.c.country) | (other.c.rank != Rank.MEMBER))
        )
        assert (await rows.execute(apart)).scalar_one() == 0

    async def test_write_from_reserved_domains_and_mostly_from_verified_addresses(self, rows: AsyncConnection) -> None:
        found = (await rows.execute(select(tables.identity))).all()
        assert [one.address for one in found if not one.address.endswith(".example")] == []
        known = [one for one in found if one.member_id is not None]
        verified = sum(one.verified_at is not None for one in known)
        assert 0.6 < verified / len(known) < 0.9
        per_member = Counter(one.member_id for one in known)
        assert len(per_member) == 11_452 + 190
        assert set(per_member.values()) == {1, 2}

    async def test_know_lea_who_writes_in_the_welcome_text(self, rows: AsyncConnection) -> None:
        found = select(members.c.first_name).join(tables.identity, tables.identity.c.member_id == members.c.id)
        assert (await rows.execute(found.where(tables.identity.c.address == LEA))).scalars().all() == ["Léa"]


class TestTheDesk:
    @pytest.mark.parametrize("login", LOGINS, ids=lambda login: login.email)
    async def test_opens_to_the_passwords_of_the_welcome_text(self, rows: AsyncConnection, login: Any) -> None:
        user = await user_reads.by_email(rows, login.email)
        assert user is not None
        assert PasswordHasher().verify(user.password_hash, login.password)


class TestTheTickets:
    async def test_are_about_fifteen_hundred_with_about_twelve_thousand_messages(self, rows: AsyncConnection) -> None:
        assert 1_450 <= (await rows.execute(select(func.count()).select_from(tickets))).scalar_one() <= 1_600
        assert 11_000 <= (await rows.execute(select(func.count()).select_from(messages))).scalar_one() <= 13_000

    async def test_stand_where_tickets_stand(self, rows: AsyncConnection) -> None:
        counted = await rows.execute(select(tickets.c.state, func.count()).group_by(tickets.c.state))
        states = pairs(counted)
        assert 0.5 < states[TicketState.SOLVED] / sum(states.values()) < 0.6
        assert 300 < states[TicketState.OPEN] < 400
        assert states[TicketState.WAITING_MEMBER] > 150
        assert states[TicketState.WAITING_PARTNER] > 60

    async def test_wait_for_a_first_answer_some_of_them_for_too_long(self, rows: AsyncConnection) -> None:
        unsolved = tickets.c.state != TicketState.SOLVED
        due = select(func.count()).where(unsolved, tickets.c.due_at >= NOW)
        late = select(func.count()).where(unsolved, tickets.c.due_at < NOW)
        assert (await rows.execute(due)).scalar_one() >= 10
        assert (await rows.execute(late)).scalar_one() >= 5

    async def test_hold_a_handful_of_cries_for_help(self, rows: AsyncConnection) -> None:
        grave = select(tickets.c.state).where(tickets.c.urgency == Urgency.P1)
        states = (await rows.execute(grave)).scalars().all()
        assert 15 < len(states) < 80
        assert 3 <= sum(state is not TicketState.SOLVED for state in states) <= 8

    async def test_are_of_every_risk_and_of_many_kinds(self, rows: AsyncConnection) -> None:
        kinds = set((await rows.execute(select(tickets.c.kind))).scalars())
        risks = set((await rows.execute(select(tickets.c.risk))).scalars())
        assert kinds == {one.kind for one in demands()}
        assert len(kinds) >= 45
        assert risks == {row.risk for row in Matrix.load().rows.values()}

    async def test_are_spread_over_ninety_days_and_fewer_at_weekends(self, rows: AsyncConnection) -> None:
        days = [one.date() for one in (await rows.execute(select(tickets.c.first_message_at))).scalars()]
        assert min(days) > NOW.date() - timedelta(days=91)
        assert max(days) == NOW.date()
        per_weekday = Counter(day.weekday() for day in days)
        assert max(per_weekday[5], per_weekday[6]) < min(per_weekday[day] for day in range(4)) * 0.75


class TestWhatTheyWrote:
    async def test_is_in_three_languages_and_recognised_as_such(self, rows: AsyncConnection) -> None:
        firsts = (await first_messages(rows)).values()
        assert set(Counter(one.language for one in firsts)) == set(SPOKEN)
        detector = load_langdetect()
        long = [one for one in firsts if len(opened(one.text)) > 160]
        for language in SPOKEN:
            some = [one for one in long if one.language is language][:40]
            right = sum(detector.detect(opened(one.text))[0].language is language for one in some)
            assert right >= len(some) * 0.95, language

    async def test_was_written_for_it_and_is_finished(self, rows: AsyncConnection) -> None:
        texts = [opened(one) for one in (await rows.execute(select(messages.c.text))).scalars()]
        unfinished = re.compile(r"lorem|ipsum|[{}|♀♂]|\[[^\]]*\]|  |\bNone\b", re.IGNORECASE)
        assert [text for text in texts if unfinished.search(text)] == []
        assert min(len(text) for text in texts) > 3

    async def test_repeats_itself_rarely(self, rows: AsyncConnection) -> None:
        firsts = [opened(one.text) for one in (await first_messages(rows)).values()]
        assert len(set(firsts)) / len(firsts) > 0.95
        everything = [opened(one.text) for one in await inbound(rows)]
        assert len(set(everything)) / len(everything) > 0.65

    async def test_is_here_long_and_there_short(self, rows: AsyncConnection) -> None:
        lengths = [len(opened(one.text)) for one in (await first_messages(rows)).values()]
        assert sum(length > 600 for length in lengths) > 30
        assert sum(length < 120 for length in lengths) > 60

    async def test_is_dangerous_where_the_rules_say_so_and_nowhere_else(self, rows: AsyncConnection) -> None:
        rules, grave = load_rules(), tickets.c.urgency == Urgency.P1
        kinds = pairs(await rows.execute(select(tickets.c.id, tickets.c.kind).where(grave)))
        for ticket_id, one in (await first_messages(rows)).items():
            danger = rules.assess(f"{opened(one.subject)}\n\n{opened(one.text)}")
            assert (None if danger is None else danger.kind) == kinds.get(ticket_id), opened(one.text)
        later = [opened(one.text) for one in await inbound(rows) if one.ticket_id not in kinds]
        assert [text for text in later if rules.assess(text)] == []

    async def test_carries_files_that_open(self, rows: AsyncConnection, demo: Demo) -> None:
        found = (await rows.execute(select(tables.attachment))).all()
        files: FileStore = demo.files
        assert len(found) > 100
        for one in found:
            content = await files.open(one.id)
            assert len(content) == one.size
            assert content[:4] in (b"%PDF", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xfe", b"\x89PNG", b"PK\x03\x04")


class TestTheAnswers:
    async def test_are_signed_by_those_who_wrote_them_in_the_language_asked(self, rows: AsyncConnection) -> None:
        users = tables.user_account
        found = (
            select(messages.c.text, messages.c.author_name, messages.c.language, tickets.c.language, users.c.name)
            .join(tickets, tickets.c.id == messages.c.ticket_id)
            .join(users, users.c.id == messages.c.user_id)
            .where(messages.c.direction == Direction.OUT)
        )
        for text, author, spoken, asked, name in await rows.execute(found):
            assert author == name
            assert opened(text).rsplit("\n", 1)[-1] == name.split()[0]
            assert spoken is asked

    async def test_use_the_spaces_of_french(self, rows: AsyncConnection) -> None:
        french = select(messages.c.text).where(
            messages.c.direction == Direction.OUT, messages.c.language == Language.FR
        )
        texts = [opened(one) for one in (await rows.execute(french)).scalars()]
        assert [text for text in texts if re.search(r"[ \w][?!;]|« | »|'", text)] == []
