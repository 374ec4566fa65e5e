"""Whether the tables of the demo agree with its events, its clocks with the calendar, and its books with each other."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels import wire
from channels.email.parse import parse_mail
from channels.port import MessageArrived, Unreadable
from domain.events import DangerDetected, DeliveryMoved, Event
from domain.history import backlog, first_responses
from domain.ids import lowest_at
from domain.message import DeliveryState, Direction
from domain.sla import promise
from domain.ticket import LinkRole, TicketState, reference_of
from domain.triage import Urgency
from hub.bootstrap import matrix_at
from hub.clock import FixedClock
from hub.demo.arrivals import KEPT
from routing.titles import title
from storage import event_log, inbox, ledger, tables
from storage.keys import Purpose
from tests.conftest import NOW
from tests.hub.demo.loaded import KEYRING, pairs

pytestmark = pytest.mark.database
tickets, messages, deliveries, clocks = tables.ticket, tables.message, tables.delivery, tables.clock


async def log(rows: AsyncConnection) -> list[Event]:
    """Every event, in the order of the log."""
    found = [placed.event for placed in await event_log.read_after(rows, 0, limit=1_000_000)]
    assert len(found) > 30_000
    return found


class TestTheLog:
    async def test_has_everything_in_its_place(self, rows: AsyncConnection) -> None:
        found = (await rows.execute(select(tables.event.c.position, tables.event.c.id, tables.event.c.at))).all()
        in_order = sorted(found, key=lambda one: one.position)
        assert [one.position for one in in_order] == list(range(1, len(found) + 1))
        assert [one.id for one in in_order] == sorted(one.id for one in in_order)
        late = [one for one in found if not lowest_at(one.at) <= one.id < lowest_at(one.at + timedelta(milliseconds=1))]
        assert late == []
        assert max(one.at for one in found) <= NOW
        assert await event_log.head(rows) == await event_log.published(rows) == len(found)

    async def test_lies_in_the_partitions_of_its_months(self, rows: AsyncConnection) -> None:
        assert await event_log.stray(rows) == 0

    async def test_alone_tells_which_tickets_are_open(self, rows: AsyncConnection) -> None:
        told = {one.id for one in backlog(await log(rows), at=NOW).tickets}
        held = set((await rows.execute(select(tickets.c.id).where(tickets.c.state != TicketState.SOLVED))).scalars())
        assert told == held

    async def test_alone_tells_when_a_person_first_answered(self, rows: AsyncConnection) -> None:
        told = {one: response.answered_at for one, response in first_responses(await log(rows)).items()}
        held = pairs(await rows.execute(select(tickets.c.id, tickets.c.first_response_at)))
        assert told == held

    async def test_alone_tells_which_promises_are_broken(self, rows: AsyncConnection) -> None:
        told = {one.id for one in backlog(await log(rows), at=NOW).tickets if one.is_breached}
        unsolved = select(clocks.c.ticket_id).join(tickets, tickets.c.id == clocks.c.ticket_id)
        broken = unsolved.where(tickets.c.state != TicketState.SOLVED, clocks.c.breached_at.is_not(None))
        held = set((await rows.execute(broken)).scalars())
        assert held <= told  # the timer says it a few seconds later

    async def test_tells_how_every_delivery_ended(self, rows: AsyncConnection) -> None:
        last = {one.delivery_id: one.state for one in await log(rows) if isinstance(one, DeliveryMoved)}
        held = pairs(await rows.execute(select(deliveries.c.id, deliveries.c.state)))
        assert last == held


class TestATicket:
    async def test_is_routed_as_the_matrix_routes(self, rows: AsyncConnection) -> None:
        matrix = matrix_at(FixedClock(NOW))
        found = (await rows.execute(select(tickets))).all()
        dangerous = {one.ticket_id for one in await log(rows) if isinstance(one, DangerDetected)}
        for one in found:
            row = matrix.row(one.kind)
            assert one.matrix_version == matrix.version
            assert (one.id in dangerous) == (one.urgency is Urgency.P1)
            assert one.reference == reference_of(one.id)
            assert one.title == title(one.risk, one.language)
            if one.reason.startswith("Compris sans certitude"):
                assert (one.owner, one.urgency) == (matrix.owners.front_desk, Urgency.P3)
            else:
                assert one.urgency is row.urgency
                assert one.owner in (row.owner, matrix.owners.on_duty(row.risk))

    async def test_says_what_its_messages_say(self, rows: AsyncConnection) -> None:
        told: dict[Any, list[Any]] = defaultdict(list)
        for message in await rows.execute(select(messages).order_by(messages.c.id)):
            told[message.ticket_id].append(message)
        for one in await rows.execute(select(tickets)):
            said = told[one.id]
            answers = [message.received_at for message in said if message.direction is Direction.OUT]
            assert said[0].direction is Direction.IN
            assert said[0].received_at == one.first_message_at <= one.opened_at <= one.updated_at <= NOW
            assert one.first_response_at == (answers[0] if answers else None)
            assert [message.received_at for message in said] == sorted(message.received_at for message in said)
            if one.state is TicketState.OPEN:
                assert said[-1].direction is Direction.IN
            elif one.state is not TicketState.SOLVED:
                assert said[-1].direction is Direction.OUT

    async def test_keeps_the_clock_that_it_was_promised(self, rows: AsyncConnection) -> None:
        matrix = matrix_at(FixedClock(NOW))
        joined = select(clocks, tickets.c.first_response_at, tickets.c.due_at.label("ticket_due")).join(
            tickets, tickets.c.id == clocks.c.ticket_id
        )
        found = (await rows.execute(joined)).all()
        assert len(found) == len({one.ticket_id for one in found}) > 1_400
        for one in found:
            target = timedelta(minutes=one.target_minutes)
            owed = promise(calendar=matrix.calendar(one.calendar), started_at=one.started_at, target=target)
            assert (one.due_at, one.warning_at) == (owed.due_at, owed.warning_at)
            assert one.met_at == one.first_response_at
            assert one.ticket_due == (one.due_at if one.met_at is None else None)
            end = min(one.met_at or NOW, NOW - timedelta(seconds=5))
            assert (one.breached_at is not None) >= (one.due_at < end)
            assert one.breached_at is None or one.breached_at > one.due_at
            assert one.warned_at is None or one.warned_at > one.warning_at

    async def test_is_answered_in_time_mostly(self, rows: AsyncConnection) -> None:
        met = (await rows.execute(select(clocks.c.met_at, clocks.c.due_at).where(clocks.c.met_at.is_not(None)))).all()
        assert 0.85 < sum(one.met_at <= one.due_at for one in met) / len(met) < 0.99

    async def test_is_tied_to_another_now_and_then(self, rows: AsyncConnection) -> None:
        roles = Counter((await rows.execute(select(tables.ticket_link.c.role))).scalars())
        assert roles[LinkRole.FOLLOWS] >= 10
        assert roles[LinkRole.MAY_BELONG_TO] >= 3


class TestAConversation:
    async def test_was_last_heard_when_its_last_message_came(self, rows: AsyncConnection) -> None:
        table = tables.conversation
        heard = (
            select(table.c.id, table.c.last_inbound_at, func.max(messages.c.received_at))
            .join(messages, messages.c.conversation_id == table.c.id)
            .where(messages.c.direction == Direction.IN)
            .group_by(table.c.id)
        )
        found = (await rows.execute(heard)).all()
        assert [one for one in found if one[1] != one[2]] == []
        assert len(found) == (await rows.execute(select(func.count()).select_from(table))).scalar_one()

    async def test_has_its_other_side_among_those_who_take_part(self, rows: AsyncConnection) -> None:
        held = {tuple(one) for one in await rows.execute(select(tables.participant))}
        found = await rows.execute(select(tables.conversation.c.id, tables.conversation.c.remote_address))
        assert {tuple(one) for one in found} <= held


class TestADelivery:
    async def test_is_made_for_every_answer_and_mostly_arrives(self, rows: AsyncConnection) -> None:
        answers = select(func.count()).where(messages.c.direction == Direction.OUT)
        counted = await rows.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
        states = pairs(counted)
        assert sum(states.values()) == (await rows.execute(answers)).scalar_one()
        assert states[DeliveryState.SENT] + states[DeliveryState.DELIVERED] > 0.99 * sum(states.values())
        for state in (DeliveryState.REFUSED, DeliveryState.FAILED, DeliveryState.UNCERTAIN):
            assert 1 <= states[state] <= 25

    async def test_says_what_to_do_where_it_did_not(self, rows: AsyncConnection) -> None:
        trouble = (DeliveryState.REFUSED, DeliveryState.FAILED, DeliveryState.UNCERTAIN)
        details = (await rows.execute(select(deliveries.c.detail).where(deliveries.c.state.in_(trouble)))).scalars()
        assert all("." in detail and len(detail) > 40 for detail in details)

    async def test_has_as_many_attempts_as_it_counts(self, rows: AsyncConnection) -> None:
        counted = (
            select(deliveries.c.attempts, func.count())
            .join(tables.attempt, tables.attempt.c.delivery_id == deliveries.c.id)
            .group_by(deliveries.c.id)
        )
        assert [one for one in (await rows.execute(counted)).all() if one[0] != one[1]] == []


class TestTheInbox:
    async def test_books_balance_hour_by_hour(self, rows: AsyncConnection) -> None:
        hours = await ledger.hours(rows, since=NOW - KEPT, until=NOW)
        assert len(hours) > 30
        assert [hour.faults for hour in hours if hour.faults] == []
        assert sum(hour.said for hour in hours) == sum(hour.messages for hour in hours) > 100
        assert sum(hour.duplicates for hour in hours) >= 1

    async def test_holds_each_mail_as_it_came(self, rows: AsyncConnection) -> None:
        joined = (
            select(tables.inbox.c.event, tables.raw_payload.c.sealed, messages, tables.account.c.address)
            .join(tables.raw_payload, tables.raw_payload.c.id == tables.inbox.c.raw_id)
            .join(messages, messages.c.inbox_id == tables.inbox.c.id)
            .join(tables.account, tables.account.c.id == tables.inbox.c.account_id)
        )
        found = (await rows.execute(joined)).all()
        assert len(found) > 100
        for one in found:
            raw = wire.decode_raw(KEYRING.open(Purpose.RAW, one.sealed))
            event = wire.decode(KEYRING.open(Purpose.RAW, one.event))
            address = one.address
            assert event == parse_mail(raw, address=address, domain=address.partition("@")[2])
            assert isinstance(event, MessageArrived)
            assert event.text == KEYRING.open(Purpose.BODY, one.text).decode()
            assert event.subject == KEYRING.open(Purpose.BODY, one.subject).decode()
            assert (event.message_id, event.sent_at) == (one.provider_id, one.sent_at)

    async def test_has_two_mails_that_wait_for_a_person(self, rows: AsyncConnection) -> None:
        aside = await inbox.quarantined(rows)
        assert len(aside) == 2
        assert all(len(reason) > 20 for *_, reason in aside)
        sealed = (
            await rows.execute(select(tables.inbox.c.event).where(tables.inbox.c.state == "quarantined"))
        ).scalars()
        kinds = {type(wire.decode(KEYRING.open(Purpose.RAW, one))) for one in sealed}
        assert kinds == {Unreadable, MessageArrived}

    async def test_gives_its_next_row_a_new_number(self, rows: AsyncConnection) -> None:
        number = select(func.nextval(func.pg_get_serial_sequence("inbox", "id")))
        highest = (await rows.execute(select(func.max(tables.inbox.c.id)))).scalar_one()
        assert (await rows.execute(number)).scalar_one() > highest
