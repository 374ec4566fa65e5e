"""The facts that a request turns on, the same in all its messages, written as the language writes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.deadlines import months_later
from domain.triage import Language
from hub.demo.askers import Asker
from hub.demo.dice import Dice
from hub.demo.names import Name, Names, slug
from hub.demo.texts import Tongue, expand

_MONTHS: Mapping[Language, tuple[str, ...]] = {
    Language.FR: (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    Language.EN: (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    Language.ES: (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
        "noviembre", "diciembre",
    ),
}  # fmt: skip
_NUMBERS: Mapping[Language, tuple[str, ...]] = {
    Language.FR: ("zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept"),
    Language.EN: ("no", "one", "two", "three", "four", "five", "six", "seven"),
    Language.ES: ("cero", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete"),
}
#: What hospitals are called, by the language of the country. Common saints and places: none is meant.
_HOUSES: Mapping[str, tuple[str, ...]] = {
    "fr": ("Saint-Michel", "Sainte-Claire", "des Tilleuls", "du Parc", "Saint-Vincent", "des Deux-Rives"),
    "en": ("Riverside", "St Brendan", "Lakeview", "Northgate", "St Clare", "Harbour"),
    "es": ("San Lucas", "Santa Isabel", "del Valle", "San Rafael", "Los Olivos"),
    "de": ("Nordpark", "St. Anna", "Rosengarten", "Am Stadtwald"),
    "it": ("San Lorenzo", "Villa Serena", "Santa Chiara"),
    "pt": ("Santa Clara", "São Lucas", "da Luz"),
    "xx": ("International", "Central", "Bluefield", "Crescent"),
}
#: Written as people write them; the others by their code.
_SIGNS: Mapping[str, str] = {"USD": "$", "GBP": "£"}
_NBSP = "\u00a0"
#: What French does not say before « un » and « une ».
_ELIDED = re.compile(r"\bde (?=une?\b)")
#: Where a sentence begins with a small letter.
_BEGINNING = re.compile(r"(\A[«“¿¡\s]*|[.!?…]\s+[«“¿¡]?\s*|\n[«“¿¡\s]*)([a-zà-öø-ÿœ])")
_LARGE_RATE, _HUGE_RATE = 20, 1000


@dataclass(frozen=True, slots=True)
class Facts:
    """The slots of one request, and how to write dates that are counted from a message's own day."""

    language: Language
    slots: Mapping[str, str]
    zone: ZoneInfo

    def fill(self, text: str, *, at: datetime, desk: Name, dice: Dice) -> str:
        """The text with its choices made and its slots filled, as written at an instant, to or by this desk."""
        day = at.astimezone(self.zone).date()
        moving = {f"in{days}": written_date(_working_days(day, days), self.language) for days in (2, 3, 5, 10)}
        signs = {"desk": desk.first, "de": "e" if desk.woman else "", "do": "a" if desk.woman else "o"}
        filled = expand(text, dice=dice).format_map({**self.slots, **moving, **signs})
        return _sentences(_ELIDED.sub("d’", filled) if self.language is Language.FR else filled)


def facts_of(asker: Asker, tongue: Tongue, *, at: datetime, names: Names, dice: Dice) -> Facts:
    """Throw the facts of a request made at an instant."""
    language, country = tongue.language, asker.country
    zone = ZoneInfo(asker.city.zone)
    today = at.astimezone(zone).date()
    # Nothing that is told of the mission lies before it.
    first = asker.departure + timedelta(days=2) if asker.departure < today - timedelta(days=3) else date.min
    day = max(today - timedelta(days=dice.whole(2, 9)), first)
    weeks = dice.whole(2, 5)
    before = max(today - timedelta(days=7 * weeks + dice.whole(0, 3)), first)
    soon, later = today + timedelta(days=dice.whole(7, 18)), today + timedelta(days=dice.whole(25, 60))
    amount, big, small = dice.between(28, 190), dice.whole(6, 48) * 100, dice.between(6, 24)
    care, care_short = dice.pick(tongue.words["care"]).split("|")
    exam, exam_short = dice.pick(tongue.words["exam"]).split("|")
    house, clinic = dice.some(_HOUSES[country.tongue], 2)
    partner, doctor = names.name(names.origin(), woman=not asker.name.woman), names.name(names.origin())

    def written(moment: date) -> str:
        return written_date(moment, language, today=today)

    def money(euros: float, *, local: bool = True, whole: bool = False) -> str:
        currency, rate = (country.currency, country.rate) if local else ("EUR", 1.0)
        return written_money(euros * rate, currency, rate=rate, language=language, whole=whole)

    slots = {
        "city": asker.city.names[language],
        "country": country.names[language],
        "country_up": country.names[language].upper(),
        "day": written(day),
        "day2": written(before),
        "weeks": _NUMBERS[language][weeks],
        "month": _MONTHS[language][before.month - 1],
        "soon": written(soon),
        "later": written(later),
        "departure": written(asker.departure),
        "end": written(asker.end),
        "effect": written(months_later(today.replace(day=1), 1)),
        "hour": _hour(dice.whole(8, 19), dice.pick((0, 0, 15, 30)), language),
        "amount": money(amount, local=False),
        "refund": money(amount * dice.pick((1.0, 1.0, 0.9, 0.8)), local=False),
        "local": money(amount),
        "small": money(small, local=False),
        "big": money(big, local=False, whole=True),
        "big_local": money(big, whole=True),
        "currency": country.currency,
        "care": care,
        "care_short": care_short,
        "exam": exam,
        "exam_short": exam_short,
        "sector": dice.pick(tongue.words["sector"]),
        "host": asker.host,
        "host_mail": f"{slug(asker.host)}.example",
        "name": asker.name.first,
        "full": asker.name.full,
        "family": dice.pick(("Novak", "Keller", "Santos", "Brandt", "Okafor", "Rossi", "Tanaka", "Weiss", "Silva")),
        "partner": partner.first,
        "child": dice.pick(("Jeanne", "Alma", "Lou", "Rose", "Inaya", "Mia", "Nina", "Iris", "Ava", "Sol")),
        "doctor_name": doctor.last,
        "doctor": {"fr": "docteur", "en": "Dr", "es": "doctor"}[language] + f" {doctor.last}",
        "n": str(dice.whole(2, 5)),
        "room": str(dice.whole(2, 4) * 100 + dice.whole(1, 40)),
        "phone": f"+33 6 39 98 {dice.whole(10, 99)} {dice.whole(10, 99)}",
        "claim": f"RB-{dice.whole(2_400_000, 2_899_999)}",
        "file": f"AS-{today:%y}-{dice.whole(10_000, 49_999)}",
        "contract": f"SC-{dice.whole(100_000, 189_999)}",
        "dde": f"{today:%y}-{dice.whole(10_000, 29_999)}",
        "civi": str(dice.whole(200_000, 289_999)),
        "police": f"{today.year}/{dice.whole(1_000, 29_999):06d}",
        "pir": f"{slug(asker.city.names[Language.EN])[:3].upper()}VF{dice.whole(10_000, 49_999)}",
        "flight": f"{dice.pick(('VF', 'QN', 'ZB'))} {dice.whole(100, 990)}",
        **_places(asker, language),
        **_houses(house, clinic, language),
        **_grammar(asker.name.woman, partner.woman),
    }
    return Facts(language, slots, zone)


def written_date(day: date, language: Language, *, today: date | None = None) -> str:
    """The date as in a letter; with its year when it is far from `today`."""
    month = _MONTHS[language][day.month - 1]
    if language is Language.ES:
        text, year = f"{day.day} de {month}", f" de {day.year}"
    else:
        number = "1er" if language is Language.FR and day.day == 1 else str(day.day)
        text, year = f"{number} {month}", f" {day.year}"
    far = today is not None and abs((day - today).days) > 150
    return text + year if far else text


def written_money(amount: float, currency: str, *, rate: float, language: Language, whole: bool) -> str:
    """An amount with its currency, rounded as bills are rounded there."""
    step = 1000 if rate >= _HUGE_RATE else 10 if rate >= _LARGE_RATE else 1
    decimals = 0 if whole or step > 1 else 2
    rounded = round(amount / step) * step if step > 1 else round(amount, decimals)
    number = f"{rounded:,.{decimals}f}"
    if language is Language.EN:
        return f"{_SIGNS[currency]}{number}" if currency in _SIGNS else f"{currency} {number}"
    thousands = _NBSP if language is Language.FR else "."
    number = number.replace(",", "\0").replace(".", ",").replace("\0", thousands)
    return f"{number}{_NBSP}{'€' if currency == 'EUR' else currency}"


def _working_days(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _hour(hour: int, minute: int, language: Language) -> str:
    if language is Language.FR:
        return f"{hour}{_NBSP}h" + (f"{_NBSP}{minute:02d}" if minute else "")
    if language is Language.EN:
        half = "am" if hour < 12 else "pm"
        return f"{(hour - 1) % 12 + 1}" + (f".{minute:02d} " if minute else " ") + half
    return f"{hour}:{minute:02d}"


def _places(asker: Asker, language: Language) -> Mapping[str, str]:
    city, country = asker.city.names[language], asker.country
    if language is Language.FR:
        at = f"au {city[3:]}" if city.startswith("Le ") else f"à {city}"
        return {"in_city": at, "to_city": at, "in_country": country.in_fr}
    if language is Language.EN:
        return {"in_city": f"in {city}", "to_city": f"to {city}", "in_country": f"in {country.names[language]}"}
    return {"in_city": f"en {city}", "to_city": f"a {city}", "in_country": f"en {country.names[language]}"}


def _houses(hospital: str, clinic: str, language: Language) -> Mapping[str, str]:
    if language is Language.FR:
        return {
            "hospital": f"l’hôpital {hospital}", "hospital_name": f"hôpital {hospital}", "clinic": f"clinique {clinic}",
        }  # fmt: skip
    hospital, clinic = (re.sub(r"^(des|du|da|del) ", "", house) for house in (hospital, clinic))
    if language is Language.EN:
        return {
            "hospital": f"{hospital} Hospital", "hospital_name": f"{hospital} Hospital", "clinic": f"{clinic} Clinic",
        }  # fmt: skip
    return {"hospital": f"Hospital {hospital}", "hospital_name": f"Hospital {hospital}", "clinic": f"Clínica {clinic}"}


def _grammar(woman: bool, partner_woman: bool) -> Mapping[str, str]:
    return {
        "e": "e" if woman else "",
        "o": "a" if woman else "o",
        "pe": "e" if partner_woman else "",
        "po": "a" if partner_woman else "o",
    }


def _sentences(text: str) -> str:
    """Each sentence and paragraph begins with a capital, whatever was filled in there."""
    return _BEGINNING.sub(lambda match: match[1] + match[2].upper(), text)
