# SPDX-License-Identifier: EUPL-1.2
"""The forms for what a step is dealt with by: another meeting of the body, or a written procedure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from domain.case import Status
from domain.meetings import Meeting
from domain.names import Name
from domain.route import MEETING
from projections.documents import Document
from projections.phrases import long_date
from web.action import REASON, Action, Form, name_of_step
from web.agendas import Item, Window
from web.fields import Field, maybe
from web.reading import MAX_TEXT

_AHEAD = timedelta(days=2 * 366)
"""How far ahead meetings are offered."""
_STEP = Name("Trin", "Step")


def _at_meetings(form: Form) -> list[Document]:
    """The steps that are open at a meeting, where the case runs."""
    found = [step for step in form.case["steps"] if step["state"] == "open" and step["mode"] == MEETING]
    return found if form.case["status"] == Status.RUNNING else []


def _placing(form: Form) -> Iterator[Field]:
    """The body, where several are waited for at meetings, and the meetings ahead."""
    steps = _at_meetings(form)
    waiting = [a["body"] for s in steps for a in s["answers"] if a["state"] in {"awaiting", "delayed"}]
    bodies = form.body_choices(body for body in waiting if form.calendars.meets(body))
    hint = Name(
        "Uden begrundelse kun et møde, hvis papirfrist ikke er overskredet.",
        "Without a reason only a meeting whose papers' date has not passed.",
    )
    if len(steps) > 1:
        yield Field("step", _STEP, "choice", choices=tuple((step["id"], name_of_step(step)) for step in steps))
    yield Field("body", Name("Organ", "Body"), "fixed" if len(bodies) == 1 else "choice", choices=bodies)
    yield Field("meeting", Name("Møde", "Meeting"), "choice", choices=_meetings(form, dict(bodies)), hint=hint)
    yield maybe("reason", REASON.label, "text", most=MAX_TEXT)


def _meetings(form: Form, bodies: dict[str, Name]) -> tuple[tuple[str, Name], ...]:
    today, is_alone = form.shared.today(), len(bodies) == 1
    found = [meeting for body in bodies for meeting in form.calendars.meetings(body, today, today + _AHEAD)]
    return tuple((one.id, _meeting_name(one, bodies[one.body], alone=is_alone)) for one in found)


def _meeting_name(meeting: Meeting, body: Name, *, alone: bool) -> Name:
    """A meeting to choose, with the date by which its papers must be in."""
    day = long_date(meeting.day.isoformat())
    by = long_date((meeting.papers_in_by or meeting.day).isoformat())
    likely = Name(" (forventet)", " (expected)") if meeting.uncertain_days else Name("", "")
    who = Name("", "") if alone else Name(f"{body.da}: ", f"{body.en}: ")
    return Name(
        f"{who.da}{day.da}{likely.da}, papirer senest {by.da}", f"{who.en}{day.en}{likely.en}, papers by {by.en}"
    )


def _writing(form: Form) -> Sequence[Field]:
    steps = tuple((step["id"], name_of_step(step)) for step in _at_meetings(form))
    hint = Name("Den sidste dag, organerne kan svare.", "The last day on which the bodies may answer.")
    return (
        Field("step", _STEP, "fixed" if len(steps) == 1 else "choice", choices=steps),
        Field("due", Name("Svarfrist", "Due date"), "date", hint=hint),
        REASON,
    )


MEETING_ACTIONS = (
    Action(
        id="place",
        name=Name("Sæt på et møde", "Put on a meeting"),
        done=Name("Sagen er sat på mødet.", "The case is on the meeting."),
        about=Name(
            "Sagen behandles på et andet af organets møder. Et sent punkt kræver en begrundelse.",
            "Another of the body's meetings deals with the case. A late item needs a reason.",
        ),
        fits=lambda form: any(step["items"] for step in _at_meetings(form)),
        fields=lambda form: tuple(_placing(form)),
        model=Item,
        give=lambda cases, case, command, asked: cases.place_item(case, command, asked.wish),
    ),
    Action(
        id="write",
        name=Name("Behandl skriftligt", "Settle in writing"),
        done=Name("Sagen behandles skriftligt.", "The case is settled in writing."),
        about=Name(
            "Trinnet tages af mødet og behandles skriftligt. Gør et organ indsigelse, eller svarer ikke alle inden "
            "fristen, kommer det på næste møde igen.",
            "The step is taken off the meeting and settled in writing. If a body objects, or not all answer in "
            "time, it goes back to the next meeting.",
        ),
        fits=lambda form: bool(_at_meetings(form)),
        fields=_writing,
        model=Window,
        give=lambda cases, case, command, asked: cases.settle_in_writing(case, command, asked.wish),
    ),
)
