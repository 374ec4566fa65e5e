"""Every channel by its kind: the one list to extend when a channel is added."""

from collections.abc import Callable

from channels.email.adapter import EmailChannel
from channels.fake.adapter import FakeChannel
from channels.port import Account, ChannelAdapter
from domain.channel import ChannelKind
from domain.clock import Clock

#: Makes the adapter of one account. The clock is for what the channel hears by itself.
ChannelFactory = Callable[[Account, Clock], ChannelAdapter]


def _email(account: Account, clock: Clock) -> ChannelAdapter:
    return EmailChannel(account, clock=clock)


def _fake(account: Account, _clock: Clock) -> ChannelAdapter:
    return FakeChannel(account)


CHANNELS: dict[ChannelKind, ChannelFactory] = {
    ChannelKind.EMAIL: _email,
    ChannelKind.FAKE: _fake,
}


def open_channel(account: Account, *, clock: Clock) -> ChannelAdapter:
    """The adapter of this account. Raises what the channel raises on settings that it cannot use."""
    return CHANNELS[account.kind](account, clock)
