# SPDX-License-Identifier: EUPL-1.2
"""Every list as a file for spreadsheets, with what its page was narrowed to, each saying as of when it stands."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from domain.dates import danish_date
from domain.matters import meetings_between
from domain.names import Name
from outgoing.deliveries import LARGEST_PAGE as MOST_DELIVERIES
from outgoing.deliveries import STATES, list_deliveries
from projections.as_of import parse_as_of
from projections.documents import Document, body_document
from projections.plans import meeting_document
from projections.queries import LARGEST_PAGE
from web import charts, words
from web.case_page import View, narrowed
from web.commands import CaseId
from web.front import Chosen, Filter, Found, find_cases, past_cases
from web.guards import visiting
from web.languages import language_of
from web.meetings import SHOWN_DAYS
from web.reads import find_case, find_timeline
from web.rendering import said, written_moment
from web.services import Services, services
from web.sheets import CSV, XLSX, Cell, Sheet, as_csv, as_xlsx
from web.standing import name_of, outlook_of, track_of

MOST_CASES = 5000
"""How many cases a file holds."""


@dataclass(frozen=True)
class Listing:
    """A list: what its file is called, what the stamp says before the moment, and the columns' heads."""

    name: str
    stamp: Name
    heads: tuple[Name, ...]


CASES = Listing(
    "sager",
    Name("Sager, som de stod", "Cases as they stood"),
    (
        Name("Titel", "Title"),
        Name("Reference", "Reference"),
        Name("Forløb", "Route"),
        Name("Status", "Status"),
        Name("Resultat", "Result"),
        Name("Trin", "Steps"),
        Name("Venter på", "Waiting for"),
        Name("Næste frist", "Next due"),
        Name("Sagens frist", "Deadline"),
        Name("Over tid", "Overdue"),
        Name("Udsigt", "Outlook"),
        Name("Ventet slut", "Expected end"),
        Name("Åbnet", "Opened"),
        Name("Afsluttet", "Closed"),
        Name("Sagens id", "Case id"),
    ),
)
TIMELINE = Listing(
    "sag",
    Name("Hvad der var sket", "What had happened by"),
    (
        Name("Registreret", "Recorded"),
        Name("Hvad", "What"),
        Name("Organ", "Body"),
        Name("Besluttet", "Decided"),
        Name("Hændelse", "Event"),
        Name("Plads i loggen", "Place in the log"),
    ),
)
BODIES = Listing(
    "organer",
    Name("Organer, som de stod", "Bodies as they stood"),
    (
        Name("Organ", "Body"),
        Name("Fulde navn", "Full name"),
        Name("Sager, der venter på organet", "Cases that wait for it"),
        Name("Svartid i dage, median", "Days to answer, median"),
        Name("Myndighedskode", "Authority code"),
        Name("CVR", "CVR"),
        Name("Id", "Id"),
    ),
)
DELIVERIES = Listing(
    "udsendelser",
    Name("Udsendelser, som de stod", "Deliveries as they stood"),
    (
        Name("Organ", "Body"),
        Name("Besked", "Message"),
        Name("Måde", "Way"),
        Name("Tilstand", "State"),
        Name("Forsøg", "Attempts"),
        Name("Oprettet", "Created"),
        Name("Sendt", "Sent"),
        Name("Seneste fejl", "Last error"),
        Name("Sagens id", "Case id"),
    ),
)
MEETINGS = Listing(
    "moeder",
    Name("Møder, som de var kendt", "Meetings as they were known"),
    (
        Name("Organ", "Body"),
        Name("Dato", "Date"),
        Name("Kl.", "Time"),
        Name("Sted", "Place"),
        Name("Papirer inde senest", "Papers in by"),
        Name("Tilstand", "State"),
        Name("Mødets id", "Meeting id"),
    ),
)
CUT = Name("ikke alle er med, kun de nyeste", "not all are here, only the newest")
Words = Annotated[str, Query(max_length=200)]
Making = Callable[..., Coroutine[Any, Any, Sheet]]

router = APIRouter(include_in_schema=False, prefix="/export", dependencies=[Depends(visiting)])


async def cases_sheet(request: Request, chosen: Chosen) -> Sheet:
    """The cases that the filter lets through."""
    shared, language = services(request), language_of(request)
    moment = chosen.moment or shared.clock()
    found = await _cases(shared, chosen)
    rows = [_case(shared, case, danish_date(moment), language) for case in found.cases]
    return sheet_of(CASES, rows, moment, language, cut=found.more)


async def timeline_sheet(request: Request, case: CaseId, view: Annotated[View, Depends(View)]) -> Sheet:
    """What happened to a case, oldest first, of the kind and the body that the page shows; raises problems."""
    shared, language, as_of = services(request), language_of(request), view.as_of or None
    moment = min(parse_as_of(as_of), shared.clock()) if as_of else shared.clock()
    title = (await find_case(shared, case, as_of))["title"]
    entries = narrowed(await find_timeline(shared, case, as_of), view.show, view.by)
    stamp = Name(f"»{title}«: hvad der var sket", f"“{title}”: what had happened by")
    rows = [_event(shared, entry, danish_date(moment), language) for entry in entries]
    return sheet_of(replace(TIMELINE, name=f"sag-{case}", stamp=stamp), rows, moment, language)


async def bodies_sheet(request: Request) -> Sheet:
    """Every body with what waits for it."""
    shared, language, moment = services(request), language_of(request), services(request).clock()
    waiting, today = await shared.views.bodies_waiting(), shared.today()
    times = {each.body: each.median for each in await charts.times_by_body(shared, moment)}
    every = shared.organisation.bodies.values()
    bodies = [body_document(shared.organisation, body, waiting.get(body.id, 0), today) for body in every]
    rows = [_body(body, times.get(body["id"]), language) for body in bodies]
    return sheet_of(BODIES, rows, moment, language)


async def deliveries_sheet(request: Request, state: Words = "", body: Words = "") -> Sheet:
    """The newest deliveries."""
    shared, language, moment = services(request), language_of(request), services(request).clock()
    chosen = state if state in STATES else None
    async with shared.pool.connection() as connection:
        found = await list_deliveries(connection, state=chosen, body=body or None, limit=MOST_DELIVERIES)
    rows = [_delivery(shared, one.as_dict(), danish_date(moment), language) for one in found]
    return sheet_of(DELIVERIES, rows, moment, language)


async def meetings_sheet(request: Request, body: Words = "", as_of: Words = "") -> Sheet:
    """The meetings of the coming year, of one body or of all, as they stood at a moment; raises problems."""
    shared, language = services(request), language_of(request)
    moment = min(parse_as_of(as_of), shared.clock()) if as_of else shared.clock()
    diary, first = await shared.diary(moment if as_of else None), danish_date(moment)
    found = meetings_between(diary.organisation, body or None, first, first + timedelta(days=SHOWN_DAYS))
    rows = [_meeting(shared, meeting_document(meeting, diary), language) for meeting in found]
    return sheet_of(MEETINGS, rows, moment, language)


SHEETS: dict[str, Making] = {
    "/cases": cases_sheet,
    "/cases/{id}/timeline": timeline_sheet,
    "/bodies": bodies_sheet,
    "/deliveries": deliveries_sheet,
    "/meetings": meetings_sheet,
}
"""Every list by its address."""


def offer(router: APIRouter, path: str, make: Making) -> None:
    """Let a list be fetched as either kind of file."""

    @router.get(f"{path}.csv", name=f"{make.__name__}_csv")
    async def export_csv(request: Request, sheet: Sheet = Depends(make)) -> Response:  # noqa: B008, FAST002 -- each its own
        return await _file(request, sheet, "csv", CSV, as_csv)

    @router.get(f"{path}.xlsx", name=f"{make.__name__}_xlsx")
    async def export_xlsx(request: Request, sheet: Sheet = Depends(make)) -> Response:  # noqa: B008, FAST002 -- each its own
        return await _file(request, sheet, "xlsx", XLSX, as_xlsx)


for _path, _make in SHEETS.items():
    offer(router, _path, _make)


async def _file(request: Request, sheet: Sheet, kind: str, media: str, write: Callable[[Sheet], bytes]) -> Response:
    content = await services(request).run(partial(write, sheet))
    headers = {"Content-Disposition": f'attachment; filename="{sheet.name}.{kind}"'}
    return Response(content, media_type=media, headers=headers)


def sheet_of(listing: Listing, rows: list[list[Cell]], moment: datetime, language: str, *, cut: bool = False) -> Sheet:
    """A list as it stood at an instant, with the stamp that says so, and whether older ones are left out."""
    stamp = f"{said(listing.stamp, language)} {written_moment(moment, language)}"
    name = f"{listing.name}-{danish_date(moment).isoformat()}"
    cut_words = f"; {said(CUT, language)}" if cut else ""
    return Sheet(name, stamp + cut_words, [said(head, language) for head in listing.heads], rows)


async def _cases(shared: Services, chosen: Filter) -> Found:
    """All that the filter lets through, up to `MOST_CASES`."""
    if chosen.moment:
        return await find_cases(shared, chosen, await past_cases(shared, chosen.moment), limit=MOST_CASES)
    found: list[Document] = []
    cursor: str | None = None
    while len(found) < MOST_CASES:
        asked = {**chosen.asked(shared), "cursor": cursor, "limit": LARGEST_PAGE}
        page = await shared.views.summaries(today=shared.today(), **asked)
        found, cursor = found + page["items"], page["next"]
        if cursor is None:
            break
    return Found(found[:MOST_CASES], more=cursor is not None)


def _case(shared: Services, case: Document, today: date, language: str) -> list[Cell]:
    waiting = [said(name_of(shared, body, today), language) for body in case["waiting_for"]]
    late, outlook = words.OVERDUE if case["overdue"] else None, outlook_of(case["forecast"])
    return [
        case["title"],
        case["reference"],
        said(case["route"]["name"], language),
        said(words.STATUSES[case["status"]], language),
        said(words.result_name(case["result"]), language) if case["result"] else None,
        said(track_of(case).words, language),
        ", ".join(waiting),
        _day(case["overdue_after"]),
        _day(case["deadline"]),
        said(late, language) if late else None,
        said(outlook.name, language) if outlook else None,
        _day(case["forecast"]["expected_end"]) if outlook else None,
        _day(case["opened_at"]),
        _day(case["closed_at"]),
        case["id"],
    ]


def _event(shared: Services, entry: Document, today: date, language: str) -> list[Cell]:
    body = said(name_of(shared, entry["body"], today), language) if entry["body"] else None
    day, place = _day(entry["decided_on"]), entry["position"]
    return [datetime.fromisoformat(entry["recorded_at"]), entry[language], body, day, entry["type"], place]


def _body(body: Document, median: float | None, language: str) -> list[Cell]:
    full = said(body["full_name"], language) if body["full_name"] else None
    codes = [body["authority_code"], body["cvr"], body["id"]]
    return [said(body["name"], language), full, body["waiting"], None if median is None else round(median), *codes]


def _delivery(shared: Services, one: Document, today: date, language: str) -> list[Cell]:
    way = words.CHANNEL_KINDS[one["channel_kind"]] if one["channel_kind"] else None
    return [
        said(name_of(shared, one["body"], today), language),
        said(words.ALL_KINDS[one["kind"]], language),
        said(way, language) if way else None,
        said(words.DELIVERY_STATES[one["state"]], language),
        one["attempts"],
        _instant(one["created_at"]),
        _instant(one["sent_at"]),
        one["last_error"],
        one["case"],
    ]


def _meeting(shared: Services, one: Document, language: str) -> list[Cell]:
    day = date.fromisoformat(one["date"])
    name = said(name_of(shared, one["body"], day), language)
    state = said(words.MEETING_STATES[one["state"]], language)
    return [name, day, one["time"], one["place"], _day(one["papers_in_by"]), state, one["id"]]


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    return danish_date(datetime.fromisoformat(text)) if "T" in text else date.fromisoformat(text)
