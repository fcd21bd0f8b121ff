# SPDX-License-Identifier: EUPL-1.2
"""The commands about meetings: listed with what was done to them, added, moved, cancelled, and read from a file."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.groups import command, group
from cli.options import AsOf, Data, Reason, day
from cli.output import say, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.office import Office
    from domain.meeting_changes import Kept
    from organisations.meeting_files import MeetingFile
    from projections.documents import Document

app = group("meeting", "Meetings: when bodies meet, and by when papers must be in.")

SHOWN_DAYS = 366
"""How far ahead meetings are listed where `--until` is not given."""


def read_time(text: str) -> time:
    """The time that `HH:MM` means; anything else is bad usage."""
    try:
        if len(text) == len("HH:MM"):
            return time.fromisoformat(text)
    except ValueError:
        pass
    raise typer.BadParameter(f"{text!r} is no time; write it as HH:MM")


MeetingId = Annotated[str, typer.Argument(metavar="ID", help="The meeting's id, as `meeting list` prints it.")]
At = Annotated[Any, typer.Option("--time", metavar="HH:MM", parser=read_time, help="When it begins, on Danish clocks.")]
Place = Annotated[str | None, typer.Option("--place", metavar="TEXT", help="Where.")]
PapersInBy = Annotated[Any, day("--papers-in-by", "The last day on which an item can come on.")]


@command(app, "list")
def list_meetings(
    *,
    body: Annotated[str | None, typer.Option("--body", metavar="B", help="Only the meetings of this body.")] = None,
    from_: Annotated[Any, day("--from", "The first day; today if not given.")] = None,
    until: Annotated[Any, day("--until", "The last day; a year later if not given.")] = None,
    as_of: AsOf = None,
    data: Data = None,
) -> None:
    """List meetings in the order of their dates, also cancelled ones, and those that a body's rhythm makes likely."""
    from cli.office import read_diary
    from cli.plan_tables import print_meetings
    from domain.matters import meetings_between
    from projections.as_of import parse_as_of
    from projections.plans import meeting_document

    diary, today = read_diary(data, parse_as_of(as_of) if as_of else None)
    first = from_ or today
    found = meetings_between(diary.organisation, body, first, until or first + timedelta(days=SHOWN_DAYS))
    items = [meeting_document(meeting, diary) for meeting in found]
    show({"items": items}, lambda console: print_meetings(console, items, diary.organisation))


@command(app, "add")
def add_meeting(
    *,
    body: Annotated[str, typer.Option("--body", metavar="B", help="The body that meets.")],
    on: Annotated[date, day("--date", "When it meets.")],
    at: At = None,
    place: Place = None,
    papers_in_by: PapersInBy = None,
    source: Annotated[str | None, typer.Option("--source", metavar="TEXT", help="The paper that names it.")] = None,
    meeting_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The meeting's id; its body and date if not given.")
    ] = None,
    data: Data = None,
) -> None:
    """Add a meeting beside those of the calendar files."""
    from domain.meeting_changes import NewMeeting

    facts: dict[str, Any] = {"at": at, "place": place, "papers_in_by": papers_in_by, "source": source}
    new = NewMeeting(body=body, day=on, id=meeting_id, **facts)
    _change(data, lambda office: office.meetings.add(office.command(), new))


@command(app, "move")
def move_meeting(
    meeting_id: MeetingId,
    *,
    to: Annotated[date, day("--to", "The day on which it takes place; its own makes an assumed one certain.")],
    reason: Reason,
    at: At = None,
    place: Place = None,
    papers_in_by: PapersInBy = None,
    data: Data = None,
) -> None:
    """Let a meeting take place on another day, at another time or elsewhere; its papers' date moves with it."""
    from domain.meeting_changes import Move

    change = Move(day=to, reason=reason, at=at, place=place, papers_in_by=papers_in_by)
    _change(data, lambda office: office.meetings.move(office.command(), meeting_id, change))


@command(app, "cancel")
def cancel_meeting(meeting_id: MeetingId, *, reason: Reason, data: Data = None) -> None:
    """Let a meeting not take place."""
    _change(data, lambda office: office.meetings.cancel(office.command(), meeting_id, reason))


@command(app, "import")
def import_meetings(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .ics file.")],
    *,
    body: Annotated[str, typer.Option("--body", metavar="B", help="The body whose meetings they are.")],
    data: Data = None,
) -> None:
    """Add a file's meetings that are new, move those that it has otherwise, cancel those that it has cancelled.

    All of them are taken, or none.
    """
    found = _read_file(file, body)

    def take(office: Office) -> Kept:
        return office.meetings.take_over(office.command(), body, found.meetings, file.name, cancelled=found.cancelled)

    _change(data, take)


def _read_file(file: Path, body: str) -> MeetingFile:
    from organisations.load import read_text
    from organisations.meeting_files import read_csv, read_icalendar

    readers = {".csv": read_csv, ".ics": read_icalendar}
    if file.suffix.lower() not in readers:
        raise typer.BadParameter(f"{file.name!r} is neither a .csv nor an .ics file")
    return readers[file.suffix.lower()](read_text(file, file.name), file.name, body)


def _change(data: Path | None, act: Callable[[Office], Kept]) -> None:
    """Change meetings, and show those that were changed."""
    from cli.office import in_office

    async def work(office: Office) -> list[Document]:
        from domain.meeting_changes import find_meeting
        from projections.plans import meeting_document

        kept, diary = act(office), office.meetings.diary()
        changed = dict.fromkeys(change.meeting for change in kept.changes)
        return [meeting_document(find_meeting(diary, one, office.today), diary) for one in changed]

    items = in_office(data, work)
    say({"items": items}, *map(_line, items) if items else ["intet at ændre / nothing to change"])


def _line(item: Document) -> str:
    """What was done to a meeting, in one line."""
    from projections.plans import MEETING_STATES

    state, papers = MEETING_STATES[item["state"]], item["papers_in_by"]
    on = " ".join(part for part in (item["date"], item["time"], item["place"]) if part)
    return f"{state.da} / {state.en}  {item['id']}  {on}  papir senest / papers by {papers}"
