"""A case as a conversation: who wrote what, when, until it stands where it is to stand."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.triage import Urgency
from hub.demo.cases import Case, Standing
from hub.demo.dice import Dice
from hub.demo.letters import Writer
from hub.demo.rhythm import Rhythm
from hub.demo.texts import Exchange, Family, Script, one_of
from hub.demo.world import Colleague
from routing.targets import Target

#: How many exchanges follow the first one, before and after the result, at most.
_EXCHANGES = (0, 1, 2, 3, 4, 5, 6)
_EXCHANGES_WEIGHTS = (6, 14, 21, 22, 18, 12, 7)
_THANKS, _REOPENS, _SOMEBODY_ELSE, _FILES, _NUDGES = 0.62, 0.07, 0.09, 0.85, 0.3
_SOON = timedelta(minutes=1)


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
        before, after = self._exchanges()
        self._before, self._after = before, after

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
        after = [one for one in self._family.then if one.after] if self._case.demand.after else []
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
        result_at = self._fitting(self._rhythm.result(since=since, urgency=self._room.urgency), since)
        if result_at is None:
            return
        self._say(result_at, self._script.closing, waits=Waits.MEMBER)
        for exchange in self._after:
            if not self._exchange(exchange, leave=0.1):
                break
        self._close()
        if self._dice.chance(_REOPENS) and self._after_all():
            self._close()

    def _to_a_question(self) -> None:
        """It is our turn: a question of some hours or days ago, or the very first one."""
        unanswered = self._dice.chance(0.06) and self._room.urgency is not Urgency.P1
        if unanswered or not self._answer_first():
            return
        chosen = self._before[: self._dice.whole(1, max(len(self._before), 1))]
        for exchange in chosen[:-1]:
            if not self._exchange(exchange, leave=0.4):
                break
        last = chosen[-1] if chosen else None
        asked_at = self._rhythm.late_question(zone=self._zone, after=self._thread.last_at + _SOON)
        if self._room.urgency is Urgency.P1:
            asked_at = self._thread.last_at + (self._room.until - self._thread.last_at) * self._dice.between(0.1, 0.5)
        nudge = last is None or (self._dice.chance(_NUDGES) and self._room.urgency not in (Urgency.P1, Urgency.P2))
        if nudge or last is None:
            self._write(asked_at, one_of(self._writer.tongue.letter["nudge"], dice=self._dice))
        else:
            self._write(asked_at, one_of(last.member, dice=self._dice), self._files(last.files))

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
        sentences = [one_of(text, dice=self._dice) for text in (self._script.say, *[(one,) for one in more])]
        stories = self._family.story
        story = one_of(stories, dice=self._dice) if stories else None
        text = self._writer.first(sentences, story=story, at=self._case.at)
        files = self._files(self._script.files)
        self._thread.turns.append(Turn(self._case.at, text, Waits.HUB, files=files))

    def _answer_first(self) -> bool:
        """The first answer; False when it has not come yet."""
        at = self._rhythm.first_answer(asked_at=self._case.at, target=self._room.target, urgency=self._room.urgency)
        if at >= self._room.until:
            return False
        self._say(at, self._script.answer, waits=Waits.MEMBER)
        return True

    def _exchange(self, exchange: Exchange, *, leave: float) -> bool:
        """A question and its answer, both in time; False when there was no room for them."""
        if self._is_full(leave):
            return False
        before = self._thread.last_at
        asked_at = self._rhythm.next_question(answered_at=before, urgency=self._room.urgency, zone=self._zone)
        asked_at = self._fitting(asked_at, before) or self._room.until
        answered_at = self._rhythm.next_answer(asked_at=asked_at, urgency=self._room.urgency)
        if answered_at >= self._room.until:
            return False
        self._write(asked_at, one_of(exchange.member, dice=self._dice), self._files(exchange.files))
        self._say(answered_at, exchange.desk, waits=Waits.PARTNER if exchange.partner else Waits.MEMBER)
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
        if self._dice.chance(_THANKS):
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
        exchange = self._dice.pick(left)
        self._write(asked_at, one_of(exchange.member, dice=self._dice))
        self._say(answered_at, exchange.desk, waits=Waits.MEMBER)
        return True

    def _write(self, at: datetime, text: str, files: tuple[str, ...] = ()) -> None:
        self._thread.turns.append(Turn(at, self._writer.again(text, at=at), Waits.HUB, files=files))

    def _say(self, at: datetime, texts: tuple[str, ...], *, waits: Waits) -> None:
        by = self._thread.assignee
        if len(self._thread.turns) > 1 and self._dice.chance(_SOMEBODY_ELSE):
            by = self._dice.pick(self._room.team)
        name = by.person.spoken
        urgent = self._room.urgency is Urgency.P1
        text = self._writer.answer(one_of(texts, dice=self._dice), at=at, urgent=urgent, by=name)
        self._thread.turns.append(Turn(at, text, waits, by=by))

    def _files(self, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names or not self._dice.chance(_FILES):
            return ()
        chosen = self._dice.some(names, self._dice.whole(1, len(names)))
        return tuple(chosen)

    @property
    def _zone(self) -> str:
        return self._case.asker.city.zone
