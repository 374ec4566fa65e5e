"""The ticket: its steps, its reopening, and what never changes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.ids import TicketId
from domain.ticket import REOPEN_WITHIN, ImpossibleStep, Ticket, TicketState
from domain.triage import Kind, Language, MedicalLevel, Owner, Risk, Route, Urgency

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OPEN, MEMBER, PARTNER, SOLVED = TicketState
LEGAL = {
    (OPEN, MEMBER),
    (OPEN, PARTNER),
    (OPEN, SOLVED),
    (MEMBER, OPEN),
    (MEMBER, PARTNER),
    (MEMBER, SOLVED),
    (PARTNER, OPEN),
    (PARTNER, MEMBER),
    (PARTNER, SOLVED),
    (SOLVED, OPEN),
}


def _ticket(state: TicketState = OPEN) -> Ticket:
    return Ticket(
        id=TicketId(UUID(int=1)),
        reference="VI-0001",
        state=state,
        kind=Kind("claim_status"),
        risk=Risk("frais_sante"),
        owner=Owner("BROKER_HEALTH"),
        urgency=Urgency.P4,
        medical=MedicalLevel.INDIRECT,
        language=Language.FR,
        title="Frais de santé — demande",
        channel="email",
        opened_at=NOW,
        first_message_at=NOW,
        updated_at=NOW,
        reason="Demande comprise",
        matrix_version="1",
        solved_at=NOW if state is SOLVED else None,
    )


class TestTheSteps:
    @pytest.mark.parametrize("before", TicketState)
    @pytest.mark.parametrize("after", TicketState)
    def test_are_these_and_no_others(self, before: TicketState, after: TicketState) -> None:
        ticket = _ticket(before)
        if after is before or (before, after) in LEGAL:
            assert ticket.to(after, now=LATER).state is after
        else:
            with pytest.raises(ImpossibleStep, match=f"{before} cannot become {after}"):
                ticket.to(after, now=LATER)

    @pytest.mark.parametrize("state", TicketState)
    def test_to_the_same_state_change_nothing(self, state: TicketState) -> None:
        ticket = _ticket(state)
        assert ticket.to(state, now=LATER) is ticket


class TestATicket:
    def test_knows_when_it_was_solved_and_forgets_it_when_it_goes_on(self) -> None:
        solved = _ticket().to(SOLVED, now=LATER)
        assert (solved.solved_at, solved.updated_at) == (LATER, LATER)
        assert solved.to(OPEN, now=LATER).solved_at is None

    def test_keeps_the_time_of_its_first_message_through_everything(self) -> None:
        ticket = _ticket().to(MEMBER, now=LATER).to(SOLVED, now=LATER).to(OPEN, now=LATER).answered(at=LATER)
        assert ticket.first_message_at == NOW

    @pytest.mark.parametrize(
        ("after", "reopens"),
        [(timedelta(), True), (REOPEN_WITHIN, True), (REOPEN_WITHIN + timedelta.resolution, False)],
    )
    def test_reopens_for_a_message_within_seven_days(self, after: timedelta, reopens: bool) -> None:
        assert _ticket().to(SOLVED, now=LATER).reopens_for(LATER + after) is reopens

    def test_does_not_reopen_when_it_is_not_solved(self) -> None:
        assert not _ticket().reopens_for(NOW)

    def test_keeps_the_first_answer_for_ever(self) -> None:
        ticket = _ticket().answered(at=NOW).answered(at=LATER)
        assert (ticket.first_response_at, ticket.updated_at) == (NOW, LATER)

    def test_changes_owner_without_restarting_a_clock(self) -> None:
        route = Route(
            kind=Kind("dental"),
            risk=Risk("frais_sante"),
            owner=Owner("BROKER_MED"),
            urgency=Urgency.P3,
            medical=MedicalLevel.YES,
            reason="Corrigé",
            matrix_version="2",
        )
        moved = _ticket().answered(at=NOW).rerouted(route, now=LATER)
        assert (moved.kind, moved.owner, moved.urgency, moved.medical) == ("dental", "BROKER_MED", "P3", "yes")
        assert (moved.reason, moved.matrix_version, moved.updated_at) == ("Corrigé", "2", LATER)
        assert (moved.opened_at, moved.first_message_at, moved.first_response_at) == (NOW, NOW, NOW)
