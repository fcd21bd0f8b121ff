# SPDX-License-Identifier: EUPL-1.2
"""What a change of a body's meetings would do to the meeting and to the cases, told before it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

from domain.matters import matter_of_case
from domain.meeting_changes import Rehearsal, find_meeting
from domain.meeting_plan import ADDED, CANCELLED, Diary
from domain.meetings import Meeting
from domain.names import Name
from domain.planning import Planner
from projections.meetings_in_words import difference, when_and_where
from projections.minutes_in_words import NOTHING
from projections.phrases import long_date
from projections.plans import plan_document
from web.acting import foretold
from web.action import Form
from web.standing import Outlook, outlook_of

MOST = 50
"""For how many of the cases that a body's meetings count for it is worked out what becomes of them."""


async def with_cases(form: Form) -> Form:
    """The form with the cases that the body's meetings count for, and with what plans learn from."""
    shared = form.shared
    counting = await shared.views.counting_with(form.body, MOST)
    history = await shared.views.history(shared.organisation, shared.today())
    return replace(form, counting=counting, history=history)


def told_of_meeting(form: Form, rehearsal: Rehearsal) -> Iterator[Name]:
    """How the meeting itself will stand, what of that is otherwise than before, and that subscribers follow."""
    (done,), today = rehearsal.kept.changes, form.shared.today()
    was = None if done.kind == ADDED else find_meeting(rehearsal.before, done.meeting, today)
    if done.kind == CANCELLED:
        when = when_and_where(was or done.now)
        yield Name(f"Mødet {when.da} bliver ikke holdt.", f"The meeting of {when.en} does not take place.")
    else:
        yield from _as_it_will_stand(was, find_meeting(rehearsal.after, done.meeting, today))
    if form.calendar_links:
        yield Name(
            "Kalendere, der abonnerer på organets møder, følger med.",
            "Calendars that subscribe to the body's meetings follow.",
        )


def told_of_cases(form: Form, before: Diary, after: Diary) -> Iterator[Name]:
    """What becomes of the cases that the body's meetings count for, each by its title.

    First to which meeting their items go at once, then what else is to be expected of them. Nothing is said of those
    that stay as they are, nor of what comes of earlier changes that the cases have not taken up yet.
    """
    for one in form.counting:
        if one["is_awaited"]:
            yield from (_about(one["title"], name) for name in _at_once(form, UUID(one["case"]), before, after))
    now, then = _planning(form, before), _planning(form, after)
    for one in form.counting:
        case = UUID(one["case"])
        was, will_be = now(case), then(case)
        if was and will_be and (was.standing, was.words) != (will_be.standing, will_be.words):
            yield _about(one["title"], _changed(was, will_be))
    beyond = form.counting[0]["cases"] - len(form.counting) if form.counting else 0
    if beyond:
        yield _beyond(beyond)


def _as_it_will_stand(was: Meeting | None, now: Meeting) -> Iterator[Name]:
    when, papers, before, papers_before = when_and_where(now), _papers(now), NOTHING, NOTHING
    if was is not None:
        # The papers have a sentence of their own.
        other = difference(replace(was, papers_in_by=None), replace(now, papers_in_by=None))
        before = _before(other[1]) if other else NOTHING
        papers_before = _before(_papers(was)) if _papers(was) != papers else NOTHING
    yield Name(f"Organet mødes {when.da}{before.da}.", f"The body meets on {when.en}{before.en}.")
    yield Name(
        f"Papirer skal være inde senest {papers.da}{papers_before.da}.",
        f"Papers must be in by {papers.en}{papers_before.en}.",
    )


def _before(was: Name) -> Name:
    return Name(f" (før {was.da})", f" (before: {was.en})")


def _papers(meeting: Meeting) -> Name:
    return long_date((meeting.papers_in_by or meeting.day).isoformat())


def _at_once(form: Form, case: UUID, before: Diary, after: Diary) -> list[Name]:
    """What would happen in a case by the changed meetings that would not happen by those that stand."""
    anyhow, changed = (
        foretold(form.shared, case, lambda _cases: None, diary.organisation.calendars) for diary in (before, after)
    )
    return [name for name in changed if name not in anyhow]


def _planning(form: Form, diary: Diary) -> Callable[[UUID], Outlook | None]:
    """What is to be expected of a case by the meetings of a diary."""
    today, organisation = form.shared.today(), diary.organisation
    planner = Planner(organisation.calendars, form.history, today)

    def outlook(case: UUID) -> Outlook | None:
        matter = matter_of_case(form.shared.cases.get(case), today)
        return outlook_of(plan_document(planner.plan(matter), organisation))

    return outlook


def _changed(was: Outlook, will_be: Outlook) -> Name:
    """The standing and the expected end as they would be, and as they are where these differ."""
    da, en = f"»{will_be.name.da}«", f"“{will_be.name.en}”"
    if was.standing != will_be.standing:
        da, en = f"{da} i stedet for »{was.name.da}«", f"{en} instead of “{was.name.en}”"
    da, en = f"{da}. {will_be.words.da.rstrip('.')}", f"{en}. {will_be.words.en.rstrip('.')}"
    if was.words != will_be.words:
        da, en = f"{da}; som det står nu: {_lower(was.words.da)}", f"{en}; as it stands now: {_lower(was.words.en)}"
    return Name(f"{da}.", f"{en}.")


def _beyond(number: int) -> Name:
    """That there are further cases."""
    if number == 1:
        return Name(
            "1 sag mere regner med organets møder; den er ikke set igennem her.",
            "1 more case counts with the body's meetings; it is not looked through here.",
        )
    return Name(
        f"{number} sager mere regner med organets møder; de er ikke set igennem her.",
        f"{number} more cases count with the body's meetings; they are not looked through here.",
    )


def _about(title: str, told: Name) -> Name:
    return Name(f"{title}: {told.da}", f"{title}: {told.en}")


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:].rstrip(".")
