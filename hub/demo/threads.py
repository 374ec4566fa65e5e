"""A case as a conversation: who wrote what, when, until it stands where it is to stand."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.triage import Urgency
from hub.demo.cases import Case, Standing
from hub.demo.dice import Dice
from hub.demo.letters import Writer
from hub.demo.rhythm import Rhythm
from hub.demo.texts import Exchange, Family, Script, bare, fitting
from hub.demo.world import Colleague
from routing.targets import Target

#: How many exchanges follow the first one, before and after the result, at most.
_EXCHANGES = (0, 1, 2, 3, 4, 5, 6)
_EXCHANGES_WEIGHTS = (3, 7, 14, 23, 24, 18, 11)
_THANKS, _REOPENS, _SOMEBODY_ELSE, _FILES, _NUDGES, _REMINDERS = 0.66, 0.07, 0.09, 0.93, 0.2, 0.4
_SOON = timedelta(minutes=1)
#: A request that waits for us for weeks goes on slowly; after so long a silence people only ask what became of it.
_SLOW, _FORGOTTEN = timedelta(days=2), timedelta(days=8)
#: Which share of the requests that wait for us nobody has answered at all, by their age.
_UNANSWERED = ((timedelta(hours=34), 0.8), (timedelta(days=5), 0.2), (timedelta(days=12), 0.04))
_HURRIES = (Urgency.P1, Urgency.P2)
#: Words that announce a file.
_SENDS = re.compile(
    r"\bjoin|joint|voici|transmets|attached|please find|here (is|are|’s)|adjunt|aquí va|va el", re.IGNORECASE
)


class Waits(StrEnum):
    """For whom a request waits after a message."""

    HUB = "hub"
    MEMBER = "member"
    PARTNER = "partner"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. `by` is None when the asker wrote it; `solves`: the request is closed with it, at that instant."""

    at: datetime
    text: str
    waits: Waits
    by: Colleague | None = None
    files: tuple[str, ...] = ()
    solves: datetime | None = None


@dataclass(slots=True)
class Thread:
    """The turns of a case, in order."""

    case: Case
    subject: str
    assignee: Colleague
    turns: list[Turn] = field(default_factory=list)

    @property
    def last_at(self) -> datetime:
        """When it was last written, or closed."""
        last = self.turns[-1]
        return last.solves or last.at


@dataclass(frozen=True, slots=True)
class Room:
    """What a thread is written with. `until`: nothing happens later; `urgency` and `target` as it was routed."""

    writer: Writer
    rhythm: Rhythm
    dice: Dice
    until: datetime
    urgency: Urgency
    target: Target
    team: tuple[Colleague, ...]


def thread_of(case: Case, script: Script, family: Family, *, assignee: Colleague, room: Room) -> Thread:
    """Write the conversation of a case."""
    return _Telling(case, script, family, assignee, room).tell()


class _Telling:
    def __init__(self, case: Case, script: Script, family: Family, assignee: Colleague, room: Room) -> None:
        self._case, self._script, self._family, self._room = case, script, family, room
        self._dice, self._writer, self._rhythm = room.dice, room.writer, room.rhythm
        subject = room.writer.subject(script.subject, at=case.at)
        self._thread = Thread(case, subject, assignee)
        self._before, self._after = self._exchanges()
        self._asked = self._dice.pick(fitting(script.say, woman=case.asker.name.woman))
        same = len(script.answer) == len(script.say)
        self._answered = self._asked if same else self._dice.whole(0, len(script.answer) - 1)

    def tell(self) -> Thread:
        """Turn by turn."""
        self._ask()
        match self._case.standing:
            case Standing.SOLVED:
                self._to_the_end()
            case Standing.OPEN:
                self._to_a_question()
            case Standing.WAITING_MEMBER:
                self._to_an_answer(Waits.MEMBER)
            case Standing.WAITING_PARTNER:
                self._to_an_answer(Waits.PARTNER)
        return self._thread

    def _exchanges(self) -> tuple[list[Exchange], list[Exchange]]:
        """What is said before and after the result, in order."""
        count = self._dice.weighted(_EXCHANGES, _EXCHANGES_WEIGHTS)
        own = list(self._script.then)[: max(count, 1)]
        others = self._dice.some([one for one in self._family.then if not one.after], max(count - len(own), 0))
        if self._case.demand.reminder and self._room.urgency not in _HURRIES and self._dice.chance(_REMINDERS):
            others.insert(self._dice.whole(0, len(others)), self._writer.reminder)
        after = [one for one in self._family.then if one.after] if self._case.demand.result else []
        spare = max(count - len(own) - len(others), 0) + self._dice.whole(0, 1)
        return own + others, self._dice.some(after, spare)

    # --- the four ways it may stand -------------------------------------------------------------------------------

    def _to_the_end(self) -> None:
        """Answered, carried through, closed; sometimes opened again for one more question."""
        if not self._answer_first():
            return
        for exchange in self._before:
            if not self._exchange(exchange, leave=0.35):
                break
        since = self._thread.last_at
        if self._script.closing:
            result_at = self._fitting(self._rhythm.result(since=since, urgency=self._room.urgency), since)
            if result_at is None:
                return
            self._say(result_at, self._goes_with(self._script.closing), waits=Waits.MEMBER)
        for exchange in self._after:
            if not self._exchange(exchange, leave=0.1):
                break
        self._close()
        if self._dice.chance(_REOPENS) and self._after_all():
            self._close()

    def _to_a_question(self) -> None:
        """It is our turn: a question of some hours or days ago, or the very first one."""
        age = self._room.until - self._case.at
        left = next((share for limit, share in _UNANSWERED if age < limit), 0.0)
        unanswered = self._room.urgency is not Urgency.P1 and self._dice.chance(left)
        if unanswered or not self._answer_first():
            return
        chosen = self._before[: self._dice.whole(1, max(len(self._before), 1))]
        end = self._rhythm.late_question(zone=self._zone, after=self._thread.last_at + _SOON)
        pace = (end - self._thread.last_at) / (len(chosen) + 1)
        for exchange in chosen[:-1]:
            if not self._exchange(exchange, leave=0.4, not_before=pace if pace > _SLOW else None):
                break
        asked_at = max(end, self._thread.last_at + (self._room.until - self._thread.last_at) * 0.1)
        if self._room.urgency is Urgency.P1:
            asked_at = self._thread.last_at + (self._room.until - self._thread.last_at) * self._dice.between(0.1, 0.5)
        last = chosen[-1] if chosen and asked_at - self._thread.last_at < _FORGOTTEN else None
        last = last or self._writer.reminder
        self._write(asked_at, self._pair(last)[0], last.files)
        nudged_at = asked_at + timedelta(hours=self._dice.between(20, 75))
        if nudged_at < self._room.until and self._room.urgency not in _HURRIES and self._dice.chance(_NUDGES):
            self._write(nudged_at, self._dice.pick(self._writer.nudge))

    def _to_an_answer(self, waits: Waits) -> None:
        """It is somebody else's turn."""
        if not self._answer_first():
            return
        chosen = self._before
        if waits is Waits.PARTNER:
            last = next(number for number, one in enumerate(self._script.then) if one.partner)
            chosen = list(self._script.then[: last + 1])
        elif chosen:
            chosen = [one for one in chosen[: self._dice.whole(0, len(chosen))] if not one.partner]
        for exchange in chosen:
            if not self._exchange(exchange, leave=0.02):
                break

    # --- steps ----------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        more = [one for one in self._script.more if self._dice.chance(0.75 if self._writer.hand.long else 0.3)]
        sentences = [bare(self._script.say[self._asked]), *more]
        stories = self._family.story if self._case.demand.story else ()
        told = self._dice.some(stories, self._dice.whole(1, 2))
        text = self._writer.first(sentences, stories=told, at=self._case.at)
        files = self._files(self._script.files, text)
        self._thread.turns.append(Turn(self._case.at, text, Waits.HUB, files=files))

    def _answer_first(self) -> bool:
        """The first answer; False when it has not come yet."""
        at = self._rhythm.first_answer(asked_at=self._case.at, target=self._room.target, urgency=self._room.urgency)
        if at >= self._room.until:
            return False
        self._say(at, self._script.answer[self._answered], waits=Waits.MEMBER)
        return True

    def _exchange(self, exchange: Exchange, *, leave: float, not_before: timedelta | None = None) -> bool:
        """A question, `not_before` so long has passed, and its answer, both in time; False when there was no room."""
        if self._is_full(leave):
            return False
        before = self._thread.last_at
        asked_at = self._rhythm.next_question(answered_at=before, urgency=self._room.urgency, zone=self._zone)
        if exchange == self._writer.reminder:
            asked_at += timedelta(days=self._dice.whole(1, 3))
        if not_before is not None:
            asked_at = max(asked_at, before + not_before * self._dice.between(0.6, 1.1))
        asked_at = self._fitting(asked_at, before) or self._room.until
        answered_at = self._rhythm.next_answer(asked_at=asked_at, urgency=self._room.urgency)
        if answered_at >= self._room.until:
            return False
        question, answer = self._pair(exchange)
        self._write(asked_at, question, exchange.files)
        self._say(answered_at, answer, waits=Waits.PARTNER if exchange.partner else Waits.MEMBER)
        return True

    def _is_full(self, leave: float) -> bool:
        """Whether what is left of the time is less than the share of it that later steps need."""
        whole = self._room.until - self._case.at
        return self._room.until - self._thread.last_at < whole * leave

    def _fitting(self, at: datetime, since: datetime) -> datetime | None:
        """The instant, or an earlier one where it would be after the end; None where nothing fits."""
        if at < self._room.until:
            return at
        room = self._room.until - since
        return since + room * self._dice.between(0.2, 0.6) if room > timedelta(minutes=20) else None

    def _close(self) -> None:
        """Thanks, when they come, and the end."""
        before = self._thread.last_at
        if self._script.closing and self._dice.chance(_THANKS):
            at = self._rhythm.next_question(answered_at=before, urgency=self._room.urgency, zone=self._zone)
            closed_at = self._rhythm.next_answer(asked_at=at, urgency=self._room.urgency)
            if closed_at < self._room.until:
                text = self._writer.thanks(at=at)
                self._thread.turns.append(Turn(at, text, Waits.NOBODY, solves=closed_at))
                return
        last = self._thread.turns[-1]
        closed_at = last.at + timedelta(seconds=self._dice.between(20, 240))
        self._thread.turns[-1] = Turn(
            last.at, last.text, last.waits, last.by, last.files, solves=min(closed_at, self._room.until)
        )

    def _after_all(self) -> bool:
        """One more question within a week, answered; False when there was no time for it."""
        left = [one for one in self._family.then if one not in self._before and one not in self._after]
        asked_at = self._thread.last_at + timedelta(hours=min(self._dice.around(30), 160))
        answered_at = self._rhythm.next_answer(asked_at=asked_at, urgency=self._room.urgency)
        if not left or answered_at >= self._room.until:
            return False
        question, answer = self._pair(self._dice.pick(left))
        self._write(asked_at, question)
        self._say(answered_at, answer, waits=Waits.MEMBER)
        return True

    # --- words ----------------------------------------------------------------------------------------------------

    def _pair(self, exchange: Exchange) -> tuple[str, str]:
        """A question and the answer to it: where there are as many of both, they belong together."""
        own = any(exchange is one for one in self._script.then)
        question = self._goes_with(exchange.member) if own else self._dice.pick(exchange.member)
        if len(exchange.member) == len(exchange.desk):
            return question, exchange.desk[exchange.member.index(question)]
        return question, self._dice.pick(exchange.desk)

    def _goes_with(self, texts: tuple[str, ...]) -> str:
        """The text that fits what was asked or answered, where there is one for each of them; else any."""
        if len(texts) == len(self._script.say):
            return texts[self._asked]
        if len(texts) == len(self._script.answer):
            return texts[self._answered]
        return self._dice.pick(texts)

    def _write(self, at: datetime, text: str, files: tuple[str, ...] = ()) -> None:
        written = self._writer.again(text, at=at)
        self._thread.turns.append(Turn(at, written, Waits.HUB, files=self._files(files, written)))

    def _say(self, at: datetime, words: str, *, waits: Waits) -> None:
        by = self._thread.assignee
        if len(self._thread.turns) > 1 and self._dice.chance(_SOMEBODY_ELSE):
            by = self._dice.pick(self._room.team)
        name = by.person.spoken
        first, urgent = len(self._thread.turns) == 1, self._room.urgency is Urgency.P1
        text = self._writer.answer(words, at=at, first=first, urgent=urgent, by=name)
        self._thread.turns.append(Turn(at, text, waits, by=by))

    def _files(self, names: tuple[str, ...], text: str) -> tuple[str, ...]:
        """What comes along with words that announce it; it is forgotten now and then."""
        if not names or not _SENDS.search(text) or not self._dice.chance(_FILES):
            return ()
        chosen = self._dice.some(names, self._dice.whole(1, len(names)))
        return tuple(chosen)

    @property
    def _zone(self) -> str:
        return self._case.asker.city.zone
