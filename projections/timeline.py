# SPDX-License-Identifier: EUPL-1.2
"""What happened to a case, one sentence an event, in Danish and in English."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from domain.additions import ON_CONDITION, State, iso_day
from domain.asks import ASKS, DECIDERS, NOT_RECORDED, RECOMMENDATION, result_name
from domain.case import Answer, AnswerState, Case, StepState
from domain.dates import danish_date
from domain.entering import replaced
from domain.following import ended_by
from domain.names import Name
from domain.organisation import BodyKind, UnknownBodyError
from domain.participation import JOIN, word_named
from domain.route import BODIES
from domain.versions import ALL, EDITORIAL
from projections.documents import Document, instant
from projections.folding import after
from projections.items_in_words import placed_in_words, taken_off_in_words
from projections.minutes_in_words import (
    NOTHING,
    dissenters,
    listed,
    listed_names,
    minutes_in_words,
    quoted,
    quoted_points,
    shortened,
)
from projections.phrases import (
    CASE_STATUSES,
    CHANGES,
    CONDITION_KINDS,
    EFFECTS,
    ESCALATED,
    NONE,
    NOT_STATED,
    OUTCOMES,
    SKIPPED_BECAUSE,
    SUPPORTS,
    TIMES,
    long_date,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domain.additions import Added, Condition, Task
    from domain.organisation import Organisation

    Said = Case.AnswerRecorded | Case.DelayReported | Answer

MOST_NAMES = 4
"""How many bodies a sentence names; more are counted."""
NONE_STANDS = Name("ingen af dem består", "none of them stands")
ARTICLE = "The "
_WHY = {
    "version": Name("Version {version} er væsentlig for {step}", "Version {version} is material for {step}"),
    "objection": Name(
        "Efter indsigelsen er {step} et punkt til næste møde",
        "After the objection {step} is an item for the next meeting",
    ),
    "silence": Name(
        "Fordi ikke alle blev hørt, er {step} et punkt til næste møde",
        "Since not all were heard, {step} is an item for the next meeting",
    ),
    "written": Name("{step} behandles skriftligt mellem møderne", "{step} is settled in writing between the meetings"),
}
"""Why bodies are asked again while other answers stand."""


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
        "da": _capital(sentence.da),
        "en": _capital(sentence.en),
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
        return quoted(self.case.route.step(self.event.step).name)

    def body(self, body: str) -> Name:
        """What a body is called on the day, inside a sentence: the secretariat is a common noun, `The` an article."""
        try:
            name = self._organisation.name_of(body, danish_date(self.event.timestamp))
        except UnknownBodyError:
            return Name(body, body)
        is_common = self._organisation.body(body).kind is BodyKind.SECRETARIAT
        return Name(_small(name.da) if is_common else name.da, _small(name.en) if _has_article(name) else name.en)

    def bodies(self, bodies: Sequence[str], most: int = MOST_NAMES) -> Name:
        """A few bodies by name, more than `most` by number, none as nobody."""
        if not bodies:
            return Name("ingen", "nobody")
        if len(bodies) > most:
            return Name(f"{len(bodies)} organer", f"{len(bodies)} bodies")
        names = [self.body(body) for body in bodies]
        return Name(listed([n.da for n in names], "og"), listed([n.en for n in names], "and"))

    @property
    def where(self) -> Name:
        """The step, where the event's body has a part in more than one; else nothing."""
        own = {past.step for rounds in self.case.rounds.values() for past in rounds if self.event.body in past.answers}
        step = self.step
        return Name(f" i trinnet {step.da}", f" in the step {step.en}") if len(own) > 1 else NOTHING

    def following(self) -> Case:
        """The case after the event, as an object of its own."""
        return after(deepcopy(self.case), self.event)

    def before_answer(self) -> Answer:
        """What the event's body had said before, or recommended where the event corrects that."""
        answer = self.case.answer(self.event.step, self.event.round, self.event.body)
        recommended = answer.recommendation
        return recommended if recommended and self.event.corrects in recommended.messages else answer

    def must_decide(self) -> Name:
        """Who the route wants to decide, which in all but a city council is the body itself."""
        body, deciders = self.event.body, self.case.route.step(self.event.step).decided_by
        known = self._organisation.bodies.get(body)
        if known is None or known.kind is not BodyKind.CITY_COUNCIL:
            return self.body(body)
        names = [DECIDERS[decider] for decider in deciders]
        return Name(" eller ".join(name.da for name in names), " or ".join(name.en for name in names))


def _opened(moment: _Moment) -> Name:
    event = moment.event
    title = Name(event.title, event.title)
    words, due = quoted(title), _after_comma(event.deadline, "frist", "deadline")
    anew = Name(" som fornyet behandling", " as a renewed treatment") if event.renews else NOTHING
    return Name(f"Sagen {words.da} blev åbnet{anew.da}{due.da}.", f"The case {words.en} was opened{anew.en}{due.en}.")


def _step_opened(moment: _Moment) -> Name:
    event, step = moment.event, moment.step
    bodies, due = moment.bodies(event.bodies), _after_comma(event.due, "frist", "due")
    is_again = event.step in moment.case.rounds and moment.case.openings(event.step)
    again = Name(f" igen (runde {event.round})", f" again (round {event.round})") if is_again else NOTHING
    if event.revises:
        sent_back = quoted(moment.case.route.step(event.revises.partition("#")[0]).name)
        again = Name(f", fordi {sent_back.da} ikke gik igennem", f", because {sent_back.en} did not go through")
    return Name(
        f"Trinnet {step.da} åbnede{again.da}: {bodies.da} er spurgt{due.da}.",
        f"The step {step.en} opened{again.en}: {bodies.en} {_was(event.bodies)} asked{due.en}.",
    )


def _asked_again(moment: _Moment) -> Name:
    """Who is asked again and why, and how many answers stand; before a step opens, whose answers count no longer."""
    event, step, stand = moment.event, moment.step, _standing(moment)
    again = [body for body in event.bodies if body not in event.standing]
    bodies, due = moment.bodies(again), _after_comma(event.due, "frist", "due")
    if moment.case.current(event.step).state == StepState.WAITING:
        return Name(
            f"{bodies.da} svarede på {step.da} om en ældre version; det tæller ikke længere{stand.da}.",
            f"{bodies.en} answered {step.en} about an older version; that counts no longer{stand.en}.",
        )
    why = _WHY[event.why]
    return Name(
        f"{why.da.format(step=step.da, version=event.version)}: {bodies.da} er spurgt igen"
        f" (runde {event.round}){due.da}{stand.da}.",
        f"{why.en.format(step=step.en, version=event.version)}: {bodies.en} {_was(again)} asked again"
        f" (round {event.round}){due.en}{stand.en}.",
    )


def _standing(moment: _Moment) -> Name:
    """How many answers stand in the next round."""
    answers = moment.case.current(moment.event.step).answers
    number = sum(answers[body].state == AnswerState.ANSWERED for body in moment.event.standing)
    if not number:
        return NOTHING
    return Name(f"; {number} svar står", f"; {number} {'answer stands' if number == 1 else 'answers stand'}")


def _silence_taken(moment: _Moment) -> Name:
    """That the window ended, and what comes of it where nothing but the silence decides."""
    bodies, step = moment.bodies(moment.event.bodies), moment.step
    ended = Name(f"Svarfristen for {step.da} er udløbet", f"The window of {step.en} has ended")
    if not moment.event.bodies:
        return Name(f"{ended.da}.", f"{ended.en}.")
    if moment.event.rule == "consent":
        return Name(
            f"{ended.da}; tavsheden fra {bodies.da} gælder som samtykke efter forløbets regel.",
            f"{ended.en}; by the route's rule the silence of {bodies.en} is consent.",
        )
    return Name(f"{ended.da} uden svar fra {bodies.da}.", f"{ended.en} without an answer from {bodies.en}.")


def _inquiry_opened(moment: _Moment) -> Name:
    event, bodies, due = moment.event, moment.bodies(moment.event.bodies), long_date(moment.event.due)
    quoted = shortened(event.question) if event.question else None
    what = Name(f": {quoted.da}", f": {quoted.en}") if quoted else Name(".", ".")
    if event.passes_on:
        return Name(
            f"Spørgsmålene er sendt videre til {bodies.da}, frist {due.da}{what.da}",
            f"The questions went on to {bodies.en}, due {due.en}{what.en}",
        )
    return Name(
        f"Forespørgsel til {bodies.da}, frist {due.da}{what.da}", f"Inquiry to {bodies.en}, due {due.en}{what.en}"
    )


def _inquiry_ended(moment: _Moment) -> Name:
    why = moment.event.reason
    return Name(f"Forespørgslen blev afsluttet før tid: {why}", f"The inquiry was ended early: {why}")


def _invited(moment: _Moment) -> Name:
    bodies, step = moment.bodies(moment.event.bodies), moment.step
    return Name(
        f"{bodies.da} er inviteret til at svare på {step.da}.",
        f"{bodies.en} {_was(moment.event.bodies)} invited to answer {step.en}.",
    )


def _item_placed(moment: _Moment) -> Name:
    event = moment.event
    before = moment.case.round(event.step, event.round).items.get(event.body)
    return placed_in_words(event, before, moment.body(event.body), moment.step)


def _item_taken_off(moment: _Moment) -> Name:
    return taken_off_in_words(moment.event, moment.body(moment.event.body), moment.step)


def _reminded(moment: _Moment) -> Name:
    """Who is reminded, how often by now, and all their names where the secretariat did it by hand."""
    event, step = moment.event, moment.step
    due, again = _after_comma(event.due, "frist", "due"), _how_often(moment)
    if event.by_hand:
        bodies = moment.bodies(event.bodies, most=len(event.bodies))
        return Name(
            f"Sekretariatet har rykket {bodies.da} for svar på {step.da}{again.da}{due.da}.",
            f"The secretariat has reminded {bodies.en} of {step.en}{again.en}{due.en}.",
        )
    bodies = moment.bodies(event.bodies)
    return Name(
        f"{bodies.da} er mindet om {step.da}{again.da}{due.da}.",
        f"{bodies.en} {_was(event.bodies)} reminded of {step.en}{again.en}{due.en}.",
    )


def _how_often(moment: _Moment) -> Name:
    """Which time it is that each of the bodies is reminded in this round; nothing at the first."""
    current = moment.case.round(moment.event.step, moment.event.round)
    sent = [body for one in current.reminding.sent if one.to == BODIES for body in one.bodies]
    times = min(sent.count(body) for body in moment.event.bodies) + 1
    if times == 1:
        return NOTHING
    name = TIMES.get(times, Name(f"{times}.", f"{times}th"))
    return Name(f" for {name.da} gang", f" for the {name.en} time")


def _escalated(moment: _Moment) -> Name:
    event, step, due = moment.event, moment.step, _after_comma(moment.event.due, "frist", "due")
    told, silent = moment.bodies(list(event.told)), moment.bodies(event.bodies)
    way, have = ESCALATED[event.level], "has" if len(event.bodies) == 1 else "have"
    return Name(
        f"{way.da} {told.da}: {silent.da} har ikke svaret på {step.da}{due.da}.",
        f"{way.en} {told.en}: {silent.en} {have} not answered {step.en}{due.en}.",
    )


def _due_passed(moment: _Moment) -> Name:
    bodies, step, due = moment.bodies(moment.event.bodies), moment.step, long_date(moment.event.due)
    return Name(
        f"Fristen {due.da} for {step.da} er overskredet; der mangler svar fra {bodies.da}.",
        f"The due date {due.en} of {step.en} has passed; answers are missing from {bodies.en}.",
    )


def _step_completed(moment: _Moment) -> Name:
    result, step = result_name(moment.event.result), moment.step
    return Name(f"Trinnet {step.da} er afsluttet: {result.da}.", f"The step {step.en} was completed: {result.en}.")


def _step_reopened(moment: _Moment) -> Name:
    step = moment.step
    return Name(
        f"Trinnet {step.da} er åbnet igen, fordi et svar blev ændret.",
        f"The step {step.en} is open again, because an answer was changed.",
    )


def _body_added(moment: _Moment) -> Name:
    body, step, why = moment.body(moment.event.body), moment.step, moment.event.reason
    return Name(f"{body.da} skal også svare på {step.da}: {why}", f"{body.en} is also to answer {step.en}: {why}")


def _body_released(moment: _Moment) -> Name:
    body, step, why = moment.body(moment.event.body), moment.step, moment.event.reason
    return Name(
        f"{body.da} skal ikke længere svare på {step.da}: {why}", f"{body.en} need no longer answer {step.en}: {why}"
    )


def _step_skipped(moment: _Moment) -> Name:
    step, because, final = moment.step, SKIPPED_BECAUSE.get(moment.event.because or ""), ended_by(moment.case)
    if because:
        return Name(
            f"Trinnet {step.da} blev sprunget over: {because.da}.", f"The step {step.en} was skipped: {because.en}."
        )
    if final is not None:
        why, result = quoted(final[0].name), quoted(result_name(final[1].result or ""))
        return Name(
            f"Trinnet {step.da} bortfaldt, fordi {why.da} endte med {result.da}.",
            f"The step {step.en} was dropped, because {why.en} ended with {result.en}.",
        )
    return Name(f"Trinnet {step.da} blev ikke nødvendigt.", f"The step {step.en} was not needed.")


def _answered(moment: _Moment) -> Name:
    event, body, where = moment.event, moment.body(moment.event.body), moment.where
    did, how, when, more = _did(moment), _circumstances(event), _when(moment), _additions(event)
    added = _added(moment)
    return Name(
        f"{body.da} {did.da}{where.da}{how.da}{when.da}.{more.da}{added.da}",
        f"{body.en} {did.en}{where.en}{how.en}{when.en}.{more.en}{added.en}",
    )


def _corrected(moment: _Moment) -> Name:
    """Says which facts of the body's word changed; the event carries all of the right ones."""
    event, body, where, when = moment.event, moment.body(moment.event.body), moment.where, _when(moment)
    was, outcome = _older_word(moment) or moment.before_answer(), quoted(result_name(moment.event.outcome))
    before, said_now = was.words, event.outcomes(moment.case)
    changes = _changes(was, event, said_now) if before else Name(f"nu {outcome.da}", f"now {outcome.en}")
    said = outcome if event.outcome in [before.get(ask) for ask in said_now] else NOTHING
    added = _added(moment)
    return Name(
        f"{body.da} har rettet sit svar{_spaced(said.da)}{where.da}{when.da}: {changes.da}.{added.da}",
        f"{body.en} corrected its answer{_spaced(said.en)}{where.en}{when.en}: {changes.en}.{added.en}",
    )


def _older_word(moment: _Moment) -> Answer | None:
    """The word of a participant that a correction names, where a newer one has taken its place."""
    event, words = moment.event, moment.case.words.get(moment.event.step, [])
    wrong = word_named(words, event.corrects)
    if wrong is None or wrong is [w for w in words if (w.body, w.round) == (wrong.body, wrong.round)][-1]:
        return None
    known = {fact: getattr(event, fact) for fact in CHANGES}
    dates = {"decided_on": wrong.decided_on.isoformat(), "effective_on": wrong.effective_on.isoformat()}
    return Answer(event.body, **{**known, **dates, "outcome": wrong.outcome, "words": {JOIN: wrong.outcome}})


def _delayed(moment: _Moment) -> Name:
    event, body, where = moment.event, moment.body(moment.event.body), moment.where
    until, when, more = _after_comma(event.expected_on, "ventes", "expected"), EFFECTS[event.effect], _additions(event)
    return Name(
        f"{body.da} har meldt forsinkelse{where.da}{until.da}{when.da}.{more.da}",
        f"{body.en} reported a delay{where.en}{until.en}{when.en}.{more.en}",
    )


def _condition_set(moment: _Moment) -> Name:
    body, after = moment.body(moment.event.body), moment.following()
    told = next(c for c in after.conditions if c not in moment.case.conditions)
    name = _condition(told, moment)
    return Name(
        f"Der er noteret en betingelse fra {body.da}. {name.da}", f"A condition was set for {body.en}. {name.en}"
    )


def _condition_met(moment: _Moment) -> Name:
    number, version = moment.event.condition, moment.event.version
    text = _text(moment.case.conditions[number - 1].text)
    return Name(
        f"Betingelse {number}, {text.da}, er opfyldt i version {version} af sagens papirer.",
        f"Condition {number}, {text.en}, was met in version {version} of the papers.",
    )


def _condition_waived(moment: _Moment) -> Name:
    number, why = moment.event.condition, moment.event.reason
    text = _text(moment.case.conditions[number - 1].text)
    return Name(
        f"Betingelse {number}, {text.da}, er frafaldet: {why}", f"Condition {number}, {text.en}, was waived: {why}"
    )


def _contradiction_marked(moment: _Moment) -> Name:
    between, why = [str(number) for number in moment.event.between], moment.event.reason
    because = f": {why}" if why else "."
    return Name(
        f"Betingelserne {listed(between, 'og')} strider mod hinanden{because}",
        f"The conditions {listed(between, 'and')} contradict each other{because}",
    )


def _contradiction_settled(moment: _Moment) -> Name:
    event = moment.event
    between = [str(number) for number in moment.case.contradictions[event.contradiction - 1].conditions]
    stand = [str(number) for number in event.stand]
    left = Name(f"{listed(stand, 'og')} består", f"{listed(stand, 'and')} stands") if stand else NONE_STANDS
    return Name(
        f"Modstriden mellem betingelserne {listed(between, 'og')} er afklaret, {left.da}: {event.reason}",
        f"The contradiction between the conditions {listed(between, 'and')} is settled, {left.en}: {event.reason}",
    )


def _task_chased(moment: _Moment) -> Name:
    task = moment.case.tasks[moment.event.task - 1]
    text, times = _text(task.text), task.chased + 1
    return Name(
        f"Der er rykket for opgave {task.number}, {text.da} ({times}. gang).",
        f"Task {task.number}, {text.en}, was chased (time {times}).",
    )


def _task_done(moment: _Moment) -> Name:
    event = moment.event
    text, day = _text(moment.case.tasks[event.task - 1].text), long_date(event.done_on)
    who = Name(f" af {event.done_by}", f" by {event.done_by}") if event.done_by else NOTHING
    return Name(
        f"Opgave {event.task}, {text.da}, blev udført {day.da}{who.da}.",
        f"Task {event.task}, {text.en}, was done on {day.en}{who.en}.",
    )


def _task_cancelled(moment: _Moment) -> Name:
    event, body = moment.event, moment.body(moment.event.body)
    text = _text(moment.case.tasks[event.task - 1].text)
    where = Name(f" (beslutning {event.decision})", f" (decision {event.decision})") if event.decision else NOTHING
    return Name(
        f"Opgave {event.task}, {text.da}, blev aflyst af {body.da}{where.da}: {event.reason}",
        f"Task {event.task}, {text.en}, was cancelled by {body.en}{where.en}: {event.reason}",
    )


def _decision_made(moment: _Moment) -> Name:
    event, body, added = moment.event, moment.body(moment.event.body), NOTHING
    number, day = len(moment.case.decisions) + 1, long_date(event.decided_on)
    text = _text(event.text)
    if event.tasks or event.cancels:
        tasks = [_task(task, moment) for task in moment.following().tasks[len(moment.case.tasks) :]]
        off = [Name(f"Opgave {n} er aflyst.", f"Task {n} is cancelled.") for n in event.cancels]
        added = _sentences([*tasks, *off])
    return Name(
        f"{body.da} besluttede {text.da} ({day.da}; beslutning {number}).{added.da}",
        f"{body.en} decided {text.en} ({day.en}; decision {number}).{added.en}",
    )


def _paper_added(moment: _Moment) -> Name:
    event = moment.event
    words = quoted(Name(event.name, event.name))
    return Name(
        f"Sagens papirer fik version {event.number}: {words.da}.",
        f"The papers of the case got version {event.number}: {words.en}.",
    )


def _version_declared(moment: _Moment) -> Name:
    event, told = moment.event, moment.bodies(moment.event.informed)
    if event.kind == EDITORIAL:
        return Name(
            f"Version {event.version} er redaktionel; {told.da} er orienteret.",
            f"Version {event.version} is editorial; {told.en} {_was(event.informed)} informed.",
        )
    everybody = event.material_for == [ALL]
    whom = Name("alle", "all") if everybody else moment.bodies(event.material_for)
    return Name(
        f"Version {event.version} er en væsentlig ændring for {whom.da}.",
        f"Version {event.version} is a material change for {whom.en}.",
    )


def _deadline_extended(moment: _Moment) -> Name:
    new, why = long_date(moment.event.deadline), moment.event.reason
    old = long_date(moment.case.deadline.isoformat()) if moment.case.deadline else None
    since = Name(f" fra {old.da}", f" from {old.en}") if old else NOTHING
    return Name(
        f"Fristen blev flyttet{since.da} til {new.da}: {why}", f"The deadline was moved{since.en} to {new.en}: {why}"
    )


def _suspended(moment: _Moment) -> Name:
    return Name(f"Sagen blev sat i bero: {moment.event.reason}", f"The case was suspended: {moment.event.reason}")


def _resumed(moment: _Moment) -> Name:
    days = moment.event.moved_days
    if not days:
        return Name("Sagen blev genoptaget.", "The case was resumed.")
    da, en = ("dag", "day") if days == 1 else ("dage", "days")
    return Name(
        f"Sagen blev genoptaget; alle frister er flyttet {days} {da}.",
        f"The case was resumed; every date moved by {days} {en}.",
    )


def _attribute_set(moment: _Moment) -> Name:
    event, attribute = moment.event, quoted(Name(moment.event.attribute, moment.event.attribute))
    old, new = moment.case.attributes.get(event.attribute), _plain_value(event.value)
    was = _plain_value(old) if old is not None else None
    since = Name(f" fra {was.da}", f" from {was.en}") if was else NOTHING
    return Name(
        f"{attribute.da} blev ændret{since.da} til {new.da}: {event.reason}",
        f"{attribute.en} was changed{since.en} to {new.en}: {event.reason}",
    )


def _plain_value(value: Any) -> Name:
    """A value of an attribute in words: a day as people write it, anything else as it stands."""
    try:
        return long_date(str(value))
    except ValueError:
        return Name(str(value), str(value))


def _migrated(moment: _Moment) -> Name:
    event = moment.event
    why = f": {event.reason}" if event.reason else "."
    return Name(
        f"Sagen følger nu version {event.version} af sit forløb{why}",
        f"The case now follows version {event.version} of its route{why}",
    )


def _entered_into_force(moment: _Moment) -> Name:
    day, old = long_date(moment.event.on), replaced(moment.case)
    instead = Name(f" og erstatter {old.text}", f" and replaces {old.text}") if old else NOTHING
    title = quoted(Name(moment.case.title, moment.case.title))
    return Name(
        f"{title.da} trådte i kraft {day.da}{instead.da}.", f"{title.en} entered into force on {day.en}{instead.en}."
    )


def _entry_missed(moment: _Moment) -> Name:
    day, route = long_date(moment.event.expected_on), moment.case.route
    steps = [quoted(route.step(step).name) for step in moment.event.steps]
    da, en = listed([step.da for step in steps], "og"), listed([step.en for step in steps], "and")
    return Name(
        f"Ikrafttrædelsen {day.da} blev ikke nået; der mangler {da}.",
        f"The entry into force on {day.en} was missed; {en} {'is' if len(steps) == 1 else 'are'} lacking.",
    )


def _withdrawn(moment: _Moment) -> Name:
    why = moment.event.reason
    return Name(f"Sagen blev trukket tilbage: {why}", f"The case was withdrawn: {why}")


def _renewed(moment: _Moment) -> Name:
    why, bodies = moment.event.reason, moment.bodies(moment.event.concerned)
    return Name(
        f"Sagen behandles på ny i en sag for sig, som spørger {bodies.da} igen: {why}",
        f"The case is treated anew in a case of its own, which asks {bodies.en} again: {why}",
    )


def _closed(moment: _Moment) -> Name:
    status, result = CASE_STATUSES[moment.event.status], moment.event.result
    name = result_name(result) if result else None
    with_result = Name(f": {name.da}", f": {name.en}") if name else NOTHING
    final = ended_by(moment.case)
    if final is not None:
        why = quoted(final[0].name)
        with_result = Name(f"{with_result.da} i trinnet {why.da}", f"{with_result.en} in the step {why.en}")
    return Name(f"Sagen {status.da}{with_result.da}.", f"The case {status.en}{with_result.en}.")


SENTENCES: dict[type[Case.Event], Callable[[_Moment], Name]] = {
    Case.Opened: _opened,
    Case.StepOpened: _step_opened,
    Case.StepAskedAgain: _asked_again,
    Case.SilenceTaken: _silence_taken,
    Case.InquiryOpened: _inquiry_opened,
    Case.InquiryEnded: _inquiry_ended,
    Case.BodiesInvited: _invited,
    Case.ItemPlaced: _item_placed,
    Case.ItemTakenOff: _item_taken_off,
    Case.BodiesReminded: _reminded,
    Case.Escalated: _escalated,
    Case.DuePassed: _due_passed,
    Case.StepCompleted: _step_completed,
    Case.StepReopened: _step_reopened,
    Case.BodyAdded: _body_added,
    Case.BodyReleased: _body_released,
    Case.StepSkipped: _step_skipped,
    Case.AnswerRecorded: _answered,
    Case.AnswerCorrected: _corrected,
    Case.DelayReported: _delayed,
    Case.ConditionSet: _condition_set,
    Case.ConditionMet: _condition_met,
    Case.ConditionWaived: _condition_waived,
    Case.ContradictionMarked: _contradiction_marked,
    Case.ContradictionSettled: _contradiction_settled,
    Case.TaskChased: _task_chased,
    Case.TaskDone: _task_done,
    Case.TaskCancelled: _task_cancelled,
    Case.DecisionMade: _decision_made,
    Case.PaperAdded: _paper_added,
    Case.VersionDeclared: _version_declared,
    Case.DeadlineExtended: _deadline_extended,
    Case.Suspended: _suspended,
    Case.Resumed: _resumed,
    Case.AttributeSet: _attribute_set,
    Case.Migrated: _migrated,
    Case.EnteredIntoForce: _entered_into_force,
    Case.EntryIntoForceMissed: _entry_missed,
    Case.Withdrawn: _withdrawn,
    Case.Renewed: _renewed,
    Case.Closed: _closed,
}
"""The sentence of every kind of event."""


def _did(moment: _Moment) -> Name:
    """What an answer says that a body did, to each of the step's asks."""
    event, several = moment.event, len(moment.case.route.step(moment.event.step).asks) > 1
    words = [_word(ask, outcome, several=several) for ask, outcome in event.outcomes(moment.case).items()]
    did = Name(" og ".join(w.da for w in words), " and ".join(w.en for w in words))
    if event.due:
        due = long_date(event.due)
        did = Name(f"{did.da} med frist {due.da}", f"{did.en}, due {due.en}")
    if event.expected_on:
        until = long_date(event.expected_on)
        did = Name(f"{did.da} til {until.da}", f"{did.en} to {until.en}")
    if event.effective_on and event.effective_on != event.decided_on:
        since = long_date(event.effective_on)
        did = Name(f"{did.da} med virkning fra {since.da}", f"{did.en} with effect from {since.en}")
    if event.supports is not None:
        no = NOTHING if event.supports else Name(" ikke", " not")
        did = Name(f"{did.da} og bakker{no.da} op", f"{did.en}{',' if event.supports else ''} {_supports(event)}")
    return did


def _word(ask: str, outcome: str, *, several: bool) -> Name:
    """What was said to one ask; silence says of which, where there are several."""
    did, name = OUTCOMES[outcome], quoted(ASKS[ask].name)
    return Name(f"{did.da} til {name.da}", f"{did.en} to {name.en}") if several and outcome == NOT_RECORDED else did


def _when(moment: _Moment) -> Name:
    """Whether the answer came in its time; of a recommendation, who must decide."""
    when = EFFECTS[moment.event.effect]
    if moment.event.effect != RECOMMENDATION:
        return when
    who = moment.must_decide()
    return Name(
        f"{when.da}; {who.da} skal selv træffe afgørelse",
        f"{when.en}; {who.en} must decide itself",
    )


def _supports(event: Case.AnswerRecorded) -> str:
    return "in support" if event.supports else "and did not support it"


def _circumstances(said: Case.AnswerRecorded | Answer) -> Name:
    """Who in the body decided, and when, in brackets."""
    day = long_date(said.decided_on) if said.decided_on else None
    who = DECIDERS.get(said.decided_by or "")
    parts = [part for part in (who, day) if part]
    if not parts:
        return NOTHING
    return Name(f" ({', '.join(p.da for p in parts)})", f" ({', '.join(p.en for p in parts)})")


def _additions(said: Said) -> Name:
    """What stands beside the answer, as sentences of their own: the minutes' facts, the remark, the body's number."""
    remark, reference = said.remark, getattr(said, "reference", None)
    noted = Name(f" Bemærkning: {shortened(remark).da}.", f" Remark: {shortened(remark).en}.") if remark else NOTHING
    numbered = f" Reference: {reference}." if reference else ""
    minutes = minutes_in_words(said) if isinstance(said, Case.AnswerRecorded) else NOTHING
    return Name(minutes.da + noted.da + numbered, minutes.en + noted.en + numbered)


def _added(moment: _Moment) -> Name:
    """The conditions and tasks that an answer, or its correction, brings or takes away, as sentences of their own."""
    before, event = moment.case, moment.event
    corrected = isinstance(event, Case.AnswerCorrected) and (before.conditions or before.tasks)
    said = event.outcomes(before).values()
    if not (event.conditions or event.tasks or ON_CONDITION in said or corrected):
        return NOTHING  # and no copy of the case is made, which most answers would pay for in vain
    now = moment.following()
    conditions = [_condition(condition, moment) for condition in now.conditions[len(before.conditions) :]]
    tasks = [_task(task, moment) for task in now.tasks[len(before.tasks) :]]
    gone = [_gone("Betingelse", "Condition", c) for c in _taken_away(before.conditions, now.conditions)]
    off = [_gone("Opgave", "Task", t) for t in _taken_away(before.tasks, now.tasks)]
    return _sentences([*conditions, *tasks, *gone, *off])


def _taken_away(before: Sequence[Added], now: Sequence[Added]) -> list[Added]:
    pairs = zip(before, now, strict=False)
    return [new for old, new in pairs if new.state == State.WITHDRAWN != old.state]


def _gone(da: str, en: str, added: Added) -> Name:
    text = _text(added.text)
    return Name(f"{da} {added.number}, {text.da}, bortfalder.", f"{en} {added.number}, {text.en}, is withdrawn.")


def _condition(condition: Condition, moment: _Moment) -> Name:
    """A condition as a sentence."""
    kind, text, more = CONDITION_KINDS[condition.kind], _text(condition.text), _by_whom_and_when(condition, moment)
    return Name(
        f"Betingelse {condition.number} ({kind.da}): {text.da}{more.da}.",
        f"Condition {condition.number} ({kind.en}): {text.en}{more.en}.",
    )


def _task(task: Task, moment: _Moment) -> Name:
    """A task as a sentence."""
    text, more = _text(task.text), _by_whom_and_when(task, moment)
    return Name(f"Opgave {task.number}: {text.da}{more.da}.", f"Task {task.number}: {text.en}{more.en}.")


def _by_whom_and_when(added: Added, moment: _Moment) -> Name:
    """Who is to do it, and by when or by which meeting, behind commas."""
    who, due, meeting = added.responsible, added.due, added.meeting
    name = moment.body(who) if who else NOTHING
    by = _after_comma(due, "senest", "by")
    day = iso_day(meeting)
    met = long_date(day) if day else Name(meeting or "", meeting or "")
    at = Name(f", til mødet {met.da}", f", for the meeting {met.en}") if meeting else NOTHING
    comma = ", " if who else ""
    return Name(f"{comma}{name.da}{by.da}{at.da}", f"{comma}{name.en}{by.en}{at.en}")


def _text(text: str | None) -> Name:
    """What a condition, task or decision says, in quotation marks."""
    return shortened(text) if text else NOT_STATED


def _sentences(told: Sequence[Name]) -> Name:
    """Sentences behind one another, each after a blank."""
    return Name("".join(f" {one.da}" for one in told), "".join(f" {one.en}" for one in told))


def _changes(was: Answer, event: Case.AnswerCorrected, said: Mapping[str, str]) -> Name:
    """Every fact that a correction changed, with its old and its new value.

    One of several asks leaves alone what was said with the others.
    """
    is_all = was.words.keys() <= said.keys()
    pairs: list[tuple[str, Any, Any]] = [("outcome", was.words.get(ask), outcome) for ask, outcome in said.items()]
    pairs += [(fact, getattr(was, fact), getattr(event, fact)) for fact in CHANGES if fact != "outcome"]
    pairs = [(fact, old, new) for fact, old, new in pairs if is_all or new is not None]
    told = [_change(fact, old, new) for fact, old, new in pairs if old != new]
    unchanged = Name("intet er ændret", "nothing changed")
    return Name("; ".join(t.da for t in told), "; ".join(t.en for t in told)) if told else unchanged


def _change(fact: str, old: Any, new: Any) -> Name:
    name, before, after = CHANGES[fact], _value(fact, old), _value(fact, new)
    return Name(f"{name.da} fra {before.da} til {after.da}", f"{name.en} from {before.en} to {after.en}")


def _value(fact: str, value: Any) -> Name:
    """A fact of an answer in words."""
    if value is None:
        return NONE
    write = _WRITERS.get(fact)
    return write(value) if write else Name(str(value), str(value))


def _after_comma(day: str | None, da: str, en: str) -> Name:
    """A date behind a comma with the word that says what it is; nothing without a date."""
    if not day:
        return NOTHING
    name = long_date(day)
    return Name(f", {da} {name.da}", f", {en} {name.en}")


def _was(bodies: Sequence[str]) -> str:
    return "was" if len(bodies) == 1 else "were"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]


def _has_article(name: Name) -> bool:
    return name.en.startswith(ARTICLE)


def _spaced(text: str) -> str:
    return f" {text}" if text else ""


_WRITERS: dict[str, Callable[[Any], Name]] = {
    "outcome": lambda outcome: quoted(result_name(outcome)),
    "supports": lambda supports: quoted(SUPPORTS[supports]),
    "decided_on": long_date,
    "decided_by": lambda decider: DECIDERS.get(decider, Name(decider, decider)),
    "due": long_date,
    "bodies_due": long_date,
    "effective_on": long_date,
    "expected_on": long_date,
    "to": lambda bodies: Name(", ".join(bodies), ", ".join(bodies)),
    "remark": shortened,
    "meeting_on": long_date,
    "wording": shortened,
    "dissent": dissenters,
    "reservation": shortened,
    "persons": listed_names,
    "points": quoted_points,
}
"""How the facts of an answer that are no plain texts or numbers are written."""
