# SPDX-License-Identifier: EUPL-1.2
"""The `Cases` application: one method a command, idempotent by command id, each returning its place in the log."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.postgres import PostgresApplicationRecorder

from domain import settling
from domain.answering import Message, Reply, answer, correct, delay, find_step
from domain.asks import ASKS, SUBMITTED
from domain.attributes import attribute_faults, check_attributes, set_facts
from domain.case import AnswerState, Case, Round, Status, StepState
from domain.commands import ENGINE, Actor, Command
from domain.committing import Committer, Decided, Decision, Rehearsal
from domain.dates import check_day, danish_date
from domain.errors import (
    AlreadyAnsweredError,
    CaseEndedError,
    CaseNotFoundError,
    ConflictError,
    InvalidError,
    StepNotOpenError,
)
from domain.following import next_wake, what_follows
from domain.inquiring import Inquiry, check_known, end_inquiry, inquire
from domain.migrating import migration_facts, newer_version
from domain.participation import JOIN
from domain.placing import InWriting, Placing, place_item, settle_in_writing
from domain.reminding import remind
from domain.renewing import Renewal, asked_again, check_renewable, renewed_title
from domain.texts import optional, required
from domain.versions import NewPaper, add_paper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from domain.additions import Addition
    from domain.calendar import WorkingDays
    from domain.meetings import Calendars
    from domain.organisation import Organisation
    from domain.route import Route, Step

MAX_TITLE = 300
"""The longest title, in characters."""


@dataclass(frozen=True)
class Taken:
    """A command's result: the newest event it wrote, its place in the log, and what it did."""

    case_id: UUID
    version: int
    position: int
    effect: str


@dataclass(frozen=True)
class Standing:
    """How a case stands after the process has taken every step due; instants are UTC."""

    case: Case
    wake_at: datetime | None


@dataclass(frozen=True)
class Logged:
    """An event and its place in the log."""

    position: int
    event: Case.Event


class Cases(Application[UUID]):
    """The commands of every case; each commits its events before it returns."""

    name = "cases"

    def __init__(
        self,
        *,
        organisation: Organisation,
        clock: Callable[[], datetime],
        env: Mapping[str, str] | None = None,
        calendars: Callable[[], Calendars] | None = None,
    ) -> None:
        """Work for one `organisation`; `clock` (aware UTC) gives recorded times, `env` names the database.

        `calendars` gives the bodies' meetings as they stand; without it they are those of the organisation's files.
        """
        super().__init__(env=env)
        self.organisation = organisation
        self.clock = clock
        self.calendars = calendars or (lambda: organisation.calendars)
        self._committer = Committer(self._find, self.save)

    @property
    def working_days(self) -> WorkingDays:
        """The days on which reminders go out."""
        return self.organisation.calendars.working_days

    # Commands of the secretariat

    def open(
        self,
        command: Command,
        *,
        route: str,
        title: str,
        deadline: date | None = None,
        reference: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        concerned: Sequence[str] = (),
        case_id: UUID | None = None,
    ) -> Taken:
        """Open a case along the newest version of a route; raises `InvalidError` for what cannot be.

        A deadline may be past: a case that is late already is late on the record too.
        """
        case_id = case_id or uuid4()
        at = self.clock()
        chosen = self._route(route)
        _check_opening(title, deadline, danish_date(at))
        check_attributes(chosen, attributes or {}, danish_date(at), self._is_case)
        facts = {
            "reference": optional(reference, "reference"),
            "concerned": list(concerned),
            "asked": self.organisation.asked_by(chosen, danish_date(at), concerned),
            **self._opening(chosen, title, deadline, attributes or {}),
        }

        def decide(found: Case | None) -> Decided:
            if found is not None:
                return _repeat(found, found.commands.get(command.id))
            case = Case.start(case_id, at, actor=command.actor.as_dict(), command_id=command.id, **facts)
            return Decided(case, "counted", case.version)

        return self._commit(case_id, decide)

    def renew(self, case_id: UUID, command: Command, renewal: Renewal) -> Taken:
        """Treat a decided case anew, in a case of its own that asks only those concerned again; raises a refusal.

        The result is the new case's opening. Both cases are committed together; a repeat gives the same new case.
        """
        new_id = uuid5(case_id, f"renewal:{command.id}")

        def decide(found: Case | None) -> Decided:
            case = _existing(found)
            if version := case.commands.get(command.id):
                return Decided(case, "repeated", version)
            at, actor = self._now(case), command.actor.as_dict()
            opening = self._renewed_opening(case, danish_date(at), renewal)
            told = {"concerned": opening["concerned"], "reason": required(renewal.reason, "reason")}
            new = Case.start(new_id, at, actor=actor, command_id=command.id, **opening)
            self._trigger(case, Case.Renewed, at, command, renewal=str(new_id), **told)
            return Decided(case, "counted", case.version, also=new)

        decided, _ = self._committer.commit(Decision(case_id, decide))
        return Taken(new_id, 1, self.position(new_id, 1), decided.effect)

    def inquire(self, case_id: UUID, command: Command, inquiry: Inquiry) -> Taken:
        """Ask named bodies a question on the way, with a due date of its own; raises a refusal."""
        known = self.organisation.bodies
        return self._execute(case_id, command, lambda case, at: inquire(case, at, command, inquiry, known))

    def end_inquiry(self, case_id: UUID, command: Command, reason: str) -> Taken:
        """End the open inquiry with what has come; raises `StepNotOpenError` where none is open."""
        return self._execute(case_id, command, lambda case, at: end_inquiry(case, at, command, reason))

    def remind(self, case_id: UUID, command: Command, bodies: Sequence[str] = (), step: str | None = None) -> Taken:
        """Remind bodies now, all that have said nothing where none is named; raises `ConflictError` where none is."""
        return self._execute(case_id, command, lambda case, at: remind(case, at, command, bodies, step))

    def withdraw(self, case_id: UUID, command: Command, reason: str) -> Taken:
        """Take a case back; raises `CaseEndedError` when it has ended."""

        def decide(case: Case, at: datetime) -> str:
            _check_open(case)
            self._trigger(case, Case.Withdrawn, at, command, reason=required(reason, "reason"))
            return "counted"

        return self._execute(case_id, command, decide)

    def suspend(self, case_id: UUID, command: Command, reason: str) -> Taken:
        """Stop a case's clocks; raises `ConflictError` unless it runs."""

        def decide(case: Case, at: datetime) -> str:
            _check_open(case)
            if case.status == Status.SUSPENDED:
                what = "the case is suspended already"
                raise ConflictError(what, "resume it, or leave it so")
            self._trigger(case, Case.Suspended, at, command, reason=required(reason, "reason"))
            return "counted"

        return self._execute(case_id, command, decide)

    def resume(self, case_id: UUID, command: Command) -> Taken:
        """Let a suspended case go on, its dates moved by the days it stood still; raises `ConflictError`."""

        def decide(case: Case, at: datetime) -> str:
            _check_open(case)
            if case.suspended_at is None:
                what = "the case is not suspended"
                raise ConflictError(what, "only a suspended case can be resumed")
            moved = (danish_date(at) - danish_date(case.suspended_at)).days
            self._trigger(case, Case.Resumed, at, command, moved_days=moved)
            return "counted"

        return self._execute(case_id, command, decide)

    def extend(self, case_id: UUID, command: Command, deadline: date, reason: str) -> Taken:
        """Give a case a new deadline; raises `InvalidError` for one that is past."""

        def decide(case: Case, at: datetime) -> str:
            _check_open(case)
            _check_new_deadline(deadline, danish_date(at))
            if deadline == case.deadline:
                raise ConflictError(f"the deadline is {deadline} already", "nothing is to be done", "deadline")
            facts = {"deadline": deadline.isoformat(), "reason": required(reason, "reason")}
            self._trigger(case, Case.DeadlineExtended, at, command, **facts)
            return "counted"

        return self._execute(case_id, command, decide)

    def set_attribute(self, case_id: UUID, command: Command, *, attribute: str, value: Any, reason: str) -> Taken:
        """Set or alter what the route asks to know; steps that have begun keep their course, open ones move with it.

        Raises `InvalidError` for what the route does not ask about or take, `ConflictError` where it is so already.
        """

        def decide(case: Case, at: datetime) -> str:
            _check_open(case)
            facts = set_facts(case, attribute, value, danish_date(at), self._is_case)
            self._trigger(case, Case.AttributeSet, at, command, **facts, reason=required(reason, "reason"))
            return "counted"

        return self._execute(case_id, command, decide)

    def migrate(self, case_id: UUID, command: Command, *, to_version: int, reason: str | None = None) -> Taken:
        """Let a case follow a newer version of its route; raises `SeveralConflictsError` with all that hinders it."""

        def decide(case: Case, at: datetime) -> str:
            _check_open(case)
            route, today = newer_version(self.organisation, case.route, to_version), danish_date(at)
            faults = attribute_faults(route, case.attributes, today, self._is_case)
            facts = migration_facts(case, route, lambda s: self.organisation.asked_of(s, today, case.concerned), faults)
            self._trigger(case, Case.Migrated, at, command, **facts, reason=optional(reason, "reason"))
            return "counted"

        return self._execute(case_id, command, decide)

    def submit(
        self,
        case_id: UUID,
        command: Command,
        *,
        step: str | None = None,
        submitted_on: date | None = None,
        reference: str | None = None,
    ) -> Taken:
        """Answer a step of the secretariat's own: the named one, else the route's submission that is not on demand.

        Raises `StepNotOpenError` before the step is open; a step submitted before gives the effect `repeated`.
        """

        def decide(case: Case, at: datetime) -> str:
            chosen = _submission(case, step)
            _check_submitted_on(submitted_on, danish_date(at))
            outcome = ASKS[chosen.ask].plain_consent
            reply = Reply(outcome, submitted_on or danish_date(at), reference=reference, step=chosen.id)
            return answer(case, at, Message(_only_body(case, chosen), reply, command, "secretariat"))

        return self._execute(case_id, command, decide, lambda case: _submitted(case, step))

    def resubmit(self, case_id: UUID, command: Command) -> Taken:
        """Answer the open revision, so that the step that was sent back is asked again; raises `StepNotOpenError`."""

        def decide(case: Case, at: datetime) -> str:
            revision = case.route.revision
            if revision.id not in case.rounds or case.current(revision.id).state != StepState.OPEN:
                what = "no revision is open"
                raise StepNotOpenError(what, "a case is resubmitted after a body has rejected or returned it")
            reply = Reply("resubmitted", danish_date(at), step=revision.id)
            return answer(case, at, Message(_only_body(case, revision), reply, command, "secretariat"))

        return self._execute(case_id, command, decide)

    def add_paper(self, case_id: UUID, command: Command, **paper: Any) -> Taken:
        """Add a version of the case's papers, by the fields of `NewPaper`; raises `InvalidError`."""

        def decide(case: Case, at: datetime) -> str:
            _check_open(case)
            return add_paper(case, at, command, NewPaper(**paper))

        return self._execute(case_id, command, decide)

    def add_body(self, case_id: UUID, command: Command, *, step: str, body: str, reason: str) -> Taken:
        """Have a further body asked in a step that is not over, or that bodies may join at any time.

        Raises `InvalidError` or `ConflictError`.
        """

        def decide(case: Case, at: datetime) -> str:
            current = _takes_more(case, step)
            self._check_body(body)
            if body in current.asked:
                what = f"the step {step!r} asks this body already"
                raise ConflictError(what, "nothing is to be done", "body")
            facts = {"step": step, "round": current.number, "body": body, "reason": required(reason, "reason")}
            self._trigger(case, Case.BodyAdded, at, command, **facts)
            return "counted"

        return self._execute(case_id, command, decide)

    def release_body(self, case_id: UUID, command: Command, *, step: str, body: str, reason: str) -> Taken:
        """Ask a body no longer in a step; raises `ConflictError` where it has answered or is the last one."""

        def decide(case: Case, at: datetime) -> str:
            current = _unfinished(case, step)
            if body not in current.asked:
                what = f"the step {step!r} does not ask the body {body!r}"
                raise InvalidError(what, f"choose one of {', '.join(current.asked)}", "body")
            if current.asked[body].state == AnswerState.ANSWERED:
                raise AlreadyAnsweredError("the body has answered", "its answer stands; it can be corrected", "body")
            if len(current.asked) == 1:
                raise ConflictError("the step asks nobody else", "add another body first", "body")
            facts = {"step": step, "round": current.number, "body": body, "reason": required(reason, "reason")}
            self._trigger(case, Case.BodyReleased, at, command, **facts)
            return "counted"

        return self._execute(case_id, command, decide)

    # Agendas

    def place_item(self, case_id: UUID, command: Command, wish: Placing) -> Taken:
        """Put a matter on another meeting of a body that it waits for; a late one needs a reason. Raises a refusal."""
        calendars = self.calendars()
        return self._execute(case_id, command, lambda case, at: place_item(case, at, command, wish, calendars))

    def settle_in_writing(self, case_id: UUID, command: Command, wish: InWriting) -> Taken:
        """Have a step settled in writing that is open at a meeting; raises a refusal.

        By an objection, or where not all are heard by its due date, it goes back to the next meeting.
        """
        return self._execute(case_id, command, lambda case, at: settle_in_writing(case, at, command, wish))

    # What bodies add to their answers, and decide unasked

    def set_condition(
        self, case_id: UUID, command: Command, body: str, addition: Addition, step: str | None = None
    ) -> Taken:
        """Set a condition for a body that has answered; where its answer left one untold, that one is told."""
        return self._settle(case_id, command, lambda desk: settling.set_condition(desk, body, addition, step))

    def meet_condition(self, case_id: UUID, command: Command, number: int, version: int) -> Taken:
        """Mark a condition as met in a version of the papers."""
        return self._settle(case_id, command, lambda desk: settling.meet_condition(desk, number, version))

    def waive_condition(self, case_id: UUID, command: Command, number: int, reason: str) -> Taken:
        """Let a condition go."""
        return self._settle(case_id, command, lambda desk: settling.waive_condition(desk, number, reason))

    def mark_contradiction(
        self, case_id: UUID, command: Command, conditions: Sequence[int], reason: str | None = None
    ) -> Taken:
        """Mark open conditions as contradicting each other; until it is settled this blocks as they would."""
        return self._settle(case_id, command, lambda desk: settling.mark_contradiction(desk, conditions, reason))

    def settle_contradiction(
        self, case_id: UUID, command: Command, number: int, *, stand: Sequence[int], reason: str
    ) -> Taken:
        """Say which of contradicting conditions stand; the others that are open are thereby waived."""
        return self._settle(case_id, command, lambda desk: settling.settle_contradiction(desk, number, stand, reason))

    def chase_task(self, case_id: UUID, command: Command, number: int) -> Taken:
        """Note that the secretariat has asked after a task."""
        return self._settle(case_id, command, lambda desk: settling.chase_task(desk, number))

    def finish_task(
        self, case_id: UUID, command: Command, number: int, *, done_on: date | None = None, done_by: str | None = None
    ) -> Taken:
        """Mark a task as done on a day, by whom."""
        return self._settle(case_id, command, lambda desk: settling.finish_task(desk, number, done_on, done_by))

    def cancel_task(
        self,
        case_id: UUID,
        command: Command,
        number: int,
        *,
        reason: str,
        body: str | None = None,
        decision: int | None = None,
    ) -> Taken:
        """Mark a task as called off by a body, or by a decision that stands on the case."""
        if body is not None:
            self._check_body(body)
        return self._settle(case_id, command, lambda desk: settling.cancel_task(desk, number, reason, body, decision))

    def decide(self, case_id: UUID, command: Command, decision: settling.Unasked) -> Taken:
        """Record what a body, any there is, has decided unasked; a case that has ended takes it too."""
        self._check_body(decision.body)
        return self._settle(case_id, command, lambda desk: settling.add_decision(desk, decision))

    # Answers of bodies

    def answer(self, case_id: UUID, command: Command, body: str, reply: Reply, source: str) -> Taken:
        """Take a body's answer; the effect is `counted`, `early`, `late`, `recommendation` or `repeated`."""
        return self._take(answer, case_id, Message(body, reply, command, source))

    def delay(self, case_id: UUID, command: Command, body: str, reply: Reply, source: str) -> Taken:
        """Take a body's word that it will not make the date."""
        return self._take(delay, case_id, Message(body, reply, command, source))

    def correct(self, case_id: UUID, command: Command, body: str, reply: Reply, source: str) -> Taken:
        """Take the right values in place of an earlier answer's."""
        return self._take(correct, case_id, Message(body, reply, command, source))

    # The process

    def advance(self, case_id: UUID) -> Standing:
        """Take every step due now and commit; safe to repeat at any time.

        Where a meeting was changed meanwhile it goes on once more, so that no case is left on an older calendar.
        """
        calendars = self.calendars()
        standing = self._advance_by(case_id, calendars)
        while (newest := self.calendars()) is not calendars:
            calendars, standing = newest, self._advance_by(case_id, newest)
        return standing

    def _advance_by(self, case_id: UUID, calendars: Calendars) -> Standing:
        standing: list[Standing] = []

        def decide(found: Case | None) -> Decided:
            case = _existing(found)
            at = self._now(case)
            actor = Actor("sagsgang", ENGINE, "workflow").as_dict()
            leadership = self.organisation.leadership_of
            while following := what_follows(case, at, calendars, leadership):
                case.trigger_event(following.event, timestamp=at, actor=actor, command_id="", **following.facts)
            # A copy: decisions that share the commit go on with the case itself.
            standing[:] = [Standing(deepcopy(case), next_wake(case, at, calendars))]
            return Decided(case, "counted", case.version)

        self._committer.commit(Decision(case_id, decide))
        return standing[0]

    def rehearse(
        self, case_id: UUID, act: Callable[[Cases], object], calendars: Calendars | None = None
    ) -> list[Case.Event]:
        """The events that a command would write, with all that the process would do at once; nothing is committed.

        `act` gives the command to the cases that it is handed; those of a case that it opens beside come last. With
        `calendars` as if the bodies met by these. Raises what the command raises.
        """
        rehearsal = Rehearsal(self._find)
        cases = _Rehearsed(self, rehearsal)
        if calendars is not None:
            cases.calendars = lambda: calendars
        act(cases)
        for touched in dict.fromkeys([case_id, *rehearsal.touched]):
            cases.advance(touched)
        return rehearsal.events()

    # Reading the log

    def get(self, case_id: UUID, *, version: int | None = None) -> Case:
        """The case as its events make it, up to `version` where given; raises `CaseNotFoundError`."""
        return _existing(self._find(case_id, version))

    def read_log(self, start: int, limit: int) -> list[Logged]:
        """Up to `limit` events from position `start` on, in the log's order."""
        notifications = self.recorder.select_notifications(start=start, limit=limit)
        return [Logged(n.id, self._event(n)) for n in notifications]

    def history(self, case_id: UUID) -> Iterator[Case.Event]:
        """Every event of a case, oldest first."""
        for stored in self.recorder.select_events(case_id):
            yield self._event(stored)

    def position(self, case_id: UUID, version: int) -> int:
        """The place in the log of one event of a case."""
        if isinstance(self.recorder, PostgresApplicationRecorder):
            with self.recorder.datastore.transaction(commit=False) as cursor:
                cursor.execute(
                    "SELECT notification_id FROM cases_events WHERE originator_id = %s AND originator_version = %s",
                    (case_id, version),
                )
                row = cursor.fetchone()
                return int(row["notification_id"]) if row else 0
        return self._position_in_memory(case_id, version)

    def _event(self, stored: Any) -> Case.Event:
        event = self.mapper.to_domain_event(stored)
        if not isinstance(event, Case.Event):
            raise TypeError(stored.topic)
        return event

    def _position_in_memory(self, case_id: UUID, version: int) -> int:
        every = self.recorder.select_notifications(start=None, limit=self.recorder.max_notification_id() or 1)
        return next((n.id for n in every if (n.originator_id, n.originator_version) == (case_id, version)), 0)

    # Executing a command

    def _execute(
        self,
        case_id: UUID,
        command: Command,
        decide: Callable[[Case, datetime], str],
        done_before: Callable[[Case], int | None] = lambda _: None,
    ) -> Taken:
        """Decide on the newest state and commit, unless the command, or one to the same end, was taken before."""

        def decide_once(found: Case | None) -> Decided:
            case = _existing(found)
            version = case.commands.get(command.id) or done_before(case)
            if version:
                return _repeat(case, version)
            effect = decide(case, self._now(case))
            return Decided(case, effect, case.version)

        return self._commit(case_id, decide_once)

    def _settle(self, case_id: UUID, command: Command, act: Callable[[settling.Desk], str]) -> Taken:
        return self._execute(case_id, command, lambda case, at: act(settling.Desk(case, at, command)))

    def _check_body(self, body: str) -> None:
        if body not in self.organisation.bodies:
            what = f"there is no body {body!r}"
            raise InvalidError(what, "choose an id that `sagsgang body list` prints", "body")

    def _take(self, take: Callable[[Case, datetime, Message], str], case_id: UUID, message: Message) -> Taken:
        """Take a body's message, the body's groups being those of the day."""
        check_known(message.reply.to, self.organisation.bodies, "to")

        def decide(case: Case, at: datetime) -> str:
            groups = self.organisation.groups_of(message.body, danish_date(at))
            return take(case, at, replace(message, groups=groups))

        return self._execute(case_id, message.command, decide)

    def _commit(self, case_id: UUID, decide: Callable[[Case | None], Decided]) -> Taken:
        decided, position = self._committer.commit(Decision(case_id, decide))
        version = decided.version
        return Taken(case_id, version, position or self.position(case_id, version), decided.effect)

    def _find(self, case_id: UUID, version: int | None = None) -> Case | None:
        try:
            return self.repository.get(case_id, version=version)
        except AggregateNotFoundError:
            return None

    def _now(self, case: Case) -> datetime:
        """Recorded times of one case never go back, whatever the machines' clocks do."""
        return max(self.clock(), case.modified_on)

    @staticmethod
    def _trigger(case: Case, event: type[Case.Event], at: datetime, command: Command, **facts: Any) -> None:
        actor = command.actor.as_dict()
        case.trigger_event(event, timestamp=at, actor=actor, command_id=command.id, **facts)

    def _route(self, route: str) -> Route:
        if route not in self.organisation.routes:
            what = f"there is no route {route!r}"
            raise InvalidError(what, f"choose one of {', '.join(sorted(self.organisation.routes))}", "route")
        return self.organisation.routes[route]

    def _opening(
        self, route: Route, title: str, deadline: date | None, attributes: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The facts that every opening along a route has."""
        return {
            "route": route.text,
            "organisation": self.organisation.id,
            "title": title.strip(),
            "deadline": deadline.isoformat() if deadline else None,
            "attributes": dict(attributes),
        }

    def _renewed_opening(self, case: Case, day: date, renewal: Renewal) -> dict[str, Any]:
        """The facts by which a renewed treatment of a case opens on a Danish date."""
        check_renewable(case)
        route, values = self._route(case.route.id), {**case.attributes, **renewal.attributes}
        title = renewed_title(case, MAX_TITLE) if renewal.title is None else renewal.title
        _check_opening(title, renewal.deadline, day)
        check_attributes(route, values, day, self._is_case)
        today = {step.id: self.organisation.asked_of(step, day, case.concerned) for step in route.steps}
        return {
            "reference": case.reference,
            "concerned": list(dict.fromkeys(renewal.concerned)),
            "asked": asked_again(case, route, today, renewal.concerned),
            "renews": str(case.id),
            **self._opening(route, title, renewal.deadline, values),
        }

    def _is_case(self, case_id: UUID) -> bool:
        return self._find(case_id) is not None


class _Rehearsed(Cases):
    """The same cases on the same database, whose commands commit nothing."""

    def __init__(self, cases: Cases, rehearsal: Rehearsal) -> None:
        """Share everything with `cases` but what commits."""
        self.__dict__ |= vars(cases)
        self._committer = rehearsal

    def __del__(self) -> None:
        """Leave the database open: it belongs to the cases that this is a rehearsal of."""


def _existing(found: Case | None) -> Case:
    if found is None:
        what = "there is no such case"
        raise CaseNotFoundError(what, "look the id up in the list of cases", "id")
    return found


def _repeat(case: Case, version: int | None) -> Decided:
    """What was written before stands for the command; raises `ConflictError` where another command wrote it."""
    if version is None:
        what = "another case has this id"
        raise ConflictError(what, "use a new Idempotency-Key", "id")
    return Decided(case, "repeated", version)


def _check_open(case: Case) -> None:
    if not case.is_open:
        what = f"the case has ended as {case.status}"
        raise CaseEndedError(what, "open a new case if the matter goes on")


def _unfinished(case: Case, step: str) -> Round:
    """The newest round of a step that is waiting or open, in a case that is not over."""
    _check_open(case)
    current = case.current(find_step(case, step).id)
    if current.state not in {StepState.WAITING, StepState.OPEN}:
        raise ConflictError(f"the step {step!r} is {current.state}", "choose a step that waits or is open", "step")
    return current


def _takes_more(case: Case, step: str) -> Round:
    """The newest round of a step that may ask a further body: of a scheme also later, as long as it came to be."""
    is_scheme = find_step(case, step).ask == JOIN and case.current(step).state != StepState.SKIPPED
    return case.current(step) if is_scheme and case.status != Status.WITHDRAWN else _unfinished(case, step)


def _check_opening(title: str, deadline: date | None, today: date) -> None:
    if len(required(title, "title")) > MAX_TITLE:
        what = f"the title has {len(title)} characters"
        raise InvalidError(what, f"write at most {MAX_TITLE}", "title")
    check_day(deadline, "deadline", today)


def _check_new_deadline(deadline: date, today: date) -> None:
    if deadline < today:
        what = f"the deadline {deadline} is before today, {today}"
        raise InvalidError(what, "give a date from today on", "deadline")
    check_day(deadline, "deadline", today)


def _submission(case: Case, step_id: str | None) -> Step:
    """The step that a submission answers."""
    submits = [step for step in case.route.steps if step.ask in SUBMITTED]
    if step_id is None:
        in_order = sorted((step for step in submits if not step.is_on_demand), key=lambda step: step.ask != "submit")
        found = next(iter(in_order), None)
    else:
        found = find_step(case, step_id) if step_id in {step.id for step in submits} else None
    if found is None:
        what = f"the route has no step {step_id or 'submit'!r} to submit"
        raise InvalidError(what, f"choose one of {', '.join(s.id for s in submits) or 'another route'}", "step")
    return found


def _check_submitted_on(submitted_on: date | None, today: date) -> None:
    if submitted_on is not None and submitted_on > today:
        what = f"the submission is dated {submitted_on}, which is after today, {today}"
        raise InvalidError(what, "give the date on which it was sent", "submitted_on")


def _submitted(case: Case, step_id: str | None) -> int | None:
    """The version of the event that submitted a step before, or None."""
    chosen = _submission(case, step_id)
    answers = case.current(chosen.id).answers.values()
    message = next((a.message_id for a in answers if a.outcome == ASKS[chosen.ask].plain_consent), None)
    return case.commands.get(message) if message else None


def _only_body(case: Case, step: Step) -> str:
    return next(iter(case.current(step.id).answers))
