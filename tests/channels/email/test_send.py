"""Handing a mail to a real server that behaves as servers do."""

import pytest

from channels.email.settings import SmtpServer
from channels.port import SendRefused, SendRetryable, SendUncertain
from tests.channels.email.mails import Sink, a_channel, a_message, closed_port, sending_server


async def _send(server: SmtpServer, *, to: str = "camille@v.example") -> str:
    channel = a_channel(smtp=server)
    (call,) = channel.render(a_message(to=to, text="Bonjour\n.\n..fin"))
    return (await channel.send(call)).provider_id


class TestSending:
    async def test_gives_the_message_id_that_answers_will_name(self) -> None:
        async with sending_server(sink := Sink()) as server:
            assert await _send(server) == "0199aabb-0001@hub.example"
        (envelope,) = sink.taken
        assert (envelope.mail_from, envelope.rcpt_tos) == ("assistance@hub.example", ["camille@v.example"])
        assert b"Bonjour\r\n.\r\n..fin" in sink.content()

    @pytest.mark.parametrize("sink", [Sink(mail="553 no"), Sink(rcpt="550 5.1.1 unknown"), Sink(data="554 spam")])
    async def test_is_refused_by_a_5xx_about_the_mail(self, sink: Sink) -> None:
        async with sending_server(sink) as server:
            with pytest.raises(SendRefused, match="said no"):
                await _send(server)

    @pytest.mark.parametrize("sink", [Sink(mail="451 later"), Sink(rcpt="450 grey"), Sink(data="452 full")])
    async def test_may_be_retried_after_a_4xx(self, sink: Sink) -> None:
        async with sending_server(sink) as server:
            with pytest.raises(SendRetryable):
                await _send(server)

    async def test_may_be_retried_when_nobody_listens(self) -> None:
        async with closed_port() as server:
            with pytest.raises(SendRetryable):
                await _send(server)

    async def test_may_be_retried_when_the_login_fails(self) -> None:
        async with sending_server(Sink()) as server:
            named = SmtpServer(server.host, server.port, server.security, user="hub", password="wrong")
            with pytest.raises(SendRetryable):
                await _send(named)

    async def test_may_be_retried_when_the_server_has_no_starttls(self) -> None:
        async with sending_server(sink := Sink()) as server:
            with pytest.raises(SendRetryable):
                await _send(SmtpServer(server.host, server.port))
        assert sink.taken == []

    async def test_may_be_retried_when_the_account_has_no_server(self) -> None:
        channel = a_channel()
        (call,) = channel.render(a_message())
        with pytest.raises(SendRetryable, match="smtp_host"):
            await channel.send(call)

    @pytest.mark.parametrize("behaviour", ["drop", "silence", "gibberish"])
    async def test_is_uncertain_when_the_answer_after_data_is_lost(self, behaviour: str) -> None:
        async with sending_server(sink := Sink(data=behaviour), seconds=0.3) as server:
            with pytest.raises(SendUncertain):
                await _send(server)
        assert len(sink.taken) == 1

    async def test_reaches_an_address_beyond_ascii_where_the_server_can(self) -> None:
        async with sending_server(sink := Sink()) as server:
            await _send(server, to="josé@v.example")
        assert sink.taken[0].rcpt_tos == ["josé@v.example"]

    async def test_is_refused_for_an_address_beyond_ascii_where_it_cannot(self) -> None:
        async with sending_server(Sink(), utf8=False) as server:
            with pytest.raises(SendRefused, match="SMTPUTF8"):
                await _send(server, to="josé@v.example")
