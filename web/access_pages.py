# SPDX-License-Identifier: EUPL-1.2
"""The access log as the auditor reads it: a page, the API, and a file. Reading it stands in it too."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.responses import Response

from domain.dates import start_of_day
from domain.names import Name
from web import examples
from web.access import BEARERS, ROLES
from web.accesses import list_accesses
from web.describing import read
from web.exports import Listing, offer, sheet_of
from web.guards import Inspector, auditing
from web.languages import language_of
from web.reading import MAX_ID, Day
from web.rendering import render
from web.services import Services, now, services
from web.sheets import Cell, Sheet
from web.standing import names_of

PAGE = 100
MOST_ROWS, MOST_IN_A_WORKBOOK = 50_000, 5_000
"""How many lines a file holds, the newest: a workbook takes far longer to write."""
HEAD = ("at", "who", "name", "role", "body", "how", "method", "route", "object", "search", "status")
"""The columns of the file, in the words of the API."""
LISTING = Listing("adgangslog", Name("Adgangslog", "Access log"), tuple(Name(head, head) for head in HEAD))
CHOSEN = ("from", "until", "who", "role", "body", "object")
"""The page's filters, as they stand in its address."""
NOTED = (*ROLES, *BEARERS)
"""What a line's role can be."""

router = APIRouter(tags=["access log"])
pages = APIRouter(include_in_schema=False)
Words = Annotated[str, Query(max_length=200)]


class Filters(BaseModel):
    """Which lines to list."""

    first: Day | None = Field(None, alias="from", description="The first Danish day.")
    until: Day | None = Field(None, description="The last Danish day.")
    who: str | None = Field(None, max_length=MAX_ID, description="A part of the person's or token's name or id.")
    role: str | None = Field(None, max_length=MAX_ID, description=f"One of {', '.join(NOTED)}.")
    body: str | None = Field(None, max_length=MAX_ID, description="Only those of this body's people.")
    object: str | None = Field(
        None, max_length=MAX_ID, description="A part of what was looked at, such as a case's id."
    )
    before: int | None = Field(None, ge=1, le=2**63 - 1, description="`next` of the page before.")
    limit: int = Field(PAGE, ge=1, le=1000, description="The most lines of a page.")


@router.get(
    "/access-log",
    summary="Read the access log",
    dependencies=[Depends(auditing)],
    **read(examples.ACCESSES, (401, 403, 422, 503)),
)
async def list_them(request: Request, filters: Annotated[Filters, Query()]) -> JSONResponse:
    """Who has read, searched and done what, the newest first; for the auditor alone, and reading it stands in it too.

    Lines go by themselves when they are as old as `SAGSGANG_ACCESS_LOG_DAYS` says. The newest take half a second.
    """
    facts = filters.model_dump(exclude={"first", "until"})
    items = await list_accesses(services(request).pool, **_days(filters.first, filters.until), **facts)
    return JSONResponse({"items": items, "next": items[-1]["id"] if len(items) == filters.limit else None})


@pages.get("/access-log")
async def show_access_log(request: Request, _: Inspector, before: Words = "") -> Response:
    """The page, with its filters in the address."""
    shared, chosen = services(request), _chosen(request)
    items = await _find(shared, chosen, before, PAGE)
    following = {**chosen, "before": items[-1]["id"]} if len(items) == PAGE else None
    return render(
        request,
        "access_log.html",
        items=items,
        chosen=chosen,
        roles=NOTED,
        names=names_of(shared, [item["body"] for item in items if item["body"]], shared.today()),
        days=shared.settings.access_log_days,
        older=_address("/access-log", following) if following else None,
        files={kind: _address(f"/export/access-log.{kind}", chosen) for kind in ("csv", "xlsx")},
    )


async def access_sheet(request: Request, _: Inspector) -> Sheet:
    """The newest lines that the page's filters let through."""
    most = MOST_ROWS if request.url.path.endswith(".csv") else MOST_IN_A_WORKBOOK
    items = await _find(services(request), _chosen(request), "", most + 1)
    rows: list[list[Cell]] = [[datetime.fromisoformat(i["at"]), *(i[head] for head in HEAD[1:])] for i in items[:most]]
    return sheet_of(LISTING, rows, now(), language_of(request), cut=len(items) > most)


offer(pages, "/export/access-log", access_sheet)


def _chosen(request: Request) -> dict[str, str]:
    """The filters in the address."""
    return {name: request.query_params.get(name, "")[:MAX_ID].strip() for name in CHOSEN}


async def _find(shared: Services, chosen: dict[str, str], before: str, limit: int) -> list[dict[str, Any]]:
    facts: dict[str, Any] = {name: chosen[name] or None for name in ("who", "role", "body", "object")}
    place = int(before) if before.isascii() and before.isdigit() and len(before) < len(str(2**63)) else None
    days = _days(_day(chosen["from"]), _day(chosen["until"]))
    return await list_accesses(shared.pool, **days, **facts, before=place, limit=limit)


def _days(first: date | None, until: date | None) -> dict[str, Any]:
    """The instants at which the first Danish day begins and the last one ends."""
    end = start_of_day(until + timedelta(days=1)) if until and until < date(9000, 1, 1) else None
    return {"since": start_of_day(first) if first and first > date(1970, 1, 1) else None, "until": end}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _address(page: str, chosen: dict[str, Any]) -> str:
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{page}?{query}" if query else page
