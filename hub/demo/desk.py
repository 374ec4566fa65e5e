"""The accounts of the people who answer."""

import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher

from domain.ids import UserId, mint
from hub.demo.people import EVERYBODY, SIGN_INS, Person
from hub.demo.world import Colleague, World
from storage import tables
from storage.user.reads import UserRow

_HERE_FOR = timedelta(days=400)


def contribute(world: World) -> None:
    """Give everybody at the desk an account, unless they have one."""
    created_at = world.as_of - _HERE_FOR
    minted = world.minter("desk")
    made = []
    for person in EVERYBODY:
        user_id = UserId(minted(created_at))
        if person.email not in world.users:
            world.rows[tables.user_account].append(
                {
                    "id": user_id,
                    "email": person.email,
                    "name": person.name,
                    "role": person.role,
                    "password_hash": _hash(person),
                    "created_at": created_at,
                }
            )
        made.append(Colleague(world.users.get(person.email, user_id), person))
    world.colleagues = tuple(made)


def sign_ins(now: datetime) -> tuple[UserRow, ...]:
    """The three who may sign in, as accounts: for a hub that is wanted without a demo."""
    return tuple(
        UserRow(UserId(mint(now)), person.email, person.name, person.role, _hash(person)) for person in SIGN_INS
    )


def _hash(person: Person) -> str:
    """What is stored. A colleague's is of a password that is thrown away at once."""
    return PasswordHasher().hash(person.password or secrets.token_urlsafe(32))
