"""Where the people of the demo live."""

from importlib import resources

from domain.triage import Language
from hub.demo.countries import countries, spread
from hub.demo.residents import BENEFICIARIES

#: December 2024, the ten largest (ruling 8).
LARGEST = {
    "BE": 1559, "US": 1448, "DE": 996, "ES": 907, "CA": 891, "IT": 401, "LU": 385, "AU": 298, "GB": 288, "JP": 245,
}  # fmt: skip


def zones_by_country() -> dict[str, set[str]]:
    """The zones of each country by the zone database itself."""
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            iso2, _, zone, *_ = line.split("\t")
            found.setdefault(iso2, set()).add(zone)
    return found


class TestTheCountries:
    def test_are_118(self) -> None:
        assert len({country.iso2 for country in countries()}) == len(countries()) == 118

    def test_hold_every_beneficiary_and_the_ten_largest_their_figures(self) -> None:
        shares = spread(BENEFICIARIES)
        assert sum(shares.values()) == BENEFICIARIES
        assert {iso2: shares[iso2] for iso2 in LARGEST} == LARGEST
        assert sorted(shares.values())[-10:] == sorted(LARGEST.values())
        assert min(shares.values()) > 0

    def test_have_cities_in_their_own_time_zones(self) -> None:
        zones = zones_by_country()
        wrong = [
            (country.iso2, city.zone)
            for country in countries()
            for city in country.cities
            if city.zone not in zones[country.iso2]
        ]
        assert wrong == []

    def test_with_several_zones_have_cities_in_several(self) -> None:
        large = {"US", "CA", "AU", "BR", "MX", "ID", "ES", "PT", "CL", "KZ"}
        assert all(len({city.zone for city in one.cities}) > 1 for one in countries() if one.iso2 in large)

    def test_are_named_in_three_languages(self) -> None:
        belgium = countries()[0]
        assert belgium.in_fr == "en Belgique"
        assert [belgium.names[one] for one in (Language.FR, Language.EN, Language.ES)] == [
            "Belgique", "Belgium", "Bélgica",
        ]  # fmt: skip
