# SPDX-License-Identifier: EUPL-1.2
"""A case's whole file, to keep and to send on: as PDF for people and archives, as JSON for programs."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from domain.dates import danish_date
from projections.as_of import parse_as_of
from projections.documents import instant
from web import examples
from web.case_on_paper import Pen, case_on_paper
from web.commands import CaseId
from web.describing import described, read
from web.guards import known
from web.languages import language_of
from web.plans import plan_of
from web.reads import AsOf, caught_up, find_case, find_timeline
from web.services import Services, services
from web.typesetting import typeset

PDF = "application/pdf"
UNDER_WAY = {"running", "suspended"}
Language = Annotated[
    Literal["da", "en"] | None, Query(description="The language; that of the pages in this browser if left out.")
]

router = APIRouter(tags=["reads"], dependencies=[Depends(known), Depends(caught_up)])


@router.get("/cases/{id}/file.json", summary="Fetch a case's file as JSON", **read(examples.CASE_FILE))
async def fetch_json(request: Request, case: CaseId, as_of: AsOf = None) -> JSONResponse:
    """The case, its timeline and its plan in one document, with the instant as of which they stand.

    `plan` is that of today: null as of an earlier moment, and for a case that is over.
    """
    shared = services(request)
    moment = _moment(shared, as_of)
    content = {"as_of": instant(moment), "exported_at": instant(shared.clock()), **await _gather(shared, case, as_of)}
    return JSONResponse(content, headers=_download(case, moment, "json"))


@router.get(
    "/cases/{id}/file.pdf",
    summary="Fetch a case's file as PDF",
    **described(None, None, "%PDF-1.7 …", problems=(401, 404, 422, 503), media_type=PDF),
)
async def fetch_pdf(request: Request, case: CaseId, as_of: AsOf = None, language: Language = None) -> Response:
    """The case's file to read, print and archive: PDF/A-2b, tagged for screen readers by PDF/UA-1.

    What stands in it is what `file.json` holds. As of the same earlier moment it is the same file, byte for byte.
    """
    shared = services(request)
    moment = _moment(shared, as_of)
    pen = Pen.of(language or language_of(request), shared.organisation, moment)
    found = await _gather(shared, case, as_of)
    document = case_on_paper(pen, shared.organisation.name, found, moment)
    made = await shared.set_in_type(partial(typeset, document, moment))
    return Response(made, media_type=PDF, headers=_download(case, moment, "pdf"))


async def _gather(shared: Services, case: UUID, as_of: str | None) -> dict[str, Any]:
    """The case, its timeline and, of now, its plan; raises problems."""
    document = await find_case(shared, case, as_of or None)
    timeline = await find_timeline(shared, case, as_of or None)
    plan = None if as_of or document["status"] not in UNDER_WAY else (await plan_of(shared, case))[0]
    return {"case": document, "timeline": timeline, "plan": plan}


def _moment(shared: Services, as_of: str | None) -> datetime:
    """As of when the file stands: never later than now, which is all that is known; raises `InvalidError`."""
    now = shared.clock()
    return min(parse_as_of(as_of), now) if as_of else now


def _download(case: UUID, moment: datetime, kind: str) -> dict[str, str]:
    name = f"sag-{case}-{danish_date(moment).isoformat()}.{kind}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
