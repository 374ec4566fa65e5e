"""The French public holidays, from the `holidays` package: the domain takes them as data (ruling 28)."""

from collections.abc import Iterable
from datetime import date

from holidays import country_holidays


def french_holidays(years: Iterable[int]) -> frozenset[date]:
    """The public holidays of mainland France in these years, without those of Alsace-Moselle alone."""
    return frozenset(country_holidays("FR", years=years))
