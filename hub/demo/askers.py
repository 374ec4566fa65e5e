"""Who writes to us: mostly volunteers, now and then a clinic, a company, a parent or somebody lost."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.ids import MemberId
from domain.member import Identity, Rank
from domain.triage import Language
from hub.demo.countries import City, Country
from hub.demo.dice import Dice
from hub.demo.names import Name, Names, slug
from hub.demo.residents import LEA, Resident
from hub.demo.texts import Demand

#: Fictional firms that host volunteers.
HOSTS = (
    "Solvenia", "Hexalis", "Novétude", "Brévane", "Aquiline Industrie", "Marelia", "Tessandre", "Orphéon Énergies",
    "Valcourt & Fils", "Cadrin Systèmes", "Lumivert", "Pélican Logistique", "Argelline", "Nordalp", "Sévane Santé",
    "Clairbois", "Ateliers Dorval", "Quintessa", "Mérivale", "Octaline",
)  # fmt: skip
_BEFORE, _ENDING, _ENDED = timedelta(days=45), timedelta(days=70), timedelta(days=60)
_FROM_ELSEWHERE = 0.03
_TRIES = 400


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who writes: as they sign, from which address. `resident`: whom it is about, when we can tell.

    member_id is None when the address is not known to be a member's. Dates are those of the mission spoken of.
    """

    name: Name
    shown: str
    address: str
    member_id: MemberId | None
    country: Country
    city: City
    departure: date
    end: date
    host: str
    resident: Resident | None = None
    new_identity: bool = False


class Askers:
    """Finds or makes an asker for a demand on a day."""

    def __init__(self, residents: list[Resident], *, dice: Dice) -> None:
        self._dice = dice
        self._names = Names(dice)
        self._makers: Mapping[str, Callable[[Resident, datetime], Asker]] = {
            "clinic": self._clinic,
            "company": self._company,
            "bf": self._business_france,
            "parent": self._parent,
            "candidate": self._candidate,
            "stranger": self._candidate,
        }
        self._by_place: dict[tuple[Language, str], list[Resident]] = defaultdict(list)
        for one in residents:
            if one.member.rank is not Rank.CHILD and one.identities[0].address != LEA:
                self._by_place[one.member.language, ""].append(one)
                self._by_place[one.member.language, one.country.iso2].append(one)
            for identity in one.identities:
                self._names.reserve(identity.address)

    def find(self, demand: Demand, language: Language, *, day: datetime) -> Asker | None:
        """Somebody of that language with such a demand on that day; None when there is nobody."""
        places = [(language, iso2) for iso2 in sorted(demand.countries) or ("",)]
        able = [one for place in places for one in self._by_place[place]]
        for _ in range(_TRIES if able else 0):
            resident = self._dice.pick(able)
            if resident.member.rank is Rank.MEMBER and _stands(resident, demand.phase, day.date()):
                maker = self._makers.get(demand.asker)
                return self.member(resident) if maker is None else maker(resident, day)
        return None

    def member(self, resident: Resident) -> Asker:
        """A volunteer, from an address of theirs; rarely from one that we do not know."""
        identity: Identity = self._dice.pick(resident.identities)
        name = Name(resident.member.first_name, resident.member.last_name, resident.woman)
        unknown = self._dice.chance(_FROM_ELSEWHERE)
        address = self._names.address(name) if unknown else identity.address
        return self._asker(
            resident, name, name.full, address, member_id=None if unknown else resident.member.id, new=unknown
        )

    def _parent(self, resident: Resident, _day: datetime) -> Asker:
        name = self._names.name(self._names.origin(), last=resident.member.last_name)
        return self._asker(resident, name, name.full, self._names.address(name))

    def _clinic(self, resident: Resident, _day: datetime) -> Asker:
        name = self._names.name(self._names.origin())
        address = self._names.address(name, domain="clinic-billing.example")
        return self._asker(resident, name, "Billing office", address)

    def _company(self, resident: Resident, _day: datetime) -> Asker:
        name = self._names.name(self._names.origin())
        host = self._dice.pick(HOSTS)
        address = self._names.address(name, domain=f"{slug(host)}.example")
        return self._asker(resident, name, f"{name.full} ({host})", address, host=host)

    def _business_france(self, resident: Resident, _day: datetime) -> Asker:
        name = self._names.name(self._names.origin())
        return self._asker(resident, name, name.full, self._names.address(name, domain="service-vi.example"))

    def _candidate(self, resident: Resident, _day: datetime) -> Asker:
        name = self._names.name(self._names.origin())
        return self._asker(resident, name, name.full, self._names.address(name))

    def _asker(
        self,
        about: Resident,
        name: Name,
        shown: str,
        address: str,
        *,
        member_id: MemberId | None = None,
        new: bool = True,
        host: str | None = None,
    ) -> Asker:
        departure, end = about.member.departure_date, about.member.mission_end
        if departure is None or end is None:
            raise ValueError(f"the volunteer {about.member.id} has no mission")
        return Asker(
            name=name,
            shown=shown,
            address=address,
            member_id=member_id,
            country=about.country,
            city=about.city,
            departure=departure,
            end=end,
            host=host or self._dice.pick(HOSTS),
            resident=about if member_id or new else None,
            new_identity=new,
        )


def _stands(resident: Resident, phase: str, day: date) -> bool:
    departure, end = resident.member.departure_date, resident.member.mission_end
    if departure is None or end is None:
        return False
    match phase:
        case "before":
            return departure - _BEFORE < day < departure
        case "ending":
            return end - _ENDING < day < end and departure < day
        case "ended":
            return end < day < end + _ENDED
        case _:
            return departure < day < end
