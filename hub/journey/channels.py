"""The adapters of all accounts, by account: opened once, opened again when an account is new to this process."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from channels.port import Account, ChannelAdapter
from domain.ids import AccountId


class UnknownAccount(LookupError):  # noqa: N818 - named for what is missing
    """No account has this id: a wrong address in a provider's settings, or an account that was removed."""


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account with its adapter."""

    account: Account
    channel: ChannelAdapter


class Channels:
    """Every account of the hub with its adapter."""

    def __init__(self, accounts: Iterable[Account], *, opener: Callable[[Account], ChannelAdapter]) -> None:
        self._opener = opener
        self._open: dict[AccountId, OpenAccount] = {}
        self.replace(accounts)

    def replace(self, accounts: Iterable[Account]) -> None:
        """Take over accounts as they are now; adapters of unchanged ones stay."""
        kept = {account.id: self._kept(account) for account in accounts}
        self._open = kept

    def of(self, account_id: AccountId) -> OpenAccount:
        """The account and its adapter. Raises UnknownAccount."""
        try:
            return self._open[account_id]
        except KeyError:
            raise UnknownAccount(f"no account {account_id}: check the address that the provider calls") from None

    def everything(self) -> tuple[OpenAccount, ...]:
        """All of them."""
        return tuple(self._open.values())

    def by_id(self) -> Mapping[AccountId, OpenAccount]:
        """All of them, by id."""
        return dict(self._open)

    def _kept(self, account: Account) -> OpenAccount:
        before = self._open.get(account.id)
        if before is not None and before.account == account:
            return before
        return OpenAccount(account, self._opener(account))
