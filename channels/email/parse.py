"""A received mail as an event: a message, the fate of one of ours, or something else of a known sort."""

import hashlib
import json
from datetime import datetime

from channels.email.automatic import is_automatic
from channels.email.body import Body, read_body
from channels.email.headers import addresses, date_of, own_id, subject_of, tag_of, thread_of
from channels.email.mime import Headers, Part, read_mail
from channels.email.report import Report, ReportSort, read_report
from channels.email.sender import sender_of
from channels.port import InboundEvent, Malformed, MessageArrived, RawEvent, StatusChanged, Unrecognised
from domain.message import DeliveryState

#: Headers that our intake adds to the bytes: the envelope and who brought it.
ENVELOPE_FROM = "x-envelope-from"
ENVELOPE_TO = "x-envelope-to"
PEER = "x-peer"

_STATES = {ReportSort.FAILED: DeliveryState.FAILED, ReportSort.DELIVERED: DeliveryState.DELIVERED}
#: A mail that the hub itself wrote, come back by a rule or a list.
_OWN = "own_mail"
#: A subject that opens so is a forward: the headers and words below are what the sender wants read.
_FORWARDS = ("fwd:", "fw:", "tr:", "tr :", "rv:", "fwd :", "i:")


def parse_mail(event: RawEvent, *, address: str, domain: str) -> InboundEvent:
    """Read one mail sent to `address`; ids of our own mails end in `domain`.

    Pure; the same bytes give the same event. Raises Malformed when no sender can be told, and nothing else.
    """
    mail = read_mail(event.body)
    report = read_report(mail)
    name, sender = _sender(mail.headers, event, report)
    body = read_body(mail)
    key = _event_key(mail, sender, body)
    lane = f"{address}|{sender}"
    sent_at = date_of(mail.headers, received_at=event.received_at)
    if report is not None:
        return _about(report, key=key, lane=lane, at=sent_at, domain=domain)
    if sender == address and own_id(mail.headers).lower().endswith(f"@{domain}"):
        return Unrecognised(key, lane, sort=_OWN)
    return _message(mail, body, event, key=key, lane=lane, sender=(name, sender), sent_at=sent_at, address=address)


def _sender(headers: Headers, event: RawEvent, report: Report | None) -> tuple[str, str]:
    found = sender_of(headers, envelope_from=event.headers.get(ENVELOPE_FROM))
    if found is not None:
        return found
    if report is not None:  # some servers sign their reports with a bare name
        return ("", "mailer-daemon")
    raise Malformed(
        f"No sender in a mail of {len(event.body)} bytes: neither From, Sender, Return-Path nor the envelope "
        "holds an address. The bytes are kept; open the source to see what arrived"
    )


def _event_key(mail: Part, sender: str, body: Body) -> str:
    """The same mail through two mailboxes has the same key; another mail with a reused Message-ID has not."""
    content = hashlib.sha256("\n".join(line.rstrip() for line in body.text.split("\n")).encode())
    for attachment in body.attachments:
        content.update(hashlib.sha256(attachment.content).digest())
    date = " ".join(mail.headers.first("date").split())
    told = (own_id(mail.headers), date, sender, content.hexdigest())
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _about(report: Report, *, key: str, lane: str, at: datetime, domain: str) -> InboundEvent:
    state = _STATES.get(report.sort)
    if state is None or not report.original_id.lower().endswith(f"@{domain}"):
        return Unrecognised(key, lane, sort=report.sort.value)
    return StatusChanged(key, lane, message_id=report.original_id, state=state, at=at, reason=report.reason)


def _message(
    mail: Part,
    body: Body,
    event: RawEvent,
    *,
    key: str,
    lane: str,
    sender: tuple[str, str],
    sent_at: datetime,
    address: str,
) -> MessageArrived:
    headers = mail.headers
    subject = subject_of(headers)
    forwarded = (subject or "").lower().startswith(_FORWARDS)
    others = (sender[1], *(found for _, found in addresses(headers, "to", "cc")))
    return MessageArrived(
        event_key=key,
        lane_key=lane,
        message_id=own_id(headers) or f"{key[:32]}@missing.invalid",
        sender=sender[1],
        text=body.text if forwarded else body.new_text,
        sent_at=sent_at,
        sender_name=sender[0],
        subject=subject,
        participants=tuple(dict.fromkeys(other for other in others if not _is_ours(other, address))),
        thread=thread_of(headers),
        tag=tag_of(subject),
        automatic=is_automatic(headers, sender=sender[1], envelope_from=event.headers.get(ENVELOPE_FROM)),
        attachments=body.attachments,
    )


def _is_ours(other: str, address: str) -> bool:
    """Our address, with or without a `+detail`."""
    local, _, domain = other.partition("@")
    return f"{local.partition('+')[0]}@{domain}" == address or other == address
