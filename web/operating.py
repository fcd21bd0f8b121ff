# SPDX-License-Identifier: EUPL-1.2
"""Drift: how the installation is doing, what to do where it is not doing well, and having a case brought back."""

from __future__ import annotations

from uuid import UUID

import psycopg
import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.responses import Response

from projections.documents import Document
from runtime.troubles import ask_recovery
from web import examples
from web.access import Principal
from web.commands import KEY, CaseId, Nothing
from web.describing import described, read
from web.forms import read_own_form
from web.guards import Clerk, Overseer, Writer, overseeing
from web.idempotency import Answer, Attempt, once
from web.installation import read_installation
from web.operations import in_time
from web.problems import ProblemError
from web.reading import read_model
from web.rendering import render
from web.services import Services, services

router = APIRouter(tags=["operations"])
pages = APIRouter(include_in_schema=False)
log = structlog.get_logger()


@router.get(
    "/operations",
    summary="Show how the installation is doing",
    dependencies=[Depends(overseeing)],
    **read(examples.INSTALLATION, (401, 403, 422, 503)),
)
async def tell(request: Request) -> JSONResponse:
    """How far the log's readers are behind, which parts live, which cases do not move, and the versions of what runs.

    For the secretariat and auditors. `temporal` is as the relay last saw it; `answers` is null where no relay tells.
    """
    shared = services(request)
    found = await _in_time(shared)
    if found is None:
        detail = "the database does not answer; ask again in a moment"
        raise ProblemError("unavailable", detail, headers={"Retry-After": "2"})
    return JSONResponse(found)


@router.post(
    "/cases/{id}/recover",
    summary="Bring a case's workflow back",
    **described(Nothing, {}, examples.RECOVERY, status=202, parameters=[KEY]),
)
async def recover(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Have the relay wake the case's workflow anew from the log, starting it where none runs; safe to repeat.

    It is done within seconds where relay and Temporal run; until then the case's troubles say when it was asked for.
    """
    shared = services(request)
    attempt = Attempt.of(request, principal, (await read_model(request, Nothing)).model_dump(mode="json"))

    async def act() -> Answer:
        await _ask(shared, case, principal)
        return Answer(202, {"case": str(case), "asked": True})

    return await once(shared.keys, attempt, act)


@pages.get("/operations")
async def show(request: Request, _: Overseer, asked: str = "") -> Response:
    """The page; it answers within two seconds also where parts, Temporal or the database do not."""
    shared = services(request)
    found = await _in_time(shared)
    return render(
        request,
        "operations.html",
        200 if found else 503,
        found=found,
        titles=await _titles(shared, found) if found else {},
        temporal_pages=_temporal_pages(shared, found),
        asked=bool(asked),
    )


@pages.get("/operations/cases/{id}/recover")
async def confirm(request: Request, _: Clerk, case: CaseId) -> Response:
    """Say what will happen before it does; raises `CaseNotFoundError`."""
    shared = services(request)
    return render(request, "recover.html", case=case, title=(await shared.run(lambda: shared.cases.get(case))).title)


@pages.post("/operations/cases/{id}/recovery")
async def recover_from_page(request: Request, visitor: Clerk, case: CaseId) -> Response:
    """Have the case brought back, and show the page of operations again."""
    await read_own_form(request, visitor)
    await _ask(services(request), case, visitor.principal)
    return RedirectResponse("/operations?asked=1", 303)


async def _ask(shared: Services, case: UUID, principal: Principal) -> None:
    """Write down that a case is to be brought back; raises `CaseNotFoundError`."""
    await shared.run(lambda: shared.cases.get(case))
    async with shared.pool.connection() as connection:
        await ask_recovery(connection, case, principal.name)
    log.info("recovery_asked", case=str(case), who=principal.name)


async def _in_time(shared: Services) -> Document | None:
    """How the installation is doing, None where the database does not tell in time."""
    try:
        return await in_time(read_installation(shared))
    except (psycopg.Error, TimeoutError):
        return None


async def _titles(shared: Services, found: Document) -> dict[str, str]:
    """The titles of the cases in trouble, by their ids; one that the views lack keeps its id."""
    cases = [UUID(trouble["case"]) for trouble in found["troubles"]]
    return {str(case): case_title for case, case_title in (await shared.views.titles(cases)).items()}


def _temporal_pages(shared: Services, found: Document | None) -> str | None:
    """Where Temporal's own pages show the workflows of our namespace, None where that is not known."""
    address, namespace = shared.settings.temporal_ui, found["temporal"]["namespace"] if found else None
    return f"{address}/namespaces/{namespace or 'default'}/workflows" if address else None
