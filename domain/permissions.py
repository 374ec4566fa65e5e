"""Who looks, and what they may do. Every read of tickets and messages asks for a Viewer."""

from dataclasses import dataclass
from enum import StrEnum

from domain.ids import UserId


class Action(StrEnum):
    """Named permissions."""

    READ_TICKETS = "tickets.read"
    REPLY = "tickets.reply"
    SOLVE = "tickets.solve"
    READ_OPERATIONS = "operations.read"
    REPLAY = "operations.replay"


class Role(StrEnum):
    """The three roles of the first slice."""

    ADVISER = "adviser"
    MEDICAL = "medical"
    ADMINISTRATOR = "administrator"


_GRANTS: dict[Role, frozenset[Action]] = {
    Role.ADVISER: frozenset({Action.READ_TICKETS, Action.REPLY, Action.SOLVE}),
    Role.MEDICAL: frozenset({Action.READ_TICKETS, Action.REPLY, Action.SOLVE}),
    Role.ADMINISTRATOR: frozenset(Action),
}


class Forbidden(Exception):  # noqa: N818 - the HTTP word
    """The viewer may not do this; nothing was read or changed."""

    def __init__(self, action: Action) -> None:
        super().__init__(f"this account may not do {action}")
        self.action = action


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody (or the system itself) on whose behalf rows are read."""

    name: str
    grants: frozenset[Action]
    user_id: UserId | None = None

    def require(self, action: Action) -> None:
        """Raise Forbidden unless this viewer may do `action`."""
        if action not in self.grants:
            raise Forbidden(action)


#: The journeys themselves; never handed to a request.
SYSTEM = Viewer(name="system", grants=frozenset(Action))


def viewer_of(*, user_id: UserId, name: str, role: Role) -> Viewer:
    """The viewer that a signed-in user is."""
    return Viewer(name=name, grants=_GRANTS[role], user_id=user_id)
