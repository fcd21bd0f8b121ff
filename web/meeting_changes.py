# SPDX-License-Identifier: EUPL-1.2
"""The forms for a body's meetings: added, moved, cancelled, and the calendars that programs subscribe to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.commands import Actor, Command
from domain.dates import danish_date
from domain.errors import InvalidError
from domain.meeting_changes import LONGEST, Kept, Meetings, Move, NewMeeting
from domain.meetings import BodyCalendar, Meeting
from domain.names import Name
from domain.organisation import SECRETARIAT
from outgoing.calendar_links import CalendarLink, make_calendar_link, withdraw_calendar_link
from projections.documents import Document
from projections.meetings_in_words import EXPECTED, when_and_where
from projections.phrases import long_date
from web.action import REASON, Action, Form
from web.fields import Choice, Field, Values, maybe
from web.languages import DANISH, ENGLISH
from web.meeting_effects import told_of_cases, told_of_meeting, with_cases
from web.meetings import Adding, Cancelling, Moving, facts_of
from web.reading import Given, Identifier
from web.rendering import written_moment

AHEAD = timedelta(days=2 * 366)
"""How far ahead meetings can be chosen."""
_TRIAL = Command.by(Actor("trial", "secretariat", "form"))
"""Under which a change is tried out, to tell what it would do; it is never stored."""


class Moved(Moving):
    """Which meeting, and how it is to stand."""

    meeting: Identifier


class Cancelled(Cancelling):
    """Which meeting does not take place, and why."""

    meeting: Identifier


class Wanted(Given):
    """Whose calendar."""

    body: Identifier


class Link(Given):
    """Which link to a calendar."""

    link: Identifier


def _body(form: Form) -> Field:
    return Field("body", Name("Organ", "Body"), "fixed", choices=((form.body, form.name_of(form.body)),))


def _ahead(form: Form) -> list[Meeting]:
    today = form.shared.today()
    return form.calendars.meetings(form.body, today, today + AHEAD)


def _meeting(form: Form) -> Field:
    """The meeting that the address names; a choice of those ahead where it names none of them."""
    choices = tuple((one.id, _called(one)) for one in _ahead(form))
    chosen = tuple(one for one in choices if one[0] == form.values.get("meeting"))
    label, kind = Name("Møde", "Meeting"), "fixed" if chosen else "choice"
    return Field("meeting", label, kind, choices=chosen or choices, leads=not chosen, otherwise=_why_not(form))


def _why_not(form: Form) -> Name:
    """Why the meeting that is asked for cannot be chosen."""
    meetings = form.calendars.bodies.get(form.body, BodyCalendar(body=form.body)).meetings
    found = next((one for one in meetings if one.id == form.values.get("meeting")), None)
    if found is None:
        return Name("Organet har ikke det møde: vælg et andet.", "The body has no such meeting: choose another.")
    day = long_date(found.day.isoformat())
    if found.id in form.calendars.cancelled:
        return Name(
            f"Mødet {day.da} er aflyst: vælg et andet.", f"The meeting of {day.en} is cancelled: choose another."
        )
    return Name(f"Mødet var {day.da}: vælg et kommende.", f"The meeting was on {day.en}: choose a coming one.")


def _called(meeting: Meeting) -> Name:
    when = when_and_where(meeting)
    if not meeting.uncertain_days:
        return when
    return Name(f"{when.da} ({EXPECTED.da})", f"{when.en} ({EXPECTED.en})")


def _facts(papers: Name) -> Iterator[Field]:
    yield Field("date", Name("Dato", "Date"), "date")
    yield maybe("time", Name("Klokken", "Time"), "time")
    yield maybe("place", Name("Sted", "Place"), most=LONGEST)
    yield maybe("papers_in_by", Name("Papirer inde senest", "Papers in by"), "date", hint=papers)


def _adding(form: Form) -> Iterator[Field]:
    yield _body(form)
    papers = Name(
        "Den sidste dag, hvor et punkt kan komme på. Uden en dato regnes den ud efter organets sædvane.",
        "The last day on which an item can come on. Without a date it is worked out by the body's custom.",
    )
    yield from _facts(papers)
    source = Name("Papiret, der nævner mødet.", "The paper that names the meeting.")
    yield maybe("source", Name("Kilde", "Source"), most=LONGEST, hint=source)


def _moving(form: Form) -> Iterator[Field]:
    meeting = _meeting(form)
    yield meeting
    found = _found(form)
    if found is not None:
        papers = long_date((found.papers_in_by or found.day).isoformat())
        yield from _facts(
            Name(f"Nu {papers.da}. Uden en dato flytter den med.", f"Now {papers.en}. Without a date it moves along.")
        )
        yield REASON


def _cancelling(form: Form) -> Iterator[Field]:
    meeting = _meeting(form)
    yield meeting
    if not meeting.leads:
        yield REASON


def _found(form: Form) -> Meeting | None:
    return next((one for one in _ahead(form) if one.id == form.values.get("meeting")), None)


def _as_it_stands(form: Form) -> Values:
    """How the meeting stands now, with what the address says instead."""
    found = _found(form)
    if found is None:
        return form.values
    now = {"date": found.day.isoformat(), "place": found.place or ""}
    return {**now, "time": found.at.isoformat("minutes") if found.at else "", **form.values}


def _add(asked: Adding, command: Command, meetings: Meetings) -> Kept:
    """A further meeting on a day of its own, which may be that of a cancelled one."""
    _check_ahead(asked.date, meetings)
    return meetings.add(command, NewMeeting(body=asked.body, source=asked.source, alone=True, **facts_of(asked)))


def _move(asked: Moved, command: Command, meetings: Meetings) -> Kept:
    """The meeting as the form shows it: time and place stand there, so what is empty is cleared."""
    _check_ahead(asked.date, meetings)
    facts = facts_of(asked)
    cleared = [name for name in ("at", "place") if facts[name] is None]
    return meetings.move(command, asked.meeting, Move(reason=asked.reason, cleared=cleared, **facts))


def _check_ahead(day: date, meetings: Meetings) -> None:
    """Raise `InvalidError` for a day that is past: what was on the meeting would be held without anybody's doing."""
    today = danish_date(meetings.clock())
    if day < today:
        raise InvalidError(f"the date {day} is before today, {today}", "give today or a later day", "date")


def _cancel(asked: Cancelled, command: Command, meetings: Meetings) -> Kept:
    return meetings.cancel(command, asked.meeting, asked.reason)


def _told(change: Callable[[Any, Command, Meetings], Kept]) -> Callable[[Form, Any], Sequence[Name]]:
    """What a change would do, to the meeting and to the cases; raises what the change raises."""

    def tell(form: Form, asked: Any) -> list[Name]:
        rehearsal = form.shared.meetings.rehearse(partial(change, asked, _TRIAL))
        return [*told_of_meeting(form, rehearsal), *told_of_cases(form, rehearsal.before, rehearsal.after)]

    return tell


def _acting(change: Callable[[Any, Command, Meetings], Kept]) -> Callable[[Form, Any, Command], Awaitable[Document]]:
    async def act(form: Form, asked: Any, command: Command) -> Document:
        await form.shared.run(lambda: change(asked, command, form.shared.meetings))
        return {}

    return act


def _links(form: Form) -> tuple[Choice, ...]:
    """The links that open the body's calendar, by who made them and when."""
    return tuple((str(link.id), _made(link)) for link in form.calendar_links)


def _made(link: CalendarLink) -> Name:
    da, en = (written_moment(link.created_at, language) for language in (DANISH, ENGLISH))
    return Name(f"Lavet {da} af {link.made_by}", f"Made on {en} by {link.made_by}")


def _withdrawing(form: Form) -> Sequence[Field]:
    choices = _links(form)
    chosen = tuple(one for one in choices if one[0] == form.values.get("link"))
    gone = Name("Den adresse er her ikke, eller ikke mere.", "That address is not here, or no longer.")
    kind = "fixed" if chosen else "choice"
    return (Field("link", Name("Adresse", "Address"), kind, choices=chosen or choices, otherwise=gone),)


async def _subscribe(form: Form, asked: Wanted, command: Command) -> Document:
    shared = form.shared
    link_id = uuid5(NAMESPACE_URL, f"{command.actor.who}:{command.id}:{asked.body}")
    async with shared.pool.connection() as connection:
        key, who = shared.settings.signing_key(), command.actor.who
        link = await make_calendar_link(connection, key, body=asked.body, made_by=who, link_id=link_id)
    return {"link": str(link.id)}


async def _withdraw(form: Form, asked: Link, _command: Command) -> Document:
    async with form.shared.pool.connection() as connection:
        await withdraw_calendar_link(connection, UUID(asked.link))
    return {}


def _tell(da: str, en: str) -> Callable[[Form, object], Sequence[Name]]:
    return lambda _form, _asked: (Name(da, en),)


def _told_of_address(form: Form, _asked: Wanted) -> Sequence[Name]:
    everything = Name(
        "Den åbner møder og frister for alle organer, og alle sagers frister.",
        "It opens the meetings and due dates of all bodies, and the deadlines of all cases.",
    )
    shown = Name(
        "Adressen vises på næste side. Den, der har den, kan læse kalenderen uden at logge ind.",
        "The address is shown on the next page. Who has it can read the calendar without signing in.",
    )
    return (shown, everything) if form.body == SECRETARIAT else (shown,)


MEETING_CHANGES: Mapping[str, Action] = {
    action.id: action
    for action in (
        Action(
            id="add",
            name=Name("Tilføj et møde", "Add a meeting"),
            done=Name("Mødet er tilføjet.", "The meeting is added."),
            about=Name(
                "Et møde, der ikke står i kalenderen. Alle planer regner med det fra nu af.",
                "A meeting that is not in the calendar. Every plan counts with it from now on.",
            ),
            fits=lambda form: form.body != SECRETARIAT,
            unfit=Name(
                "Sekretariatet holder ingen møder, som sager behandles på.",
                "No cases are dealt with at meetings of the secretariat.",
            ),
            fields=lambda form: tuple(_adding(form)),
            model=Adding,
            look_up=with_cases,
            tell=_told(_add),
            act=_acting(_add),
        ),
        Action(
            id="move",
            name=Name("Flyt et møde", "Move a meeting"),
            done=Name("Mødet er flyttet.", "The meeting is moved."),
            about=Name(
                "Mødet holdes en anden dag, på et andet tidspunkt eller et andet sted. Punkterne på det følger med.",
                "The meeting takes place on another day, at another time or elsewhere. Its items go along.",
            ),
            fits=lambda form: bool(_ahead(form)),
            unfit=Name("Organet har ingen kommende møder.", "The body has no coming meetings."),
            fields=lambda form: tuple(_moving(form)),
            filled=_as_it_stands,
            model=Moved,
            look_up=with_cases,
            tell=_told(_move),
            act=_acting(_move),
        ),
        Action(
            id="cancel",
            name=Name("Aflys et møde", "Cancel a meeting"),
            done=Name("Mødet er aflyst.", "The meeting is cancelled."),
            about=Name(
                "Mødet holdes ikke. Punkterne på det kommer på det næste møde.",
                "The meeting does not take place. Its items go on the next meeting.",
            ),
            fits=lambda form: bool(_ahead(form)),
            unfit=Name("Organet har ingen kommende møder.", "The body has no coming meetings."),
            fields=lambda form: tuple(_cancelling(form)),
            model=Cancelled,
            look_up=with_cases,
            tell=_told(_cancel),
            act=_acting(_cancel),
        ),
        Action(
            id="subscribe",
            name=Name("Lav en adresse at abonnere på", "Make an address to subscribe to"),
            done=Name("Adressen er lavet.", "The address is made."),
            about=Name(
                "En kalender til Outlook, Google eller telefonen, med møder, papirfrister og svarfrister.",
                "A calendar for Outlook, Google or the phone, with meetings, papers' dates and due dates.",
            ),
            fields=lambda form: (_body(form),),
            model=Wanted,
            tell=_told_of_address,
            act=_subscribe,
        ),
        Action(
            id="withdraw",
            name=Name("Træk en kalenderadresse tilbage", "Withdraw a calendar's address"),
            done=Name("Adressen er trukket tilbage.", "The address is withdrawn."),
            about=Name("Adressen åbner ingen kalender mere.", "The address opens no calendar any more."),
            fits=lambda form: bool(form.calendar_links),
            unfit=Name("Der er ingen adresse at trække tilbage.", "There is no address to withdraw."),
            fields=_withdrawing,
            model=Link,
            tell=_tell(
                "Kalenderprogrammer, der abonnerer på adressen, får intet mere, med det samme.",
                "Calendar programs that subscribe to the address get nothing any more, at once.",
            ),
            act=_withdraw,
        ),
    )
}
"""Everything that can be done with a body's meetings and calendars, by its id."""
