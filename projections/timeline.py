# SPDX-License-Identifier: EUPL-1.2
"""What happened to a case, one sentence an event, in Danish and in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.asks import ASKS
from domain.case import Case
from domain.dates import danish_date
from domain.names import Name
from domain.organisation import UnknownBodyError
from projections.documents import Document, instant
from projections.phrases import CASE_STATUSES, DECIDERS, EFFECTS, OUTCOMES, long_date

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.case import Answer
    from domain.organisation import Organisation

MOST_NAMES = 4
"""How many bodies a sentence names; more are counted."""


def timeline_entry(before: Case | None, event: Case.Event, position: int, organisation: Organisation) -> Document:
    """The timeline's entry of an event at `position` in the log; `before` is the case without it."""
    sentence = SENTENCES[type(event)](_Moment(before, event, organisation))
    return {
        "case": str(event.originator_id),
        "position": position,
        "version": event.originator_version,
        "recorded_at": instant(event.timestamp),
        "type": type(event).TOPIC,
        "step": getattr(event, "step", None),
        "round": getattr(event, "round", None),
        "body": getattr(event, "body", None),
        "actor": event.actor,
        "decided_on": getattr(event, "decided_on", None),
        "da": sentence.da,
        "en": sentence.en,
    }


class _Moment:
    """An event where it happened: the words for its bodies, step and dates."""

    def __init__(self, before: Case | None, event: Case.Event, organisation: Organisation) -> None:
        self.before = before
        self.event: Any = event
        self._organisation = organisation

    @property
    def case(self) -> Case:
        """The case before the event."""
        if self.before is None:
            raise TypeError(self.event)
        return self.before

    @property
    def step(self) -> Name:
        """The step's name in quotation marks."""
        return _quoted(self.case.route.step(self.event.step).name)

    def body(self, body: str) -> Name:
        """What a body is called on the day."""
        try:
            return self._organisation.name_of(body, danish_date(self.event.timestamp))
        except UnknownBodyError:
            return Name(body, body)

    def bodies(self, bodies: Sequence[str]) -> Name:
        """A few bodies by name, many by number."""
        if len(bodies) > MOST_NAMES:
            return Name(f"{len(bodies)} parter", f"{len(bodies)} bodies")
        names = [self.body(body) for body in bodies]
        return Name(_listed([n.da for n in names], "og"), _listed([n.en for n in names], "and"))

    def before_answer(self) -> Answer:
        """What the event's body had said before."""
        return self.case.answer(self.event.step, self.event.round, self.event.body)


def _opened(moment: _Moment) -> Name:
    event = moment.event
    title = Name(event.title, event.title)
    words, due = _quoted(title), _after_comma(event.deadline, "frist", "deadline")
    return Name(f"Sagen {words.da} blev åbnet{due.da}.", f"The case {words.en} was opened{due.en}.")


def _step_opened(moment: _Moment) -> Name:
    event, step = moment.event, moment.step
    bodies, due = moment.bodies(event.bodies), _after_comma(event.due, "frist", "due")
    again = Name(f" igen (runde {event.round})", f" again (round {event.round})") if event.round > 1 else Name("", "")
    if event.revises:
        sent_back = _quoted(moment.case.route.step(event.revises.partition("#")[0]).name)
        again = Name(f", fordi {sent_back.da} ikke gik igennem", f", because {sent_back.en} did not go through")
    return Name(
        f"Trinnet {step.da} åbnede{again.da}: {bodies.da} er spurgt{due.da}.",
        f"The step {step.en} opened{again.en}: {bodies.en} {_was(event.bodies)} asked{due.en}.",
    )


def _invited(moment: _Moment) -> Name:
    bodies, step = moment.bodies(moment.event.bodies), moment.step
    return Name(
        f"{bodies.da} er inviteret til at svare på {step.da}.",
        f"{bodies.en} {_was(moment.event.bodies)} invited to answer {step.en}.",
    )


def _reminded(moment: _Moment) -> Name:
    bodies, step = moment.bodies(moment.event.bodies), moment.step
    due = _after_comma(moment.event.due, "frist", "due")
    return Name(
        f"{bodies.da} er mindet om {step.da}{due.da}.",
        f"{bodies.en} {_was(moment.event.bodies)} reminded of {step.en}{due.en}.",
    )


def _due_passed(moment: _Moment) -> Name:
    bodies, step, due = moment.bodies(moment.event.bodies), moment.step, long_date(moment.event.due)
    return Name(
        f"Fristen {due.da} for {step.da} er overskredet; der mangler svar fra {bodies.da}.",
        f"The due date {due.en} of {step.en} has passed; answers are missing from {bodies.en}.",
    )


def _step_completed(moment: _Moment) -> Name:
    result, step = _result_name(moment, moment.event.result), moment.step
    return Name(f"Trinnet {step.da} er afsluttet: {result.da}.", f"The step {step.en} was completed: {result.en}.")


def _step_skipped(moment: _Moment) -> Name:
    step = moment.step
    return Name(f"Trinnet {step.da} blev ikke nødvendigt.", f"The step {step.en} was not needed.")


def _answered(moment: _Moment) -> Name:
    event, body = moment.event, moment.body(moment.event.body)
    did, how, when = _did(event), _circumstances(event), EFFECTS[event.effect]
    return Name(f"{body.da} {did.da}{how.da}{when.da}.", f"{body.en} {did.en}{how.en}{when.en}.")


def _corrected(moment: _Moment) -> Name:
    """Says what was wrong, if it is the body's newest word that is corrected, and what is right."""
    event, body, wrong = moment.event, moment.body(moment.event.body), moment.before_answer()
    right, how, when = _outcome_name(moment, event.outcome), _circumstances(event), EFFECTS[event.effect]
    said = Name("et tidligere svar", "an earlier answer")
    if wrong.message_id == event.corrects and wrong.outcome:
        old, old_how = _outcome_name(moment, wrong.outcome), _circumstances(wrong)
        said = Name(f"{old.da}{old_how.da}", f"{old.en}{old_how.en}")
    return Name(
        f"{body.da} har rettet {said.da} til {right.da}{how.da}{when.da}.",
        f"{body.en} corrected {said.en} to {right.en}{how.en}{when.en}.",
    )


def _delayed(moment: _Moment) -> Name:
    event, body, when = moment.event, moment.body(moment.event.body), EFFECTS[moment.event.effect]
    until = _after_comma(event.expected_on, "ventes", "expected")
    return Name(
        f"{body.da} har meldt forsinkelse{until.da}{when.da}.", f"{body.en} reported a delay{until.en}{when.en}."
    )


def _paper_added(moment: _Moment) -> Name:
    event = moment.event
    words = _quoted(Name(event.name, event.name))
    return Name(
        f"Sagens papirer fik version {event.number}: {words.da}.",
        f"The papers of the case got version {event.number}: {words.en}.",
    )


def _deadline_extended(moment: _Moment) -> Name:
    new, why = long_date(moment.event.deadline), moment.event.reason
    old = long_date(moment.case.deadline.isoformat()) if moment.case.deadline else None
    since = Name(f" fra {old.da}", f" from {old.en}") if old else Name("", "")
    return Name(
        f"Fristen blev flyttet{since.da} til {new.da}: {why}", f"The deadline was moved{since.en} to {new.en}: {why}"
    )


def _suspended(moment: _Moment) -> Name:
    return Name(f"Sagen blev sat i bero: {moment.event.reason}", f"The case was suspended: {moment.event.reason}")


def _resumed(moment: _Moment) -> Name:
    days = moment.event.moved_days
    da, en = ("dag", "day") if days == 1 else ("dage", "days")
    return Name(
        f"Sagen blev genoptaget; alle frister er flyttet {days} {da}.",
        f"The case was resumed; every date moved by {days} {en}.",
    )


def _withdrawn(moment: _Moment) -> Name:
    why = moment.event.reason
    return Name(f"Sagen blev trukket tilbage: {why}", f"The case was withdrawn: {why}")


def _closed(moment: _Moment) -> Name:
    status, result = CASE_STATUSES[moment.event.status], moment.event.result
    ending = moment.case.route.ending.result_of
    name = _named_result(moment, ending, result) if result else None
    with_result = Name(f": {name.da}", f": {name.en}") if name else Name("", "")
    return Name(f"Sagen {status.da}{with_result.da}.", f"The case {status.en}{with_result.en}.")


SENTENCES: dict[type[Case.Event], Callable[[_Moment], Name]] = {
    Case.Opened: _opened,
    Case.StepOpened: _step_opened,
    Case.BodiesInvited: _invited,
    Case.BodiesReminded: _reminded,
    Case.DuePassed: _due_passed,
    Case.StepCompleted: _step_completed,
    Case.StepSkipped: _step_skipped,
    Case.AnswerRecorded: _answered,
    Case.AnswerCorrected: _corrected,
    Case.DelayReported: _delayed,
    Case.PaperAdded: _paper_added,
    Case.DeadlineExtended: _deadline_extended,
    Case.Suspended: _suspended,
    Case.Resumed: _resumed,
    Case.Withdrawn: _withdrawn,
    Case.Closed: _closed,
}
"""The sentence of every kind of event."""


def _did(event: Case.AnswerRecorded) -> Name:
    """What an answer says that a body did."""
    did = OUTCOMES[event.outcome]
    if event.due:
        due = long_date(event.due)
        did = Name(f"{did.da} med frist {due.da}", f"{did.en}, due {due.en}")
    if event.supports is not None:
        no = Name("", "") if event.supports else Name(" ikke", " not")
        did = Name(f"{did.da} og bakker{no.da} op", f"{did.en}{',' if event.supports else ''} {_supports(event)}")
    return did


def _supports(event: Case.AnswerRecorded) -> str:
    return "in support" if event.supports else "and did not support it"


def _circumstances(said: Case.AnswerRecorded | Answer) -> Name:
    """Who in the body decided, and when, in brackets."""
    day = long_date(said.decided_on) if said.decided_on else None
    who = DECIDERS.get(said.decided_by or "")
    parts = [part for part in (who, day) if part]
    if not parts:
        return Name("", "")
    return Name(f" ({', '.join(p.da for p in parts)})", f" ({', '.join(p.en for p in parts)})")


def _outcome_name(moment: _Moment, outcome: str) -> Name:
    ask = ASKS[moment.case.route.step(moment.event.step).ask]
    return _quoted(ask.outcomes[outcome].name)


def _result_name(moment: _Moment, result: str) -> Name:
    return _named_result(moment, moment.event.step, result)


def _named_result(moment: _Moment, step: str, result: str) -> Name:
    """The name of a step's result: an outcome of its ask, or one that the route gives when another step ends it."""
    outcome = ASKS[moment.case.route.step(step).ask].outcomes.get(result)
    return outcome.name if outcome else RESULTS.get(result, Name(result, result))


RESULTS = {
    "closed_by_submission": Name("lukket ved indsendelsen", "closed by the submission"),
    "supported": Name("bakket op", "supported"),
    "not_supported": Name("ikke bakket op", "not supported"),
}


def _after_comma(day: str | None, da: str, en: str) -> Name:
    """A date behind a comma with the word that says what it is; nothing without a date."""
    if not day:
        return Name("", "")
    name = long_date(day)
    return Name(f", {da} {name.da}", f", {en} {name.en}")


def _listed(names: Sequence[str], conjunction: str) -> str:
    """Names with commas and one `and`."""
    *first, last = names or ("–",)
    return f"{', '.join(first)} {conjunction} {last}" if first else last


def _was(bodies: Sequence[str]) -> str:
    return "was" if len(bodies) == 1 else "were"


def _quoted(name: Name) -> Name:
    return Name(f"»{name.da}«", f"“{name.en}”")
