"""The requests of the last three months: conversations, tickets, clocks and messages, with everything that happened."""

from dataclasses import dataclass, replace
from datetime import timedelta

from domain.events import TicketLinked
from domain.ids import IdentityId, TicketId
from domain.member import Identity
from domain.permissions import Role
from domain.ticket import REOPEN_WITHIN, LinkRole, TicketState
from domain.triage import Danger, Language, MedicalLevel, Owner, Route, Urgency
from hub.demo.askers import Askers
from hub.demo.cases import Case, Cases
from hub.demo.facts import facts_of
from hub.demo.letters import Writer, hand_of
from hub.demo.names import Names
from hub.demo.rhythm import Rhythm
from hub.demo.story import CHANNEL, Archive, Filed, Story, story_of
from hub.demo.texts import Family, tongue
from hub.demo.threads import Room, Thread, thread_of
from hub.demo.world import Colleague, World
from storage import tables
from storage.message.writes import NewMessage
from storage.values import columns_of

#: How sure the classifier was: mostly enough, now and then too little, and the front desk looks first.
_SURE, _UNSURE, _UNSURE_SHARE = (0.52, 0.97), (0.28, 0.44), 0.05
_FOLLOWS, _COPIED = 0.03, 0.05
_MEDICAL_OWNERS = frozenset({Owner("BROKER_MED"), Owner("BROKER_CARE")})
_NOTHING_IN_COMMON = Family(story=(), then=())


def contribute(world: World) -> None:
    """Make every request."""
    _Requests(world).make()


@dataclass(frozen=True, slots=True)
class _Written:
    case: Case
    thread: Thread
    filed: Filed


class _Requests:
    def __init__(self, world: World) -> None:
        self._world = world
        self._dice = world.dice("requests")
        self._mint = world.minter("requests")
        self._names = Names(world.dice("names in requests"))
        self._rhythm = Rhythm(dice=world.dice("rhythm"), matrix=world.matrix, as_of=world.as_of)
        self._archive = Archive(
            account_id=world.account.id,
            domain=world.account.address.rpartition("@")[2],
            matrix=world.matrix,
            dice=world.dice("stories"),
            mint=self._mint,
            as_of=world.as_of,
        )
        self._solved: list[Story] = []

    def make(self) -> None:
        """Case by case, the oldest first: later ones may follow earlier ones."""
        askers = Askers(self._world.residents, dice=self._world.dice("askers"))
        cases = Cases(
            askers=askers,
            rhythm=self._rhythm,
            dice=self._world.dice("cases"),
            matrix=self._world.matrix,
            as_of=self._world.as_of,
        )
        for case in cases.cases():
            before = self._followed(case)
            if before is not None:
                case = replace(case, asker=before.thread.case.asker)
            written = self._write(case, before)
            self._keep(story_of(written.thread, written.filed, self._archive), before)

    # --- words ----------------------------------------------------------------------------------------------------

    def _write(self, case: Case, before: Story | None) -> _Written:
        dice, spoken = self._dice, tongue(case.language)
        script = spoken.scripts[case.demand.kind]
        confidence = self._confidence(case)
        route = self._route(case, danger=None, confidence=confidence)
        team = self._team(route, case.language)
        assignee = dice.weighted(team, [one.person.share for one in team])
        writer = Writer(
            tongue=spoken,
            facts=facts_of(case.asker, spoken, at=case.at, names=self._names, dice=dice),
            hand=hand_of(dice, calm=route.urgency not in (Urgency.P1, Urgency.P2)),
            asker=case.asker.name,
            desk=assignee.person.spoken,
            known=case.asker.member_id is not None,
            volunteer=case.demand.asker == "member",
            dice=dice,
        )
        room = Room(
            writer=writer,
            rhythm=self._rhythm,
            dice=dice,
            until=self._world.as_of,
            urgency=route.urgency,
            target=self._world.matrix.target(route=route, channel=CHANNEL),
            team=team,
        )
        family = spoken.families.get(case.demand.family, _NOTHING_IN_COMMON)
        thread = thread_of(case, script, family, assignee=assignee, room=room)
        filed = Filed(route=route, danger=None, confidence=confidence)
        if self._is_grave(case):
            danger = self._world.danger.assess(f"{thread.subject}\n\n{thread.turns[0].text}")
            filed = Filed(route=self._route(case, danger=danger, confidence=1.0), danger=danger, confidence=1.0)
        if before is not None:
            subject = (before.messages[-1].subject or "").removeprefix("Re: ")
            filed = replace(filed, conversation=before.conversation, subject=subject)
        return _Written(case, thread, filed)

    def _confidence(self, case: Case) -> float:
        if self._is_grave(case):
            return 1.0
        hurries = self._world.matrix.row(case.demand.kind).urgency is Urgency.P2
        unsure = not hurries and self._dice.chance(_UNSURE_SHARE)
        return round(self._dice.between(*(_UNSURE if unsure else _SURE)), 3)

    def _route(self, case: Case, *, danger: Danger | None, confidence: float) -> Route:
        return self._world.matrix.route(kind=case.demand.kind, danger=danger, confidence=confidence, now=case.at)

    def _is_grave(self, case: Case) -> bool:
        return self._world.matrix.row(case.demand.kind).urgency is Urgency.P1

    def _team(self, route: Route, language: Language) -> tuple[Colleague, ...]:
        """Who may answer: the medical service what is theirs alone, and everybody in their languages."""
        medical = route.medical is MedicalLevel.HIGH or route.owner in _MEDICAL_OWNERS
        speaking = [one for one in self._world.colleagues if language in one.person.languages]
        able = [one for one in speaking if (one.person.role is Role.MEDICAL) == medical]
        return tuple(able)

    # --- what hangs together --------------------------------------------------------------------------------------

    def _followed(self, case: Case) -> Story | None:
        """An earlier request of the same language, solved too long ago to be reopened, whose mail is answered now."""
        apart = case.demand.asker != "member" or self._is_grave(case) or case.demand.phase == "before"
        if apart or not self._dice.chance(_FOLLOWS):
            return None
        latest = case.at - REOPEN_WITHIN - timedelta(hours=1)
        end = case.at.date()
        able = [
            story
            for story in self._solved
            if story.ticket.solved_at
            and story.ticket.solved_at < latest
            and story.thread.case.language is case.language
            and story.thread.case.asker.member_id
            and story.thread.case.asker.end > end
            and story.ticket.urgency not in (Urgency.P1, Urgency.P2)
            and not case.demand.countries
        ]
        if not able:
            return None
        found = self._dice.pick(able)
        self._solved.remove(found)
        return found

    def _keep(self, story: Story, before: Story | None) -> None:
        world, case = self._world, story.thread.case
        if before is None:
            self._keep_conversation(story)
        elif story.conversation.last_inbound_at is not None:
            self._hear_again(story)
        ties = self._ties(story, before)
        world.rows[tables.ticket].append(columns_of(story.ticket))
        world.rows[tables.ticket_conversation].append(
            {"conversation_id": story.conversation.id, "ticket_id": story.ticket.id}
        )
        world.rows[tables.clock].append(columns_of(story.clock))
        world.messages += [NewMessage(message, world.account.id) for message in story.messages]
        world.events += story.events
        world.files += story.files
        for other, role in ties:
            self._tie(story, other, role)
        follows = before is not None
        is_member = case.asker.member_id is not None and case.demand.asker == "member"
        if story.ticket.state is TicketState.SOLVED and is_member and not follows:
            self._solved.append(story)

    def _keep_conversation(self, story: Story) -> None:
        world, asker = self._world, story.thread.case.asker
        conversation = columns_of(story.conversation, leave_out=frozenset({"participants"}))
        world.rows[tables.conversation].append(conversation | {"threaded": True})
        others = set(story.conversation.participants)
        if asker.resident is not None and self._dice.chance(_COPIED):
            others |= {identity.address for identity in asker.resident.identities}
        world.rows[tables.participant] += [
            {"conversation_id": story.conversation.id, "address": address} for address in sorted(others)
        ]
        if asker.new_identity:
            identity = Identity(
                IdentityId(self._mint(story.ticket.opened_at)), CHANNEL, asker.address, member_id=None, verified_at=None
            )
            world.rows[tables.identity].append(columns_of(identity))

    def _hear_again(self, story: Story) -> None:
        rows = self._world.rows[tables.conversation]
        place = next(place for place, row in enumerate(rows) if row["id"] == story.conversation.id)
        rows[place] = {**rows[place], "last_inbound_at": story.conversation.last_inbound_at}

    def _ties(self, story: Story, before: Story | None) -> list[tuple[TicketId, LinkRole]]:
        if before is not None:
            return [(before.ticket.id, LinkRole.FOLLOWS)]
        if story.thread.case.demand.kind == "third_party_caller" and self._solved:
            return [(self._dice.pick(self._solved).ticket.id, LinkRole.MAY_BELONG_TO)]
        return []

    def _tie(self, story: Story, other: TicketId, role: LinkRole) -> None:
        at = story.ticket.opened_at
        self._world.rows[tables.ticket_link].append(
            {"ticket_id": story.ticket.id, "other_id": other, "role": role, "created_at": at}
        )
        self._world.events.append(TicketLinked(at=at, ticket_id=story.ticket.id, other=other, role=role))
