"""Signing in: what it gives, what it refuses, and that it tells strangers nothing."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from domain.permissions import Role
from hub.api.attempts import MOST, WITHIN
from hub.api.viewer import COOKIE
from storage import tables
from tests.hub.api.premises import PASSWORD, Premises, premises_on
from tests.hub.journey.house import House

pytestmark = pytest.mark.database
ADVISER = {"email": "adviser@hub.example", "password": PASSWORD}


async def _sign_in(client: httpx.AsyncClient, **change: str) -> httpx.Response:
    return await client.post("/api/session", json={**ADVISER, **change})


class TestSigningIn:
    async def test_says_who_i_am_and_what_i_may_do(self, premises: Premises) -> None:
        async with premises.stranger() as client:
            answer = await _sign_in(client, email=" Adviser@Hub.Example ")
            me = (await client.get("/api/session")).json()
        assert answer.status_code == 200
        assert answer.json() == me
        assert me["role"] == "adviser"
        assert me["actions"] == ["tickets.read", "tickets.reply", "tickets.solve"]

    async def test_gives_a_cookie_that_scripts_and_other_sites_never_see(self, premises: Premises) -> None:
        async with premises.stranger() as client:
            cookie = (await _sign_in(client)).headers["set-cookie"].lower()
        assert f"{COOKIE}=" in cookie
        for word in ("httponly", "samesite=strict", "path=/", "max-age=43200"):
            assert word in cookie
        assert "secure" not in cookie

    async def test_gives_a_cookie_for_https_alone_where_that_is_how_people_come(
        self, house: House, tmp_path: Path
    ) -> None:
        secure = premises_on(house, tmp_path, public_url="https://hub.example")
        async with secure as premises, premises.stranger() as client:
            assert "secure" in (await _sign_in(client)).headers["set-cookie"].lower()

    async def test_keeps_nothing_from_which_the_cookie_could_be_made(self, premises: Premises) -> None:
        async with premises.stranger() as client:
            await _sign_in(client)
            token = client.cookies[COOKIE]
        kept = await premises.house.one(tables.login_session)
        assert len(token) >= 43
        assert token.encode() not in kept["token_hash"]
        assert len(kept["token_hash"]) == 32

    @pytest.mark.parametrize("change", [{"password": "faux"}, {"email": "nobody@hub.example"}])
    async def test_never_tells_whether_the_address_or_the_password_was_wrong(
        self, premises: Premises, change: dict[str, str]
    ) -> None:
        async with premises.stranger() as client:
            answer = await _sign_in(client, **change)
        assert answer.status_code == 401
        assert answer.json()["detail"] == "this address and this password do not belong together"
        assert "set-cookie" not in answer.headers

    async def test_must_wait_after_a_few_wrong_passwords_and_then_goes_on(self, premises: Premises) -> None:
        async with premises.stranger() as client:
            for _ in range(MOST):
                assert (await _sign_in(client, password="faux")).status_code == 401
            refused = await _sign_in(client)
            other = await _sign_in(client, email="medical@hub.example")
            premises.house.clock.advance(WITHIN + timedelta(seconds=1))
            later = await _sign_in(client)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= WITHIN.total_seconds()
        assert (other.status_code, later.status_code) == (200, 200)

    async def test_is_refused_to_another_sites_page(self, premises: Premises) -> None:
        async with premises.stranger(**{"Sec-Fetch-Site": "cross-site"}) as client:
            assert (await _sign_in(client)).status_code == 403
        async with premises.stranger(Origin="https://elsewhere.example") as client:
            assert (await _sign_in(client)).status_code == 403
        async with premises.stranger(Origin="http://hub.local") as client:
            assert (await _sign_in(client)).status_code == 200


class TestASession:
    async def test_ends_after_twelve_hours(self, premises: Premises) -> None:
        async with await premises.signed_in() as client:
            premises.house.clock.advance(timedelta(hours=11, minutes=59))
            assert (await client.get("/api/session")).status_code == 200
            premises.house.clock.advance(timedelta(minutes=1))
            assert (await client.get("/api/session")).status_code == 401

    async def test_ends_when_i_sign_out_here_and_nowhere_else(self, premises: Premises) -> None:
        async with await premises.signed_in() as here, await premises.signed_in() as there:
            token = here.cookies[COOKIE]
            gone = await here.delete("/api/session")
            here.cookies.set(COOKIE, token)
            assert gone.status_code == 204
            assert "max-age=0" in gone.headers["set-cookie"].lower()
            assert (await here.get("/api/session")).status_code == 401
            assert (await there.get("/api/session")).status_code == 200

    @pytest.mark.parametrize("token", ["", "x", "é", "a" * 5000])
    async def test_is_not_opened_by_any_other_cookie(self, premises: Premises, token: str) -> None:
        async with premises.stranger() as client:
            headers = [(b"cookie", f"{COOKIE}={token}".encode())]
            assert (await client.get("/api/session", headers=headers)).status_code == 401

    async def test_lets_an_administrator_look_at_operations(self, premises: Premises) -> None:
        async with await premises.signed_in(Role.ADMINISTRATOR) as client:
            assert "operations.replay" in (await client.get("/api/session")).json()["actions"]
