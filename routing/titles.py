"""What a ticket is called where anybody may read it: neutral words for the risk, never what happened."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from domain.triage import Language, Risk


def title(risk: Risk, language: Language) -> str:
    """The neutral title of a risk; French where we do not answer in the language. Raises KeyError: unknown risk."""
    titles = _titles()[risk]
    return titles.get(language, titles[Language.FR])


@cache
def _titles() -> Mapping[str, Mapping[str, str]]:
    source = resources.files(__package__) / "data" / "titles.toml"
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(source.read_text(encoding="utf-8"))["titles"]
    return found
