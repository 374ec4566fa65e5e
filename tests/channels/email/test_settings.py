"""What an account may say, and what it is told when it says something else."""

import pytest

from channels.email.intake import is_ours
from channels.email.settings import (
    IntakeAddress,
    Protocol,
    Security,
    SettingInvalid,
    SmtpServer,
    domain_of,
    intake_of,
    smtp_of,
)
from tests.channels.email.mails import an_account


class TestAnAccount:
    def test_that_says_nothing_listens_on_loopback_and_cannot_send(self) -> None:
        assert intake_of(an_account()) == IntakeAddress("127.0.0.1", 0, Protocol.SMTP)
        assert smtp_of(an_account()) is None
        assert domain_of(an_account()) == "hub.example"

    def test_may_say_everything(self) -> None:
        account = an_account(
            {
                "domain": "Ids.Example",
                "intake_host": "0.0.0.0",
                "intake_port": "24",
                "intake_protocol": "lmtp",
                "smtp_host": "mx.example",
                "smtp_port": "465",
                "smtp_tls": "tls",
                "smtp_user": "hub",
                "smtp_password": "motdepasse",
            }
        )
        assert intake_of(account) == IntakeAddress("0.0.0.0", 24, Protocol.LMTP)
        assert smtp_of(account) == SmtpServer("mx.example", 465, Security.TLS, "hub", "motdepasse")
        assert domain_of(account) == "ids.example"
        assert is_ours("x@ids.example", account=account)
        assert is_ours("assistance@hub.example", account=account)
        assert not is_ours("x@hub.example", account=account)

    @pytest.mark.parametrize("local", ["victim%elsewhere.example", "elsewhere.example!victim", "a!b%c"])
    def test_takes_no_recipient_that_hides_another(self, local: str) -> None:
        assert not is_ours(f"{local}@hub.example", account=an_account())

    def test_takes_mail_for_its_postmaster(self) -> None:
        assert is_ours("postmaster", account=an_account())
        assert not is_ours("webmaster", account=an_account())
        assert not is_ours("postmaster@elsewhere.example", account=an_account())

    @pytest.mark.parametrize(
        ("name", "value"),
        [("intake_port", "70000"), ("intake_port", "-1"), ("intake_protocol", "http"), ("smtp_tls", "ssl")],
    )
    def test_hears_which_setting_is_wrong_and_what_it_may_be(self, name: str, value: str) -> None:
        account = an_account({"smtp_host": "mx.example", name: value})
        read = intake_of if name.startswith("intake") else smtp_of
        with pytest.raises(SettingInvalid, match=f"{name} is '{value}': give"):
            read(account)
