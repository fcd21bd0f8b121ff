# SPDX-License-Identifier: EUPL-1.2
"""What follows in a case from its facts and the time: the pure rules that move it along its route."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from domain.agenda import agenda_changes
from domain.asks import ASKS, NEGATIVE, NOT_RECORDED, OBJECTED, Meaning
from domain.blocking import block_of, ending_block
from domain.case import Answer, AnswerState, Case, Interim, Round, Status, StepState, Why
from domain.dates import danish_date, end_of_day, start_of_day
from domain.entering import awaits_entry, coming_moments, entered, missed, missing
from domain.organisation import SECRETARIAT
from domain.participation import JOIN
from domain.reminding import escalated, planned
from domain.route import BODIES, INQUIRY, MEETING, NO_ANSWER, NOT_ENOUGH

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from domain.meetings import Calendars
    from domain.route import Step

CLOSED_BY_SUBMISSION = "closed_by_submission"
"""The result of an inquiry about something that the secretariat has submitted meanwhile."""
NOBODY_ASKED = "nobody_asked"
"""Why a step is skipped that has nobody to ask, as in a renewed treatment that does not concern its bodies."""
LATE = "late"
"""The effect of an answer that came when its step was over, so that it is in no tally."""

TO_MEETING = "to_meeting"
"""The result of a written procedure whose silence makes the matter an item for the next meeting."""

_WHY = {OBJECTED.id: Why.OBJECTION, TO_MEETING: Why.SILENCE}
"""The results with which a written procedure goes on at a meeting."""
_BACK_TO_MEETING = "meeting"
"""The rule of silence of a round that the secretariat has in writing although its step is held at meetings."""
_SILENCE = {_BACK_TO_MEETING: TO_MEETING, "close": NO_ANSWER}
"""The results that rules of silence give a round."""


@dataclass(frozen=True)
class Following:
    """One event that follows from the case as it stands, without its actor and time."""

    event: type[Case.Event]
    facts: dict[str, Any]


def what_follows(
    case: Case, at: datetime, calendars: Calendars, leadership: Callable[[str], str] = lambda _body: SECRETARIAT
) -> Following | None:
    """The next event due in a case at `at` (UTC), or None: call again after it has been applied, until None.

    `leadership` names the body that is told of a silent one by the route's escalations.
    """
    if case.status != Status.RUNNING:
        return None
    rules = (_completed, _ended_early, _to_meeting, _silent, _closed_by_others, _tallied_again, _revision, _reopened)
    placed = partial(_placed, calendars=calendars)
    openings = (_opened_on_demand, _passed_on, _inquiry_closed, _opened_in_order, placed, _invited)
    endings = (_entered_into_force, _entry_missed, _ended)
    reminded = partial(_reminded, calendars=calendars, leadership=leadership)
    found = (following for rule in (*rules, *openings, reminded, _due_passed, *endings) for following in rule(case, at))
    return next(found, None)


def next_wake(case: Case, at: datetime, calendars: Calendars) -> datetime | None:
    """The UTC instant after `at` at which something may follow although nothing new has happened, or None."""
    if case.status != Status.RUNNING:
        return None
    waited_for = [m for step, current in _waited_for(case) for m in _moments(case, step, current, at, calendars)]
    moments = (*waited_for, *_opening_moments(case), *coming_moments(case))
    return min((m for m in moments if m > at), default=None)


def opening_day(case: Case, step: Step) -> date | None:
    """The Danish day at whose start the clock of a waiting step lets it open; None while that is not known.

    It is known once the date in the attribute is given, or the steps before are done; a suspension moves it.
    """
    if step.opens_on is not None:
        return case.date_in(step.opens_on)
    if step.opens_after_days is None or not _has_come(case, step):
        return None
    since = max((_end(case, earlier) for earlier in step.after), default=case.opened_at)
    still = sum(pause.days for pause in case.pauses if pause.since >= since)
    return danish_date(since) + timedelta(days=step.opens_after_days + still)


def awaited_date(case: Case, step: Step, current: Round) -> str | None:
    """The attribute without whose date a step whose turn has come does not open, None where it waits for none."""
    waits = case.is_open and current.state == StepState.WAITING and _has_come(case, step)
    return step.opens_on if waits and step.opens_on and case.date_in(step.opens_on) is None else None


def ended_by(case: Case) -> tuple[Step, Round] | None:
    """The step with whose result the route ends the case there and then, with that round; None if there is none."""
    found = ((s, r) for s, r in case.current_rounds() if r.state == StepState.COMPLETED and r.result in s.ends_on)
    return next(found, None)


def outcome_so_far(case: Case) -> str | None:
    """The result that the case has, or will have if nothing is corrected, though later steps may still wait."""
    if not case.is_open:
        return case.result
    final = _final_round(case)
    return _case_result(case) if _is_done(case, final.step) else None


def tally(step: Step, current: Round, *, is_due: bool = False) -> dict[str, str]:
    """The results that a round's answers give its step, by ask; empty while it is still open.

    The round ends when every ask has its result, and at once when one of them is rejected, returned or objected to.
    """
    found = ((ask, _tally_ask(step, ask, current, is_due=is_due)) for ask in step.asks)
    results = {ask: result for ask, result in found if result}
    return results if len(results) == len(step.asks) or _stopping(step, results) else {}


def result_of(step: Step, results: Mapping[str, str]) -> str:
    """The result of a step with these results: the one that ended it at once, else the main ask's."""
    return _stopping(step, results) or results[step.ask]


def _tally_ask(step: Step, ask: str, current: Round, *, is_due: bool) -> str | None:
    """The result of one ask, or None while it is still open.

    One rejection, return or objection ends the ask at once. Else it ends when nobody is awaited any more, when enough
    have consented or no longer can (`complete = "enough"`), when it is due (`complete = "at_due"`), or by the route's
    rule of silence. A single outcome of all is the result, else the ask's plain consent; where the consents are too
    few, the dissent, or `not_enough` where the route counts them; where the minutes are silent of all who were heard,
    `not_recorded`.
    """
    final = {body: a.words[ask] for body, a in current.asked.items() if _counts(a, ask)}
    meanings = {o: step.outcomes_by_ask[ask][o].meaning for o in final.values()}
    stopped = _first(meanings, NEGATIVE) or _first(meanings, {Meaning.OBJECTION})
    stopped = stopped or _SILENCE.get(current.silence or "")
    consents = _consents(step, ask, current, final)
    unrecorded = {body for body, outcome in final.items() if meanings[outcome] == Meaning.UNRECORDED}
    waited_for = [body for body in current.pending if ask not in current.answers[body].settled]
    enough = _is_enough(step, current, consents, unrecorded)
    hopeless = ask != JOIN and not _is_enough(step, current, {*consents, *waited_for}, unrecorded)
    # Where bodies join they may still think better of it, so that it is never hopeless.
    ended = not waited_for or (step.complete == "enough" and (enough or hopeless))
    if stopped or not (ended or (step.complete == "at_due" and is_due)):
        return stopped
    if enough:
        nothing = NOT_RECORDED if unrecorded else NO_ANSWER
        return _common([consents[body] for body in sorted(consents)], ASKS[ask].plain_consent, nothing)
    dissent = _first(meanings, {Meaning.DISSENT})
    return dissent if dissent and step.at_least is None and not step.must_have else NOT_ENOUGH


def _first(meanings: Mapping[str, Meaning], wanted: Collection[Meaning]) -> str | None:
    """The first outcome with one of the wanted meanings."""
    return next((outcome for outcome, meaning in meanings.items() if meaning in wanted), None)


def _counts(answer: Answer, ask: str) -> bool:
    """Whether an answer counts in its round: one that was late for an earlier round stands in a later one."""
    return ask in answer.settled and (answer.settled[ask] != LATE or answer.stands_from is not None)


def _consents(step: Step, ask: str, current: Round, final: dict[str, str]) -> dict[str, str]:
    """Every body's consent; the silence of one that the route takes as consent is its plain one."""
    outcomes = step.outcomes_by_ask[ask]
    said = {body: outcome for body, outcome in final.items() if outcomes[outcome].meaning == Meaning.CONSENT}
    silent = {body for body in current.silent if body in current.asked and body not in final}
    return said | (dict.fromkeys(silent, ASKS[ask].plain_consent) if step.on_silence == "consent" else {})


def _is_enough(step: Step, current: Round, consents: Collection[str], unrecorded: set[str]) -> bool:
    """Whether so many have consented as the route wants; all means all that were heard or are awaited."""
    unheard = {b for b, a in current.asked.items() if a.state == AnswerState.SILENT and b not in consents}
    enough = step.enough(len(current.asked), left_out=len(unheard | unrecorded))
    return len(consents) >= enough and set(consents).issuperset(step.must_have)


def _stopping(step: Step, results: Mapping[str, str]) -> str | None:
    """The result that ends the round at once: one that sends the matter back, else an objection."""
    known = {ask: step.outcomes_by_ask[ask].get(result) for ask, result in results.items()}
    meanings = {outcome.id: outcome.meaning for outcome in known.values() if outcome}
    return _first(meanings, NEGATIVE) or _first(meanings, {Meaning.OBJECTION})


def _common(outcomes: list[str], mixed: str, nothing: str) -> str:
    """The outcome that all have in common, else the one for `mixed` outcomes or for `nothing` at all."""
    if not outcomes:
        return nothing
    return outcomes[0] if len(set(outcomes)) == 1 else mixed


def is_negative(step: Step, current: Round) -> bool:
    """Whether a completed round sent the matter back."""
    return step.sends_back(current.result)


def is_over(step: Step, current: Round) -> bool:
    """Whether a round was completed with a result from which the case goes on."""
    goes_back = is_negative(step, current) or current.result in _WHY
    return current.state == StepState.COMPLETED and not goes_back


def asked_again(
    case: Case, current: Round, again: Collection[str], at: datetime, *, why: Why, **more: int | str | None
) -> Following:
    """The next round of a step, in which some bodies are asked again at `at` (UTC) and all other entries stand.

    `more` is the `version` of the papers that is the reason, and the `mode` where the round is not as the one before.
    """
    step, bodies = case.route.step(current.step), list(current.asked)
    facts: dict[str, Any] = {"mode": current.mode, "version": None, **more, "why": str(why)}
    due = None if facts["mode"] == MEETING else _due_again(case, step, current, at)
    facts |= {"bodies": bodies, "standing": [body for body in bodies if body not in again]}
    facts |= {"step": step.id, "round": current.number + 1, "due": due.isoformat() if due else None}
    return Following(Case.StepAskedAgain, facts)


def first_due(case: Case, step: Step, at: datetime, asked_due: date | None = None) -> date | None:
    """The due date of a round that opens at `at` (UTC)."""
    if step.days_to_due is not None:
        return danish_date(at) + timedelta(days=step.days_to_due)
    if step.due == "attribute" and step.due_on is not None:
        return case.date_in(step.due_on)
    return {"deadline": case.deadline, "asked": asked_due}.get(step.due)


def _completed(case: Case, at: datetime) -> Iterator[Following]:
    for step, current in case.current_rounds():
        is_due = current.due is not None and end_of_day(current.due) <= at
        results = tally(step, current, is_due=is_due) if current.state == StepState.OPEN else {}
        result = result_of(step, results) if results else None
        stops = step.sends_back(result) or result in _WHY
        if results and (stops or not block_of(case, step)):
            yield _tallied(step, current, results)


def _ended_early(case: Case, _: datetime) -> Iterator[Following]:
    """A result with which the route ends the case, whatever else still waits."""
    final = ended_by(case)
    if final is not None:
        yield from _skipped_rest(case)
        yield Following(Case.Closed, {"status": Status.REJECTED, "result": final[1].result})


def _to_meeting(case: Case, at: datetime) -> Iterator[Following]:
    """A written procedure that somebody objected to, or in whose window not all were heard, goes on at a meeting."""
    for step, current in case.current_rounds():
        if current.state == StepState.COMPLETED and current.result in _WHY:
            heard = [body for body, a in current.asked.items() if a.state == AnswerState.ANSWERED]
            again = [b for b in current.asked if b not in heard or _objects(step, current.answers[b])]
            yield asked_again(case, current, again, at, why=_WHY[current.result], mode=MEETING)


def _objects(step: Step, answer: Answer) -> bool:
    return step.outcomes[answer.outcome or ""].meaning == Meaning.OBJECTION


def _silent(case: Case, at: datetime) -> Iterator[Following]:
    """What the route says of those who have said nothing by the end of a written procedure's window.

    One that is delayed, or has said a word on the way, is not silent, so that its consent is still awaited.
    """
    for step, current in _waited_for(case):
        is_past = current.due is not None and end_of_day(current.due) <= at
        if not is_past or not step.is_written(current.mode) or current.silence in _SILENCE:
            continue
        entries = [current.answers[body] for body in current.pending]
        bodies = [a.body for a in entries if a.state == AnswerState.AWAITING and not a.words]
        rule = step.on_silence if step.is_written(None) else _BACK_TO_MEETING
        if rule in _SILENCE or (rule == "consent" and bodies):
            yield _following(Case.SilenceTaken, current, bodies=bodies, rule=rule)


def _closed_by_others(case: Case, _: datetime) -> Iterator[Following]:
    """A step that ends with another: also one that waits, but none that was asked again after that."""
    for step, current in case.current_rounds():
        if not is_over(step, current):
            continue
        for other, result in step.closes.items():
            closed = case.current(other)
            is_later = closed.why is not None and closed.opened_version > current.completed_version
            if (
                closed.state in {StepState.WAITING, StepState.OPEN}
                and not is_later
                and not block_of(case, case.route.step(other))
            ):
                yield _complete(closed, result)


def _revision(case: Case, at: datetime) -> Iterator[Following]:
    """A step that was sent back is revised, one such step at a time."""
    revisions = case.rounds.get(case.route.revision.id, [])
    if revisions and revisions[-1].state == StepState.OPEN:
        return
    for step, current in case.current_rounds():
        if _is_sent_back(step, current) and not any(_revises(r, current) for r in revisions):
            yield _open(case, case.route.revision, len(revisions) + 1, at, revises=f"{step.id}#{current.number}")


def _reopened(case: Case, at: datetime) -> Iterator[Following]:
    """After its revision a step that was sent back is asked again, those that the route names before it."""
    revisions = case.rounds.get(case.route.revision.id, [])
    for step, current in case.current_rounds():
        revision = next((r for r in revisions if _revises(r, current) and r.state == StepState.COMPLETED), None)
        if revision is not None and _is_sent_back(step, current):
            again = tuple(s for s in case.route.way_back(step) if case.current(s.id).state != StepState.SKIPPED)
            for earlier in again:
                is_next = _is_next_again(case, earlier, again, revision.completed_version)
                if is_next and not block_of(case, earlier):
                    yield _open(case, earlier, case.current(earlier.id).number + 1, at)


def _is_next_again(case: Case, step: Step, again: tuple[Step, ...], since: int) -> bool:
    """Whether a step is the next to be asked again: not reopened yet, but all those of them that come before it."""
    before = [earlier.id for earlier in again if earlier.id in case.route.before(step.id)]
    is_reopened = case.current(step.id).opened_version > since
    return (
        not is_reopened
        and all(case.current(earlier).opened_version > since and _is_done(case, earlier) for earlier in before)
        and all(_is_done(case, earlier) for earlier in step.after)
    )


def _tallied_again(case: Case, _: datetime) -> Iterator[Following]:
    """A correction in a completed step, where the route lets it count, may change the result or open the step again."""
    for step, current in case.current_rounds():
        if not (step.counts_corrections and current.state == StepState.COMPLETED and _is_tallied(case, current)):
            continue
        results = tally(step, current, is_due=True)
        if not results:
            yield _following(Case.StepReopened, current)
        elif results != current.results:
            yield _tallied(step, current, results)


def _is_tallied(case: Case, current: Round) -> bool:
    """Whether the round's result came from its own answers, and not with another step's end."""
    return not any(current.result == step.closes.get(current.step) for step in case.route.steps)


def _opened_on_demand(case: Case, at: datetime) -> Iterator[Following]:
    """Each set of questions opens a round, one after the other, while its asker is open or the step outlasts that."""
    for step in case.route.steps:
        current, wanted = case.current(step.id), _next_wanted(case, step)
        if current.state != StepState.OPEN and wanted is not None and not block_of(case, step):
            number = current.number + (current.state != StepState.WAITING)
            yield _open(case, step, number, at, asked_due=wanted.due)


def _next_wanted(case: Case, step: Step) -> Interim | None:
    """The oldest interim word that is to open a round of the step and has not."""
    if step.opened_by is None:
        return None
    asker, taken = case.current(step.opened_by.step), len(case.openings(step.id))
    wanted = case.said(step.opened_by.step, step.opened_by.outcome)[taken:]
    return wanted[0] if wanted and (asker.state == StepState.OPEN or step.keeps_case_open) else None


def _passed_on(case: Case, _: datetime) -> Iterator[Following]:
    """Questions that go on to named bodies are asked of them as soon as the reply to the questions is open."""
    for step in case.route.steps:
        current = case.current(step.id)
        if step.opened_by is None or current.state != StepState.OPEN or case.open_inquiry is not None:
            continue
        opened = len(case.openings(step.id))
        for said in case.said(step.opened_by.step, step.opened_by.outcome)[opened - 1 : opened]:
            inquiries = case.rounds.get(INQUIRY, [])
            due = said.bodies_due or said.due
            if said.to and due and not any(past.passes_on in said.messages for past in inquiries):
                place = {"step": INQUIRY, "round": len(inquiries) + 1, "about": f"{step.id}#{current.number}"}
                facts = {"bodies": said.to, "due": due.isoformat(), "question": said.remark}
                yield Following(Case.InquiryOpened, {**place, **facts, "passes_on": said.messages[-1]})


def _inquiry_closed(case: Case, _: datetime) -> Iterator[Following]:
    """An inquiry ends when what it was about is submitted."""
    inquiry = case.open_inquiry
    if inquiry is not None and inquiry.about is not None:
        step, _sign, number = inquiry.about.partition("#")
        if case.round(step, int(number)).state == StepState.COMPLETED:
            yield _complete(inquiry, CLOSED_BY_SUBMISSION)


def _opened_in_order(case: Case, at: datetime) -> Iterator[Following]:
    for step, current in case.current_rounds():
        if current.state == StepState.WAITING and _has_come(case, step):
            if not step.is_needed(case.attributes):
                yield _following(Case.StepSkipped, current)
            elif not current.asked:
                yield _following(Case.StepSkipped, current, because=NOBODY_ASKED)
            elif (not step.has_clock or _has_struck(case, step, at)) and not block_of(case, step):
                yield _open(case, step, current.number, at)


def _has_come(case: Case, step: Step) -> bool:
    """Whether it is a step's turn in the route's order."""
    return not step.is_on_demand and all(_is_done(case, earlier) for earlier in step.after)


def _has_struck(case: Case, step: Step, at: datetime) -> bool:
    day = opening_day(case, step)
    return day is not None and start_of_day(day) <= at


def _end(case: Case, step_id: str) -> datetime:
    """When a step that is done was completed or skipped (UTC)."""
    return case.current(step_id).completed_at or case.opened_at


def _opening_moments(case: Case) -> Iterator[datetime]:
    for step, current in case.current_rounds():
        day = opening_day(case, step)
        if day and current.state == StepState.WAITING and _has_come(case, step):
            yield start_of_day(day)


def _placed(case: Case, at: datetime, calendars: Calendars) -> Iterator[Following]:
    """What is open at a meeting goes on the agenda of the next, and moves with it."""
    yield from (Following(event, facts) for event, facts in agenda_changes(case, at, calendars))


def _invited(case: Case, _: datetime) -> Iterator[Following]:
    for current in case.open_rounds():
        bodies = [body for body in current.pending if body not in current.invited]
        if bodies:
            yield _following(Case.BodiesInvited, current, bodies=bodies)


def _reminded(case: Case, at: datetime, calendars: Calendars, leadership: Callable[[str], str]) -> Iterator[Following]:
    """The newest reminder and escalation due; older ones that an outage kept back are not sent any more."""
    for step, current in _waited_for(case):
        for one in planned(case, step, current, at, calendars.working_days):
            if one.moment <= at:
                due = current.due.isoformat() if current.due else None
                facts = {"due": due, "planned_for": one.planned_for, "days": one.rule.days}
                if one.rule.to == BODIES:
                    yield _following(Case.BodiesReminded, current, bodies=one.bodies, **facts)
                else:
                    told = escalated(one.bodies, one.rule.to, leadership)
                    yield _following(Case.Escalated, current, level=one.rule.to, told=told, **facts)


def _due_passed(case: Case, at: datetime) -> Iterator[Following]:
    for _, current in _waited_for(case):
        if current.due and current.overdue != current.due and end_of_day(current.due) <= at:
            yield _following(Case.DuePassed, current, due=current.due.isoformat(), bodies=current.pending)


def _entered_into_force(case: Case, at: datetime) -> Iterator[Following]:
    day = entered(case, at)
    if day is not None:
        yield Following(Case.EnteredIntoForce, {"on": day.isoformat()})


def _entry_missed(case: Case, at: datetime) -> Iterator[Following]:
    day = missed(case, at)
    if day is not None:
        facts = {"expected_on": day.isoformat(), "steps": missing(case)}
        yield Following(Case.EntryIntoForceMissed, facts)


def _ended(case: Case, _: datetime) -> Iterator[Following]:
    """The end of the route, unless an agreement waits for its day, or what an outcome opened is still to be done."""
    in_order = all(_is_done(case, step.id) for step in case.route.steps if not step.is_on_demand)
    outlasted = any(_outlasts(case, step) for step in case.route.steps)
    if ending_block(case) or not in_order or awaits_entry(case) or outlasted:
        return
    yield from _skipped_rest(case)
    yield Following(Case.Closed, {"status": _case_status(case), "result": _case_result(case)})


def _outlasts(case: Case, step: Step) -> bool:
    is_open = case.current(step.id).state == StepState.OPEN
    return step.keeps_case_open and (is_open or _next_wanted(case, step) is not None)


def _skipped_rest(case: Case) -> Iterator[Following]:
    for _, current in case.current_rounds():
        if current.state in {StepState.WAITING, StepState.OPEN}:
            yield _following(Case.StepSkipped, current)


def _case_status(case: Case) -> str:
    """The status that the route gives a case at its end, `rejected` for the results that it names."""
    ending = case.route.ending
    return Status.REJECTED if _final_round(case).result in ending.rejected_by else ending.status


def _final_round(case: Case) -> Round:
    """The newest round of the step that gives the case its result."""
    rounds = [case.current(step) for step in case.route.ending.result_of]
    return next((r for r in reversed(rounds) if r.state == StepState.COMPLETED), rounds[-1])


def _case_result(case: Case) -> str | None:
    """The result of the step that the route names; a decision says whether it supports the case."""
    final = _final_round(case)
    supports = next((a.supports for a in final.answers.values() if a.supports is not None), None)
    return final.result if supports is None else ("supported" if supports else "not_supported")


def _is_done(case: Case, step_id: str) -> bool:
    current, step = case.current(step_id), case.route.step(step_id)
    if current.state == StepState.SKIPPED:
        return True
    if current.state == StepState.WAITING and step.opened_by is not None:
        asker = case.route.asker_in_order(step)
        return asker is None or _is_done(case, asker.id)  # what was to open it cannot come any more
    return is_over(step, current)


def _is_sent_back(step: Step, current: Round) -> bool:
    return current.state == StepState.COMPLETED and is_negative(step, current)


def _revises(revision: Round, sent_back: Round) -> bool:
    return revision.revises == f"{sent_back.step}#{sent_back.number}"


def _waited_for(case: Case) -> Iterator[tuple[Step, Round]]:
    for step, current in case.current_rounds():
        if current.state == StepState.OPEN and current.pending:
            yield step, current


def _moments(case: Case, step: Step, current: Round, at: datetime, calendars: Calendars) -> Iterator[datetime]:
    yield from (one.moment for one in planned(case, step, current, at, calendars.working_days))
    if current.due and current.overdue != current.due:
        yield end_of_day(current.due)


def _open(
    case: Case, step: Step, number: int, at: datetime, *, asked_due: date | None = None, revises: str | None = None
) -> Following:
    due = first_due(case, step, at, asked_due)
    facts = {"due": due.isoformat() if due else None, "revises": revises}
    bodies = list(case.asked.get(step.id, step.bodies))
    return Following(Case.StepOpened, {"step": step.id, "round": number, "bodies": bodies, **facts})


def _due_again(case: Case, step: Step, current: Round, at: datetime) -> date | None:
    """The due date of a round in which bodies are asked again; one that has passed cannot be asked for."""
    between_meetings = step.is_written(current.mode) and not step.is_written(None)
    due = current.due if between_meetings else first_due(case, step, at, current.due)
    return due if due is None or due >= danish_date(at) else None


def _tallied(step: Step, current: Round, results: dict[str, str]) -> Following:
    return _complete(current, result_of(step, results), results if step.also_asks else None)


def _complete(current: Round, result: str, results: dict[str, str] | None = None) -> Following:
    return _following(Case.StepCompleted, current, result=result, results=results)


def _following(event: type[Case.Event], current: Round, **facts: Any) -> Following:
    return Following(event, {"step": current.step, "round": current.number, **facts})
