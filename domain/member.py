"""Members of the programme, as far as a conversation needs to know them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.ids import IdentityId, MemberId
from domain.triage import Language


class Rank(StrEnum):
    """A beneficiary's place in the household."""

    MEMBER = "member"
    SPOUSE = "spouse"
    CHILD = "child"


class Scheme(StrEnum):
    """The two volunteer statuses of Business France."""

    VIE = "vie"
    VIA = "via"


@dataclass(frozen=True, slots=True)
class Member:
    """A beneficiary. Dependants carry the id of their `principal`."""

    id: MemberId
    rank: Rank
    first_name: str
    last_name: str
    language: Language
    country: str
    time_zone: str
    scheme: Scheme | None = None
    principal_id: MemberId | None = None
    departure_date: date | None = None
    mission_end: date | None = None

    @property
    def full_name(self) -> str:
        """First and last name as the member would say it."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class Identity:
    """An address on a channel. Personal data is shown only to a verified one."""

    id: IdentityId
    channel: str
    address: str
    member_id: MemberId | None
    verified_at: datetime | None
