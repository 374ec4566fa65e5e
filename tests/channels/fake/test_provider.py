"""The fake provider does what it is told, and remembers what it took."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from channels.fake.acceptance_log import read_log
from channels.fake.behaviour import Behaviour, BehaviourInvalid
from channels.fake.emission import Emission, Emitted
from channels.fake.events import WireMessage
from channels.fake.http import Request, Response, serving
from channels.fake.settings import SettingInvalid
from channels.port import RawEvent, SendError
from tests.channels.fake.accounts import MESSAGE, NOW, SECRET, STATUS, a_channel, a_message, a_provider, nobody


async def _outcomes(url: str, *keys: str) -> list[str]:
    """What each call met: "taken", or the name of its error."""
    channel = a_channel(url=url)
    found = []
    for key in keys:
        (call,) = channel.render(a_message(key=key))
        try:
            await channel.send(call)
        except SendError as error:
            found.append(type(error).__name__)
        else:
            found.append("taken")
    return found


class TestTheBehaviour:
    async def test_meets_each_so_manieth_call_only(self) -> None:
        async with a_provider(Behaviour(status=503, every=3)) as (_, url):
            assert await _outcomes(url, *"abcdef") == ["taken", "taken", "SendRetryable"] * 2

    async def test_is_over_after_so_many_calls(self) -> None:
        async with a_provider(Behaviour(loses_answers=True, calls=2)) as (provider, url):
            assert await _outcomes(url, *"abcd") == ["SendUncertain", "SendUncertain", "taken", "taken"]
        assert [accepted.key for accepted in provider.accepted] == ["a-0", "b-0", "c-0", "d-0"]

    async def test_can_be_changed_over_http(self) -> None:
        async with a_provider() as (provider, url), httpx.AsyncClient(base_url=url, trust_env=False) as client:
            told = await client.post("/behaviour", json={"status": 429, "retry_after_seconds": 5})
            assert told.status_code == 200
            assert provider.behaviour == Behaviour(status=429, retry_after_seconds=5)
            assert await _outcomes(url, "a") == ["SendRetryable"]
            await client.post("/behaviour", json={})
            assert await _outcomes(url, "a") == ["taken"]

    @pytest.mark.parametrize(
        "said", ['{"stauts": 400}', '{"status": 200}', '{"every": 0}', '{"status": "no"}', "[", "é"]
    )
    async def test_is_not_changed_by_what_nobody_can_do(self, said: str) -> None:
        async with a_provider() as (provider, url), httpx.AsyncClient(base_url=url, trust_env=False) as client:
            refused = await client.post("/behaviour", content=said)
            assert refused.status_code == 400
            assert refused.json()["error"]
            assert provider.behaviour == Behaviour()

    def test_cannot_be_a_status_that_takes(self) -> None:
        with pytest.raises(BehaviourInvalid, match="status is 200"):
            Behaviour(status=200)


class TestWhatWasTaken:
    async def test_is_taken_once_a_key_however_many_come_at_once(self, tmp_path: Path) -> None:
        async with a_provider(log=tmp_path / "accepted.jsonl") as (provider, url):  # the disk takes its time
            await asyncio.gather(*(_outcomes(url, "a") for _ in range(50)))
        assert len(provider.accepted) == 1

    async def test_is_taken_every_time_where_keys_are_not_honoured(self) -> None:
        async with a_provider(Behaviour(honours_keys=False)) as (provider, url):
            await _outcomes(url, "a", "a")
        assert len({accepted.provider_id for accepted in provider.accepted}) == 2

    async def test_is_on_the_disk_before_the_answer_goes_out(self, tmp_path: Path) -> None:
        log = tmp_path / "accepted.jsonl"
        async with a_provider(Behaviour(loses_answers=True), log=log) as (provider, url):
            await _outcomes(url, "a", "b")
            lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        assert [line["key"] for line in lines] == ["a-0", "b-0"]
        assert lines[0] == {
            "key": "a-0",
            "provider_id": provider.accepted[0].provider_id,
            "to": "+33612345678",
            "text": "Bonjour, votre dossier avance.",
            "at": "2026-03-02T09:30:00Z",
        }

    async def test_is_remembered_by_the_next_process(self, tmp_path: Path) -> None:
        log = tmp_path / "accepted.jsonl"
        async with a_provider(log=log) as (before, url):
            await _outcomes(url, "a")
        with log.open("ab") as file:
            file.write(b'{"key": "half a li')
        async with a_provider(log=log) as (after, url):
            assert await _outcomes(url, "a", "b") == ["taken", "taken"]
        assert after.accepted[0] == before.accepted[0]
        assert [accepted.key for accepted in read_log(log)] == ["a-0", "b-0"]

    async def test_can_be_read_over_http(self) -> None:
        async with a_provider() as (provider, url), httpx.AsyncClient(base_url=url, trust_env=False) as client:
            await _outcomes(url, "a")
            (accepted,) = (await client.get("/accepted")).json()
            assert accepted["provider_id"] == provider.accepted[0].provider_id
            asked = await client.get("/", params={"key": "a-0"})
            assert asked.json() == {"provider_id": accepted["provider_id"]}

    @pytest.mark.parametrize(("key", "content"), [("", '{"to": "a", "text": "b"}'), ("k", "[]"), ("k", b"\xff")])
    async def test_is_never_half_a_call(self, key: str, content: Any) -> None:
        async with a_provider() as (provider, url), httpx.AsyncClient(base_url=url, trust_env=False) as client:
            refused = await client.post("/", content=content, headers={"idempotency-key": key})
        assert refused.status_code == 400
        assert provider.accepted == ()

    async def test_is_not_asked_of_elsewhere(self) -> None:
        async with a_provider() as (_, url), httpx.AsyncClient(base_url=url, trust_env=False) as client:
            assert (await client.get("/elsewhere")).status_code == 404

    async def test_does_not_suffer_from_a_stranger(self) -> None:
        async with a_provider() as (_, url):
            host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"\x16\x03\x01 not http \r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
            writer.close()
            await writer.wait_closed()
            assert await _outcomes(url, "a") == ["taken"]


class _Hub:
    """A hub that answers with these statuses in turn (the last for ever), and what it was sent."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = list(statuses)
        self.heard: list[RawEvent] = []

    async def answer(self, request: Request) -> Response:
        self.heard.append(RawEvent(request.body, request.headers, NOW, url=request.target))
        return Response(self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0])

    def ids(self) -> list[list[str]]:
        """The ids of the messages of each webhook; every webhook is proved."""
        channel = a_channel()
        found = []
        for event in self.heard:
            channel.verify(event)
            found.append([getattr(arrived, "message_id", "?") for arrived in channel.parse(event)])
        return found


def _messages(*ids: str) -> list[WireMessage]:
    return [msgspec.structs.replace(MESSAGE, id=one) for one in ids]


class TestAnEmission:
    @pytest.mark.parametrize(
        ("how", "heard"),
        [
            ({}, [["a"], ["b"], ["c"]]),
            ({"together": 2}, [["a", "b"], ["c"]]),
            ({"copies": 2}, [["a"], ["b"], ["c"], ["a"], ["b"], ["c"]]),
            ({"reordered": True}, [["c"], ["b"], ["a"]]),
            ({"delay_seconds": 0.01}, [["a"], ["b"], ["c"]]),
        ],
    )
    async def test_is_signed_and_comes_as_it_was_commanded(self, how: dict[str, Any], heard: list[list[str]]) -> None:
        hub = _Hub(200)
        async with a_provider() as (provider, _), serving(hub.answer, host="127.0.0.1", port=0) as (host, port):
            emission = Emission(hub=f"http://{host}:{port}/webhooks/fake/1", secret=SECRET, **how)
            emitted = await provider.emit(_messages("a", "b", "c"), how=emission)
        assert hub.ids() == heard
        assert {event.url for event in hub.heard} == {"/webhooks/fake/1"}
        assert emitted == (Emitted(200, 1),) * len(heard)

    async def test_is_repeated_until_the_hub_says_yes(self) -> None:
        hub = _Hub(503, 500, 202)
        async with a_provider() as (provider, _), serving(hub.answer, host="127.0.0.1", port=0) as (host, port):
            emission = Emission(hub=f"http://{host}:{port}/", secret=SECRET, attempts=9, retry_seconds=0.01)
            (emitted,) = await provider.emit(_messages("a"), how=emission)
        assert emitted == Emitted(202, 3)
        assert emitted.taken
        assert hub.ids() == [["a"]] * 3

    async def test_says_when_the_hub_was_not_there(self) -> None:
        async with a_provider() as (provider, _):
            emission = Emission(hub=await nobody(), secret=SECRET, attempts=2, retry_seconds=0.01)
            (emitted,) = await provider.emit(_messages("a"), how=emission)
        assert emitted == Emitted(None, 2)
        assert not emitted.taken

    async def test_can_be_commanded_over_http_with_events_of_any_sort(self) -> None:
        hub = _Hub(200)
        order = {"events": [msgspec.to_builtins(STATUS), {"type": "typing"}], "how": {"secret": SECRET, "together": 2}}
        async with a_provider() as (_, url), serving(hub.answer, host="127.0.0.1", port=0) as (host, port):
            order["how"] = {**order["how"], "hub": f"http://{host}:{port}/"}  # type: ignore[dict-item]
            async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
                answer = await client.post("/emissions", json=order)
        assert answer.json() == {"emitted": [{"status": 200, "attempts": 1}]}
        assert hub.ids() == [["fake-1", "?"]]

    @pytest.mark.parametrize(
        "how", [{"hub": "ftp://x", "secret": "s"}, {"hub": "http://x", "secret": "s", "copies": 0}]
    )
    async def test_must_be_possible(self, how: dict[str, Any]) -> None:
        async with a_provider() as (_, url), httpx.AsyncClient(base_url=url, trust_env=False) as client:
            answer = await client.post("/emissions", json={"how": how, "events": [{"type": "typing"}]})
        assert answer.status_code == 400

    async def test_needs_an_address(self) -> None:
        async with a_provider() as (provider, _):
            with pytest.raises(SettingInvalid):
                await provider.emit(_messages("a"), how=Emission(hub="", secret=SECRET))
