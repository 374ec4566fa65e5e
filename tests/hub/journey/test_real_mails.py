"""Real mails, with every oddity that mail programs have: none is lost, each ends where somebody can see it."""

from collections import Counter
from pathlib import Path

import pytest

from storage import ledger, tables
from tests.hub.journey.house import House

pytestmark = pytest.mark.database

MAILS = sorted((Path(__file__).parents[4] / "shared/contracts/data/email/mikel-mail").rglob("*.eml"))


@pytest.mark.skipif(not MAILS, reason="the contracts' sample mails are not on this machine")
class TestTheRealMails:
    async def test_are_each_stored_then_ticket_report_or_visible_quarantine_and_the_counts_add_up(
        self, house: House
    ) -> None:
        for mail in MAILS:
            await house.bring_mail(mail.read_bytes())
        await house.work()
        rows = await house.rows(tables.inbox)
        ends = Counter(row["outcome"] or row["state"] for row in rows)
        assert set(ends) <= {"message", "unrecognised", "status", "orphan_status", "late_status", "quarantined"}
        assert all(row["error"] for row in rows if row["state"] == "quarantined")
        assert ends["message"] == len(await house.rows(tables.message))
        payloads = await house.rows(tables.raw_payload)
        assert len(payloads) == len(MAILS)
        assert sum(row["stored"] for row in payloads) == len(rows)
        async with house.hub.engine.connect() as connection:
            now = house.clock.now()
            (hour,) = await ledger.hours(connection, since=now.replace(minute=0), until=now.replace(minute=59))
        assert hour.received == len(MAILS)
        assert hour.faults == ()
        print(f"\n{len(MAILS)} mails, {hour.duplicates} repeats: {dict(ends)}")
