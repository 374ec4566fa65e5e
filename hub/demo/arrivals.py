"""The inbox of the last days: each mail as it came, stored, read and processed; two that wait for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from channels import wire
from channels.email.parse import ENVELOPE_FROM, ENVELOPE_TO, PEER, parse_mail
from channels.port import InboundEvent, Malformed, RawEvent, Unreadable
from domain.events import EventQuarantined
from domain.ids import AttachmentId, ConversationId
from domain.message import Direction, Message
from domain.triage import Danger
from hub.demo.dice import Dice, Minter
from hub.demo.world import World
from hub.journey.first_look import seal
from storage import inbox, tables
from storage.engine import digest, lane_of
from storage.keys import Purpose

KEPT = timedelta(days=3)
_REPEATED = 0.02
_SENDERS_SERVER = "198.51.100.{}"  # reserved for documentation (RFC 5737)
_WITHOUT_SENDER = (
    b"Received: from relay.example by mail.example; id 7f3a\r\n"
    b"Subject: Facture du mois\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"Bonjour,\r\n\r\nVoici la facture du mois, comme convenu.\r\n"
)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A mail as it came, and the event that was read from it."""

    raw: RawEvent
    event: InboundEvent


def contribute(world: World) -> None:
    """Fill the inbox, and tell the messages where they came from."""
    _Arrivals(world).make()


class _Arrivals:
    def __init__(self, world: World) -> None:
        self._world = world
        self._dice: Dice = world.dice("arrivals")
        self._mint: Minter = world.minter("arrivals")
        self._account, self._address = world.account.id, world.account.address
        self._domain = self._address.rpartition("@")[2]
        self._ids = iter(world.inbox_ids)
        self._contents: Mapping[AttachmentId, bytes] = dict(world.files)
        self._names: dict[ConversationId, list[str]] = {}
        self._remote = {row["id"]: str(row["remote_address"]) for row in world.rows[tables.conversation]}

    def make(self) -> None:
        """Message by message, in the order in which they came."""
        world, since = self._world, self._world.as_of - KEPT
        order = sorted(range(len(world.messages)), key=lambda number: world.messages[number].message.id)
        for number in order:
            new = world.messages[number]
            before = self._names.setdefault(new.message.conversation_id, [])
            if new.message.direction is Direction.IN and new.message.received_at >= since:
                arrival = self._arrival(new.message, before)
                row = self._keep(arrival, danger=world.danger.assess(_words(new.message)))
                world.messages[number] = replace(new, inbox_id=row)
            if new.message.provider_id is not None:
                before.append(new.message.provider_id)
        self._put_aside()

    def _arrival(self, message: Message, before: Sequence[str]) -> _Arrival:
        sender = self._remote[message.conversation_id]
        mail = EmailMessage(policy=SMTP)
        mail["From"] = formataddr((message.author_name, sender), charset="utf-8")
        mail["To"] = self._address
        mail["Subject"] = message.subject or ""
        mail["Date"] = format_datetime(message.sent_at)
        mail["Message-ID"] = f"<{message.provider_id}>"
        if before:
            mail["In-Reply-To"] = f"<{before[-1]}>"
            mail["References"] = " ".join(f"<{name}>" for name in before[-8:])
        mail.set_content(message.text, cte="quoted-printable")
        for attachment in message.attachments:
            main, _, sub = attachment.content_type.partition("/")
            content = self._contents[attachment.id]
            mail.add_attachment(content, maintype=main, subtype=sub, filename=attachment.filename)
        raw = self._raw(mail.as_bytes(), sender, at=message.received_at)
        return _Arrival(raw, parse_mail(raw, address=self._address, domain=self._domain))

    def _raw(self, body: bytes, sender: str, *, at: datetime) -> RawEvent:
        peer = _SENDERS_SERVER.format(self._dice.whole(2, 250))
        headers = {ENVELOPE_FROM: sender, ENVELOPE_TO: self._address, PEER: peer}
        return RawEvent(body=body, headers=headers, received_at=at)

    def _keep(self, arrival: _Arrival, *, danger: Danger | None) -> int:
        at = arrival.raw.received_at
        done = {
            "state": "done",
            "outcome": "message",
            "attempts": 1,
            "processed_at": min(at + timedelta(seconds=self._dice.between(0.2, 1.5)), self._world.as_of),
        }
        row = self._store(arrival, done | self._urgency(danger))
        if self._dice.chance(_REPEATED):  # a server that did not hear our yes sent it again
            again = at + timedelta(seconds=self._dice.between(40, 300))
            if again < self._world.as_of:
                self._payload(replace(arrival.raw, received_at=again), stored=0)
        return row

    def _urgency(self, danger: Danger | None) -> dict[str, object]:
        if danger is None:
            return {"priority": inbox.PRIORITY_NORMAL, "danger": None}
        return {"priority": inbox.PRIORITY_DANGER, "danger": seal(self._world.keyring, danger)}

    def _store(self, arrival: _Arrival, state: Mapping[str, object]) -> int:
        world, at = self._world, arrival.raw.received_at
        row: dict[str, object] = {
            "id": next(self._ids),
            "account_id": self._account,
            "event_hash": digest(arrival.event.event_key),
            "lane": lane_of(str(self._account), arrival.event.lane_key),
            "raw_id": self._payload(arrival.raw, stored=1),
            "event": world.keyring.seal(Purpose.RAW, wire.encode(arrival.event)),
            "received_at": at,
            "run_at": at,
            "priority": inbox.PRIORITY_NORMAL,
            "danger": None,
            "attempts": 0,
            "outcome": None,
            "error": None,
            "processed_at": None,
        }
        world.rows[tables.inbox].append(row | dict(state))
        return int(str(row["id"]))

    def _payload(self, raw: RawEvent, *, stored: int) -> object:
        payload_id = self._mint(raw.received_at)
        self._world.rows[tables.raw_payload].append(
            {
                "id": payload_id,
                "account_id": self._account,
                "received_at": raw.received_at,
                "events": 1,
                "stored": stored,
                "sealed": self._world.keyring.seal(Purpose.RAW, wire.encode_raw(raw)),
            }
        )
        return payload_id

    def _put_aside(self) -> None:
        """A mail that names no sender, and a whole one on which workers ended: replaying it makes a ticket."""
        at = self._world.as_of - timedelta(hours=19, minutes=7)
        raw = self._raw(_WITHOUT_SENDER, "", at=at)
        try:
            parse_mail(raw, address=self._address, domain=self._domain)
        except Malformed as fault:
            key = digest(_WITHOUT_SENDER.decode()).hex()
            text = _WITHOUT_SENDER.decode()
            self._quarantine(
                raw, Unreadable(key, f"unreadable|{key}", reason=str(fault), text=text), str(fault), tries=0
            )
        mail = EmailMessage(policy=SMTP)
        mail["From"] = "Marion Vidal <marion.vidal@courriel.example>"
        mail["To"] = self._address
        mail["Subject"] = "Photos de la facture"
        mail["Date"] = format_datetime(at + timedelta(hours=12))
        mail["Message-ID"] = "<b1f7c0de52@courriel.example>"
        mail.set_content(
            "Bonjour,\n\nVoici les photos de ma facture, en trois morceaux.\n\nMarion\n", cte="quoted-printable"
        )
        raw = self._raw(mail.as_bytes(), "marion.vidal@courriel.example", at=at + timedelta(hours=12))
        event = parse_mail(raw, address=self._address, domain=self._domain)
        reason = f"{inbox.MAX_DEATHS} workers ended while they worked on it"
        self._quarantine(raw, event, reason, tries=0)

    def _quarantine(self, raw: RawEvent, event: InboundEvent, reason: str, *, tries: int) -> None:
        row = self._store(_Arrival(raw, event), {"state": "quarantined", "error": reason, "attempts": tries})
        at = raw.received_at + timedelta(seconds=9)
        self._world.events.append(EventQuarantined(at=at, channel="email", inbox_id=row, reason=reason))


def _words(message: Message) -> str:
    names = (attachment.filename for attachment in message.attachments)
    return "\n\n".join(part for part in (message.subject or "", message.text, *names) if part)
