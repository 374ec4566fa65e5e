"""Mails about our mails."""

import pytest

from channels.port import InboundEvent, StatusChanged, Unrecognised
from domain.message import DeliveryState
from tests.channels.email.mails import NOW, parsed

REPORT = """\
From: MAILER-DAEMON@mx.example
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary=r

--r
Content-Type: text/plain

Sorry.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Original-Recipient: rfc822;camille@v.example
Final-Recipient: rfc822;camille@v.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such
 user
--r
Content-Type: {enclosed}

Message-ID: <{id}>
Subject: x

--r--
"""


def _report(
    action: str = "failed",
    *,
    status: str = "5.1.1",
    enclosed: str = "message/rfc822",
    about: str = "0199-key@hub.example",
) -> InboundEvent:
    return parsed(REPORT.format(action=action, status=status, enclosed=enclosed, id=about))


class TestABounce:
    @pytest.mark.parametrize("enclosed", ["message/rfc822", "text/rfc822-headers"])
    def test_marks_the_mail_of_ours_that_failed_with_the_servers_reason(self, enclosed: str) -> None:
        event = _report(enclosed=enclosed)
        assert isinstance(event, StatusChanged)
        assert (event.message_id, event.state, event.at) == ("0199-key@hub.example", DeliveryState.FAILED, NOW)
        assert event.reason == "5.1.1 camille@v.example 550 5.1.1 no such user"

    def test_is_final_also_when_the_server_gave_up_on_a_passing_trouble(self) -> None:
        event = _report(status="4.4.7")
        assert isinstance(event, StatusChanged)
        assert event.state is DeliveryState.FAILED

    def test_counts_when_one_of_several_recipients_failed(self) -> None:
        event = _report("delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822;b@v.example\nAction: failed")
        assert isinstance(event, StatusChanged)
        assert event.state is DeliveryState.FAILED

    @pytest.mark.parametrize("about", ["x@elsewhere.example", "x@hub.example.evil.example", ""])
    def test_about_a_mail_that_is_not_ours_marks_nothing(self, about: str) -> None:
        event = _report(about=about)
        assert isinstance(event, Unrecognised)
        assert event.sort == "bounce"


class TestAnotherReport:
    def test_of_delay_changes_nothing(self) -> None:
        event = _report("delayed", status="4.4.1")
        assert isinstance(event, Unrecognised)
        assert event.sort == "delay"

    def test_of_delivery_is_a_receipt(self) -> None:
        event = _report("delivered", status="2.0.0")
        assert isinstance(event, StatusChanged)
        assert event.state is DeliveryState.DELIVERED

    @pytest.mark.parametrize(
        ("content_type", "sort"),
        [("message/disposition-notification", "read-receipt"), ("message/feedback-report", "abuse-report")],
    )
    def test_of_reading_or_abuse_is_named_and_set_aside(self, content_type: str, sort: str) -> None:
        event = parsed(REPORT.replace("message/delivery-status", content_type))
        assert isinstance(event, Unrecognised)
        assert event.sort == sort
