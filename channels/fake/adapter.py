"""The fake channel of one account: a whole channel that speaks to a provider of our own."""

from dataclasses import replace
from typing import ClassVar

from channels.fake.parse import parse_webhook
from channels.fake.render import MAX_TEXT_CHARS, render_message
from channels.fake.send import find_call, send_call
from channels.fake.settings import ProviderAddress, settings_of
from channels.fake.signature import HEADER, proves
from channels.port import (
    Account,
    InboundEvent,
    OutboundMessage,
    RawEvent,
    SendReceipt,
    SendRetryable,
    SignatureInvalid,
    WireCall,
)
from domain.channel import Capabilities, ChannelKind, Feature


class FakeChannel:
    """Receives signed webhooks, sends by HTTP. The keys of `account.settings` are those of `settings.py`.

    An account with `askable` is an AskableChannel; one whose provider does not honour keys says so in its own
    `capabilities`, so that every road of a delivery can be travelled.
    """

    kind: ClassVar[ChannelKind] = ChannelKind.FAKE
    capabilities: ClassVar[Capabilities] = Capabilities(
        features=frozenset({Feature.ATTACHMENTS, Feature.DELIVERY_RECEIPTS, Feature.READ_RECEIPTS}),
        max_text_chars=MAX_TEXT_CHARS,
        honours_key=True,
    )

    def __init__(self, account: Account) -> None:
        """Raises SettingInvalid."""
        self._account = account
        self._settings = settings_of(account)
        if not self._settings.honours_key:
            # The port declares capabilities for the class; this account's provider can do less.
            vars(self)["capabilities"] = replace(self.capabilities, honours_key=False)
        if self._settings.askable:
            self.find = self._find  # only then is this an AskableChannel

    def verify(self, event: RawEvent) -> None:
        """Check the signature over the body. Pure. Raises SignatureInvalid."""
        if self._settings.secret is None:
            raise SignatureInvalid(f"The account {self._account.name} has no secret: give it the provider's")
        signature = event.headers.get(HEADER)
        if signature is None:
            raise SignatureInvalid(f"There is no {HEADER} on a webhook to {self._account.name}")
        if not proves(signature, body=event.body, secret=self._settings.secret):
            raise SignatureInvalid(f"The {HEADER} on a webhook to {self._account.name} was not made with its secret")

    def parse(self, event: RawEvent) -> tuple[InboundEvent, ...]:
        """Read the events of one webhook. Pure. Raises Malformed."""
        return parse_webhook(event, address=self._account.address)

    def render(self, message: OutboundMessage) -> tuple[WireCall, ...]:
        """Write the calls that carry the message. Pure. Raises Unsupported."""
        return render_message(message)

    async def send(self, call: WireCall) -> SendReceipt:
        """Make one call to the provider. Raises SendError."""
        return await send_call(call, provider=self._provider(), timeout_seconds=self._settings.timeout_seconds)

    async def _find(self, key: str) -> SendReceipt | None:
        """Ask the provider what became of a call. Raises SendRetryable."""
        return await find_call(key, provider=self._provider(), timeout_seconds=self._settings.timeout_seconds)

    def _provider(self) -> ProviderAddress:
        if self._settings.provider is None:
            raise SendRetryable(f"The account {self._account.name} has no provider: give it url")
        return self._settings.provider
