"""Tickets over HTTP: lists in the order of work, one with its member, solving and reopening."""

from datetime import timedelta

import pytest

from domain.ids import mint
from tests.conftest import NOW
from tests.hub.api.premises import Premises

pytestmark = pytest.mark.database
DANGER = "Au secours, ma fille ne respire plus"


class TestAList:
    async def test_goes_on_page_by_page_in_the_order_of_work(self, premises: Premises) -> None:
        for number in range(5):
            await premises.ticket(sender=f"+3360000000{number}", prefix=f"p{number}")
        danger = await premises.ticket(DANGER, sender="+33611111111")
        async with await premises.signed_in() as client:
            whole = (await client.get("/api/tickets?limit=200")).json()
            ids, after, pages = [], "", 0
            while after is not None:
                page = (
                    await client.get("/api/tickets", params={"limit": 2, **({"after": after} if after else {})})
                ).json()
                ids += [item["id"] for item in page["items"]]
                after, pages = page["next"], pages + 1
        assert ids == [item["id"] for item in whole["items"]]
        assert ids[0] == str(danger)
        assert (len(set(ids)), pages, whole["next"]) == (6, 3, None)

    async def test_holds_what_was_asked_for(self, premises: Premises) -> None:
        ticket_id = await premises.ticket()
        async with await premises.signed_in() as client:
            owner = (await client.get(f"/api/tickets/{ticket_id}")).json()["owner"]
            mine = (await client.get("/api/tickets", params={"owner": owner})).json()["items"]
            others = (await client.get("/api/tickets", params={"owner": "NOBODY"})).json()["items"]
            solved = (await client.get("/api/tickets", params={"state": "solved"})).json()["items"]
        assert [item["id"] for item in mine] == [str(ticket_id)]
        assert (others, solved) == ([], [])

    async def test_says_which_promise_is_broken(self, premises: Premises) -> None:
        ticket_id = await premises.ticket()
        async with await premises.signed_in() as client:
            before = (await client.get(f"/api/tickets/{ticket_id}")).json()
            premises.house.clock.advance(timedelta(days=30))
            client.cookies.clear()
        async with await premises.signed_in() as client:
            after = (await client.get(f"/api/tickets/{ticket_id}")).json()
            (queue,) = (await client.get("/api/queues")).json()
        assert (before["breached"], after["breached"]) == (False, True)
        assert before["warning_at"] < before["due_at"]
        assert queue == {"owner": before["owner"], "open": 1, "breached": 1}


class TestATicket:
    async def test_comes_with_its_member_and_the_reason_it_is_there(self, premises: Premises) -> None:
        member = await premises.house.settle_member(channel="fake", address="+33600000001")
        ticket_id = await premises.ticket()
        async with await premises.signed_in() as client:
            ticket = (await client.get(f"/api/tickets/{ticket_id}")).json()
        assert ticket["member"]["id"] == str(member.id)
        assert ticket["member"]["verified"] is True
        assert ticket["member_name"] == ticket["member"]["name"] == "Léa Martin"
        assert ticket["remote_address"] == "+33600000001"
        assert ticket["reason"]

    async def test_of_a_stranger_has_no_member_and_says_who_wrote(self, premises: Premises) -> None:
        ticket_id = await premises.ticket(name="Paul Dubois")
        async with await premises.signed_in() as client:
            ticket = (await client.get(f"/api/tickets/{ticket_id}")).json()
        assert (ticket["member"], ticket["member_name"], ticket["sender"]) == (None, None, "Paul Dubois")

    async def test_is_solved_and_reopened_as_often_as_one_likes(self, premises: Premises) -> None:
        ticket_id = await premises.ticket()
        path = f"/api/tickets/{ticket_id}/closure"
        async with await premises.signed_in() as client:
            for _ in range(2):
                solved = await client.put(path, json={"reason": "duplicate"})
                assert (solved.status_code, solved.json()["state"]) == (200, "solved")
            for _ in range(2):
                reopened = await client.delete(path)
                assert (reopened.status_code, reopened.json()["state"]) == (200, "open")
        types = [event.type for event in await premises.house.events()]
        assert (types.count("ticket.solved"), types.count("ticket.reopened")) == (1, 1)

    async def test_that_nobody_has_is_not_found(self, premises: Premises) -> None:
        nothing = f"/api/tickets/{mint(NOW)}"
        async with await premises.signed_in() as client:
            answers = [
                await client.get(nothing),
                await client.get(f"{nothing}/messages"),
                await client.put(f"{nothing}/closure", json={}),
                await client.delete(f"{nothing}/closure"),
                await client.post(f"{nothing}/replies", json={"client_id": str(mint(NOW)), "text": "Bonjour"}),
            ]
        assert {answer.status_code for answer in answers} == {404}


class TestTheCatalogue:
    async def test_names_every_kind_and_owner_in_three_languages(self, premises: Premises) -> None:
        ticket_id = await premises.ticket()
        async with await premises.signed_in() as client:
            catalogue = (await client.get("/api/catalogue")).json()
            ticket = (await client.get(f"/api/tickets/{ticket_id}")).json()
        assert set(catalogue["kinds"][ticket["kind"]]) == {"fr", "en", "es"}
        assert all(catalogue["owners"][ticket["owner"]].values())
        assert len(catalogue["kinds"]) == len(premises.hub.matrix.rows)
