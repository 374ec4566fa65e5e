"""The first day: a volunteer writes a mail, an adviser answers on screen, the answer is in the volunteer's mailbox."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from tests.journeys.running import RunningHub, letter, running_hub, seed_agent, until

pytestmark = pytest.mark.database


@pytest.fixture
async def hub(database_url: str) -> AsyncIterator[RunningHub]:
    await seed_agent(database_url)
    with running_hub(database_url) as running:
        yield running


def only_ticket(hub: RunningHub) -> dict[str, Any]:
    """The one ticket, once it is there."""
    return until(lambda: next(iter(hub.tickets(state="all")), None), what="a ticket")


class TestAMailToTheHub:
    async def test_is_triaged_answered_on_screen_and_its_answer_joins_the_ticket(self, hub: RunningHub) -> None:
        hub.send_mail(letter(subject="Remboursement", text="Bonjour, où en est mon remboursement de consultation ?"))
        ticket = only_ticket(hub)
        assert ticket["owner"] == "BROKER_HEALTH"
        assert ticket["due_at"]

        answer = hub.agent.post(
            f"/api/tickets/{ticket['id']}/replies",
            json={"client_id": str(UUID(int=1)), "text": "Bonjour Léa, le virement part demain."},
        )
        assert answer.status_code == 201, answer.text
        (mail,) = until(hub.received_mails, what="the answer in the mailbox")
        assert "le virement part demain" in mail.get_content()
        assert ticket["reference"] in str(mail["Subject"])
        until(lambda: hub.messages(ticket["id"])[-1]["delivery"]["state"] == "sent", what="the answer shown as sent")

        hub.send_mail(letter(subject=f"Re: {mail['Subject']}", text="Merci beaucoup !", answers=mail))
        until(lambda: len(hub.messages(ticket["id"])) == 3, what="the volunteer's answer on the ticket")
        assert len(hub.tickets(state="all")) == 1

    async def test_that_cries_for_help_is_a_p1_of_the_assister(self, hub: RunningHub) -> None:
        hub.send_mail(letter(subject="URGENT", text="Ma sœur est à l’hôpital à Lima, elle est inconsciente."))
        ticket = only_ticket(hub)
        assert (ticket["urgency"], ticket["owner"]) == ("P1", "ASSISTER")
