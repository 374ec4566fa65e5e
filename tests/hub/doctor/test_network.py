"""What answers on the network, and what does not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from hub.clock import FixedClock
from hub.doctor.finding import State
from hub.doctor.network import api, mail_intake, sending_server
from hub.mailbox import Mailbox
from hub.settings import Environment, Settings


def settings(**changed: object) -> Settings:
    """Settings of a hub whose every port is closed, but for what is changed."""
    closed = {"port": 9, "mail_intake_port": 9, "mailbox_port": 9, "smtp_host": None}
    return Settings(_env_file=None).model_copy(update=closed | changed)  # type: ignore[call-arg]


@asynccontextmanager
async def saying(words: bytes) -> AsyncIterator[int]:
    """A server that says these words to whoever calls; yields its port."""

    answered = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        writer.write_eof()
        with suppress(OSError):
            await reader.read()  # hanging up on unread words would take ours back
            writer.close()
            await writer.wait_closed()
        answered.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await answered.wait()


def http(status: str, body: object) -> bytes:
    """An answer in HTTP."""
    return f"HTTP/1.1 {status}\r\nconnection: close\r\n\r\n{json.dumps(body)}".encode()


class TestTheApi:
    async def test_is_well_when_it_is_ready(self) -> None:
        async with saying(http("200 OK", {"ready": True, "checks": {"database": "ok"}})) as port:
            assert (await api(settings(port=port))).state is State.WELL

    async def test_is_quoted_when_it_is_not(self) -> None:
        checks = {"database": "ok", "mail_intake": "port 2525 is taken"}
        async with saying(http("503 Service Unavailable", {"ready": False, "checks": checks})) as port:
            finding = await api(settings(port=port))
        assert finding.state is State.WRONG
        assert "mail_intake: port 2525 is taken" in finding.what.en
        assert "database" not in finding.what.en

    async def test_is_wrong_when_somebody_else_answers(self) -> None:
        async with saying(b"SSH-2.0-Other\r\n") as port:
            assert (await api(settings(port=port))).state is State.WRONG

    async def test_is_wrong_when_nobody_does(self) -> None:
        assert (await api(settings())).state is State.WRONG


class TestTheMailIntake:
    async def test_is_well_when_it_greets(self) -> None:
        async with saying(b"220 hub.example\r\n") as port:
            assert (await mail_intake(settings(mail_intake_port=port))).state is State.WELL

    @pytest.mark.parametrize("words", [b"554 go away\r\n", b""])
    async def test_is_wrong_when_it_does_not(self, words: bytes) -> None:
        async with saying(words) as port:
            assert (await mail_intake(settings(mail_intake_port=port))).state is State.WRONG


class TestTheSendingServer:
    async def test_is_well_when_the_mailbox_takes_its_place(self, tmp_path: Path, clock: FixedClock) -> None:
        async with Mailbox(tmp_path, clock=clock).listening() as (_, port):
            assert (await sending_server(settings(mailbox_port=port))).state is State.WELL

    async def test_is_well_when_it_lets_us_in_and_gets_no_mail(self, tmp_path: Path, clock: FixedClock) -> None:
        async with Mailbox(tmp_path, clock=clock).listening() as (_, port):
            asked = settings(smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none")
            assert (await sending_server(asked)).state is State.WELL
            assert Mailbox(tmp_path, clock=clock).list_mails() == ()

    async def test_is_wrong_when_it_does_not_know_our_encryption(self, tmp_path: Path, clock: FixedClock) -> None:
        async with Mailbox(tmp_path, clock=clock).listening() as (_, port):
            asked = settings(smtp_host="127.0.0.1", smtp_port=port, smtp_tls="starttls")
            finding = await sending_server(asked)
        assert finding.state is State.WRONG
        assert "HUB_SMTP_TLS" in str(finding.do)

    async def test_is_wrong_when_nobody_answers(self) -> None:
        assert (await sending_server(settings(smtp_host="127.0.0.1", smtp_port=9))).state is State.WRONG
        assert (await sending_server(settings())).state is State.WRONG

    async def test_is_missed_in_production(self) -> None:
        finding = await sending_server(settings(environment=Environment.PRODUCTION))
        assert "HUB_SMTP_HOST" in str(finding.do)
