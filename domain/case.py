# SPDX-License-Identifier: EUPL-1.2
"""The `Case` aggregate: the facts of one case, as events, and the state that follows from them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4

from eventsourcing.domain import AggregateCreated, AggregateEvent, BaseAggregate

from domain.additions import Contradiction, State, add_answered, add_decision, replace_corrected, set_afterwards
from domain.asks import POSTPONED, RECOMMENDATION, Meaning
from domain.blocking import Block, find_blocks
from domain.dates import danish_date
from domain.items import Item, ItemWhy
from domain.minutes import MINUTES_FIELDS
from domain.organisation import SECRETARIAT
from domain.participation import JOIN, Word, word_named
from domain.reminding import Reminding, Sent
from domain.route import BODIES, INQUIRY, REVISION, parse_route

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from domain.additions import BodyDecision, Condition, Given, Task
    from domain.route import Route, Step


class Status(StrEnum):
    """Where a case stands as a whole."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    REJECTED = "rejected"
    COMPLETED = "completed"


OPEN_STATUSES = frozenset({Status.RUNNING, Status.SUSPENDED})


class StepState(StrEnum):
    """Where one round of a step stands."""

    WAITING = "waiting"
    OPEN = "open"
    COMPLETED = "completed"
    SKIPPED = "skipped"


class AnswerState(StrEnum):
    """Where one body stands in one round of a step."""

    NOT_ASKED = "not_asked"
    AWAITING = "awaiting"
    DELAYED = "delayed"
    ANSWERED = "answered"
    RELEASED = "released"
    SILENT = "silent"
    """Not heard from when the round ended, and awaited no more: nobody has answered in its place."""


class Why(StrEnum):
    """Why a step was asked again although nobody had sent it back."""

    VERSION = "version"
    """A material version of the papers came."""
    OBJECTION = "objection"
    """A body objected to the written procedure, so that the matter goes to a meeting."""
    SILENCE = "silence"
    """Not all were heard in the written procedure's window, so that the matter goes to a meeting."""
    WRITTEN = "written"
    """The secretariat has the matter settled in writing, between the meetings."""


ASKED_AGAIN = "asked_again"
"""The result of a round that was still going on when a material version had its bodies asked again."""


@dataclass
class Answer:
    """What one body has said in one round of a step; dates are ISO days as they came."""

    body: str
    state: AnswerState = AnswerState.NOT_ASKED
    outcome: str | None = None
    effect: str | None = None
    decided_on: str | None = None
    decided_by: str | None = None
    recorded_at: datetime | None = None
    source: str | None = None
    message_id: str | None = None
    version: int | None = None
    expected_on: str | None = None
    corrected: bool = False
    remark: str | None = None
    reference: str | None = None
    due: str | None = None
    supports: bool | None = None
    concerned_version: int | None = None
    """The version of the papers that the answer is about: the one it names, else the newest of its day."""
    stands_from: int | None = None
    """The earlier round in which an answer that stands in this one was given."""
    to: list[str] | None = None
    bodies_due: str | None = None
    effective_on: str | None = None
    meeting_on: str | None = None
    agenda_item: str | None = None
    wording: str | None = None
    protocol: str | None = None
    dissent: list[dict[str, str | None]] | None = None
    reservation: str | None = None
    persons: list[str] | None = None
    points: list[str] | None = None
    words: dict[str, str] = field(default_factory=dict)
    """By ask the newest outcome; `outcome` is that of the step's main ask."""
    settled: dict[str, str] = field(default_factory=dict)
    """By ask the effect of the outcome with which the body's part in it is over; an interim one is not here."""
    recommendation: Answer | None = None
    """What somebody in the body has said whom the route does not let decide: the body itself is still awaited."""
    messages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Every message id of this body in this round with its asks, oldest first: a correction may name any of them."""

    roots: dict[str, str] = field(default_factory=dict)
    """For each correction among the messages the first message that it puts right."""

    def root(self, message: str) -> str:
        """The message that one puts right over however many corrections, itself where it is none."""
        return self.roots.get(message, message)

    def forget(self, asks: Iterable[str]) -> None:
        """Take back what was said to some asks, and every fact with it where nothing else was said."""
        for ask in asks:
            self.words.pop(ask, None)
            self.settled.pop(ask, None)
        if not self.words:
            for name in ("recorded_at", "concerned_version", "stands_from", *_ANSWER_FIELDS):
                setattr(self, name, None)

    def standing(self, given_in: int, *, is_awaited: bool) -> Answer:
        """The same entry in a further round; who was not heard in one that is over is not awaited in the next."""
        copy = deepcopy(self)
        if self.state == AnswerState.ANSWERED:
            copy.stands_from = self.stands_from or given_in
        elif not is_awaited and self.state in {AnswerState.AWAITING, AnswerState.DELAYED}:
            copy.state = AnswerState.SILENT
        return copy


@dataclass
class Round:
    """One time through a step: who is asked, and what they have said."""

    step: str
    number: int
    answers: dict[str, Answer]
    state: StepState = StepState.WAITING
    result: str | None = None
    results: dict[str, str] = field(default_factory=dict)
    """By ask the result; `result` is the main ask's, or the one that sent the matter back."""
    opened_at: datetime | None = None
    due: date | None = None
    completed_at: datetime | None = None
    opened_version: int = 0
    """The version of the case with which the round opened, 0 while it waits."""
    completed_version: int = 0
    invited: set[str] = field(default_factory=set)
    """The bodies whose invitation is out."""
    reminded_until: datetime | None = None
    """The planned moment of the newest reminder that went out by the route's rules."""
    reminding: Reminding = field(default_factory=Reminding)
    """How far the reminders have come."""
    overdue: date | None = None
    """The due date whose passing has been recorded."""
    revises: str | None = None
    """In a round of the revision: the step that was rejected or returned."""
    mode: str | None = None
    """How the round is held, where it is not as the route's step says."""
    why: Why | None = None
    """Why answers of the round before stand in this one; None where everybody is asked anew."""
    version: int | None = None
    """The version of the papers for which bodies are asked again."""
    asked_again: list[str] = field(default_factory=list)
    """The bodies that are asked again, where the answers of the others stand."""
    silence: str | None = None
    """The route's rule for those who were not heard, once it has been applied."""
    silent: set[str] = field(default_factory=set)
    """The bodies to whose silence the rule was applied."""
    skipped_because: str | None = None
    """Why the step was skipped, where it was not the route's own conditions."""
    question: str | None = None
    """In an inquiry: what is asked."""
    about: str | None = None
    """In an inquiry: the secretariat's step, as `<step>#<round>`, whose answer ends it."""
    passes_on: str | None = None
    """In an inquiry: the message that asked the questions which it passes on."""
    items: dict[str, Item] = field(default_factory=dict)
    """By body on which meeting it is to deal with the matter, where the round is held at meetings."""

    @property
    def on_agendas(self) -> list[Item]:
        """The items of the bodies that are asked, each on its meeting."""
        found = [self.items[body] for body in self.asked if body in self.items]
        return [item for item in found if not item.is_off]

    @property
    def is_over(self) -> bool:
        """Whether nothing more is waited for in it."""
        return self.state in {StepState.COMPLETED, StepState.SKIPPED}

    @property
    def pending(self) -> list[str]:
        """The bodies whose answer is still awaited, in the order in which they were asked."""
        return [a.body for a in self.answers.values() if a.state in {AnswerState.AWAITING, AnswerState.DELAYED}]

    @property
    def asked(self) -> dict[str, Answer]:
        """The answers of the bodies that are asked, without those that were released."""
        return {body: a for body, a in self.answers.items() if a.state != AnswerState.RELEASED}

    def supersede(self, at: datetime, version: int) -> None:
        """End a round that is not over, because the step is asked again."""
        if self.state in {StepState.WAITING, StepState.OPEN}:
            self.state, self.result, self.completed_at = StepState.COMPLETED, ASKED_AGAIN, at
            self.completed_version = version

    def followed_by(self, asked: Case.StepAskedAgain) -> Round:
        """The round after this one, in which the standing bodies' entries are carried over as they are."""
        is_awaited = self.state == StepState.OPEN
        answers = {body: Answer(body) for body in asked.bodies}
        for body in asked.standing:
            answers[body] = self.answers[body].standing(self.number, is_awaited=is_awaited)
        return Round(
            self.step,
            asked.round,
            answers,
            invited={body for body in asked.standing if body in self.invited},
            mode=asked.mode,
            why=Why(asked.why),
            version=asked.version,
            asked_again=[body for body in asked.bodies if body not in asked.standing],
            silent=self.silent.intersection(asked.standing),
            items={b: item for b, item in self.items.items() if b in asked.standing and asked.mode == self.mode},
        )

    def open(self, at: datetime, version: int, due: date | None) -> None:
        """Open the round: early answers stay, all others are awaited."""
        self.state, self.opened_at, self.opened_version, self.due = StepState.OPEN, at, version, due
        for answer in self.answers.values():
            if answer.state == AnswerState.NOT_ASKED:
                answer.state = AnswerState.AWAITING

    def move_due(self, due: date | None, at: datetime) -> None:
        """Give the open round another due date, of which those awaited are reminded anew."""
        if due != self.due:
            self.due, self.reminding = due, self.reminding.anew(at)
            self.reminded_until = None

    def complete(self, at: datetime, version: int, result: str) -> None:
        """Close the round with its result."""
        self.state, self.result, self.completed_at, self.completed_version = StepState.COMPLETED, result, at, version


@dataclass
class Paper:
    """One version of the case's papers."""

    number: int
    name: str
    sha256: str
    size: int
    added_at: datetime
    change: str = "editorial"
    """`editorial`, or `material` for those that are asked again because of it."""
    material_for: list[str] = field(default_factory=list)
    """The bodies for which it is material; `all` alone for every one."""
    informed: list[str] = field(default_factory=list)
    """The bodies that had been asked before it came, and are told of it."""


@dataclass
class Interim:
    """An interim word (say, questions asked) that may open a round of another step."""

    step: str
    ask: str
    outcome: str
    due: date | None
    messages: list[str]
    """The message ids by which a correction may name it, oldest first."""
    to: list[str] = field(default_factory=list)
    """The bodies to which the questions go on."""
    bodies_due: date | None = None
    """When these are to answer, if not at `due`."""
    remark: str | None = None


@dataclass(frozen=True)
class Pause:
    """A time for which a case was suspended."""

    since: datetime
    days: int
    """By how many days its dates moved."""
    until: datetime


class Case(BaseAggregate[UUID]):
    """A matter on its way along its route; every change is one of the nested events."""

    TOPIC: ClassVar[str] = "case"

    class Event(AggregateEvent):
        """What every event of a case carries beside its own facts."""

        TOPIC: ClassVar[str]
        """The name by which the log knows this kind of event, wherever the class stands."""
        actor: dict[str, str]
        """Who, in which role, how: keys `who`, `role`, `how`."""
        command_id: str
        """The command that brought the event about; empty for the engine's own."""

        def apply(self, aggregate: Case) -> None:
            """Bring the case to the state after this event."""
            if self.command_id:
                aggregate.commands[self.command_id] = self.originator_version
            self.change(aggregate)

        def change(self, case: Case) -> None:
            """Change what this kind of event changes."""

    class Opened(Event, AggregateCreated):
        """The secretariat has started the case along a version of a route."""

        TOPIC: ClassVar[str] = "case.opened"
        route: str
        """The route file's text: the case keeps the version it was opened with."""
        organisation: str
        title: str
        reference: str | None
        deadline: str | None
        attributes: dict[str, Any]
        concerned: list[str]
        asked: dict[str, list[str]]
        """For every step of the route the bodies that it asks."""
        renews: str | None = None
        """The case of which this is a renewed treatment."""

        def change(self, case: Case) -> None:
            """Remember when the case was opened."""
            case.opened_at = self.timestamp

    class StepOpened(Event):
        """A step has begun a round and its bodies are asked."""

        TOPIC: ClassVar[str] = "case.step_opened"
        step: str
        round: int
        bodies: list[str]
        due: str | None
        revises: str | None

        def change(self, case: Case) -> None:
            """Open the waiting round, or a further one."""
            rounds = case.rounds.setdefault(self.step, [])
            if not rounds or rounds[-1].number != self.round:
                for earlier in rounds[-1:]:
                    earlier.supersede(self.timestamp, self.originator_version)
                rounds.append(Round(self.step, self.round, {body: Answer(body) for body in self.bodies}))
            rounds[-1].revises = self.revises
            rounds[-1].open(self.timestamp, self.originator_version, _day(self.due))

    class StepAskedAgain(Event):
        """A step goes through a further round in which the answers of the standing bodies stand."""

        TOPIC: ClassVar[str] = "case.step_asked_again"
        step: str
        round: int
        bodies: list[str]
        """Everybody in the round: those that stand, and those that are asked again."""
        standing: list[str]
        due: str | None
        mode: str | None
        why: str
        version: int | None

        def change(self, case: Case) -> None:
            """Put the next round in the newest one's place; where that still waited, the next waits too."""
            before = case.current(self.step)
            following, waits = before.followed_by(self), before.state == StepState.WAITING
            before.supersede(self.timestamp, self.originator_version)
            case.rounds[self.step].append(following)
            if not waits:
                following.open(self.timestamp, self.originator_version, _day(self.due))

    class SilenceTaken(Event):
        """A written procedure's window has ended, and the route says what the silence of these bodies does."""

        TOPIC: ClassVar[str] = "case.silence_taken"
        step: str
        round: int
        bodies: list[str]
        rule: str
        """The route's `on_silence`: `consent`, `meeting` or `close`."""

        def change(self, case: Case) -> None:
            """Await the silent bodies no more; nobody answers in their place."""
            current = case.round(self.step, self.round)
            current.silence, current.silent = self.rule, current.silent.union(self.bodies)
            for body in self.bodies:
                current.answers[body].state = AnswerState.SILENT

    class InquiryOpened(Event):
        """Named bodies are asked a question on the way."""

        TOPIC: ClassVar[str] = "case.inquiry_opened"
        step: str
        round: int
        bodies: list[str]
        due: str
        question: str | None
        about: str | None
        passes_on: str | None

        def change(self, case: Case) -> None:
            """Open a further round of inquiry."""
            asked = Round(self.step, self.round, {body: Answer(body) for body in self.bodies})
            asked.question, asked.about, asked.passes_on = self.question, self.about, self.passes_on
            asked.open(self.timestamp, self.originator_version, _day(self.due))
            case.rounds.setdefault(self.step, []).append(asked)

    class InquiryEnded(Event):
        """The secretariat has ended an inquiry before everybody had answered."""

        TOPIC: ClassVar[str] = "case.inquiry_ended"
        step: str
        round: int
        result: str
        reason: str

        def change(self, case: Case) -> None:
            """Close the round with what has come."""
            case.round(self.step, self.round).complete(self.timestamp, self.originator_version, self.result)

    class BodiesInvited(Event):
        """The bodies of an opened step are invited to answer."""

        TOPIC: ClassVar[str] = "case.bodies_invited"
        step: str
        round: int
        bodies: list[str]

        def change(self, case: Case) -> None:
            """Remember that the round's invitations are out."""
            case.round(self.step, self.round).invited.update(self.bodies)

    class ItemPlaced(Event):
        """A matter is an item on a meeting of a body that it waits for."""

        TOPIC: ClassVar[str] = "case.item_placed"
        step: str
        round: int
        body: str
        meeting: str
        date: str
        time: str | None
        place: str | None
        papers_in_by: str | None
        why: str
        """Why it is on this meeting: an `ItemWhy`."""
        reason: str | None
        papers_in_on: str
        """The day on which the matter's papers were in."""
        not_before: str
        """The day before which no other meeting is looked for."""

        def change(self, case: Case) -> None:
            """Let the item stand on the meeting, and on no other."""
            current, why = case.round(self.step, self.round), ItemWhy(self.why)
            before = current.items.get(self.body)
            current.items[self.body] = Item(
                body=self.body,
                meeting=self.meeting,
                day=date.fromisoformat(self.date),
                at=time.fromisoformat(self.time) if self.time else None,
                place=self.place,
                papers_in_by=_day(self.papers_in_by),
                why=why,
                reason=self.reason,
                papers_in_on=date.fromisoformat(self.papers_in_on),
                not_before=date.fromisoformat(self.not_before),
                postponed=(before.postponed if before else 0) + (why == ItemWhy.POSTPONED),
            )

    class ItemTakenOff(Event):
        """A matter is no longer an item on a meeting, and on no other one instead."""

        TOPIC: ClassVar[str] = "case.item_taken_off"
        step: str
        round: int
        body: str
        meeting: str
        date: str
        not_before: str
        why: str
        """What took it off where no other meeting is known, an `ItemWhy`; or `written`."""
        reason: str | None

        def change(self, case: Case) -> None:
            """Remember that the item waits for a meeting, and from when on one is looked for."""
            items, not_before = case.round(self.step, self.round).items, date.fromisoformat(self.not_before)
            item = replace(items[self.body], is_off=True, is_put_off=False, not_before=not_before)
            items[self.body] = item

    class BodiesReminded(Event):
        """Bodies that have not answered are reminded, by the route's rule or by the secretariat's hand."""

        TOPIC: ClassVar[str] = "case.bodies_reminded"
        step: str
        round: int
        bodies: list[str]
        due: str | None
        planned_for: datetime
        days: int | None = None
        """The rule's days from the due date, negative before it; None by hand, and in events of before it was told."""
        by_hand: bool = False

        def change(self, case: Case) -> None:
            """Remember how far the step's reminders have come, or on which day it was done by hand."""
            current = case.round(self.step, self.round)
            if not self.by_hand:
                current.reminded_until = self.planned_for
            sent = Sent(self.timestamp, BODIES, self.bodies, self.bodies, by_hand=self.by_hand)
            current.reminding.note(sent, self.days)

    class Escalated(Event):
        """Somebody else than the silent bodies is told, by the route's rule, that they have not answered."""

        TOPIC: ClassVar[str] = "case.escalated"
        step: str
        round: int
        level: str
        """Whom the rule names: `secretariat` or `leadership`."""
        told: dict[str, list[str]]
        """Each body that is told, with those of whom it is told that they are silent."""
        due: str | None
        planned_for: datetime
        days: int

        @property
        def bodies(self) -> list[str]:
            """Everybody who is silent, in the order of those told."""
            return [body for silent in self.told.values() for body in silent]

        def change(self, case: Case) -> None:
            """Remember how far the step's escalations have come."""
            sent = Sent(self.timestamp, self.level, self.bodies, list(self.told))
            case.round(self.step, self.round).reminding.note(sent, self.days)

    class DuePassed(Event):
        """A step's due date has gone by without the answers it waits for."""

        TOPIC: ClassVar[str] = "case.due_passed"
        step: str
        round: int
        due: str
        bodies: list[str]

        def change(self, case: Case) -> None:
            """Mark the round as overdue for this date."""
            case.round(self.step, self.round).overdue = _day(self.due)

    class StepCompleted(Event):
        """A round of a step has its result."""

        TOPIC: ClassVar[str] = "case.step_completed"
        step: str
        round: int
        result: str
        results: dict[str, str] | None = None
        """By ask the result, where the step has several."""

        def change(self, case: Case) -> None:
            """Close the round with its result."""
            done = case.round(self.step, self.round)
            done.complete(self.timestamp, self.originator_version, self.result)
            done.results = dict(self.results or {case.route.step(self.step).ask: self.result})

    class StepReopened(Event):
        """A correction has taken away what had completed a step; it waits for answers again."""

        TOPIC: ClassVar[str] = "case.step_reopened"
        step: str
        round: int

        def change(self, case: Case) -> None:
            """Open the round again, with the answers it has."""
            reopened = case.round(self.step, self.round)
            reopened.state, reopened.result, reopened.completed_at = StepState.OPEN, None, None
            reopened.results = {}
            reopened.reminding.since = self.timestamp

    class BodyAdded(Event):
        """The secretariat has a further body asked in a step."""

        TOPIC: ClassVar[str] = "case.body_added"
        step: str
        round: int
        body: str
        reason: str

        def change(self, case: Case) -> None:
            """Ask the body, now where the step is open, and in every later round of a step of the route."""
            current = case.round(self.step, self.round)
            is_open = current.state == StepState.OPEN
            added = current.answers.setdefault(self.body, Answer(self.body))
            added.state = AnswerState.AWAITING if is_open else AnswerState.NOT_ASKED
            current.reminding.asked[self.body] = self.timestamp
            if self.step in case.asked:
                case.asked[self.step] = [*case.asked[self.step], self.body]

    class BodyReleased(Event):
        """The secretariat no longer asks a body in a step."""

        TOPIC: ClassVar[str] = "case.body_released"
        step: str
        round: int
        body: str
        reason: str

        def change(self, case: Case) -> None:
            """Expect nothing more of the body, now and in every later round."""
            case.answer(self.step, self.round, self.body).state = AnswerState.RELEASED
            if self.step in case.asked:
                case.asked[self.step] = [body for body in case.asked[self.step] if body != self.body]

    class StepSkipped(Event):
        """A step turned out not to be needed."""

        TOPIC: ClassVar[str] = "case.step_skipped"
        step: str
        round: int
        because: str | None = None

        def change(self, case: Case) -> None:
            """Close the round without a result."""
            skipped = case.round(self.step, self.round)
            skipped.state, skipped.completed_at = StepState.SKIPPED, self.timestamp
            skipped.skipped_because = self.because

    class AnswerRecorded(Event):
        """A body has answered a step."""

        TOPIC: ClassVar[str] = "case.answer_recorded"
        step: str
        round: int
        body: str
        outcome: str
        effect: str
        decided_on: str | None
        decided_by: str | None
        reference: str | None
        remark: str | None
        version: int | None
        due: str | None
        supports: bool | None
        source: str
        message_id: str
        conditions: Sequence[Given] = field(default=(), kw_only=True)
        """What the body wants done with the matter, each with the facts of an `Addition`."""
        tasks: Sequence[Given] = field(default=(), kw_only=True)
        """What the body wants done beside it."""
        to: list[str] | None = field(default=None, kw_only=True)
        """The bodies to which questions go on."""
        bodies_due: str | None = field(default=None, kw_only=True)
        effective_on: str | None = field(default=None, kw_only=True)
        """The date from which a body joins or leaves."""
        expected_on: str | None = field(default=None, kw_only=True)
        """Of what a body has postponed: the date of the meeting to which it did so."""

        ask: str | None = None
        """Which of the step's asks `outcome` answers; None is the main one."""
        also: dict[str, str] | None = None
        """The outcomes to further asks of the step."""
        meeting_on: str | None = None
        agenda_item: str | None = None
        wording: str | None = None
        protocol: str | None = None
        dissent: list[dict[str, str | None]] | None = None
        reservation: str | None = None
        persons: list[str] | None = None
        points: list[str] | None = None

        def change(self, case: Case) -> None:
            """Put the answer in the body's place; an interim word or a recommendation leaves the body awaited."""
            self.fill(case, case.answer(self.step, self.round, self.body))
            self.put_off(case)
            add_answered(case, self)
            for ask, outcome in self.outcomes(case).items():
                if self.is_interim(case, ask):
                    case.interims.append(self.interim(ask, outcome))
            case.hear(self)

        def interim(self, ask: str, outcome: str) -> Interim:
            """What was said to an ask as a word on the way."""
            said = Interim(self.step, ask, outcome, _day(self.due), [self.message_id], remark=self.remark)
            said.to, said.bodies_due = list(self.to or []), _day(self.bodies_due)
            return said

        def outcomes(self, case: Case) -> dict[str, str]:
            """By ask what the body has said."""
            return {self.ask or case.route.step(self.step).ask: self.outcome, **(self.also or {})}

        def is_interim(self, case: Case, ask: str) -> bool:
            """Whether what was said to an ask is a word on the way to the body's own answer."""
            outcome = case.route.step(self.step).outcomes_by_ask[ask][self.outcomes(case)[ask]]
            return self.effect != RECOMMENDATION and outcome.meaning == Meaning.INTERIM

        def put_off(self, case: Case) -> None:
            """Let the item of a body that has postponed the matter go on another meeting."""
            items = case.round(self.step, self.round).items
            if self.is_postponement(case) and self.body in items:
                items[self.body] = replace(items[self.body], is_put_off=True, put_off_to=_day(self.expected_on))

        def is_postponement(self, case: Case) -> bool:
            """Whether the body itself has postponed the matter."""
            return POSTPONED in self.outcomes(case).values() and self.effect != RECOMMENDATION

        def fill(self, case: Case, answer: Answer) -> None:
            """Copy this event's facts into the body's answer, or into the recommendation beside it."""
            answer.messages[self.message_id] = tuple(self.outcomes(case))
            if self.effect == RECOMMENDATION:
                answer.recommendation = answer.recommendation or Answer(self.body)
                answer.recommendation.messages[self.message_id] = tuple(self.outcomes(case))
                self._copy(case, answer.recommendation)
                return
            self._copy(case, answer)
            if self.is_postponement(case):
                answer.expected_on = self.expected_on
            for ask in self.outcomes(case):
                if self.is_interim(case, ask):
                    answer.settled.pop(ask, None)
                else:
                    answer.settled[ask] = self.effect
            if all(ask in answer.settled for ask in case.route.step(self.step).asks):
                answer.state = AnswerState.ANSWERED
            elif answer.state in {AnswerState.DELAYED, AnswerState.ANSWERED}:
                answer.state = AnswerState.AWAITING

        def concerned_version(self, case: Case, _: Answer) -> int:
            """The version of the papers that was answered: the one named, else the newest."""
            return self.version or case.newest_version

        def _copy(self, case: Case, place: Answer) -> None:
            """Copy the facts; what the body said with another message to another ask stays where this one is silent."""
            outcomes = self.outcomes(case)
            is_all = place.words.keys() <= outcomes.keys()
            for name in _ANSWER_FIELDS:
                value = getattr(self, name)
                if is_all or value is not None:
                    setattr(place, name, value)
            place.recorded_at, place.concerned_version = self.timestamp, self.concerned_version(case, place)
            place.words |= outcomes
            place.outcome = place.words.get(case.route.step(self.step).ask)

    class AnswerCorrected(AnswerRecorded):
        """A body has put right what it answered before; the earlier answer stays in the log."""

        TOPIC: ClassVar[str] = "case.answer_corrected"
        corrects: str = field(kw_only=True)
        """The message id of the answer that was wrong."""

        def change(self, case: Case) -> None:
            """Put the right values in place of the wrong ones; a participant's newer word stands."""
            answer = case.answer(self.step, self.round, self.body)
            answer.roots[self.message_id] = answer.root(self.corrects)
            if POSTPONED not in answer.words.values() or self.expected_on not in {None, answer.expected_on}:
                self.put_off(case)
            if case.hear_again(self):
                self.put_right(case, answer)
            else:
                answer.messages[self.message_id] = tuple(self.outcomes(case))
            replace_corrected(case, self, answer)

        def put_right(self, case: Case, answer: Answer) -> None:
            """Let the body's place, or the recommendation beside it, hold the right values."""
            self._take_back(case, answer)
            self.fill(case, answer)
            place = answer.recommendation if self.effect == RECOMMENDATION else answer
            if place is not None:
                place.corrected = True
            for ask in self.outcomes(case):
                case.correct_interim(self, ask, still_interim=self.is_interim(case, ask))

        def concerned_version(self, case: Case, place: Answer) -> int:
            """The version named, else the one that the wrong answer was about."""
            return self.version or place.concerned_version or case.newest_version

        def _take_back(self, case: Case, answer: Answer) -> None:
            """Remove a recommendation that was the body's own answer, or an answer that was a recommendation."""
            recommended = answer.recommendation
            was_recommended = recommended is not None and self.corrects in recommended.messages
            if was_recommended == (self.effect == RECOMMENDATION):
                return
            place = recommended if was_recommended and recommended else answer
            place.forget(answer.messages[self.corrects])
            place.outcome = place.words.get(case.route.step(self.step).ask)
            if was_recommended and not place.words:
                answer.recommendation = None
            elif not was_recommended and answer.state in {AnswerState.DELAYED, AnswerState.ANSWERED}:
                answer.state = AnswerState.AWAITING

    class DelayReported(Event):
        """A body has said that it will not make the date."""

        TOPIC: ClassVar[str] = "case.delay_reported"
        step: str
        round: int
        body: str
        effect: str
        expected_on: str | None
        remark: str | None
        source: str
        message_id: str

        def change(self, case: Case) -> None:
            """Mark the body as delayed."""
            answer = case.answer(self.step, self.round, self.body)
            answer.state, answer.recorded_at = AnswerState.DELAYED, self.timestamp
            for name in ("effect", "expected_on", "remark", "source", "message_id"):
                setattr(answer, name, getattr(self, name))
            answer.messages[self.message_id] = ()

    class ConditionSet(Event):
        """The secretariat has recorded a condition of a body that had answered."""

        TOPIC: ClassVar[str] = "case.condition_set"
        step: str
        round: int
        body: str
        message_id: str
        """The body's message that the condition hangs on."""
        given: Given

        def change(self, case: Case) -> None:
            """Tell the condition that the answer left untold, or number a further one."""
            set_afterwards(case, self)

    class ConditionMet(Event):
        """A condition is met in a version of the papers."""

        TOPIC: ClassVar[str] = "case.condition_met"
        condition: int
        version: int

        def change(self, case: Case) -> None:
            """Mark the condition as met."""
            met = case.conditions[self.condition - 1]
            met.settle(State.MET, self.timestamp)
            met.version = self.version

    class ConditionWaived(Event):
        """A condition need not be met after all."""

        TOPIC: ClassVar[str] = "case.condition_waived"
        condition: int
        reason: str

        def change(self, case: Case) -> None:
            """Mark the condition as waived."""
            case.conditions[self.condition - 1].settle(State.WAIVED, self.timestamp, self.reason)

    class ContradictionMarked(Event):
        """Conditions have turned out to contradict each other."""

        TOPIC: ClassVar[str] = "case.contradiction_marked"
        between: list[int]
        reason: str | None

        def change(self, case: Case) -> None:
            """Number the contradiction."""
            number = len(case.contradictions) + 1
            case.contradictions.append(Contradiction(number, list(self.between), self.reason, self.timestamp))

    class ContradictionSettled(Event):
        """It is settled which of conditions that contradict each other stand."""

        TOPIC: ClassVar[str] = "case.contradiction_settled"
        contradiction: int
        stand: list[int]
        reason: str

        def change(self, case: Case) -> None:
            """Settle the contradiction and waive what was open and does not stand."""
            settled = case.contradictions[self.contradiction - 1]
            settled.stand, settled.settled_reason, settled.settled_at = list(self.stand), self.reason, self.timestamp
            for number in settled.conditions:
                condition = case.conditions[number - 1]
                if condition.is_open and number not in self.stand:
                    condition.settle(State.WAIVED, self.timestamp, self.reason)

    class TaskChased(Event):
        """The secretariat has asked after a task."""

        TOPIC: ClassVar[str] = "case.task_chased"
        task: int

        def change(self, case: Case) -> None:
            """Count the chasing."""
            chased = case.tasks[self.task - 1]
            chased.chased, chased.chased_at = chased.chased + 1, self.timestamp

    class TaskDone(Event):
        """A task is done."""

        TOPIC: ClassVar[str] = "case.task_done"
        task: int
        done_on: str
        done_by: str | None

        def change(self, case: Case) -> None:
            """Mark the task as done."""
            done = case.tasks[self.task - 1]
            done.settle(State.DONE, self.timestamp)
            done.done_on, done.done_by = self.done_on, self.done_by

    class TaskCancelled(Event):
        """A body no longer wants a task."""

        TOPIC: ClassVar[str] = "case.task_cancelled"
        task: int
        reason: str
        body: str
        decision: int | None
        """The case's decision in which it said so."""

        def change(self, case: Case) -> None:
            """Mark the task as cancelled."""
            case.tasks[self.task - 1].cancel(self.timestamp, self.reason, self.body, self.decision)

    class DecisionMade(Event):
        """A body has decided something that nobody asked it."""

        TOPIC: ClassVar[str] = "case.decision_made"
        body: str
        text: str
        decided_on: str
        meeting_on: str | None
        reference: str | None
        tasks: list[Given]
        cancels: list[int]

        def change(self, case: Case) -> None:
            """Number the decision with its tasks, and cancel those that it calls off."""
            add_decision(case, self)

    class PaperAdded(Event):
        """A further version of the case's papers is there."""

        TOPIC: ClassVar[str] = "case.paper_added"
        number: int
        name: str
        sha256: str
        size: int

        def change(self, case: Case) -> None:
            """Add the version to the case's papers."""
            case.papers.append(Paper(self.number, self.name, self.sha256, self.size, self.timestamp))

    class VersionDeclared(Event):
        """The secretariat has said what a further version of the papers changes, and for whom."""

        TOPIC: ClassVar[str] = "case.version_declared"
        version: int
        kind: str
        """`editorial` or `material`."""
        material_for: list[str]
        """The bodies for which it is material; `all` alone for every one."""
        informed: list[str]
        """The bodies that were asked before it came."""

        def change(self, case: Case) -> None:
            """Say it of the version."""
            declared = case.papers[self.version - 1]
            declared.change, declared.material_for, declared.informed = self.kind, self.material_for, self.informed

    class DeadlineExtended(Event):
        """The case has a new deadline."""

        TOPIC: ClassVar[str] = "case.deadline_extended"
        deadline: str
        reason: str

        def change(self, case: Case) -> None:
            """Move the deadline and every open step that is due on it."""
            case.deadline = date.fromisoformat(self.deadline)
            for open_round in case.open_rounds():
                if case.route.step(open_round.step).due == "deadline":
                    open_round.move_due(case.deadline, self.timestamp)

    class Suspended(Event):
        """The secretariat has stopped the case's clocks."""

        TOPIC: ClassVar[str] = "case.suspended"
        reason: str

        def change(self, case: Case) -> None:
            """Stop the case."""
            case.status = Status.SUSPENDED
            case.suspended_at = self.timestamp

    class Resumed(Event):
        """The case goes on and every date has moved by the days it stood still."""

        TOPIC: ClassVar[str] = "case.resumed"
        moved_days: int

        def change(self, case: Case) -> None:
            """Let the case go on with its dates moved."""
            if case.suspended_at is not None:
                case.pauses.append(Pause(case.suspended_at, self.moved_days, self.timestamp))
                case.move_dates(danish_date(case.suspended_at), self.moved_days)
            case.status, case.suspended_at = Status.RUNNING, None
            moved = timedelta(days=self.moved_days)
            case.deadline = case.deadline and case.deadline + moved
            for open_round in case.open_rounds():
                open_round.due = open_round.due and open_round.due + moved
            for added in (*case.conditions, *case.tasks):
                added.move(moved)

    class AttributeSet(Event):
        """The secretariat has given, or altered, what the route asks to know of the case."""

        TOPIC: ClassVar[str] = "case.attribute_set"
        attribute: str
        value: Any
        reason: str

        def change(self, case: Case) -> None:
            """Take the value from now on; an open step that is due on it gets its new date."""
            case.attributes = {**case.attributes, self.attribute: self.value}
            for open_round in case.open_rounds():
                if case.route.step(open_round.step).due_on == self.attribute:
                    open_round.move_due(case.date_in(self.attribute), self.timestamp)

    class Migrated(Event):
        """The secretariat has moved the case to another version of its route."""

        TOPIC: ClassVar[str] = "case.migrated"
        route: str
        """The text of the version that the case now follows."""
        version: int
        asked: dict[str, list[str]]
        """For every step of that version the bodies that it asks."""
        reason: str | None

        def change(self, case: Case) -> None:
            """Follow the new text: steps that have begun go on as they are, the others stand as it says."""
            case.route_text = self.route
            case.asked = {step: list(bodies) for step, bodies in self.asked.items()}
            kept = case.rounds
            case.rounds = {step.id: case.migrated_rounds(step.id, kept) for step in case.route.steps}
            case.rounds |= {step: rounds for step, rounds in kept.items() if step in {REVISION, INQUIRY}}

    class EnteredIntoForce(Event):
        """What the case was about has entered into force."""

        TOPIC: ClassVar[str] = "case.entered_into_force"
        on: str

        def change(self, case: Case) -> None:
            """Remember the day."""
            case.in_force_on = _day(self.on)

    class EntryIntoForceMissed(Event):
        """The day of the entry into force has gone by without all that it was provided on."""

        TOPIC: ClassVar[str] = "case.entry_into_force_missed"
        expected_on: str
        steps: list[str]
        """The steps that had not ended with consent."""

        def change(self, case: Case) -> None:
            """Remember the day that was missed."""
            case.missed_entry_on = _day(self.expected_on)

    class Withdrawn(Event):
        """The secretariat has taken the case back."""

        TOPIC: ClassVar[str] = "case.withdrawn"
        reason: str

        def change(self, case: Case) -> None:
            """End the case without a result."""
            case.status, case.closed_at = Status.WITHDRAWN, self.timestamp

    class Renewed(Event):
        """The case is treated anew, in a case of its own."""

        TOPIC: ClassVar[str] = "case.renewed"
        renewal: str
        """The id of the new case."""
        concerned: list[str]
        reason: str

        def change(self, case: Case) -> None:
            """Link the new case."""
            case.renewed_by.append(self.renewal)

    class Closed(Event):
        """The case has come to the end of its route."""

        TOPIC: ClassVar[str] = "case.closed"
        status: str
        result: str | None

        def change(self, case: Case) -> None:
            """End the case with its result."""
            case.status, case.result, case.closed_at = Status(self.status), self.result, self.timestamp

    def __init__(
        self,
        *,
        route: str,
        organisation: str,
        title: str,
        reference: str | None,
        deadline: str | None,
        attributes: dict[str, Any],
        concerned: list[str],
        asked: dict[str, list[str]],
        renews: str | None = None,
    ) -> None:
        """The state of a case just opened; called by `Opened`."""
        self.commands: dict[str, int] = {}
        self.route_text = route
        self.organisation = organisation
        self.title = title
        self.reference = reference
        self.deadline = _day(deadline)
        self.attributes = attributes
        self.concerned = concerned
        self.asked = {step: list(bodies) for step, bodies in asked.items()}
        self.status = Status.RUNNING
        self.result: str | None = None
        self.opened_at: datetime
        self.closed_at: datetime | None = None
        self.suspended_at: datetime | None = None
        self.pauses: list[Pause] = []
        self.in_force_on: date | None = None
        self.missed_entry_on: date | None = None
        """The newest expected day of entry into force that went by without its provisions."""
        self.papers: list[Paper] = []
        self.interims: list[Interim] = []
        self.conditions: list[Condition] = []
        self.contradictions: list[Contradiction] = []
        self.tasks: list[Task] = []
        self.decisions: list[BodyDecision] = []
        self.words: dict[str, list[Word]] = {}
        self.renews = renews
        self.renewed_by: list[str] = []
        self.rounds: dict[str, list[Round]] = {
            step.id: [Round(step.id, 1, {body: Answer(body) for body in asked[step.id]})] for step in self.route.steps
        }

    @staticmethod
    def create_id(*_: Any, **__: Any) -> UUID:
        """A new random id."""
        return uuid4()

    @classmethod
    def start(cls, case_id: UUID, at: datetime, **facts: Any) -> Case:
        """A new case with its first event pending; `facts` are the fields of `Opened`."""
        return cls._create(event_class=cls.Opened, id=case_id, timestamp=at, **facts)

    @property
    def route(self) -> Route:
        """The version of the route that the case was opened with."""
        return parse_route(self.route_text)

    def date_in(self, attribute: str) -> date | None:
        """The date in one of the route's dated attributes, None where it is not given (yet)."""
        value = self.attributes.get(attribute)
        return None if value is None else date.fromisoformat(str(value))

    def move_dates(self, since: date, days: int) -> None:
        """Move the dates among the attributes that lie on `since` or after it."""
        for name in self.route.clock_attributes:
            day = self.date_in(name)
            if day is not None and day >= since:
                self.attributes = {**self.attributes, name: (day + timedelta(days=days)).isoformat()}

    def migrated_rounds(self, step: str, kept: dict[str, list[Round]]) -> list[Round]:
        """A step's rounds under the text that the case now follows, `kept` being those that it had."""
        rounds = kept.get(step)
        if rounds is not None and (len(rounds) > 1 or rounds[0].state != StepState.WAITING):
            return rounds
        before = rounds[0].answers if rounds else {}
        return [Round(step, 1, {body: before.get(body) or Answer(body) for body in self.asked[step]})]

    @property
    def is_open(self) -> bool:
        """Whether the case is still under way, running or suspended."""
        return self.status in OPEN_STATUSES

    def current(self, step: str) -> Round:
        """The newest round of a step."""
        return self.rounds[step][-1]

    def round(self, step: str, number: int) -> Round:
        """One round of a step."""
        return self.rounds[step][number - 1]

    def answer(self, step: str, number: int, body: str) -> Answer:
        """One body's place in one round of a step."""
        return self.round(step, number).answers[body]

    def current_rounds(self) -> Iterator[tuple[Step, Round]]:
        """Every step that has a round, in the route's order, with its newest round."""
        for step in self.route.all_steps:
            if step.id in self.rounds:
                yield step, self.current(step.id)

    def open_rounds(self) -> list[Round]:
        """The rounds that wait for answers now."""
        return [current for _, current in self.current_rounds() if current.state == StepState.OPEN]

    @property
    def newest_version(self) -> int:
        """The number of the newest papers; before the first are added, what is sent out is version 1."""
        return max(len(self.papers), 1)

    def openings(self, step: str) -> list[Round]:
        """For each time that a step was opened, the newest round that it has come to since."""
        opened: list[Round] = []
        for past in self.rounds[step]:
            if past.opened_version and past.why and opened:
                opened[-1] = past
            elif past.opened_version:
                opened.append(past)
        return opened

    @property
    def open_inquiry(self) -> Round | None:
        """The inquiry that waits for answers now, of which there is at most one."""
        return next((r for r in self.rounds.get(INQUIRY, ()) if r.state == StepState.OPEN), None)

    def correct_interim(self, correction: Case.AnswerCorrected, ask: str, *, still_interim: bool) -> None:
        """Put right the interim word that a correction names; a round that it opened goes on, its due date moved."""
        said = next((i for i in self.interims if correction.corrects in i.messages and i.ask == ask), None)
        due, outcome = _day(correction.due), correction.outcomes(self)[ask]
        if said is None:
            if still_interim:
                self.interims.append(correction.interim(ask, outcome))
            return
        said.to, said.bodies_due = list(correction.to or []), _day(correction.bodies_due)
        said.remark = correction.remark
        opened = self._round_opened_by(said)
        said.messages.append(correction.message_id)
        if opened is None and not still_interim:
            self.interims.remove(said)
        elif opened is None:
            said.outcome, said.due = outcome, due
        elif outcome == said.outcome:
            said.due = due
            if opened.state == StepState.OPEN:
                opened.move_due(due, correction.timestamp)

    def hear(self, event: Case.AnswerRecorded) -> None:
        """Keep the word of a body that joins a scheme or leaves it."""
        if _is_final_word(self, event):
            self.words.setdefault(event.step, []).append(_word(event, event.outcomes(self)[JOIN]))

    def hear_again(self, correction: Case.AnswerCorrected) -> bool:
        """Put right the word that a correction names; whether it is the newest of its body in the round."""
        words = self.words.get(correction.step, [])
        wrong = word_named(words, correction.corrects)
        if wrong is None or JOIN not in correction.outcomes(self):
            self.hear(correction)
            return True
        newest = [w for w in words if (w.body, w.round) == (wrong.body, wrong.round)][-1]
        place, is_final = words.index(wrong), _is_final_word(self, correction)
        right = [_word(correction, correction.outcomes(self)[JOIN], wrong.messages)] if is_final else []
        words[place : place + 1] = right
        return wrong is newest

    def said(self, step: str, outcome: str) -> list[Interim]:
        """The interim words of one kind in a step, oldest first: each opens a round of the step that waits for it."""
        return [interim for interim in self.interims if (interim.step, interim.outcome) == (step, outcome)]

    def _round_opened_by(self, said: Interim) -> Round | None:
        place = self.said(said.step, said.outcome).index(said)
        for step in self.route.steps:
            opening = step.opened_by
            if opening and (opening.step, opening.outcome) == (said.step, said.outcome):
                opened = self.openings(step.id)
                return opened[place] if place < len(opened) else None
        return None

    def waiting_for(self) -> list[str]:
        """The bodies whose answer an open step still awaits, each once, in the route's order.

        Where something is blocked, the secretariat comes last: it has to see to the conditions.
        """
        pending = [body for open_round in self.open_rounds() for body in open_round.pending]
        unblocking = [SECRETARIAT] if self.blocks() else []
        return list(dict.fromkeys([*pending, *unblocking])) if self.is_open else []

    def blocks(self) -> list[Block]:
        """What conditions and contradictions hold back: steps in the route's order, then the ending."""
        return find_blocks(self)

    def next_due(self) -> date | None:
        """The earliest due date of what the case waits for."""
        dues = [r.due for r in self.open_rounds() if r.due and r.pending]
        return min(dues, default=None) if self.is_open else None


_ANSWER_FIELDS = (
    "effect",
    "decided_on",
    "decided_by",
    "reference",
    "remark",
    "version",
    "due",
    "supports",
    "to",
    "bodies_due",
    "effective_on",
    "source",
    "message_id",
    *MINUTES_FIELDS,
)


def _is_final_word(case: Case, event: Case.AnswerRecorded) -> bool:
    """Whether a body has said for itself, and not only on the way, if it joins a scheme."""
    is_about = case.route.step(event.step).ask == JOIN and JOIN in event.outcomes(case)
    return is_about and event.effect != RECOMMENDATION and not event.is_interim(case, JOIN)


def _word(event: Case.AnswerRecorded, outcome: str, messages: Sequence[str] = ()) -> Word:
    """What an answer says of its body's part in a scheme; `messages` named it before."""
    decided_on = _day(event.decided_on) or danish_date(event.timestamp)
    return Word(
        body=event.body,
        round=event.round,
        outcome=outcome,
        effective_on=_day(event.effective_on) or decided_on,
        decided_on=decided_on,
        recorded_at=event.timestamp,
        messages=[*messages, event.message_id],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
