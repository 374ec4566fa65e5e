"""Nothing of a ticket, a message or a member is read without somebody who may read it."""

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import storage
from domain.ids import AttachmentId, ConversationId, MemberId, MessageId, TicketId, UserId
from domain.permissions import SYSTEM, Action, Forbidden, Role, Viewer, viewer_of
from storage.keys import Keyring
from storage.ticket.lists import Which
from tests.architecture.checkout import ROOMS, faults, python
from tests.architecture.code import uses
from tests.conftest import NOW

pytestmark = pytest.mark.database

NOBODY = Viewer(name="nobody", grants=frozenset(Action) - {Action.READ_TICKETS})
#: What a read may ask for, by the name of its parameter.
ASKED = {
    "ticket_id": TicketId(UUID(int=1)),
    "message_id": MessageId(UUID(int=1)),
    "conversation_id": ConversationId(UUID(int=1)),
    "attachment_id": AttachmentId(UUID(int=1)),
    "user_id": UserId(UUID(int=1)),
    "client_id": "1",
    "ids": (MemberId(UUID(int=1)),),
    "references": ("VI-1",),
    "since": NOW,
    "now": NOW,
    "which": Which.ALL,
    "owner": None,
    "after": None,
    "limit": 10,
}
#: What is personal, as reads give it back.
PERSONAL = ("Ticket", "TicketLine", "Said", "Message", "Member", "Attachment", "Outgoing")
#: Reads without a viewer, and why.
EXCEPTED = {"storage.delivery.reads.outgoing": "for the journey that sends messages, which no person looks at"}


def reads() -> dict[str, Callable[..., Any]]:
    """The public functions of the storage room that read."""
    modules = [import_module(one.name) for one in pkgutil.walk_packages(storage.__path__, "storage.")]
    return {
        f"{module.__name__}.{name}": function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def asks_for(function: Callable[..., Any]) -> frozenset[str]:
    """The names of a function's parameters."""
    return frozenset(inspect.signature(function).parameters)


GUARDED = {name: function for name, function in reads().items() if "viewer" in asks_for(function)}


async def ask(function: Callable[..., Any], *, connection: Any, keyring: Keyring, viewer: Viewer) -> None:
    """Call a read with whatever it needs."""
    about = {"connection": connection, "keyring": keyring, "viewer": viewer, **ASKED}
    parameters = inspect.signature(function).parameters.values()
    wanted = {one.name for one in parameters if one.default is inspect.Parameter.empty}
    await function(**{name: about[name] for name in wanted})


class TestARead:
    @pytest.mark.parametrize("name", GUARDED)
    async def test_is_refused_to_whoever_may_not_before_the_database_is_asked(
        self, name: str, keyring: Keyring
    ) -> None:
        with pytest.raises(Forbidden, match=Action.READ_TICKETS):
            await ask(GUARDED[name], connection=None, keyring=keyring, viewer=NOBODY)

    async def test_is_granted_to_whoever_may(self, engine: AsyncEngine, keyring: Keyring) -> None:
        adviser = viewer_of(user_id=UserId(UUID(int=1)), name="Agathe", role=Role.ADVISER)
        for function in GUARDED.values():
            for viewer in (adviser, SYSTEM):
                async with engine.connect() as connection:
                    await ask(function, connection=connection, keyring=keyring, viewer=viewer)

    def test_of_what_is_personal_asks_who_looks(self) -> None:
        personal = {
            name
            for name, function in reads().items()
            if any(word in PERSONAL for word in _words(get_type_hints(function)["return"]))
        }
        assert len(personal) >= 10
        assert personal - set(GUARDED) == set(EXCEPTED)

    def test_that_opens_what_was_written_asks_who_looks(self) -> None:
        opening = {name for name, function in reads().items() if "keyring" in asks_for(function)}
        opening = {name for name in opening if ".reads." in name and not name.startswith("storage.account.")}
        assert opening - set(GUARDED) == set(EXCEPTED)

    def test_without_a_viewer_belongs_to_the_journey_that_sends(self) -> None:
        journey = {"hub/journey/deliver.py": "sends messages"}
        assert faults(lambda source: uses(source, EXCEPTED), python(*ROOMS), excepted=journey) == []


def _words(hint: Any) -> set[str]:
    """The names of the types in a type."""
    parts = getattr(hint, "__args__", ())
    return {getattr(hint, "__name__", ""), *(word for part in parts for word in _words(part))}
