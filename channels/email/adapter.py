"""The e-mail channel of one account."""

from contextlib import AbstractAsyncContextManager
from typing import ClassVar

from channels.email.intake import listening
from channels.email.parse import parse_mail
from channels.email.render import MAX_TEXT_CHARS, render_mail
from channels.email.send import send_mail
from channels.email.server import Limits
from channels.email.settings import SmtpServer, domain_of, smtp_of
from channels.port import (
    Accept,
    Account,
    InboundEvent,
    OutboundMessage,
    RawEvent,
    SendReceipt,
    SendRetryable,
    WireCall,
)
from domain.channel import Capabilities, ChannelKind, Feature
from domain.clock import Clock


class EmailChannel:
    """Receives by SMTP or LMTP, sends by SMTP. The keys of `account.settings` are those of `settings.py`."""

    kind: ClassVar[ChannelKind] = ChannelKind.EMAIL
    capabilities: ClassVar[Capabilities] = Capabilities(
        features=frozenset({Feature.ATTACHMENTS, Feature.SUBJECT, Feature.DELIVERY_RECEIPTS}),
        max_text_chars=MAX_TEXT_CHARS,
        honours_key=False,  # SMTP has no key: a repeat arrives twice, recognisable by its Message-ID
        threaded=True,
    )

    def __init__(
        self, account: Account, *, clock: Clock, smtp: SmtpServer | None = None, limits: Limits | None = None
    ) -> None:
        """`smtp` stands in for the account's own sending server. Raises SettingInvalid."""
        self._account = account
        self._clock = clock
        self._smtp = smtp or smtp_of(account)
        self._limits = limits or Limits()
        self._address = account.address.lower()
        self._domain = domain_of(account)

    def verify(self, event: RawEvent) -> None:
        """A mail proves nothing of its sender: every one is let in, and identity is not taken from it."""

    def parse(self, event: RawEvent) -> tuple[InboundEvent, ...]:
        """Read one mail as one event. Pure. Raises Malformed."""
        return (parse_mail(event, address=self._address, domain=self._domain),)

    def render(self, message: OutboundMessage) -> tuple[WireCall, ...]:
        """Write the one mail that carries the message. Pure. Raises Unsupported."""
        return (render_mail(message, account=self._account, domain=self._domain),)

    async def send(self, call: WireCall) -> SendReceipt:
        """Hand one mail to the sending server. Raises SendError."""
        if self._smtp is None:
            raise SendRetryable(f"The account {self._account.name} has no sending server: give it smtp_host")
        return await send_mail(call, sender=self._address, server=self._smtp, helo=self._domain)

    def listen(self, accept: Accept) -> AbstractAsyncContextManager[str]:
        """Take mail while the context is open. Raises OSError when it cannot listen."""
        return listening(self._account, accept, clock=self._clock, limits=self._limits)
