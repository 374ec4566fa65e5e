"""Whether the settings can be read."""

from pydantic import ValidationError

from hub.doctor.finding import Finding, Words, well, wrong
from hub.settings import Environment, Settings


def read_settings() -> tuple[Settings | None, Finding]:
    """The settings, when they can be read. No value is ever shown: it may be a secret."""
    try:
        settings = Settings()
    except ValidationError as error:
        return None, _unreadable("; ".join(_fault(one["loc"], one["msg"]) for one in error.errors()))
    except OSError as error:
        return None, _unreadable(f"{error.filename}: {error.strerror}")
    where = "production" if settings.environment is Environment.PRODUCTION else "local"
    return settings, well("settings", f"Réglages lisibles ({where})", f"Settings readable ({where})")


def _fault(place: tuple[int | str, ...], words: str) -> str:
    name = "".join(str(part) for part in place).upper()
    said = words.removeprefix("Value error, ")
    if not name:
        return said
    return f"{name if name.startswith('DATABASE_URL') else f'HUB_{name}'}: {said}"


def _unreadable(faults: str) -> Finding:
    return wrong(
        "settings",
        Words(f"Réglages illisibles : {faults}", f"Settings unreadable: {faults}"),
        do=Words(
            "Corrigez-les dans l’environnement ou dans .env (.env.example explique chacun)",
            "Mend them in the environment or in .env (.env.example explains each)",
        ),
    )
