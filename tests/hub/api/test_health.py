"""Health: what machines ask, and what they are told when something is missing."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from hub.doors import Doors
from storage.engine import connect
from tests.hub.api.premises import Premises, premises_on
from tests.hub.journey.house import House

pytestmark = pytest.mark.database


class TestTheProcess:
    async def test_is_alive_and_ready_when_everything_answers(self, premises: Premises) -> None:
        async with premises.stranger() as client:
            alive, ready = await client.get("/healthz"), await client.get("/readyz")
        assert alive.status_code == 200
        assert ready.status_code == 200
        assert ready.json()["ready"] is True
        assert set(ready.json()["checks"].values()) == {"ok"}
        assert {"database", "store", "stream", "mailbox"} < set(ready.json()["checks"])

    async def test_is_alive_and_not_ready_while_the_database_is_away(self, premises: Premises) -> None:
        engine = connect("postgresql://hub@127.0.0.1:9/hub", pool=1)
        hub = replace(premises.hub, engine=engine)
        premises.app.state.reception = replace(premises.reception, hub=hub)
        async with premises.stranger() as client:
            alive, ready = await client.get("/healthz"), await client.get("/readyz")
        await engine.dispose()
        assert (alive.status_code, ready.status_code) == (200, 503)
        assert ready.json()["checks"]["database"] == "does not answer: see `hub doctor`"

    async def test_is_not_ready_on_tables_of_another_version(self, premises: Premises) -> None:
        premises.app.state.reception = replace(premises.reception, revision="9999")
        async with premises.stranger() as client:
            answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert "hub migrate" in answer.json()["checks"]["database"]

    async def test_is_not_ready_while_its_mail_intake_cannot_listen(self, house: House, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            unlucky = premises_on(house, tmp_path, mailbox_port=taken.getsockname()[1])
            async with unlucky as premises, premises.stranger() as client:
                answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert "does not listen" in answer.json()["checks"]["mailbox"]

    async def test_that_has_no_sending_server_has_a_mailbox(self, premises: Premises) -> None:
        async with premises.stranger() as client:
            assert (await client.get("/mailbox")).status_code == 200

    @pytest.mark.parametrize(
        "settings", [{"smtp_host": "mail.example"}, {"environment": "production", "master_key": "x" * 44}]
    )
    async def test_that_sends_mail_away_or_is_no_trial_has_none(
        self, house: House, tmp_path: Path, settings: dict[str, str]
    ) -> None:
        async with premises_on(house, tmp_path, **settings) as premises, premises.stranger() as client:
            assert (await client.get("/mailbox")).status_code == 404
            assert "mailbox" not in (await client.get("/readyz")).json()["checks"]


class TestTheFigures:
    async def test_say_what_waits(self, premises: Premises) -> None:
        await premises.house.bring_bytes(b"{nothing of ours")
        await premises.house.work()
        await premises.house.hear("Bonjour", "Encore")
        async with premises.stranger() as client:
            told = (await client.get("/metrics")).text
        assert 'hub_waiting_events{state="new"} 2.0' in told
        assert 'hub_quarantine_size{sort="event"} 1.0' in told
        assert 'hub_quarantine_size{sort="payload"} 0.0' in told
        assert "hub_oldest_unprocessed_seconds 0.0" in told
        assert "hub_waiting_deliveries 0.0" in told

    async def test_are_told_while_the_database_is_away(self, premises: Premises) -> None:
        engine = connect("postgresql://hub@127.0.0.1:9/hub", pool=1)
        premises.app.state.reception = replace(premises.reception, hub=replace(premises.hub, engine=engine))
        async with premises.stranger() as client:
            answer = await client.get("/metrics")
        await engine.dispose()
        assert answer.status_code == 200
        assert "hub_received_events_total" in answer.text


class TestMail:
    async def test_reaches_the_hub_through_the_intake_of_this_process(self, premises: Premises) -> None:
        import aiosmtplib

        doors: Doors = premises.reception.doors
        host, _, port = str(doors.where(f"intake {premises.house.email.name}")).removeprefix("smtp://").partition(":")
        mail = (
            f"From: lea@volontaires.example\r\nTo: {premises.house.email.address}\r\nSubject: Aide\r\n\r\nBonjour\r\n"
        )
        await aiosmtplib.send(
            mail,
            sender="lea@volontaires.example",
            recipients=[premises.house.email.address],
            hostname=host,
            port=int(port),
            start_tls=False,
        )
        await premises.house.work()
        assert await premises.house.texts() == ["Bonjour"]
