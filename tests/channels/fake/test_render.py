"""Messages of ours as calls to the fake provider."""

import json

from hypothesis import given
from hypothesis import strategies as st

from channels.fake.render import MAX_TEXT_CHARS, split_text
from tests.channels.fake.accounts import a_channel, a_message


class TestAMessage:
    def test_is_one_call_when_it_is_short(self) -> None:
        (call,) = a_channel().render(a_message(text="x" * MAX_TEXT_CHARS))
        assert (call.key, call.target, call.content_type) == ("0199aabb-0", "+33612345678", "application/json")
        assert json.loads(call.body) == {
            "to": "+33612345678",
            "text": "x" * MAX_TEXT_CHARS,
            "in_reply_to": None,
            "automatic": False,
        }

    def test_is_several_calls_in_order_when_it_is_long(self) -> None:
        text = "Voilà ce que dit votre contrat. " * 100
        calls = a_channel().render(a_message(text=text))
        assert [call.key for call in calls] == [f"0199aabb-{number}" for number in range(len(calls))]
        assert "".join(json.loads(call.body)["text"] for call in calls) == text


class TestSplitting:
    @given(st.text(alphabet="ab. \n", max_size=200), st.integers(min_value=1, max_value=20))
    def test_loses_nothing_and_keeps_the_limit(self, text: str, most: int) -> None:
        pieces = list(split_text(text, most=most))
        assert "".join(pieces) == text
        assert all(len(piece) <= most for piece in pieces)

    def test_cuts_between_paragraphs_before_lines_before_sentences_before_words(self) -> None:
        assert next(split_text("abcdefghijk\n\nl\nm. n o pqrst", most=20)) == "abcdefghijk\n\n"
        assert next(split_text("abcd\n\nefghijk\nl. m n opqrstu", most=20)) == "abcd\n\nefghijk\n"
        assert next(split_text("abcd\nefghijklm. n o pqrstuvwx", most=20)) == "abcd\nefghijklm. "
        assert next(split_text("abcd. efghijk lm nopqrstuvwx", most=20)) == "abcd. efghijk lm "

    def test_cuts_a_word_that_is_too_long(self) -> None:
        assert list(split_text("a" * 25, most=10)) == ["a" * 10, "a" * 10, "a" * 5]
