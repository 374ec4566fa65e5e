"""The built console at /. The names of its files carry the hash of their content; that of its page does not."""

import re
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

#: Where `make console` puts it.
DIST = Path(__file__).resolve().parents[2] / "console" / "dist"
#: Addresses that are never pages of the console.
_OTHERS = re.compile(r"/(api|webhooks|mailbox|metrics|healthz|readyz)(/|$)")
_HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.[a-z0-9]+$")
_FOR_EVER = "public, max-age=31536000, immutable"
_MISSING = """<!doctype html>
<html lang="fr"><meta charset="utf-8"><title>Hub V.I.</title>
<h1>La console n’est pas construite · The console is not built</h1>
<p>Lancez <code>make console</code>, puis rechargez cette page. Run <code>make console</code>, then reload.</p>
</html>
"""


class Console:
    """Answers what no route knows: a file of the console, the console itself, or 404."""

    def __init__(self, dist: Path = DIST) -> None:
        self._dist = dist

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises HTTPException (404) for what is neither a file nor a page."""
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
            return
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.scope["path"]
        if request.method not in ("GET", "HEAD") or _OTHERS.match(path):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        file = self._file(path)
        if file is not None:
            hashed = path.startswith("/assets/") and _HASHED.search(path)
            return FileResponse(file, headers={"Cache-Control": _FOR_EVER if hashed else "no-cache"})
        if "text/html" not in request.headers.get("accept", ""):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        index = self._dist / "index.html"
        if not index.is_file():
            return HTMLResponse(_MISSING, status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    def _file(self, path: str) -> Path | None:
        """The file of this address, when it is one below our folder and not hidden."""
        names = path.strip("/").split("/")
        if "\x00" in path or any(name.startswith(".") or "\\" in name for name in names) or names == [""]:
            return None
        file = self._dist.joinpath(*names)
        try:
            return file if file.is_file() else None
        except OSError:  # a name that no file can have
            return None
