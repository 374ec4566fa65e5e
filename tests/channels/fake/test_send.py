"""Calling a provider that behaves as providers do."""

import asyncio
from datetime import timedelta

import pytest

from channels.fake.behaviour import Behaviour
from channels.fake.http import Request, exchange
from channels.fake.settings import address_of
from channels.port import SendReceipt, SendRefused, SendRetryable, SendUncertain
from tests.channels.fake.accounts import a_channel, a_message, a_provider, a_server, nobody


async def _send(url: str, **settings: str) -> SendReceipt:
    channel = a_channel(url=url, **settings)
    (call,) = channel.render(a_message())
    return await channel.send(call)


class TestACall:
    async def test_gives_the_id_that_statuses_will_name(self) -> None:
        async with a_provider() as (provider, url):
            receipt = await _send(url)
        (accepted,) = provider.accepted
        assert receipt.provider_id == accepted.provider_id
        assert (accepted.key, accepted.to) == ("0199aabb-0", "+33612345678")
        assert accepted.text == "Bonjour, votre dossier avance."

    @pytest.mark.parametrize("status", [400, 401, 404, 413, 422, 499])
    async def test_is_refused_by_a_client_error(self, status: int) -> None:
        async with a_provider(Behaviour(status=status)) as (provider, url):
            with pytest.raises(SendRefused, match=f"0199aabb-0: {status}"):
                await _send(url)
        assert provider.accepted == ()

    @pytest.mark.parametrize("status", [302, 408, 429, 500, 502, 503, 504, 599])
    async def test_may_be_retried_after_anything_else(self, status: int) -> None:
        async with a_provider(Behaviour(status=status)) as (provider, url):
            with pytest.raises(SendRetryable):
                await _send(url)
        assert provider.accepted == ()

    @pytest.mark.parametrize("status", [429, 503])
    async def test_says_after_how_long_when_the_provider_does(self, status: int) -> None:
        async with a_provider(Behaviour(status=status, retry_after_seconds=90)) as (_, url):
            with pytest.raises(SendRetryable) as caught:
                await _send(url)
        assert caught.value.retry_after == timedelta(seconds=90)

    async def test_may_be_retried_when_nobody_listens(self) -> None:
        with pytest.raises(SendRetryable, match="was not sent"):
            await _send(await nobody())

    async def test_may_be_retried_when_the_account_has_no_provider(self) -> None:
        with pytest.raises(SendRetryable, match="give it url"):
            await _send("")

    async def test_is_uncertain_when_no_answer_comes_in_time(self) -> None:
        async with a_provider(Behaviour(delay_seconds=60)) as (provider, url):
            with pytest.raises(SendUncertain):
                await _send(url, timeout_seconds="1")
            assert len(provider.accepted) == 1

    @pytest.mark.parametrize(
        "said",
        [
            b"",
            b"HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
            b'HTTP/1.1 200 OK\r\ncontent-length: 18\r\n\r\n{"provider_id":""}',
            b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n\xff\xfe\xfd",
            b"HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
            b"220 mail.example ESMTP\r\n",
        ],
    )
    async def test_is_uncertain_when_the_answer_says_nothing(self, said: bytes) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            await writer.drain()

        async with a_server(talk) as url:
            with pytest.raises(SendUncertain):
                await _send(url, timeout_seconds="2")

    async def test_reads_an_answer_in_pieces(self) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            for piece in (
                b"HTTP/1.1 200 OK\r\ntransfer-enc",
                b"oding: chunked\r\n\r\n",
                b'15\r\n{"provider_id":"f-1"}',
            ):
                writer.write(piece)
                await writer.drain()
            writer.write(b"\r\n0\r\n\r\n")

        async with a_server(talk) as url:
            assert (await _send(url)).provider_id == "f-1"

    async def test_twice_with_one_key_is_one_delivery(self) -> None:
        async with a_provider(Behaviour(loses_answers=True, calls=1)) as (provider, url):
            with pytest.raises(SendUncertain):
                await _send(url)
            receipt = await _send(url)
        (accepted,) = provider.accepted
        assert receipt.provider_id == accepted.provider_id


class TestAsking:
    async def test_tells_what_became_of_a_lost_call(self) -> None:
        async with a_provider(Behaviour(loses_answers=True)) as (provider, url):
            channel = a_channel(url=url, askable="true")
            with pytest.raises(SendUncertain):
                await _send(url)
            found = await channel.find("0199aabb-0")
        assert found is not None
        assert found.provider_id == provider.accepted[0].provider_id

    async def test_tells_that_a_call_never_arrived(self) -> None:
        async with a_provider() as (_, url):
            assert await a_channel(url=url, askable="true").find("jamais & rien?") is None

    async def test_may_be_repeated_when_the_provider_is_away(self) -> None:
        with pytest.raises(SendRetryable, match="could not be asked"):
            await a_channel(url=await nobody(), askable="true").find("k")


class TestAHeader:
    async def test_cannot_carry_a_line_break(self) -> None:
        async with a_provider() as (provider, url):
            address = address_of(url)
            request = Request("POST", "/", {"idempotency-key": "a\r\nx: y"})
            with pytest.raises(ValueError, match="line break"):
                await exchange(address.host, address.port, request, timeout_seconds=5)
        assert provider.accepted == ()
