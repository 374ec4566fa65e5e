"""The people of the programme: volunteers in 118 countries, their spouses and children, with the addresses they use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from domain.deadlines import months_later
from domain.ids import IdentityId, MemberId
from domain.member import Identity, Member, Rank, Scheme
from domain.triage import Language
from hub.demo.countries import City, Country, countries, spread
from hub.demo.dice import Dice, Minter
from hub.demo.names import Name, Names

#: Beneficiaries at migration (ruling 8), of whom so many are no volunteers.
BENEFICIARIES, SPOUSES, CHILDREN = 11_687, 190, 45
#: Volunteers in administrations (V.I.A), and the countries they serve in.
VIA, VIA_COUNTRIES = 123, 40
#: The volunteer whom the welcome text writes as.
LEA = "lea@mail.example"
_MONTHS, _MONTHS_WEIGHTS = (6, 9, 12, 15, 18, 21, 24), (6, 3, 36, 4, 17, 2, 32)
_SECOND_ADDRESS, _VERIFIED, _SECOND_VERIFIED = 0.07, 0.78, 0.4
_ENGLISH_AT_FIRST, _FRENCH_AFTER_ALL, _SPANISH_THERE = 0.04, 0.35, 0.08
_LARGE_ENOUGH_FOR_FAMILIES = 12


@dataclass(frozen=True, slots=True)
class Resident:
    """A beneficiary where they live, with their identities, the usual address first (none for a child)."""

    member: Member
    woman: bool
    country: Country
    city: City
    identities: tuple[Identity, ...]
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Household:
    """How many come along with one volunteer."""

    spouse: bool = False
    children: int = 0


class Registry:
    """Makes the residents of a day. Deterministic for its dice and minter."""

    def __init__(self, *, dice: Dice, minter: Minter, as_of: datetime) -> None:
        self._dice, self._mint, self._as_of = dice, minter, as_of
        self._names = Names(dice)
        self._names.reserve(LEA)

    def residents(self) -> list[Resident]:
        """Everybody, country by country."""
        made: list[Resident] = []
        households = self._households()
        for country in countries():
            for household in households[country.iso2]:
                made += self._household(country, household)
        return self._with_lea(self._with_via(made))

    def _households(self) -> Mapping[str, list[Household]]:
        """The volunteers of each country with whoever comes along; together they fill the country's figure."""
        counts = dict(spread(BENEFICIARIES))
        large = [iso2 for iso2, count in counts.items() if count >= _LARGE_ENOUGH_FOR_FAMILIES]
        weights = [counts[iso2] for iso2 in large]
        families: dict[str, list[Household]] = {iso2: [] for iso2 in counts}
        for household in _families(self._dice):
            families[self._dice.weighted(large, weights)].append(household)
        alone = {
            iso2: count - sum(1 + household.spouse + household.children for household in families[iso2])
            for iso2, count in counts.items()
        }
        return {iso2: families[iso2] + [Household()] * alone[iso2] for iso2 in counts}

    def _household(self, country: Country, household: Household) -> Iterator[Resident]:
        origin = self._names.origin()
        name = self._names.name(origin)
        city = self._dice.weighted(country.cities, [one.weight for one in country.cities])
        departure, end = self._mission()
        registered_at = self._registered(departure)
        volunteer = Member(
            id=MemberId(self._mint(registered_at)),
            rank=Rank.MEMBER,
            first_name=name.first,
            last_name=name.last,
            language=self._language(origin.language, country),
            country=country.iso2,
            time_zone=city.zone,
            scheme=Scheme.VIE,
            departure_date=departure,
            mission_end=end,
        )
        yield self._resident(volunteer, name, country, city, registered_at)
        if household.spouse:
            shared = name.last if self._dice.chance(0.45) else None
            spouse = self._names.name(self._names.origin(), last=shared, woman=not name.woman)
            yield self._dependant(Rank.SPOUSE, spouse, volunteer, country, city, registered_at)
        for _ in range(household.children):
            child = self._names.name(origin, last=name.last)
            yield self._dependant(Rank.CHILD, child, volunteer, country, city, registered_at)

    def _dependant(
        self, rank: Rank, name: Name, principal: Member, country: Country, city: City, registered_at: datetime
    ) -> Resident:
        member = Member(
            id=MemberId(self._mint(registered_at)),
            rank=rank,
            principal_id=principal.id,
            first_name=name.first,
            last_name=name.last,
            language=principal.language,
            country=principal.country,
            time_zone=principal.time_zone,
            departure_date=principal.departure_date,
            mission_end=principal.mission_end,
        )
        return self._resident(member, name, country, city, registered_at)

    def _resident(self, member: Member, name: Name, country: Country, city: City, registered_at: datetime) -> Resident:
        addresses: list[tuple[str, bool]] = []
        if member.rank is not Rank.CHILD:
            addresses.append((self._names.address(name), self._dice.chance(_VERIFIED)))
            if self._dice.chance(_SECOND_ADDRESS):
                addresses.append((self._names.address(name), self._dice.chance(_SECOND_VERIFIED)))
        identities = tuple(
            self._identity(member.id, address, verified, registered_at) for address, verified in addresses
        )
        return Resident(member, name.woman, country, city, identities, registered_at)

    def _identity(self, member_id: MemberId, address: str, verified: bool, registered_at: datetime) -> Identity:
        latest = max(registered_at + timedelta(minutes=5), min(registered_at + timedelta(days=25), self._as_of))
        verified_at = registered_at + (latest - registered_at) * self._dice.between(0.01, 1.0)
        return Identity(
            id=IdentityId(self._mint(registered_at)),
            channel="email",
            address=address,
            member_id=member_id,
            verified_at=verified_at if verified else None,
        )

    def _mission(self) -> tuple[date, date]:
        """Departure and end of a mission under way; some have just ended, some begin in the next weeks."""
        months = self._dice.weighted(_MONTHS, _MONTHS_WEIGHTS)
        elapsed = self._dice.between(-38, months * 30.4 + 12)
        day = (self._as_of - timedelta(days=elapsed)).date()
        if self._dice.chance(0.7):
            day = day.replace(day=1)
        elif self._dice.chance(0.5):
            day = day.replace(day=15)
        return day, months_later(day, months)

    def _registered(self, departure: date) -> datetime:
        """When Business France told us: about six weeks before the departure, at night, never in the future."""
        day = departure - timedelta(days=self._dice.whole(32, 55))
        latest = (self._as_of - timedelta(days=1)).date()
        at = time(2, self._dice.whole(0, 59), self._dice.whole(0, 59), tzinfo=UTC)
        return datetime.combine(min(day, latest), at)

    def _language(self, language: Language, country: Country) -> Language:
        if language is Language.FR and country.tongue == "es" and self._dice.chance(_SPANISH_THERE):
            return Language.ES
        if language is Language.FR and self._dice.chance(_ENGLISH_AT_FIRST):
            return Language.EN
        if language is Language.EN and self._dice.chance(_FRENCH_AFTER_ALL):
            return Language.FR
        return language

    def _with_via(self, residents: list[Resident]) -> list[Resident]:
        """The same people, some of the volunteers in administrations."""
        places = set(self._dice.some([country.iso2 for country in countries()], VIA_COUNTRIES))
        able = [
            number
            for number, one in enumerate(residents)
            if one.member.rank is Rank.MEMBER and one.country.iso2 in places
        ]
        for number in self._dice.some(able, VIA):
            one = residents[number]
            residents[number] = replace(one, member=replace(one.member, scheme=Scheme.VIA))
        return residents

    def _with_lea(self, residents: list[Resident]) -> list[Resident]:
        """Léa, who writes in the welcome text, is a French-speaking volunteer whom we know."""
        number = next(
            number
            for number, one in enumerate(residents)
            if one.country.iso2 == "SG"
            and one.woman
            and one.member.language is Language.FR
            and _in_post(one, self._as_of)
        )
        lea = residents[number]
        own = Identity(
            id=lea.identities[0].id,
            channel="email",
            address=LEA,
            member_id=lea.member.id,
            verified_at=lea.registered_at + timedelta(days=3),
        )
        residents[number] = replace(lea, member=replace(lea.member, first_name="Léa"), identities=(own,))
        return residents


def _families(dice: Dice) -> Iterator[Household]:
    """The households of more than one: every spouse, and the children with some of them."""
    with_children = CHILDREN * 7 // 10
    for number in range(SPOUSES):
        if number < with_children:
            yield Household(spouse=True, children=2 if number < CHILDREN - with_children else 1)
        else:
            yield Household(spouse=True)


def _in_post(resident: Resident, at: datetime) -> bool:
    member, day = resident.member, at.date()
    return bool(
        member.rank is Rank.MEMBER
        and member.departure_date
        and member.mission_end
        and member.departure_date + timedelta(days=60) < day < member.mission_end
    )
