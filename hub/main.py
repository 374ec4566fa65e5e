"""The application: every route on the hub that it is given, and what this process keeps open meanwhile."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute, Route, WebSocketRoute

from channels.port import ListeningChannel, RawEvent
from domain.ids import AccountId
from hub.api import attachments, catalogue, deliveries, health, messages, operations, session, stream, tickets
from hub.api.attempts import Attempts
from hub.api.console import Console
from hub.api.errors import handle_errors
from hub.api.limits import Limits, require_json
from hub.api.mailbox import router_for
from hub.api.passwords import Passwords
from hub.api.reception import Reception
from hub.api.schemas import Problem
from hub.api.viewer import require_own_site
from hub.api.webhooks import WebhookGate
from hub.bootstrap import Hub
from hub.doors import Door, Doors
from hub.feed import Feed
from hub.journey.ingest import Ingest
from hub.listening import reachable
from hub.mailbox import Mailbox
from hub.migration import newest
from storage.group_commit import GroupCommit

_TITLE, _VERSION = "VI contact hub", "0.1.0"
_FEATURES = (session, catalogue, tickets, messages, deliveries, operations, attachments)
_PROBLEMS = "application/problem+json"


def create_app(hub: Hub) -> FastAPI:
    """The whole application on `hub`; it opens what it needs when its lifespan begins."""
    mailbox = _mailbox(hub)
    app = _bare(
        WebSocketRoute(stream.PATH, stream.stream),
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        Route("/metrics", health.Gauges().metrics),
    )
    app.router.lifespan_context = _lifespan(hub, mailbox)
    app.router.redirect_slashes = False
    app.add_middleware(WebhookGate)  # inside the limits, before everything else
    app.add_middleware(Limits, body_bytes=hub.settings.body_limit_bytes)
    if mailbox is not None:
        settings = hub.settings
        intake = (reachable(settings.mail_intake_host), settings.mail_intake_port)
        app.include_router(router_for(mailbox, intake=intake, hub_address=settings.mail_address))
    app.router.default = Console()
    return app


def document() -> Mapping[str, Any]:
    """The OpenAPI document; it needs no database."""
    written = _bare().openapi()
    for operations_of in written["paths"].values():
        for operation in operations_of.values():
            problem = operation["responses"]["default"]
            problem["content"] = {_PROBLEMS: problem["content"]["application/json"]}
    return written


def _bare(*first: BaseRoute) -> FastAPI:
    """The routes of the API alone, after those that come first."""
    app = FastAPI(
        routes=list(first),
        title=_TITLE,
        version=_VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    handle_errors(app)
    api = APIRouter(
        prefix="/api",
        dependencies=[Depends(require_own_site), Depends(require_json)],
        responses={"default": {"model": Problem, "description": "What went wrong (RFC 9457)"}},
    )
    for feature in _FEATURES:
        api.include_router(feature.router)
    app.include_router(api)
    return app


def _lifespan(hub: Hub, mailbox: Mailbox | None) -> Any:
    @asynccontextmanager
    async def open_everything(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(GroupCommit(hub.url))
            ingest = hub.ingest(store)
            app.state.reception = Reception(
                hub=hub,
                store=store,
                ingest=ingest,
                feed=await stack.enter_async_context(Feed(engine=hub.engine, bus=hub.bus)),
                doors=await stack.enter_async_context(Doors(_doors(hub, ingest, mailbox))),
                attempts=Attempts(),
                passwords=Passwords(),
                revision=newest(),
            )
            yield

    return open_everything


def _mailbox(hub: Hub) -> Mailbox | None:
    """Where mail goes while there is no sending server."""
    if not hub.settings.has_mailbox:
        return None
    return Mailbox(hub.settings.data_dir / "mailbox", clock=hub.clock)


def _doors(hub: Hub, ingest: Ingest, mailbox: Mailbox | None) -> tuple[Door, ...]:
    doors = [
        _intake(opened.account.name, opened.account.id, opened.channel, ingest)
        for opened in hub.channels.everything()
        if isinstance(opened.channel, ListeningChannel)
    ]
    if mailbox is not None:
        doors.append(Door("mailbox", lambda: mailbox.listening(port=hub.settings.mailbox_port)))
    return tuple(doors)


def _intake(name: str, account_id: AccountId, channel: ListeningChannel, ingest: Ingest) -> Door:
    async def accept(raw: RawEvent) -> None:
        await ingest.accept(account_id, raw)

    return Door(f"intake {name}", lambda: channel.listen(accept))
