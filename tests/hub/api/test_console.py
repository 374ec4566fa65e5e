"""The console's files: served at /, kept by browsers as long as they hold, and nothing beside them."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from hub.api.console import Console

PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A built console."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>the console")
    (folder / ".built").write_text("a hash")
    (folder / "assets" / "index-B1x_8Dz-.js").write_text("run()")
    (folder / "assets" / "theme.js").write_text("theme()")
    (tmp_path / "secret.txt").write_text("not ours to give")
    return folder


@pytest.fixture
async def browser(dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the console."""
    app = Starlette()
    app.router.default = Console(dist)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hub.local") as browser:
        yield browser


class TestTheConsole:
    @pytest.mark.parametrize("path", ["/", "/index.html", "/anything", "/a/b"])
    async def test_is_there_at_every_address_of_a_page(self, browser: httpx.AsyncClient, path: str) -> None:
        answer = await browser.get(path, headers=PAGE)
        assert (answer.status_code, answer.text) == (200, "<!doctype html>the console")
        assert answer.headers["cache-control"] == "no-cache"

    async def test_has_files_that_never_change_and_files_that_may(self, browser: httpx.AsyncClient) -> None:
        hashed, plain = await browser.get("/assets/index-B1x_8Dz-.js"), await browser.get("/assets/theme.js")
        assert hashed.headers["content-type"].startswith(("text/javascript", "application/javascript"))
        assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert plain.headers["cache-control"] == "no-cache"

    @pytest.mark.parametrize(
        "path", ["/api/nothing", "/api", "/webhooks/x", "/mailbox", "/metrics", "/healthz/x", "/readyz/"]
    )
    async def test_is_never_an_answer_to_a_machine(self, browser: httpx.AsyncClient, path: str) -> None:
        assert (await browser.get(path, headers=PAGE)).status_code == 404

    async def test_is_not_what_a_script_or_a_form_asked_for(self, browser: httpx.AsyncClient) -> None:
        assert (await browser.get("/assets/index-gone1234.js")).status_code == 404
        assert (await browser.post("/", headers=PAGE)).status_code == 404

    @pytest.mark.parametrize(
        "path",
        [
            pytest.param("/assets/" + "a" * 5000, id="longer than any file's name"),
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/assets/..%5c..%5csecret.txt",
            "/.built",
            "/a%00",
        ],
    )
    async def test_gives_nothing_beside_its_own_files(self, browser: httpx.AsyncClient, path: str) -> None:
        answer = await browser.get(path)
        assert (answer.status_code, "not ours" in answer.text) == (404, False)

    async def test_says_how_to_build_it_when_it_is_not(self, browser: httpx.AsyncClient, dist: Path) -> None:
        (dist / "index.html").unlink()
        answer = await browser.get("/", headers=PAGE)
        assert answer.status_code == 503
        assert "make console" in answer.text
