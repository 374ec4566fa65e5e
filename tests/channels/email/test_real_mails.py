"""Every real mail of the collection is read."""

from collections import Counter

import pytest

from channels.port import Malformed
from tests.channels.email.mails import REAL_MAILS, a_channel, raw


@pytest.mark.skipif(not REAL_MAILS.is_dir(), reason=f"the collection of real mails is not at {REAL_MAILS}")
class TestTheCollectionOfRealMails:
    def test_becomes_events_or_malformed_and_nothing_else(self) -> None:
        channel, counts = a_channel(), Counter[str]()
        for file in sorted(REAL_MAILS.rglob("*.eml")):
            try:
                (event,) = channel.parse(raw(file.read_bytes()))
                counts[type(event).__name__] += 1
            except Malformed:
                counts["Malformed"] += 1
        print(f"\n{sum(counts.values())} real mails: {dict(counts)}")
        # One holds no sender at all; six are reports about mails that were never ours.
        assert counts == {"MessageArrived": 96, "Unrecognised": 6, "Malformed": 1}

    def test_keeps_its_words_when_they_are_not_in_ascii(self) -> None:
        japanese = REAL_MAILS / "multi_charset/japanese_shift_jis.eml"
        (event,) = a_channel().parse(raw(japanese.read_bytes()))
        assert "あいうえお" in getattr(event, "text", "")
