# SPDX-License-Identifier: EUPL-1.2
"""Runs a route in memory: the real commands under a turned calendar, with answers that are chosen, plain or random."""

from __future__ import annotations

import tomllib
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from domain.answering import Reply
from domain.asks import ASKS, WITH_DUE_DATE, Meaning
from domain.calendar import YEARS
from domain.case import AnswerState, StepState
from domain.cases import Cases
from domain.commands import Actor, Command
from domain.dates import at_danish_time, danish_date
from domain.drawing import layers_of
from domain.errors import InvalidError
from domain.faults import did_you_mean, quoted
from domain.organisation import SECRETARIAT, BodyKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from domain.case import Answer, Case, Round
    from domain.organisation import Organisation
    from domain.route import Route, Step

DELAYED, SILENT = "delayed", "silent"
"""What may be chosen beside an ask's outcomes: to say that one is delayed (and answer later), or nothing."""
LONGEST = timedelta(days=3 * 365)
"""A simulated case is left where it stands after this time."""
MOST_TURNS = 2_000
"""And after so many moments at which something happened."""
MOST_REVISIONS = 2
"""How often random answers send a matter back."""

_MEMORY = {"PERSISTENCE_MODULE": "eventsourcing.popo"}
_OPENING_HOUR, _ANSWERING_HOUR = time(10), time(11)
_USUAL_DAYS = {"meeting": 35, "written_procedure": 7, "own_process": 40}
"""Within how many days an answer is plausible, by the step's mode, where it has no due date."""
_DAYS_TO_REPLY = 30
_DAYS_TO_UNBLOCK = 14
_DAYS_A_LAYER, _DAYS_TO_DEADLINE = 30, 45
_CHANCES = {
    Meaning.CONSENT: 30.0,
    Meaning.DISSENT: 3.0,
    Meaning.INTERIM: 6.0,
    Meaning.UNRECORDED: 3.0,
    Meaning.RETURN: 1.0,
    Meaning.REJECTION: 1.0,
    Meaning.OBJECTION: 1.0,
}
"""How likely an outcome is by what it means; the plain consent is five times as likely as another."""
_SENT_BACK = {Meaning.RETURN, Meaning.REJECTION}
_DELAY_CHANCE = 0.06


@dataclass(frozen=True)
class Wishes:
    """How a simulation is to run: what is not said is invented."""

    start: date
    seed: int | None = None
    """Of the random answers; without it every body gives its plain consent in good time."""
    answers: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    """By step and body what is answered, one word for each time that the body is asked there."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    concerned: Sequence[str] = ()


@dataclass(frozen=True)
class Simulated:
    """A case that was simulated, with everything that happened to it, oldest first."""

    case: Case
    events: tuple[Case.Event, ...]


@dataclass(frozen=True)
class _Planned:
    """What a body will say, and when (UTC)."""

    at: datetime
    step: str
    round: int
    body: str
    word: str


def simulate(organisation: Organisation, route_id: str, wishes: Wishes) -> Simulated:
    """Run a case along the newest version of a route until it ends, or nothing would happen any more.

    Raises `UnknownRouteError`, and `InvalidError` for answers that nobody could give or a day too far away.
    """
    route = organisation.route(route_id)
    if wishes.start.year not in YEARS:
        what = f"the case cannot open on {wishes.start}"
        raise InvalidError(what, f"choose a day from {YEARS.start} to {YEARS.stop - 1}", "start")
    return _Simulation(organisation, route, wishes).run()


class _Simulation:
    """One case, its calendar, and what its bodies mean to say."""

    def __init__(self, organisation: Organisation, route: Route, wishes: Wishes) -> None:
        self._organisation, self._route, self._wishes = organisation, route, wishes
        self._working_days = organisation.calendars.working_days
        self._random = None if wishes.seed is None else Random(wishes.seed)  # noqa: S311 -- nothing secret
        self._now = at_danish_time(wishes.start, _OPENING_HOUR)
        self._cases = Cases(organisation=organisation, clock=lambda: self._now, env=_MEMORY)
        self._chosen = {place: deque(words) for place, words in wishes.answers.items()}
        self._planned: list[_Planned] = []
        self._thought_of = set[tuple[str, int, str, int]]()
        self._unblocking: datetime | None = None

    def run(self) -> Simulated:
        """Open the case and let time pass."""
        _check_outcomes(self._route, self._wishes.answers)
        self._id = self._open()
        _check_asked(self._cases.get(self._id), self._wishes.answers)
        end = self._now + LONGEST
        for _ in range(MOST_TURNS):
            moment = self._next_moment()
            if moment is None or moment > end:
                break
            self._now = max(self._now, moment)
            self._say_what_is_planned()
            self._unblock()
        return Simulated(self._cases.get(self._id), tuple(self._cases.history(self._id)))

    def _open(self) -> UUID:
        """Open the case with whatever the route may need of it."""
        taken = self._cases.open(
            Command.by(Actor("simulation", "secretariat", "cli")),
            route=self._route.id,
            title=self._route.name.da,
            deadline=self._invented_deadline(),
            attributes=self._invented_attributes() | dict(self._wishes.attributes),
            concerned=self._invented_concerned(),
        )
        return taken.case_id

    def _invented_deadline(self) -> date | None:
        """A day by which all may be done that stands before what is due then, if the route asks for one."""
        days = [self._day_in(layer) for step, layer in self._layers() if step.due == "deadline"]
        return max(days, default=None)

    def _invented_dates(self) -> dict[str, str]:
        """A day for every attribute that a step is due or opens on, and for the entry into force, after them all."""
        layers, entry = self._layers(), self._route.entry
        found = [(name, layer) for step, layer in layers for name in (step.opens_on, step.due_on) if name]
        if entry and entry.on:
            found.append((entry.on, max(layer for _, layer in layers)))
        return {name: self._day_in(layer).isoformat() for name, layer in found}

    def _layers(self) -> list[tuple[Step, int]]:
        return [(self._route.step(step), layer) for step, layer in layers_of(self._route).items()]

    def _day_in(self, layer: int) -> date:
        """A day by which the steps of a layer may be done."""
        return self._wishes.start + timedelta(days=_DAYS_A_LAYER * layer + _DAYS_TO_DEADLINE)

    def _invented_attributes(self) -> dict[str, Any]:
        """A value for every attribute that the route asks about: one that a test names, or one beside a bound."""
        values: dict[str, list[Any]] = {}
        for test in _tests(tomllib.loads(self._route.text)):
            values.setdefault(test["attribute"], []).extend(_values(test))
        return {name: self._one_of(found) for name, found in values.items() if found} | self._invented_dates()

    def _one_of(self, values: Sequence[Any]) -> Any:
        return self._random.choice(values) if self._random else values[0]

    def _invented_concerned(self) -> list[str]:
        """Those wished for, else those whose answers are chosen, else the steps' own, else some of a group."""
        steps = [step for step in self._route.steps if step.asks_concerned]
        if self._wishes.concerned or not steps:
            return list(self._wishes.concerned)
        chosen = [body for step, body in self._wishes.answers if step in {s.id for s in steps}]
        own = [body for step in steps for body in step.bodies]
        members = [m for group in self._organisation.groups.values() for m in group.members_on(self._wishes.start)]
        if self._random and not chosen and members:
            return sorted(self._random.sample(members, min(len(members), self._random.randint(1, 3))))
        return list(dict.fromkeys(chosen or own or members[:3]))

    def _next_moment(self) -> datetime | None:
        """Let the process take what is due, and return when something happens next (UTC), None if nothing will."""
        standing = self._cases.advance(self._id)
        if not standing.case.is_open:
            return None
        for current in standing.case.open_rounds():
            self._plan(standing.case, current)
        if standing.case.blocks() and self._unblocking is None:
            day = self._working_days.after(danish_date(self._now) + timedelta(days=_DAYS_TO_UNBLOCK))
            self._unblocking = at_danish_time(day, _ANSWERING_HOUR)
        moments = [*(p.at for p in self._planned), *([self._unblocking] if self._unblocking else [])]
        return min([*moments, *([standing.wake_at] if standing.wake_at else [])], default=None)

    def _plan(self, case: Case, current: Round) -> None:
        """Let each body that is waited for make up its mind, once each time that it is asked or has said a word."""
        step = case.route.step(current.step)
        for place, body in enumerate(current.pending):
            answer = current.answers[body]
            thought = (current.step, current.number, body, len(answer.messages))
            if thought in self._thought_of or (answer.messages and _awaits_reply(case, step)):
                continue
            self._thought_of.add(thought)
            word = self._word(case, step, current, body)
            if word != SILENT:
                at = at_danish_time(self._day(current, step, body, place), _ANSWERING_HOUR)
                self._planned.append(_Planned(at, current.step, current.number, body, word))

    def _word(self, case: Case, step: Step, current: Round, body: str) -> str:
        """What a body says: what was chosen for this time, else the plain consent, else a random outcome."""
        chosen = self._chosen.get((step.id, body))
        if chosen:
            return chosen.popleft()
        answer = current.answers[body]
        ask = ASKS[_missing(step, answer)[0]]
        if self._random is None or body == SECRETARIAT:
            return ask.plain_consent
        if answer.state != AnswerState.DELAYED and self._random.random() < _DELAY_CHANCE:
            return DELAYED
        revisions = len(case.rounds.get(case.route.revision.id, []))
        outcomes = step.outcomes_in(current.mode, ask.id).values()
        chances = {o.id: _CHANCES[o.meaning] for o in outcomes}
        chances[ask.plain_consent] *= 5
        for outcome in outcomes:
            spent = outcome.meaning in _SENT_BACK and revisions >= MOST_REVISIONS
            if spent or (outcome.meaning == Meaning.INTERIM and len(answer.messages) > 1):
                chances[outcome.id] = 0
        return self._random.choices(list(chances), list(chances.values()))[0]

    def _day(self, current: Round, step: Step, body: str, place: int) -> date:
        """A plausible working day: in the later part of the time there is, those of a group one after the other."""
        today = danish_date(self._now)
        item = current.items.get(body)
        if item is not None and not item.is_off and item.day > today:
            return item.day
        left = (current.due - today).days if current.due else 0
        period = left if left > 0 else _USUAL_DAYS.get(current.mode or step.mode, _DAYS_TO_REPLY)
        part = 0.25 + 0.6 * place / len(current.answers) if len(current.answers) > 1 else 0.6
        if body == SECRETARIAT:
            part = 0.9
        elif self._random:
            part = self._random.uniform(0.1, 1.1)
        day = self._working_days.before(today + timedelta(days=max(1, round(period * part))))
        return day if day > today else self._working_days.after(today + timedelta(days=1))

    def _say_what_is_planned(self) -> None:
        due = sorted((p for p in self._planned if p.at <= self._now), key=lambda planned: planned.at)
        self._planned = [p for p in self._planned if p.at > self._now]
        for planned in due:
            case = self._cases.get(self._id)
            current = case.current(planned.step)
            if current.number == planned.round and planned.body in current.pending and case.is_open:
                self._say(planned)
                self._cases.advance(self._id)

    def _unblock(self) -> None:
        """The secretariat sees to the conditions that hold the case back; there are no papers in which to meet them."""
        if self._unblocking is None or self._unblocking > self._now:
            return
        self._unblocking = None
        blocks = self._cases.get(self._id).blocks()
        command = Command.by(Actor(SECRETARIAT, "secretariat", "simulation"))
        for number in sorted({number for block in blocks for number in block.conditions}):
            self._cases.waive_condition(self._id, replace(command, id=f"{command.id}:{number}"), number, "simuleret")
        self._cases.advance(self._id)

    def _say(self, planned: _Planned) -> None:
        kind = self._organisation.body(planned.body).kind
        actor = Actor(planned.body, "secretariat" if planned.body == SECRETARIAT else "council", "simulation")
        command, today = Command.by(actor), danish_date(self._now)
        later = today + timedelta(days=_DAYS_TO_REPLY)
        if planned.word == DELAYED:
            reply = Reply(step=planned.step, expected_on=later)
            self._cases.delay(self._id, command, planned.body, reply, "secretariat")
            return
        case = self._cases.get(self._id)
        step, place = case.route.step(planned.step), case.answer(planned.step, planned.round, planned.body)
        asks = [ask for ask in _missing(step, place) if planned.word in step.outcomes_by_ask[ask]]
        reply = Reply(
            planned.word,
            ask=asks[0] if asks else None,
            decided_on=today,
            decided_by="council" if kind is BodyKind.CITY_COUNCIL else None,
            step=planned.step,
            due=later if planned.word in WITH_DUE_DATE else None,
            supports=True if planned.word == "decided" else None,
        )
        self._cases.answer(self._id, command, planned.body, reply, "secretariat")


def _missing(step: Step, answer: Answer) -> list[str]:
    """The asks that a body has still to answer."""
    return [ask for ask in step.asks if ask not in answer.settled]


def _awaits_reply(case: Case, step: Step) -> bool:
    """Whether a step that an outcome of this one opened is still open: one who has asked waits for the reply."""
    opened = [s.id for s in case.route.steps if s.opened_by and s.opened_by.step == step.id]
    return any(case.current(step_id).state == StepState.OPEN for step_id in opened)


def _check_outcomes(route: Route, answers: Mapping[tuple[str, str], Sequence[str]]) -> None:
    steps = {step.id: step for step in (*route.steps, route.revision)}
    for (step_id, _), words in answers.items():
        if step_id not in steps:
            what = f"the route has no step {quoted(step_id)}"
            raise InvalidError(what, did_you_mean(step_id, steps), "answer")
        step = steps[step_id]
        known = [*dict.fromkeys(word for ask in step.asks for word in step.outcomes_in(None, ask)), DELAYED, SILENT]
        for word in words:
            if word not in known:
                what = f"{quoted(word)} is no answer in the step {quoted(step_id)}"
                raise InvalidError(what, f"choose one of {', '.join(known)}", "answer")


def _check_asked(case: Case, answers: Mapping[tuple[str, str], Sequence[str]]) -> None:
    for step_id, body in answers:
        asked = case.asked.get(step_id, case.route.step(step_id).bodies)
        if body not in asked:
            what = f"the step {quoted(step_id)} does not ask {quoted(body)}"
            raise InvalidError(what, did_you_mean(body, asked), "answer")


def _tests(value: Any) -> Iterator[dict[str, Any]]:
    """Every table of a route file that tests an attribute, wherever it stands."""
    if isinstance(value, dict):
        if isinstance(value.get("attribute"), str):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _tests(inner)


def _values(test: Mapping[str, Any]) -> Iterator[Any]:
    """Values on both sides of what a test asks for: the ones that pass it first."""
    if isinstance(test.get("is"), str):
        yield test["is"]
    for name, step in (("above", 1), ("at_least", -1), ("below", -1), ("at_most", 1)):
        bound = test.get(name)
        if isinstance(bound, int):
            passes_at_bound = name in {"at_least", "at_most"}
            yield from (bound, bound + step) if passes_at_bound else (bound + step, bound)
