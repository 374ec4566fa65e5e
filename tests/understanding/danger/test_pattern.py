"""The small language of the rules."""

import pytest

from understanding.danger.pattern import BadPattern, compile_pattern

GROUPS = {"person": ("amie", "petit_ami", "coloc*")}


def _matches(source: str, line: str) -> bool:
    return compile_pattern(source, GROUPS).regex.search(f" {line} ") is not None


class TestPattern:
    @pytest.mark.parametrize(
        ("source", "line"),
        [
            ("mort|morte", "elle est morte hier"),
            ("inconsci*", "il est inconsciente"),
            ("{person} tombe", "mon petit ami tombe"),
            ("{person} tombe", "ma colocataire tombe"),
            ("il ?ne bouge plus", "il bouge plus"),
            ("il ?ne|?n bouge plus", "il ne bouge plus"),
            ("perd ..3 sang", "il perd beaucoup de sang"),
            ("vivre !a|en", "plus envie de vivre"),
            ("^ aide $", "aide"),
            ("fils // pas rentre", "mon fils . pas rentre"),
            ("^ sos+ ?vite $", "sos"),
            ("^ sos|help+ ?vite $", "sos . help sos . . vite"),
        ],
    )
    def test_finds_what_it_describes(self, source: str, line: str) -> None:
        assert _matches(source, line)

    @pytest.mark.parametrize(
        ("source", "line"),
        [
            ("mort", "mortel"),
            ("perd ..3 sang", "il perd un peu beaucoup trop de sang"),
            ("perd ..3 sang", "il perd pas de sang"),
            ("perd ..3 sang", "il perd . du sang"),
            ("vivre !a|en", "plus envie de vivre en coloc"),
            ("^ aide $", "aide moi"),
            ("^ sos+ $", "sos dentiste sos"),
        ],
    )
    def test_leaves_the_rest(self, source: str, line: str) -> None:
        assert not _matches(source, line)

    def test_names_an_unknown_group(self) -> None:
        with pytest.raises(BadPattern, match=r"unknown group \{nobody\}"):
            compile_pattern("{nobody} tombe", GROUPS)

    def test_asks_for_a_word_that_must_be_there(self) -> None:
        with pytest.raises(BadPattern, match="must be there"):
            compile_pattern("?un ..3", GROUPS)
