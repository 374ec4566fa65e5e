"""Every kind of channel can be opened."""

from uuid import UUID

import pytest

from channels.port import Account
from channels.registry import CHANNELS, open_channel
from domain.channel import ChannelKind
from domain.ids import AccountId
from hub.clock import SystemClock


class TestTheRegistry:
    def test_knows_every_kind(self) -> None:
        assert set(CHANNELS) == set(ChannelKind)

    @pytest.mark.parametrize("kind", ChannelKind)
    def test_opens_an_adapter_of_the_accounts_kind(self, kind: ChannelKind) -> None:
        account = Account(AccountId(UUID(int=1)), kind, "Essai", "assistance@hub.example")
        assert open_channel(account, clock=SystemClock()).kind is kind
