"""The tables. CHECK constraints repeat what the state machines of the domain promise."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.conversation import Mode
from domain.member import Rank, Scheme
from domain.message import Author, DeliveryState, Direction
from domain.permissions import Role
from domain.ticket import LinkRole, TicketState
from domain.triage import Language, MedicalLevel, Urgency
from storage.columns import Instant, Word, metadata, one_of

account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("address", String, nullable=False),
    Column("settings", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("kind", "address"),
)

user_account = Table(
    "user_account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("role", Word(Role), nullable=False),
    Column("password_hash", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    one_of("role", Role),
)

login_session = Table(
    "login_session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("user_id", Uuid, ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

member = Table(
    "member",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("rank", Word(Rank), nullable=False),
    Column("principal_id", Uuid, ForeignKey("member.id"), index=True),
    Column("first_name", String, nullable=False),
    Column("last_name", String, nullable=False),
    Column("language", Word(Language), nullable=False),
    Column("country", String(2), nullable=False),
    Column("time_zone", String, nullable=False),
    Column("scheme", Word(Scheme)),
    Column("departure_date", Date),
    Column("mission_end", Date),
    one_of("rank", Rank),
    CheckConstraint("(rank = 'member') = (principal_id IS NULL)", name="dependants_have_a_principal"),
)

identity = Table(
    "identity",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", String, nullable=False),
    Column("address", String, nullable=False),
    Column("member_id", Uuid, ForeignKey("member.id"), index=True),
    Column("verified_at", Instant),
    UniqueConstraint("channel", "address"),
    CheckConstraint("verified_at IS NULL OR member_id IS NOT NULL", name="verified_means_known"),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.id"), nullable=False),
    Column("remote_address", String, nullable=False),
    Column("threaded", Boolean, nullable=False),
    Column("member_id", Uuid, ForeignKey("member.id"), index=True),
    Column("language", Word(Language), nullable=False),
    Column("mode", Word(Mode), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_inbound_at", Instant),
    one_of("mode", Mode),
    Index("ix_conversation_remote", "account_id", "remote_address", unique=True, postgresql_where=text("NOT threaded")),
)

participant = Table(
    "participant",
    metadata,
    Column("conversation_id", Uuid, ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True),
    Column("address", String, primary_key=True),
)

ticket = Table(
    "ticket",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("reference", String, nullable=False, unique=True),
    Column("state", Word(TicketState), nullable=False),
    Column("kind", String, nullable=False),
    Column("risk", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("urgency", Word(Urgency), nullable=False),
    Column("medical", Word(MedicalLevel), nullable=False),
    Column("language", Word(Language), nullable=False),
    Column("title", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("member_id", Uuid, ForeignKey("member.id"), index=True),
    Column("assignee_id", Uuid, ForeignKey("user_account.id")),
    Column("opened_at", Instant, nullable=False),
    Column("first_message_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("first_response_at", Instant),
    Column("solved_at", Instant),
    Column("due_at", Instant),
    Column("reason", String, nullable=False),
    Column("matrix_version", String, nullable=False),
    one_of("state", TicketState),
    one_of("urgency", Urgency),
    one_of("medical", MedicalLevel),
    CheckConstraint("(state = 'solved') = (solved_at IS NOT NULL)", name="solved_has_a_time"),
    CheckConstraint("first_response_at >= first_message_at", name="answers_come_after"),
    CheckConstraint("state <> 'solved' OR due_at IS NULL", name="solved_is_not_due"),
    # In the order of every list: danger first, then the soonest due, then the oldest.
    Index(
        "ix_ticket_work",
        text("(urgency <> 'P1')"),
        text("coalesce(due_at, 'infinity'::timestamptz)"),
        "opened_at",
        "id",
        postgresql_where=text("state <> 'solved'"),
    ),
    Index("ix_ticket_owner", "owner", "state", postgresql_where=text("state <> 'solved'")),
    Index("ix_ticket_solved", "solved_at", "id", postgresql_where=text("state = 'solved'")),
)

ticket_conversation = Table(
    "ticket_conversation",
    metadata,
    Column("conversation_id", Uuid, ForeignKey("conversation.id"), primary_key=True),
    Column("ticket_id", Uuid, ForeignKey("ticket.id"), primary_key=True, index=True),
)

#: `ticket_id` was opened with a view on `other_id`, which its sender may not see (`may_belong_to`), or after it.
ticket_link = Table(
    "ticket_link",
    metadata,
    Column("ticket_id", Uuid, ForeignKey("ticket.id"), primary_key=True),
    Column("other_id", Uuid, ForeignKey("ticket.id"), primary_key=True, index=True),
    Column("role", Word(LinkRole), nullable=False),
    Column("created_at", Instant, nullable=False),
    one_of("role", LinkRole),
    CheckConstraint("ticket_id <> other_id", name="not_to_itself"),
)

clock = Table(
    "clock",
    metadata,
    Column("ticket_id", Uuid, ForeignKey("ticket.id"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("calendar", String, nullable=False),
    Column("target_minutes", Float, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("warning_at", Instant),
    Column("warned_at", Instant),
    Column("breached_at", Instant),
    Column("met_at", Instant),
    CheckConstraint("warning_at <= due_at", name="warned_before_due"),
    CheckConstraint("met_at >= started_at", name="met_after_start"),
    Index("ix_clock_warning", "warning_at", postgresql_where=text("met_at IS NULL AND warned_at IS NULL")),
    Index("ix_clock_due", "due_at", postgresql_where=text("met_at IS NULL AND breached_at IS NULL")),
)

message = Table(
    "message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, ForeignKey("conversation.id"), nullable=False),
    Column("ticket_id", Uuid, ForeignKey("ticket.id"), nullable=False),
    Column("account_id", Uuid, ForeignKey("account.id"), nullable=False),
    Column("direction", Word(Direction), nullable=False),
    Column("author", Word(Author), nullable=False),
    Column("author_name", String, nullable=False),
    Column("user_id", Uuid, ForeignKey("user_account.id")),
    Column("client_id", String),
    Column("provider_id", String),
    Column("provider_hash", LargeBinary),
    Column("inbox_id", BigInteger, unique=True),
    Column("subject", LargeBinary),
    Column("text", LargeBinary, nullable=False),
    Column("language", Word(Language), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    one_of("direction", Direction),
    one_of("author", Author),
    CheckConstraint("(direction = 'out') OR author IN ('member', 'automatic')", name="ours_are_outbound"),
    CheckConstraint("(author = 'human') = (user_id IS NOT NULL)", name="humans_sign"),
    CheckConstraint("direction = 'in' OR inbox_id IS NULL", name="ours_never_came_in"),
    Index("ix_message_ticket", "ticket_id", "id"),
    Index("ix_message_conversation", "conversation_id", "id"),
    Index("uq_message_client", "user_id", "client_id", unique=True, postgresql_where=text("client_id IS NOT NULL")),
    Index("ix_message_provider", "provider_hash", postgresql_where=text("provider_hash IS NOT NULL")),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("message_id", Uuid, ForeignKey("message.id"), nullable=False, index=True),
    Column("filename", LargeBinary, nullable=False),
    Column("content_type", String, nullable=False),
    Column("size", BigInteger, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("message_id", Uuid, ForeignKey("message.id"), nullable=False, unique=True),
    Column("account_id", Uuid, ForeignKey("account.id"), nullable=False),
    Column("conversation_id", Uuid, ForeignKey("conversation.id"), nullable=False),
    Column("to_address", String, nullable=False),
    Column("state", Word(DeliveryState), nullable=False),
    Column("next_step", SmallInteger, nullable=False, server_default="0"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("detail", String, nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    one_of("state", DeliveryState),
    CheckConstraint("next_step >= 0 AND attempts >= 0", name="counts"),
    Index("ix_delivery_unsettled", "created_at", postgresql_where=text("state IN ('queued', 'sending', 'uncertain')")),
)

attempt = Table(
    "attempt",
    metadata,
    Column("delivery_id", Uuid, ForeignKey("delivery.id"), primary_key=True),
    Column("step", SmallInteger, primary_key=True),
    Column("n", SmallInteger, primary_key=True),
    Column("key", String, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", String),
    Column("provider_id", String),
    Column("provider_hash", LargeBinary),
    Column("detail", String, nullable=False, server_default=""),
    CheckConstraint("(finished_at IS NULL) = (outcome IS NULL)", name="finished_has_an_outcome"),
    Index("ix_attempt_provider", "provider_hash", postgresql_where=text("provider_hash IS NOT NULL")),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("lane", BigInteger, nullable=False),
    Column("delivery_id", Uuid, ForeignKey("delivery.id"), nullable=False, unique=True),
    Column("priority", SmallInteger, nullable=False),
    Column("run_at", Instant, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("worker", Uuid),
    Column("lease_until", Instant),
    CheckConstraint("(worker IS NULL) = (lease_until IS NULL)", name="lease_has_a_holder"),
    Index("ix_outbox_lane", "lane", "id"),
    Index("ix_outbox_ready", "priority", "id", postgresql_where=text("worker IS NULL")),
)

raw_payload = Table(
    "raw_payload",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.id"), nullable=False),
    Column("received_at", Instant, nullable=False, index=True),
    Column("events", SmallInteger, nullable=False),
    Column("stored", SmallInteger, nullable=False),
    Column("sealed", LargeBinary),
    CheckConstraint("stored BETWEEN 0 AND events", name="stored_what_came"),
)

rejected_payload = Table(
    "rejected_payload",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.id"), nullable=False),
    Column("received_at", Instant, nullable=False, index=True),
    Column("reason", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.id"), nullable=False),
    Column("event_hash", LargeBinary, nullable=False),
    Column("lane", BigInteger, nullable=False),
    Column("raw_id", Uuid, ForeignKey("raw_payload.id"), nullable=False),
    Column("event", LargeBinary, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", String, nullable=False, server_default="new"),
    Column("priority", SmallInteger, nullable=False, server_default="5"),
    Column("danger", LargeBinary),
    Column("run_at", Instant, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("deaths", SmallInteger, nullable=False, server_default="0"),
    Column("worker", Uuid),
    Column("lease_until", Instant),
    Column("outcome", String),
    Column("error", String),
    Column("processed_at", Instant),
    UniqueConstraint("account_id", "event_hash"),
    CheckConstraint("state IN ('new', 'ready', 'claimed', 'done', 'quarantined')", name="state_word"),
    CheckConstraint("(state = 'claimed') = (lease_until IS NOT NULL)", name="claimed_has_a_lease"),
    CheckConstraint("(state = 'claimed') = (worker IS NOT NULL)", name="claimed_has_a_holder"),
    CheckConstraint("(state = 'done') = (processed_at IS NOT NULL)", name="done_has_a_time"),
    CheckConstraint("(state = 'done') = (outcome IS NOT NULL)", name="done_has_an_outcome"),
    CheckConstraint("state <> 'quarantined' OR error IS NOT NULL", name="quarantine_has_a_reason"),
    Index("ix_inbox_new", "id", postgresql_where=text("state = 'new'")),
    Index("ix_inbox_lane", "lane", "id", postgresql_where=text("state IN ('new', 'ready', 'claimed')")),
    Index("ix_inbox_ready", "priority", "id", postgresql_where=text("state = 'ready'")),
    Index("ix_inbox_lease", "lease_until", postgresql_where=text("state = 'claimed'")),
    Index("ix_inbox_quarantined", "id", postgresql_where=text("state = 'quarantined'")),
    Index("ix_inbox_received", "received_at"),
    Index("ix_inbox_raw", "raw_id"),
)

#: Partitioned by month of its UUIDv7 id; partitions are made by storage.event_log, not by tables.
event = Table(
    "event",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("position", BigInteger),
    Column("type", String, nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String, nullable=False),
    Column("ticket_id", Uuid),
    Column("conversation_id", Uuid),
    Column("message_id", Uuid),
    Column("member_id", Uuid),
    Column("call_id", Uuid),
    Column("data", JSONB, nullable=False),
    Index("ix_event_position", "position"),
    Index("ix_event_unplaced", "id", postgresql_where=text("position IS NULL")),
    Index("ix_event_ticket", "ticket_id", "id"),
    postgresql_partition_by="RANGE (id)",
)

relay = Table(
    "relay",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("placed", BigInteger, nullable=False),
    Column("published", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
    CheckConstraint("published <= placed", name="published_after_placed"),
)
