"""The demo's latest answers as mails in the embedded mailbox, where the people of the demo would read them."""

from pathlib import Path

from channels.email.compose import Letter, compose
from channels.email.render import is_address, subject_for
from channels.email.server import Delivery
from channels.port import OutboundMessage
from domain.message import Direction, Message
from hub.clock import FixedClock
from hub.demo.world import World
from hub.mailbox import Mailbox
from storage import tables

#: How many mails are put there.
COUNT = 24


def fill(world: World, folder: Path) -> int:
    """Put the latest answers into the mailbox of `folder`; returns how many. Nothing when mails are there already."""
    if folder.exists() and any(folder.glob("*.eml")):
        return 0
    addresses = {row["id"]: row["remote_address"] for row in world.rows[tables.conversation]}
    references = {row["id"]: row["reference"] for row in world.rows[tables.ticket]}
    answers = [
        new.message
        for new in world.messages
        if new.message.direction is Direction.OUT
        and new.message.provider_id
        and is_address(addresses[new.message.conversation_id])
    ]
    latest = sorted(answers, key=lambda message: (message.sent_at, message.id))[-COUNT:]
    for message in latest:
        to = addresses[message.conversation_id]
        letter = Letter(
            sender_name=message.author_name,
            sender=world.account.address,
            to=to,
            subject=subject_for(_outbound(message, to, references[message.ticket_id]), default=world.account.name),
            text=message.text,
            sent_at=message.sent_at,
            message_id=message.provider_id or "",
        )
        mailbox = Mailbox(folder, clock=FixedClock(message.sent_at))
        mailbox.keep(Delivery(compose(letter), world.account.address, (to,), "demo"))
    return len(latest)


def _outbound(message: Message, to: str, reference: str) -> OutboundMessage:
    return OutboundMessage(
        key=str(message.id),
        to=to,
        text=message.text,
        sent_at=message.sent_at,
        subject=message.subject,
        in_reply_to=message.provider_id,
        ticket_reference=reference,
    )
