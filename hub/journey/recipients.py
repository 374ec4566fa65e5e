"""Who may be written to. Outside production only those on the list: a copy of real data must not write to people."""

from dataclasses import dataclass

EVERYBODY = "*"


class NotAllowed(PermissionError):  # noqa: N818 - named for what it is
    """This person is not among the allowed recipients of this hub."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """Addresses and domains, lower case. `everybody`: there is no list."""

    allowed: frozenset[str]
    everybody: bool

    def require(self, address: str, *, channel: str) -> None:
        """Raise NotAllowed unless `address` may be written to."""
        own = address.strip().lower()
        if self.everybody or own in self.allowed or own.rpartition("@")[2] in self.allowed:
            return
        raise NotAllowed(
            f"This hub may not write to this {channel} address: it is not in HUB_ALLOWED_RECIPIENTS. Nothing was sent"
        )


def recipients(listed: str, *, production: bool) -> Recipients:
    """Read the setting: addresses or domains separated by commas; `*`, or production, is everybody."""
    words = frozenset(word.strip().lower() for word in listed.split(",") if word.strip())
    return Recipients(allowed=words - {EVERYBODY}, everybody=production or EVERYBODY in words)
