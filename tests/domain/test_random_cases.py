# SPDX-License-Identifier: EUPL-1.2
"""Random commands and answers, valid and not, in random order, over random routes: what must hold in every case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.additions import Addition, ConditionKind
from domain.agenda import rounds_at_meetings, standing_meeting
from domain.answering import Reply
from domain.asks import ASKS, OBJECTED, OUTCOMES, WITH_DUE_DATE
from domain.blocking import is_unsettled
from domain.case import Case, Status, StepState
from domain.commands import Command
from domain.dates import danish_date
from domain.errors import RefusalError
from domain.inquiring import Inquiry
from domain.meeting_changes import Meetings, Move, NewMeeting
from domain.organisation import SECRETARIAT, Organisation
from domain.placing import InWriting, Placing
from domain.renewing import Renewal
from domain.settling import Unasked
from projections.consents import consents
from projections.documents import Document, case_document
from projections.folding import after
from projections.timeline import timeline_entry
from tests.domain.desk import SECRETARIAT as METTE
from tests.domain.desk import Desk, midtjylland, midtjylland_with
from tests.domain.random_routes import ATTRIBUTES, BODIES, routes

pytestmark = pytest.mark.timeout(600)  # many cases in one test, on machines that have more to do

DUE = date(2025, 9, 5)
DECIDED_BY = st.sampled_from([None, None, "council", "committee"])
MOST_TURNS = 120
"""In so many turns a case whose bodies all consent must have ended."""
SAID = sorted({*OUTCOMES, OBJECTED.id})
TEXTS = ("x", "y", "ikke x")
"""Of conditions and tasks."""
COUNCILS = ("lemvig", "skive", "samsoe")
STRANGER = "takstgruppen"
"""A body that no route here asks."""


class RandomCase(RuleBasedStateMachine):
    """A case in the hands of bodies and a secretariat that do anything at any time."""

    bodies: ClassVar[tuple[str, ...]] = (*BODIES, *COUNCILS, STRANGER)

    def __init__(self) -> None:
        """Nothing is open yet."""
        super().__init__()
        self.desk: Desk
        self.meetings: Meetings
        self.taken: list[tuple[str, str]] = []
        self.ended: tuple[Status, str | None] | None = None
        self.folded: Case | None = None
        self.stood: dict[int, Document] = {}
        self.sent = 0

    @initialize(text=routes())
    def opened(self, text: str) -> None:
        """A case is opened along a route that nobody has seen before."""
        self.desk = self._desk(midtjylland_with(text))
        self.desk.open("own", deadline=date(2025, 5, 31), attributes=ATTRIBUTES)

    @rule(data=st.data(), outcome=st.sampled_from(SAID), age=st.integers(-1, 9))
    def answers(self, data: st.DataObject, outcome: str, age: int) -> None:
        """A body answers, perhaps with an id that it used before, perhaps dated tomorrow, perhaps unasked."""
        body, number = self._somebody(data), self._number(data)
        facts: dict[str, Any] = {"decided_on": self.desk.now.date() - timedelta(days=age), "due": self._due(outcome)}
        facts |= {"decided_by": data.draw(DECIDED_BY), "ask": data.draw(st.sampled_from([None, *ASKS]))}
        self._try(body, number, lambda: self.desk.answers(body, outcome, f"m{number}", **facts))

    @rule(data=st.data())
    def an_awaited_body_answers(self, data: st.DataObject) -> None:
        """Somebody who is waited for says something that the step allows, so that cases come far along their route."""
        open_rounds = [r for r in self._case().open_rounds() if r.pending]
        if not open_rounds:
            return
        current = data.draw(st.sampled_from(open_rounds))
        step, body = self._case().route.step(current.step), data.draw(st.sampled_from(current.pending))
        ask = next(ask for ask in step.asks if ask not in current.answers[body].settled)
        plain = ASKS[ask].plain_consent
        outcome = data.draw(st.sampled_from([plain, plain, *step.outcomes_by_ask[ask]]))
        number = self._number(data)
        added = [Addition(text=text) for text in data.draw(st.lists(st.sampled_from(TEXTS), max_size=2))]
        facts: dict[str, Any] = {"step": current.step, "ask": ask, "due": self._due(outcome)}
        facts |= {"decided_by": data.draw(DECIDED_BY), "conditions": added, "tasks": added}
        if outcome == "questions_asked":
            facts["to"] = data.draw(st.lists(st.sampled_from(self.bodies), max_size=2))
        self._try(body, number, lambda: self.desk.answers(body, outcome, f"m{number}", **facts))

    @rule(data=st.data())
    def is_not_recorded(self, data: st.DataObject) -> None:
        """The secretariat finds nothing in a body's minutes about one ask."""
        open_rounds = [r for r in self._case().open_rounds() if r.pending]
        if open_rounds:
            current = data.draw(st.sampled_from(open_rounds))
            body, ask = data.draw(st.sampled_from(current.pending)), self._case().route.step(current.step).asks[-1]
            reply = Reply("not_recorded", step=current.step, ask=ask)
            self._attempt(lambda: self.desk.commands("answer", body, reply, "minutes"))

    @rule(data=st.data())
    def is_delayed(self, data: st.DataObject) -> None:
        """A body says that it is delayed."""
        body, number = self._somebody(data), self._number(data)
        self._try(body, number, lambda: self.desk.delays(body, f"m{number}"))

    @rule(data=st.data(), outcome=st.sampled_from(SAID))
    def corrects(self, data: st.DataObject, outcome: str) -> None:
        """A body corrects what was sent, by it or by another."""
        if not self.taken:
            return
        body, wrong = data.draw(st.sampled_from(self.taken))
        number = self._number(data)
        added = [Addition(text=text) for text in data.draw(st.lists(st.sampled_from(TEXTS), max_size=2))]
        facts: dict[str, Any] = {"message_id": f"m{number}", "due": self._due(outcome)}
        facts |= {"decided_by": data.draw(DECIDED_BY), "conditions": added, "tasks": added}
        self._try(body, number, lambda: self.desk.corrects(body, wrong, outcome, **facts))

    @rule(data=st.data())
    def submits(self, data: st.DataObject) -> None:
        """The secretariat submits a step, resubmits, or has a case go on."""
        steps = [step.id for step in self._case().route.steps]
        step = data.draw(st.sampled_from([None, *steps]))
        self._attempt(lambda: self.desk.commands("submit", step=step))

    @rule(name=st.sampled_from(["resubmit", "resubmit", "resume"]))
    def steers(self, name: str) -> None:
        """The secretariat resubmits, or has a case go on."""
        self._attempt(lambda: self.desk.commands(name))

    @rule(data=st.data(), change=st.sampled_from(["editorial", "material"]))
    def adds_papers(self, data: st.DataObject, change: str) -> None:
        """The secretariat adds a version of the papers, material for somebody, or for all."""
        named = [self._somebody(data)] if change == "material" and data.draw(st.booleans()) else []
        facts = {"name": "v.pdf", "sha256": "0" * 64, "size": 1, "change": change, "material_for": named}
        self._attempt(lambda: self.desk.commands("add_paper", **facts))

    @rule(data=st.data(), kind=st.sampled_from(ConditionKind))
    def adds_conditions(self, data: st.DataObject, kind: ConditionKind) -> None:
        """The secretariat sets a condition for a body, or two that contradict each other."""
        body, steps = self._somebody(data), [step.id for step in self._case().route.steps]
        step = data.draw(st.sampled_from(steps))
        added = Addition(text=data.draw(st.sampled_from(TEXTS)), kind=kind)
        self._attempt(lambda: self.desk.commands("set_condition", body, added, step=step))
        between = data.draw(st.lists(st.integers(1, 5), max_size=3))
        self._attempt(lambda: self.desk.commands("mark_contradiction", between))

    @rule(number=st.integers(1, 5), stand=st.lists(st.integers(1, 5), max_size=2))
    def settles_conditions(self, number: int, stand: list[int]) -> None:
        """The secretariat waives a condition, or settles a contradiction."""
        self._attempt(lambda: self.desk.commands("waive_condition", number, "bortfaldet"))
        self._attempt(lambda: self.desk.commands("settle_contradiction", number, stand=stand, reason="afklaret"))

    @rule(data=st.data(), number=st.integers(1, 5))
    def follows_up_tasks(self, data: st.DataObject, number: int) -> None:
        """A body decides unasked, calling a task off; the secretariat chases others, and has them done."""
        decision = Unasked(body=self._somebody(data), text="x", decided_on=self.desk.now.date(), cancels=[number])
        self._attempt(lambda: self.desk.commands("decide", replace(decision, cancels=[], tasks=[Addition(text="t")])))
        self._attempt(lambda: self.desk.commands("decide", decision))
        self._attempt(lambda: self.desk.commands("chase_task", number + 1))
        self._attempt(lambda: self.desk.commands("finish_task", number + 2))

    @precondition(lambda self: self.desk.now.day % 3 == 0)
    @rule()
    def suspends(self) -> None:
        """The secretariat stops the clocks."""
        self._attempt(lambda: self.desk.commands("suspend", "afventer"))

    @precondition(lambda self: self.desk.now.day % 13 == 0)
    @rule()
    def withdraws(self) -> None:
        """The secretariat takes the case back."""
        self._attempt(lambda: self.desk.commands("withdraw", "bortfaldet"))

    @rule(days=st.integers(-5, 90))
    def extends(self, days: int) -> None:
        """The secretariat moves the deadline."""
        self._attempt(lambda: self.desk.commands("extend", self.desk.now.date() + timedelta(days=days), "udsat"))

    @rule(days=st.integers(-5, 90), attribute=st.sampled_from(["held_on", "never_given", "unknown"]))
    def sets(self, days: int, attribute: str) -> None:
        """The secretariat moves a date that the route may ask about."""
        day = (self.desk.now.date() + timedelta(days=days)).isoformat()
        self._attempt(lambda: self.desk.commands("set_attribute", attribute=attribute, value=day, reason="flyttet"))

    @rule(data=st.data(), name=st.sampled_from(["add_body", "release_body"]))
    def asks_others(self, data: st.DataObject, name: str) -> None:
        """The secretariat has one more body asked, or one less."""
        step = data.draw(st.sampled_from([step.id for step, _ in self._case().current_rounds()]))
        body = self._somebody(data)
        self._attempt(lambda: self.desk.commands(name, step=step, body=body, reason="ændret"))

    @rule(data=st.data(), days=st.integers(-1, 60))
    def inquires(self, data: st.DataObject, days: int) -> None:
        """The secretariat asks some bodies a question, perhaps about a step of its own."""
        about = data.draw(st.sampled_from([None, None, *(r.step for r in self._case().open_rounds())]))
        bodies = data.draw(st.lists(st.sampled_from(self.bodies), max_size=3))
        asked = Inquiry(bodies, "Hvor mange?", self.desk.now.date() + timedelta(days=days), about)
        self._attempt(lambda: self.desk.commands("inquire", asked))

    @rule(data=st.data(), act=st.sampled_from(["add", "move", "cancel"]), days=st.integers(-2, 90))
    def changes_meetings(self, data: st.DataObject, act: str, days: int) -> None:
        """The secretariat adds a meeting of a body, or moves or cancels one that is ahead."""
        today, body, command = self.desk.now.date(), self._somebody(data), Command.by(METTE)
        day = today + timedelta(days=days)
        ahead = self.desk.cases.calendars().meetings(body, today, today + timedelta(days=200))
        if act == "add":
            new = NewMeeting(body=body, day=day, papers_in_by=data.draw(st.sampled_from([None, today])))
            self._attempt(lambda: self.meetings.add(command, new))
        elif ahead:
            chosen = data.draw(st.sampled_from(ahead)).id
            self._attempt(
                lambda: (
                    self.meetings.move(command, chosen, Move(day=day, reason="flyttet"))
                    if act == "move"
                    else self.meetings.cancel(command, chosen, "aflyst")
                )
            )
        self.desk.advance()

    @rule(data=st.data(), days=st.integers(-1, 30), reason=st.sampled_from([None, "haster"]))
    def decides_where(self, data: st.DataObject, days: int, reason: str | None) -> None:
        """The secretariat puts an item on some meeting, or has a step settled in writing."""
        today, body = self.desk.now.date(), self._somebody(data)
        ahead = self.desk.cases.calendars().meetings(body, today, today + timedelta(days=200))
        meeting = data.draw(st.sampled_from([m.id for m in ahead] or ["no-such"]))
        self._attempt(lambda: self.desk.commands("place_item", Placing(body, meeting, reason=reason)))
        step = data.draw(st.sampled_from([step.id for step, _ in self._case().current_rounds()]))
        wish = InWriting(step, today + timedelta(days=days), reason or "")
        self._attempt(lambda: self.desk.commands("settle_in_writing", wish))

    @rule()
    def ends_the_inquiry(self) -> None:
        """The secretariat does not wait for its answers any more."""
        self._attempt(lambda: self.desk.commands("end_inquiry", "fundet"))

    @precondition(lambda self: self.ended is None)
    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        """The calendar moves on."""
        self.desk.let_pass((self.desk.now.date() + timedelta(days=days)).isoformat())

    @invariant()
    def no_answer_vanishes(self) -> None:
        """Every message that was taken is found with its body."""
        known = {
            (answer.body, message)
            for rounds in self._case().rounds.values()
            for past in rounds
            for answer in past.answers.values()
            for message in answer.messages
        }
        assert set(self.taken) <= known

    @invariant()
    def no_condition_vanishes(self) -> None:
        """What was numbered keeps its number, and what is open no longer says since when."""
        for added in (self._case().conditions, self._case().tasks):
            assert [one.number for one in added] == list(range(1, len(added) + 1))
            assert all(one.is_open == (one.settled_at is None) for one in added)

    @invariant()
    def what_is_blocked_waits_for_the_secretariat(self) -> None:
        """Whoever else is waited for."""
        case = self._case()
        assert not case.blocks() or SECRETARIAT in case.waiting_for()

    @invariant()
    def an_open_case_says_what_it_waits_for(self) -> None:
        """A running case waits for somebody or for a day, or it would stand still for ever."""
        case = self._case()
        assert case.status != Status.RUNNING or case.waiting_for() or self.desk.wake_at

    @invariant()
    def what_is_awaited_stands_on_a_meeting_that_takes_place(self) -> None:
        """Where the body has one ahead; none of a running case is on a cancelled one."""
        case, calendars, today = self._case(), self.desk.cases.calendars(), danish_date(self.desk.now)
        for _, current in rounds_at_meetings(case) if case.status == Status.RUNNING else ():
            on = {item.body: item for item in current.on_agendas}
            for body in current.pending:
                assert body not in on or on[body].meeting not in calendars.cancelled
                if body in on and on[body].day >= today:
                    found = standing_meeting(calendars, on[body])
                    assert found is not None
                    assert (found.day, found.papers_in_by) == (on[body].day, on[body].papers_in_by)

    @invariant()
    def a_closed_case_keeps_its_result(self) -> None:
        """Whatever arrives later."""
        case = self._case()
        if self.ended is not None:
            assert (case.status, case.result) == self.ended
        elif not case.is_open:
            self.ended = (case.status, case.result)

    @invariant()
    def advancing_again_changes_nothing(self) -> None:
        """What is due has been taken."""
        before = self._case().version
        assert self.desk.advance().version == before

    @invariant()
    def the_views_follow_event_by_event(self) -> None:
        """What the views fold from the new events alone is the case that commands decide on, with a sentence each."""
        organisation = self.desk.cases.organisation
        seen = self.folded.version if self.folded else 0
        for fact in list(self.desk.cases.history(self.desk.id))[seen:]:
            entry = timeline_entry(self.folded, fact, fact.originator_version, organisation)
            assert entry["da"]
            assert entry["en"]
            self.folded = after(self.folded, fact)
        case = self._case()
        assert self.folded == case
        document = self.stood[case.version] = case_document(case, case.version)
        assert consents(document)["case"] == str(case.id)

    def teardown(self) -> None:
        """Looking back finds the case as it stood; and a case that is open can still come to its end."""
        if not hasattr(self, "desk") or not self.stood:
            return
        for version, document in self.stood.items():
            assert case_document(self.desk.cases.get(self.desk.id, version=version), version) == document
        _end(self.desk)
        _renew(self.desk)

    def _desk(self, organisation: Organisation) -> Desk:
        """A desk whose secretariat can change meetings."""
        desk = Desk(organisation=organisation)
        self.meetings = Meetings(organisation=organisation, clock=lambda: desk.now)
        desk.cases.calendars = self.meetings.calendars
        return desk

    def _case(self) -> Case:
        return self.desk.case

    def _somebody(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self.bodies))

    def _number(self, data: st.DataObject) -> int:
        """Mostly a number not used before."""
        self.sent += 1
        return data.draw(st.sampled_from([self.sent, self.sent, self.sent, 1]))

    @staticmethod
    def _due(outcome: str) -> date | None:
        return DUE if outcome in WITH_DUE_DATE else None

    def _try(self, body: str, number: int, send: Callable[[], Any]) -> None:
        effect = self._attempt(send)
        event(f"effect {effect}")
        event(f"status {self._case().status}")
        if effect is not None and effect != "repeated":
            self.taken.append((body, f"m{number}"))

    def _attempt(self, command: Callable[[], Any]) -> Any:
        """The command's result, or None where it was refused: then nothing may have been written."""
        before = self._case().version
        try:
            return command()
        except RefusalError:
            assert self._case().version == before
            return None


class RandomReport(RandomCase):
    """The same for the reply to a central announcement, which has more bodies and comes further."""

    bodies: ClassVar[tuple[str, ...]] = (*RandomCase.bodies, "social-og-boligstyrelsen")

    @initialize(reached=st.sampled_from(["dassos", "councils", "agency"]))
    def opened(self, reached: str) -> None:
        """The case is opened, and has perhaps come some way."""
        self.desk = self._desk(midtjylland())
        self.desk.open()
        self.desk.until(reached)


def _end(desk: Desk) -> None:
    """Let everybody who is waited for consent, and time pass where nobody is, until the case ends."""
    for turn in range(MOST_TURNS):
        case = desk.case
        if not case.is_open:
            return
        if case.status == Status.SUSPENDED:
            desk.commands("resume")
        elif case.blocks():
            _unblock(desk)
        elif pending := [(r.step, body) for r in case.open_rounds() for body in r.pending]:
            for step, body in pending:
                _consent(desk, step, body, f"end{turn}")
        else:
            assert desk.wake_at is not None
            desk.let_pass((desk.wake_at.date() + timedelta(days=1)).isoformat())
    raise AssertionError(desk.topics()[-20:])


def _unblock(desk: Desk) -> None:
    """Settle what is contradictory, which may settle more at once, and let every condition go that still blocks."""
    for contradiction in desk.case.contradictions:
        if is_unsettled(desk.case, desk.case.contradictions[contradiction.number - 1]):
            desk.commands("settle_contradiction", contradiction.number, stand=[], reason="afklaret")
    for number in {number for block in desk.case.blocks() for number in block.conditions}:
        if desk.case.conditions[number - 1].is_open:
            desk.commands("waive_condition", number, "bortfaldet")


def _renew(desk: Desk) -> None:
    """Treat the case anew with some of those whom it asked, where that can be: the new case comes to its end too."""
    asked = [body for bodies in desk.case.asked.values() for body in bodies]
    wish = Renewal(sorted(set(asked))[:3], "nye tal", date(2026, 5, 31))
    try:
        desk.id = desk.cases.renew(desk.id, Command.by(METTE), wish).case_id
    except RefusalError as refusal:
        event(f"not renewed: {refusal.field}")
        return
    desk.advance()
    _end(desk)
    event(f"renewed: {desk.case.status}")


def _consent(desk: Desk, step: str, body: str, number: str) -> None:
    """The plain consent of a body, unless another's has just completed the step."""
    current = desk.round(step)
    if current.state == StepState.OPEN and body in current.pending:
        missing = [ask for ask in desk.case.route.step(step).asks if ask not in current.answers[body].settled]
        outcomes = {ask: ASKS[ask].plain_consent for ask in missing}
        ask, outcome = outcomes.popitem()
        desk.answers(body, outcome, f"{number}-{step}-{body}", step=step, ask=ask, also=outcomes)


_SETTINGS = settings(
    max_examples=24,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestRandomCase = RandomCase.TestCase
TestRandomCase.settings = _SETTINGS
TestRandomReport = RandomReport.TestCase
TestRandomReport.settings = _SETTINGS
