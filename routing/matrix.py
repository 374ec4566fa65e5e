"""Decides whose a request is: danger first, then its kind, then the hour. Each decision says why in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.business_hours import Calendar
from domain.triage import Danger, Kind, Language, Owner, Route, Urgency
from routing.calendars import ALWAYS, read_calendars
from routing.owners import Owners, read_owners
from routing.rows import Row, read_rows
from routing.targets import Target, Targets, read_targets

_HURRIES = (Urgency.P1, Urgency.P2)


class UnknownKind(LookupError):  # noqa: N818 - named for what is missing
    """A kind that the matrix does not have; the text names it and the version."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The routing matrix with its owners, calendars and targets. Immutable: load once, ask from anywhere."""

    version: str
    rows: Mapping[Kind, Row]
    owners: Owners = field(repr=False)
    targets: Targets = field(repr=False)
    calendars: Mapping[str, Calendar] = field(repr=False)

    @classmethod
    def load(cls, *, holidays: frozenset[date] = frozenset()) -> "Matrix":
        """The matrix shipped with the product; `holidays` are the French public holidays. Reads files."""
        version, rows = read_rows()
        return cls(
            version=version,
            rows={row.kind: row for row in rows},
            owners=read_owners(),
            targets=read_targets(),
            calendars=read_calendars(holidays=holidays),
        )

    def row(self, kind: Kind) -> Row:
        """The row of a kind. Raises UnknownKind."""
        if kind not in self.rows:
            raise UnknownKind(f"{kind} is no kind of the routing matrix {self.version}")
        return self.rows[kind]

    def calendar(self, name: str) -> Calendar:
        """The opening hours of that name. Raises KeyError."""
        return self.calendars[name]

    def route(self, *, kind: Kind, danger: Danger | None, confidence: float, now: datetime) -> Route:
        """Where a request goes: danger beats kind, an uncertain kind goes to the front desk. Raises UnknownKind."""
        if danger is not None:
            # The rule and not the words: a reason is read where the message itself may not be.
            return self._owned(self.row(danger.kind), f"Danger (règle {danger.rule})", now)
        row = self.row(kind)
        if confidence < self.owners.threshold:
            return self._front_desk(row, confidence)
        return self._owned(row, "Demande comprise", now)

    def target(self, *, route: Route, channel: str, on: date = date.max) -> Target:
        """When a first answer by a person is due. `channel` is that of the first message; `on` its day.

        Raises UnknownKind, and NoTarget when no row was in force on that day.
        """
        row = self.row(route.kind)
        named = self.targets.classes[row.first_response]
        target_class = named if route.urgency is row.urgency else str(route.urgency)
        return self.targets.target(target_class=target_class, channel=channel, on=on)

    def _front_desk(self, row: Row, confidence: float) -> Route:
        understood = f"Compris sans certitude ({confidence:.0%}) : {row.name_fr}"
        reason = f"{understood} → {self._name(self.owners.front_desk)}, relecture par une personne sous une heure"
        return self._route(row, self.owners.front_desk, Urgency.P3, reason)

    def _owned(self, row: Row, because: str, now: datetime) -> Route:
        calendar = self.owners.cards[row.owner].calendar_for(row.urgency)
        always = " 24 h/24" if calendar == ALWAYS else ""
        reason = f"{because} → {row.name_fr}, {self._name(row.owner)}{always}"
        if row.urgency not in _HURRIES or self.calendars[calendar].is_open(now):
            return self._route(row, row.owner, row.urgency, reason)
        duty = self.owners.on_duty(row.risk)
        return self._route(row, duty, row.urgency, f"{reason} ; hors de ses heures : {self._name(duty)}, 24 h/24")

    def _name(self, owner: Owner) -> str:
        return self.owners.cards[owner].names[Language.FR]

    def _route(self, row: Row, owner: Owner, urgency: Urgency, reason: str) -> Route:
        return Route(
            kind=row.kind,
            risk=row.risk,
            owner=owner,
            urgency=urgency,
            medical=row.medical,
            reason=reason,
            matrix_version=self.version,
        )
