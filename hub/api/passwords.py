"""Checking passwords: slow on purpose, never on the event loop, and as slow for an address that nobody has."""

import asyncio
import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: Each check takes tens of megabytes and milliseconds of a core.
AT_ONCE = 2


class Passwords:
    """Compares passwords with what is kept of them."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def match(self, password: str, *, kept: str | None) -> bool:
        """Whether this is the password that `kept` was made from; for None, no after the same time."""
        async with self._turns:
            return await asyncio.to_thread(self._match, password, kept)

    def _match(self, password: str, kept: str | None) -> bool:
        try:
            return self._hasher.verify(kept or self._nobodys, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_hex(16))
