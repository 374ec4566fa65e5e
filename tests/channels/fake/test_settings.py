"""What a fake account may say, and what it is told when it says something else."""

import pytest

from channels.fake.adapter import FakeChannel
from channels.fake.settings import FakeSettings, ProviderAddress, SettingInvalid, settings_of
from channels.port import AskableChannel
from tests.channels.fake.accounts import a_channel, an_account


class TestAnAccount:
    def test_that_says_nothing_cannot_send_and_proves_nothing(self) -> None:
        settings = settings_of(an_account({"secret": ""}))
        assert settings == FakeSettings(None, None, honours_key=True, askable=False, timeout_seconds=10.0)

    def test_may_say_everything(self) -> None:
        said = {"url": "http://p.example/calls", "honours_key": "false", "askable": "true", "timeout_seconds": "0.5"}
        assert settings_of(an_account({**said, "secret": "s"})) == FakeSettings(
            ProviderAddress("p.example", 80, "/calls"), "s", honours_key=False, askable=True, timeout_seconds=0.5
        )

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("url", "https://p.example/"),
            ("url", "http://"),
            ("url", "http://p.example:99999/"),
            ("url", "http://[::1/"),
            ("url", "http://p.example/?key=1"),
            ("url", "http://p.example/\r\nx: y"),
            ("honours_key", "yes"),
            ("askable", "1"),
            ("timeout_seconds", "0"),
            ("timeout_seconds", "nan"),
            ("timeout_seconds", "soon"),
        ],
    )
    def test_hears_which_setting_is_wrong_and_what_it_may_be(self, name: str, value: str) -> None:
        with pytest.raises(SettingInvalid, match=f"^{name} is .*: give"):
            FakeChannel(an_account({name: value}))


class TestAProviderThatCanDoLess:
    def test_is_told_by_the_capabilities_of_its_account_alone(self) -> None:
        assert not a_channel(honours_key="false").capabilities.honours_key
        assert a_channel().capabilities.honours_key
        assert FakeChannel.capabilities.honours_key

    def test_cannot_be_asked_unless_the_account_says_so(self) -> None:
        assert isinstance(a_channel(askable="true"), AskableChannel)
        assert not isinstance(a_channel(), AskableChannel)
