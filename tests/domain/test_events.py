"""The catalogue of events: complete for the KPI dictionary, and frozen.

`event_catalogue.json` is the shape that was promised to the log. An event that needs another meaning takes a new
`version`; a new field has a default, so that what is stored can still be read.
"""

import json
import pkgutil
from dataclasses import MISSING, FrozenInstanceError, fields
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

import domain.events
from domain.events import CATALOGUE, CallHeld, Event

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PROMISED = Path(__file__).with_name("event_catalogue.json")
ENVELOPE = {field.name for field in fields(Event)}

#: The figures of the KPI dictionary, and the facts that each is computed from (event, or event.field).
FIGURES = {
    "taux de décroché": ("call.arrived:open", "call.offered", "call.answered", "call.queued"),
    "short abandon": ("call.abandoned:wait_seconds",),
    "taux d'abandon": ("call.offered", "call.abandoned", "call.flowed_out", "callback.requested"),
    "call-back success": ("callback.requested:call_id", "callback.attempted:call_id", "callback.attempted:reached"),
    "service level": ("call.answered:wait_seconds", "call.abandoned:wait_seconds", "call.arrived:line"),
    "ASA": ("call.answered:wait_seconds",),
    "AHT": (
        "call.ended:talk_seconds",
        "call.ended:hold_seconds",
        "call.after_work_ended:seconds",
        "handling.ended:seconds",
    ),
    "FCR": (
        "ticket.solved",
        "message.received:member_id",
        "call.arrived:member_id",
        "ticket.triaged:kind",
        "ticket.triaged:urgency",
        "survey.answered:scale",
    ),
    "first response time": (
        "ticket.opened:first_message_at",
        "ticket.opened:inbound_first",
        "message.sent:author",
        "message.sent:substantive",
    ),
    "délai de réponse courriel": ("message.received:channel", "message.received:at", "message.sent:channel"),
    "resolution time": ("ticket.opened", "ticket.solved", "ticket.reopened", "ticket.waiting_on:waiting_on"),
    "backlog": ("ticket.opened", "ticket.solved", "ticket.reopened", "ticket.merged", "clock.breached"),
    "reopen rate": ("ticket.solved", "ticket.reopened:cause"),
    "CSAT, NPS, CES": ("survey.sent", "survey.answered:scale", "survey.answered:score"),
    "bot containment": (
        "bot.started",
        "bot.answered:understood",
        "delivery.moved:state",
        "bot.handed_over",
        "bot.ended:outcome",
        "message.received:member_id",
    ),
    "deflection": ("self_service.completed:kind", "message.received", "call.arrived"),
    "routing quality": (
        "ticket.routed:owner",
        "ticket.owner_changed:after",
        "danger.detected:kind",
        "danger.reviewed:verdict",
    ),
    "partner acknowledgement": (
        "handover.sent:handover_id",
        "handover.acknowledged:handover_id",
        "handover.acknowledged:partner",
        "ticket.triaged:urgency",
    ),
    "schedule adherence": (
        "shift.planned:begins_at",
        "shift.planned:ends_at",
        "presence.changed:presence",
        "handling.ended:seconds",
    ),
    "campaign": (
        "campaign.step_sent:tracked",
        "campaign.result:result",
        "message.received:member_id",
    ),
    "complaints": (
        "complaint.registered:sent_on",
        "complaint.acknowledged",
        "complaint.answered:outcome",
        "complaint.mediator_referred",
        "registry.counted:members",
    ),
    "affiliation integration time": ("affiliation.received:feed_event", "affiliation.eligible:feed_event"),
    "prises en charge and prior approval": ("care.request_completed:category", "care.decision_recorded:category"),
    "share opened from the app": ("ticket.opened:channel",),
    "share of transport files": ("transport.proposed:proposed_by",),
    "automation, refund time, top-ups": ("figure.imported:metric", "figure.imported:value", "figure.imported:n"),
}


def _shape(thing: type[Event]) -> dict[str, object]:
    own = [field for field in fields(thing) if field.name not in ENVELOPE]
    return {
        "version": thing.version,
        "fields": {
            field.name: {
                "type": getattr(field.type, "__name__", str(field.type)),
                "has_default": field.default is not MISSING,
            }
            for field in own
        },
    }


class TestTheCatalogue:
    def test_holds_every_event_that_a_module_defines(self) -> None:
        modules = [import_module(f"domain.events.{one.name}") for one in pkgutil.iter_modules(domain.events.__path__)]
        defined = {
            thing
            for module in modules
            for thing in vars(module).values()
            if isinstance(thing, type) and issubclass(thing, Event) and thing is not Event
        }
        assert set(CATALOGUE.values()) == defined
        assert {thing.type: thing for thing in defined} == CATALOGUE

    def test_can_be_imported_from_one_place(self) -> None:
        assert set(domain.events.__all__) == {thing.__name__ for thing in CATALOGUE.values()} | {"Event", "CATALOGUE"}

    def test_keeps_the_shape_that_was_promised_to_the_log(self) -> None:
        promised = json.loads(PROMISED.read_text(encoding="utf-8"))
        assert {name: _shape(thing) for name, thing in CATALOGUE.items()} == promised

    def test_cannot_be_changed_while_the_product_runs(self) -> None:
        with pytest.raises(TypeError):
            CATALOGUE["call.held"] = CallHeld  # type: ignore[index]

    @pytest.mark.parametrize(("figure", "facts"), FIGURES.items())
    def test_has_what_every_figure_is_computed_from(self, figure: str, facts: tuple[str, ...]) -> None:
        for fact in facts:
            name, _, field = fact.partition(":")
            assert name in CATALOGUE, (figure, fact)
            assert not field or field in {one.name for one in fields(CATALOGUE[name])}, (figure, fact)


class TestAnEvent:
    def test_cannot_be_changed(self) -> None:
        event = CallHeld(at=NOW)
        with pytest.raises(FrozenInstanceError):
            event.actor = "somebody"  # type: ignore[misc]

    @pytest.mark.parametrize("thing", CATALOGUE.values())
    def test_has_a_dotted_name_and_says_what_happened(self, thing: type[Event]) -> None:
        subject, _, happened = thing.type.partition(".")
        assert subject.replace("_", "").isalpha()
        assert happened.replace("_", "").isalpha()
        assert thing.__doc__
        assert not thing.__doc__.startswith(thing.__name__)  # its own words, not those of the dataclass

    @pytest.mark.parametrize("thing", CATALOGUE.values())
    def test_carries_ids_and_closed_words_only(self, thing: type[Event]) -> None:
        telling = {"text", "body", "subject", "name", "first_name", "last_name", "address", "email", "phone", "number"}
        assert not telling & {field.name for field in fields(thing)}
