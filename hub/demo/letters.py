"""Words made into a message as people write them: greeting, ending, signature, haste, straight or curly quotes."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from domain.triage import Language
from hub.demo.dice import Dice
from hub.demo.facts import Facts
from hub.demo.names import Name
from hub.demo.texts import Exchange, Tongue, one_of

_NARROW, _NBSP = "\u202f", "\u00a0"
_QUOTED = re.compile(r"«\s*(.*?)\s*»")
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', _NARROW: " ", _NBSP: " ", "–": "-"})
_SHORT_CHARS = 190
#: An answer that begins so needs no thanks before it.
_THANKS = ("Merci", "Thank", "Gracias")
_ABBREVIATIONS = {
    "s’il vous plaît": "svp",
    "Bonjour": "bjr",
    "rendez-vous": "rdv",
    "beaucoup": "bcp",
    "please": "pls",
    "because": "cos",
    "por favor": "porfa",
}


@dataclass(frozen=True, slots=True)
class Hand:
    """How one asker writes. brief: no greeting and no name; hurried: as it comes; plain: quotes of the keyboard."""

    brief: bool
    hurried: bool
    plain: bool
    long: bool
    signs_fully: bool
    role: bool


def hand_of(dice: Dice, *, calm: bool) -> Hand:
    """Throw how somebody writes; who is not `calm` has no time for letters."""
    kind = dice.weighted(("letter", "brief", "hurried", "long"), (58, 12, 12, 18) if calm else (30, 70, 0, 0))
    return Hand(
        brief=kind in ("brief", "hurried"),
        hurried=kind == "hurried",
        plain=dice.chance(0.55),
        long=kind == "long",
        signs_fully=dice.chance(0.6),
        role=dice.chance(0.12),
    )


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the messages of one request, both sides of it."""

    tongue: Tongue
    facts: Facts
    hand: Hand
    asker: Name
    desk: Name
    known: bool
    volunteer: bool
    dice: Dice

    @property
    def reminder(self) -> Exchange:
        """Somebody asks what has become of what the desk promised, and is told."""
        return Exchange(member=self.tongue.letter["reminder"], desk=self.tongue.letter["reminder_answer"])

    @property
    def nudge(self) -> tuple[str, ...]:
        """What somebody writes who had no answer."""
        return self.tongue.letter["nudge"]

    def subject(self, texts: tuple[str, ...], *, at: datetime) -> str:
        """What the first mail is called."""
        return self._fill(one_of(texts, dice=self.dice), at)

    def first(self, sentences: list[str], *, stories: list[str], at: datetime) -> str:
        """The first letter: the request, what was added to it and, in a long one, who writes and what came before."""
        paragraphs = [" ".join(sentences[:2]), *sentences[2:]]
        if self.hand.long and self.volunteer:
            paragraphs.insert(0, one_of(self.tongue.letter["self"], dice=self.dice))
            paragraphs[2:2] = stories
        return self._letter("greeting", paragraphs, at)

    def again(self, text: str, *, at: datetime) -> str:
        """A later message of the asker."""
        brief = self.hand.brief or self.dice.chance(0.3)
        return self._finish(self._fill(text, at)) if brief else self._letter("answering", [text], at)

    def thanks(self, *, at: datetime) -> str:
        """A last word."""
        return self._finish(self._fill(one_of(self.tongue.letter["short_thanks"], dice=self.dice), at))

    def answer(self, text: str, *, at: datetime, first: bool, urgent: bool, by: Name) -> str:
        """What the desk writes, in careful typography and signed with a first name."""
        greeting = "desk_greeting_stranger" if not self.known else "desk_greeting" if first else "desk_again"
        texts = self.tongue.letter[greeting]
        plain = urgent or text.startswith(_THANKS) or not (first or self.known)
        opening = self._fill(texts[0] if plain else self.dice.pick(texts), at, by)
        endings = [one for one in self.tongue.letter["desk_ending"] if self.volunteer or "{" not in one]
        ending = [] if urgent else [self._fill(self.dice.pick(endings), at, by)]
        body = "\n\n".join([opening, _paragraphs(self._fill(text, at, by))])
        return _typeset(f"{body}\n\n" + "\n".join([*ending, by.first]), self.tongue.language)

    def _letter(self, greeting: str, paragraphs: list[str], at: datetime) -> str:
        body = "\n\n".join(self._fill(one, at) for one in paragraphs)
        if self.hand.brief:
            return self._finish(body)
        opening = self._fill(self.dice.pick(self.tongue.letter[greeting]), at)
        ending = self.dice.pick(self.tongue.letter["ending"])
        name = self.asker.full if self.hand.signs_fully else self.asker.first
        lines = [line for line in (ending, name) if line]
        if self.hand.role and self.volunteer and greeting == "greeting":
            lines.append(self._fill(self.dice.pick(self.tongue.letter["role"]), at))
        whole = "\n\n".join(piece for piece in (opening, body, "\n".join(lines)) if piece)
        return self._finish(whole)

    def _fill(self, text: str, at: datetime, by: Name | None = None) -> str:
        return self.facts.fill(text, at=at, desk=by or self.desk, dice=self.dice)

    def _finish(self, text: str) -> str:
        if self.hand.hurried and len(text) < _SHORT_CHARS:
            return _hurried(text, self.dice)
        return _typed(text) if self.hand.plain else _typeset(text, self.tongue.language)


def _typed(text: str) -> str:
    """With the quotes and spaces of a keyboard."""
    return _QUOTED.sub(r'"\1"', text).translate(_STRAIGHT)


def _typeset(text: str, language: Language) -> str:
    """French spaces where French wants them."""
    if language is not Language.FR:
        return text
    text = re.sub(r" ([?!;])", _NARROW + r"\1", text)
    text = re.sub(r" (:)(?=\s)", _NBSP + r"\1", text)
    return text.replace("« ", f"«{_NBSP}").replace(" »", f"{_NBSP}»")


def _paragraphs(text: str) -> str:
    """A longer answer breaks after its second sentence."""
    sentences = re.split(r"(?<=[.!?]) (?=[A-ZÀ-Ý¿¡«“])", text)
    if len(sentences) < 4:
        return text
    return " ".join(sentences[:2]) + "\n\n" + " ".join(sentences[2:])


def _hurried(text: str, dice: Dice) -> str:
    """As typed with one thumb: no capitals, few accents, a slip or two."""
    for full, short in _ABBREVIATIONS.items():
        text = text.replace(full, short)
    text = _typed(text)
    if dice.chance(0.7):
        text = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    words = [word if any(mark.isdigit() or mark == "@" for mark in word) else word.lower() for word in text.split(" ")]
    for number, word in enumerate(words):
        if len(word) > 6 and word.isalpha() and dice.chance(0.08):
            place = dice.whole(1, len(word) - 3)
            words[number] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    hasty = " ".join(words)
    return hasty.rstrip(".") if dice.chance(0.6) else hasty
