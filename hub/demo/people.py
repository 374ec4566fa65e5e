"""The people who answer in the demo: three who may sign in, and their colleagues, whose passwords nobody knows."""

from dataclasses import dataclass

from domain.permissions import Role
from domain.triage import Language
from hub.demo.names import Name


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a desk. `password` is printed at each start, and empty for a colleague; `share` of the work."""

    label: str
    email: str
    name: str
    role: Role
    woman: bool
    languages: tuple[Language, ...]
    share: float
    password: str = ""

    @property
    def spoken(self) -> Name:
        """The name in its parts: answers are signed with the first."""
        first, _, last = self.name.partition(" ")
        return Name(first, last, self.woman)


_FR, _EN, _ES = Language.FR, Language.EN, Language.ES

#: Who may sign in. Never used in production.
SIGN_INS = (
    Person(
        "Conseillère · Agent",
        "agent@vi-hub.example",
        "Agathe Morel",
        Role.ADVISER,
        True,
        (_FR, _EN, _ES),
        3,
        "demo-agent",
    ),
    Person(
        "Conseillère santé · Medical",
        "medical@vi-hub.example",
        "Inès Belkacem",
        Role.MEDICAL,
        True,
        (_FR, _EN, _ES),
        3,
        "demo-medical",
    ),
    Person(
        "Responsable · Manager",
        "manager@vi-hub.example",
        "Marc Delaunay",
        Role.ADMINISTRATOR,
        False,
        (_FR, _EN),
        0.4,
        "demo-manager",
    ),
)
COLLEAGUES = (
    Person("", "theo.lambert@vi-hub.example", "Théo Lambert", Role.ADVISER, False, (_FR, _EN), 2),
    Person("", "elise.garnier@vi-hub.example", "Élise Garnier", Role.ADVISER, True, (_FR,), 2),
    Person("", "hugo.perrin@vi-hub.example", "Hugo Perrin", Role.ADVISER, False, (_FR, _EN), 2),
    Person("", "nadia.cherif@vi-hub.example", "Nadia Cherif", Role.ADVISER, True, (_FR, _EN), 2),
    Person("", "lucia.navarro@vi-hub.example", "Lucía Navarro", Role.ADVISER, True, (_ES, _FR, _EN), 2),
    Person("", "daniel.walsh@vi-hub.example", "Daniel Walsh", Role.ADVISER, False, (_EN, _FR), 2),
    Person("", "paul.vasseur@vi-hub.example", "Paul Vasseur", Role.MEDICAL, False, (_FR, _EN), 2),
)
EVERYBODY = SIGN_INS + COLLEAGUES
