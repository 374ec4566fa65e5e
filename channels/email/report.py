"""Mails about mails: bounces and delays (RFC 3464), read receipts (RFC 8098), abuse reports (RFC 5965)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from channels.email.charsets import decode_text
from channels.email.headers import own_id
from channels.email.mime import Headers, Part, read_headers


class ReportSort(StrEnum):
    """What a report says."""

    FAILED = "bounce"
    DELAYED = "delay"
    DELIVERED = "delivery-receipt"
    RELAYED = "relay-notice"
    READ = "read-receipt"
    ABUSE = "abuse-report"


@dataclass(frozen=True, slots=True)
class Report:
    """`original_id` names the mail it is about, without brackets, empty when it does not say."""

    sort: ReportSort
    original_id: str
    reason: str


_BY_TYPE = {
    "message/disposition-notification": ReportSort.READ,
    "message/feedback-report": ReportSort.ABUSE,
}
_BY_ACTION = {
    "failed": ReportSort.FAILED,
    "delayed": ReportSort.DELAYED,
    "delivered": ReportSort.DELIVERED,
    "relayed": ReportSort.RELAYED,
    "expanded": ReportSort.RELAYED,
}
_MAX_REASON_CHARS = 500


def read_report(mail: Part) -> Report | None:
    """Read a mail as a report; None when it is none. Only the mail's own parts count, not those of enclosed ones."""
    for part in mail.leaves():
        if part.content_type in _BY_TYPE:
            return Report(_BY_TYPE[part.content_type], _original_id(mail), "")
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            groups = _groups(part)
            if (sort := _sort(groups)) is not None:
                return Report(sort, _original_id(mail), _reason(groups, sort))
    return None


def _groups(part: Part) -> list[Headers]:
    """The groups of fields of a delivery status: one about the mail, then one per recipient."""
    text = part.content[:100_000].replace(b"\r\n", b"\n")
    return [read_headers(group) for group in re.split(rb"\n[ \t]*\n", text)[:50]]


def _sort(groups: list[Headers]) -> ReportSort | None:
    """The gravest thing said about a recipient: one failure among several counts."""
    said = [sort for group in groups if (sort := _sort_of(group)) is not None]
    return next((sort for sort in ReportSort if sort in said), None)


def _sort_of(group: Headers) -> ReportSort | None:
    words = re.findall(r"[a-z]+", group.first("action").lower())
    if words and words[0] in _BY_ACTION:
        return _BY_ACTION[words[0]]
    status = group.first("status").strip()[:1]
    return {"5": ReportSort.FAILED, "4": ReportSort.DELAYED, "2": ReportSort.DELIVERED}.get(status)


def _reason(groups: list[Headers], sort: ReportSort) -> str:
    """The server's words about the first recipient concerned: status, recipient, diagnostic."""
    group = next(group for group in groups if _sort_of(group) is sort)
    values = (
        group.first("status"),
        group.first("final-recipient").rpartition(";")[2],
        group.first("diagnostic-code").partition(";")[2],
    )
    raw = " ".join(value.strip() for value in values if value.strip())
    return " ".join(decode_text(raw.encode("utf-8", "surrogateescape")).split())[:_MAX_REASON_CHARS]


def _original_id(mail: Part) -> str:
    enclosed = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers")
    for part in mail.leaves():
        if part.content_type in enclosed and (found := own_id(read_headers(part.content[:200_000]))):
            return found
        if part.content_type == "message/disposition-notification":
            asked = read_headers(part.content[:20_000]).first("original-message-id")
            if asked:
                return asked.strip(" <>")
    return ""
