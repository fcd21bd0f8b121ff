# SPDX-License-Identifier: EUPL-1.2
"""A plan as the JSON document that the API and the commands show, its reason in Danish and in English."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from domain.matters import WhatIf, changed
from domain.names import Name
from domain.planning import Cause, Planner, Standing
from projections.documents import instant
from projections.phrases import long_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.estimating import History
    from domain.meeting_plan import Change, Diary
    from domain.meetings import Meeting
    from domain.organisation import Organisation
    from domain.planning import Matter, Plan, StepPlan, Why
    from projections.documents import Document

STANDINGS: Mapping[str, Name] = {
    Standing.ON_TRACK: Name("Følger planen", "On track"),
    Standing.AT_RISK: Name("I fare", "At risk"),
    Standing.LATE: Name("For sent", "Late"),
}

MEETING_STATES = {
    "planned": Name("Planlagt", "Planned"),
    "likely": Name("Forventet", "Likely"),
    "added": Name("Tilføjet", "Added"),
    "moved": Name("Flyttet", "Moved"),
    "cancelled": Name("Aflyst", "Cancelled"),
}
"""What a meeting's `state` is called: as in the calendar files, by the body's rhythm, or changed by the secretariat."""

FORECAST = (
    "standing",
    "cause",
    "reason",
    "reason_en",
    "deadline",
    "expected_end",
    "range",
    "slack_days",
    "expected_closed",
    "assumed",
)
"""What a forecast tells of a plan."""


def planned(organisation: Organisation, history: History, matter: Matter, what_if: WhatIf) -> Document:
    """The document of a matter's plan; with something changed, that of the changed one with today's beside it.

    Beside the plan then stand `today` (the plan without the changes) and `changes`. Raises `InvalidError` for a change
    that cannot be.
    """
    today = _plan(organisation, history, matter, WhatIf())
    if not what_if:
        return today
    return {**_plan(organisation, history, matter, what_if), "changes": _changes(what_if), "today": today}


def meeting_document(meeting: Meeting, diary: Diary) -> Document:
    """One meeting of a body: dates are ISO days, the time is that of Danish clocks; `history` is oldest first.

    `state` is `planned` as the calendar files have it, `likely` by the body's rhythm, `added`, `moved` or `cancelled`.
    """
    changes = diary.changes_of(meeting.id)
    otherwise = "likely" if meeting.uncertain_days else "planned"
    return {
        "id": meeting.id,
        "body": meeting.body,
        "state": changes[-1].kind if changes else otherwise,
        "date": meeting.day.isoformat(),
        "time": meeting.at.isoformat("minutes") if meeting.at else None,
        "place": meeting.place,
        "papers_in_by": _day(meeting.papers_in_by),
        "papers_assumed": meeting.papers_assumed,
        "assumed": meeting.assumed,
        "source": meeting.source,
        "history": [_change_document(change) for change in changes],
    }


def _change_document(change: Change) -> Document:
    return {
        "change": change.kind,
        "at": instant(change.at),
        "who": change.who,
        "was_on": _day(change.was_on),
        "date": change.day.isoformat(),
        "reason": change.reason,
    }


def _plan(organisation: Organisation, history: History, matter: Matter, what_if: WhatIf) -> Document:
    changed_matter, calendars = changed(matter, organisation.calendars, what_if)
    return plan_document(Planner(calendars, history, matter.start).plan(changed_matter), organisation)


def plan_document(plan: Plan, organisation: Organisation) -> Document:
    """A plan as a document; days are ISO days, Danish calendar dates."""
    route, reason = plan.matter.route, _reason(plan, organisation)
    return {
        "route": {"id": route.id, "version": route.version, "name": vars(route.name)},
        "start": plan.matter.start.isoformat(),
        "feasible": plan.feasible,
        "cause": str(plan.why.cause),
        "reason": reason.da,
        "reason_en": reason.en,
        "deadline": _day(plan.matter.deadline),
        "practical_deadline": _day(plan.practical_deadline),
        "binds": route.binds,
        "expected_end": _day(plan.expected_end),
        "range": [_day(plan.earliest_end), _day(plan.latest_end)],
        "slack_days": plan.slack_days,
        "standing": str(plan.standing),
        "expected_closed": _day(plan.expected_closed),
        "latest_start": _day(plan.latest_start),
        "assumed": any(step.assumed for step in plan.steps),
        "steps": [_step(step, plan) for step in plan.steps],
    }


def forecast_document(plan: Plan, organisation: Organisation) -> Document:
    """What lists show of a plan; `planned_on` is the Danish date that it was made for."""
    document = plan_document(plan, organisation)
    expected_on = [
        {"step": step["id"], "name": step["name"], "meeting": meeting}
        for step in document["steps"]
        for meeting in step["meetings"]
    ]
    told = {name: document[name] for name in FORECAST}
    return {"planned_on": plan.matter.start.isoformat(), **told, "expected_on": expected_on}


def _step(step: StepPlan, plan: Plan) -> Document:
    return {
        "id": step.step,
        "name": vars(plan.matter.asked[step.step].step.name),
        "bodies": list(step.bodies),
        "papers_in_by": _day(step.papers_in_by),
        "latest": _day(step.latest),
        "expected": _day(step.expected),
        "range": [_day(step.earliest), _day(step.latest_expected)],
        "meetings": [meeting.id for meeting in step.meetings],
        "meets_on": [meeting.day.isoformat() for meeting in step.meetings],
        "assumed": step.assumed,
    }


def _changes(what_if: WhatIf) -> Document:
    return {
        "move": {meeting: day.isoformat() for meeting, day in what_if.moved.items()},
        "cancel": list(what_if.cancelled),
        "drop": list(what_if.dropped),
        "later": what_if.days_later,
    }


def _reason(plan: Plan, organisation: Organisation) -> Name:
    """Why the plan stands as it does, as one sentence or two."""
    said = _sentence(plan, organisation)
    days = plan.matter.paused_days
    if not days:
        return said
    return Name(
        f"{said.da} Sagen er sat på pause: fristen regnes {days} dage senere, som om den går videre i dag.",
        f"{said.en} The case is suspended: its deadline counts as {days} days later, as if it went on today.",
    )


def _sentence(plan: Plan, organisation: Organisation) -> Name:
    why = plan.why
    match why.cause:
        case Cause.NO_DEADLINE:
            return Name("Ingen frist.", "No deadline.")
        case Cause.MET | Cause.MISSED:
            return _over(why)
        case Cause.IN_TIME | Cause.WIDE_RANGE:
            return _in_time(plan, why)
        case Cause.NO_MEETING:
            return _cannot(plan, _no_meeting(why, organisation))
        case Cause.FIXED_DATE:
            return _cannot(plan, _fixed_date(plan, why))
        case Cause.STARTS_TOO_LATE | Cause.TAKES_TOO_LONG:
            return _cannot(plan, _too_late(plan, why))


def _over(why: Why) -> Name:
    end = _long(why.next)
    if why.cause is Cause.MET:
        return Name(f"Fristen er overholdt: færdig {end.da}.", f"The deadline was met: done on {end.en}.")
    return Name(f"Fristen blev overskredet: færdig {end.da}.", f"The deadline was missed: done on {end.en}.")


def _in_time(plan: Plan, why: Why) -> Name:
    end, last, deadline = _long(plan.expected_end), _long(why.next), _long(plan.matter.deadline)
    slack, step = plan.slack_days, _named(plan, why)
    da = f"»{step.da}« ventes {end.da}, {slack} dage før fristen {deadline.da}"
    en = f"“{step.en}” is expected on {end.en}, {slack} days before the deadline, {deadline.en}"
    if why.cause is Cause.IN_TIME:
        return Name(f"{da}.", f"{en}.")
    return Name(f"{da}, men kan trække ud til {last.da}.", f"{en}, but may take until {last.en}.")


def _cannot(plan: Plan, because: Name) -> Name:
    deadline = _long(plan.matter.deadline)
    return Name(
        f"Fristen {deadline.da} kan ikke holdes: {because.da}",
        f"The deadline, {deadline.en}, cannot be met: {because.en}",
    )


def _no_meeting(why: Why, organisation: Organisation) -> Name:
    """Which body has no meeting in time, between which days, which it missed and which is next."""
    ready, by, following = _long(why.ready), _long(why.by), _long(why.next)
    name = organisation.name_of(why.body or "", why.by or date.min)
    da = f"{name.da} har intet møde mellem {ready.da} og {by.da}, der kan nå sagen"
    en = f"{name.en} has no meeting from {ready.en} to {by.en} that can still take it"
    if why.missed and why.missed.papers_in_by:
        meeting, papers = _long(why.missed.day), _long(why.missed.papers_in_by)
        da += f"; mødet {meeting.da} " + ("falder bort" if why.is_called_off else f"skulle have den senest {papers.da}")
        en += f"; that of {meeting.en} " + ("is off" if why.is_called_off else f"had to have it by {papers.en}")
    if why.next is None:
        da, en = f"{da}; intet senere møde er kendt.", f"{en}; no later meeting is known."
    else:
        da, en = f"{da}; det næste er {following.da}.", f"{en}; the next is on {following.en}."
    return _with_first_missed(Name(da, en), why.before, organisation)


def _with_first_missed(said: Name, before: Why | None, organisation: Organisation) -> Name:
    """What is said, and the meeting at which time is lost first, where that is another."""
    if before is None or before.missed is None or before.body is None:
        return said
    meeting = before.missed
    day, papers, ready = _long(meeting.day), _long(meeting.papers_in_by), _long(before.ready)
    name = organisation.name_of(before.body, meeting.day)
    return Name(
        f"{said.da} Tiden går tabt allerede ved mødet {day.da} i {name.da}, "
        f"som skulle have den senest {papers.da} og først får den {ready.da}.",
        f"{said.en} Time is lost as early as the meeting of {name.en} on {day.en}, "
        f"which had to have it by {papers.en} and only gets it on {ready.en}.",
    )


def _fixed_date(plan: Plan, why: Why) -> Name:
    step, due, by = _named(plan, why), _long(why.next), _long(why.by)
    return Name(
        f"»{step.da}« slutter først {due.da} og skulle være slut {by.da}.",
        f"“{step.en}” only ends on {due.en} and would have to end by {by.en}.",
    )


def _too_late(plan: Plan, why: Why) -> Name:
    step, ready, papers = _named(plan, why), _long(why.ready), _long(why.papers_in_by)
    if why.cause is Cause.STARTS_TOO_LATE:
        return Name(
            f"den begynder {ready.da}, men »{step.da}« skulle have den senest {papers.da}.",
            f"it begins on {ready.en}, but “{step.en}” had to have it by {papers.en}.",
        )
    end, by = _long(why.next), _long(why.by)
    return Name(
        f"»{step.da}« ventes først {end.da} og skulle være slut {by.da}.",
        f"“{step.en}” is only expected on {end.en} and would have to end by {by.en}.",
    )


def _named(plan: Plan, why: Why) -> Name:
    asked = plan.matter.asked.get(why.step or "")
    return asked.step.name if asked else plan.matter.route.name


def _long(day: date | None) -> Name:
    return long_date(day.isoformat()) if day else Name("aldrig", "never")


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
