"""The books in words."""

from dataclasses import replace

import pytest

from hub.doctor.books import in_words
from storage.ledger import Hour
from tests.conftest import NOW

BALANCED = Hour(
    hour=NOW,
    received=3,
    accepted=2,
    stored=2,
    processed=2,
    quarantined=0,
    pending=0,
    said=2,
    messages=2,
    replies=1,
    settled=1,
)


class TestAFault:
    @pytest.mark.parametrize(
        "hour", [replace(BALANCED, accepted=3), replace(BALANCED, pending=1), replace(BALANCED, messages=1)]
    )
    def test_is_said_in_both_languages(self, hour: Hour) -> None:
        (fault,) = hour.faults
        words = in_words(fault)
        assert words.en == fault
        assert words.fr != words.en
