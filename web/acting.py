# SPDX-License-Identifier: EUPL-1.2
"""The forms of the secretariat: each is filled in, then says what will happen, and acts when that is confirmed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from domain.cases import Taken
from domain.commands import Command
from domain.errors import RefusalError
from projections.documents import Document
from projections.folding import after
from projections.timeline import timeline_entry
from web.actions import ACTIONS, PAPER, Action, Field, Form, actions_for, carried_over
from web.commands import DELAYED, CaseId, first_effect
from web.contents import store_paper
from web.forms import read_own_form
from web.guards import Clerk, check_own
from web.papers import read_upload
from web.problems import FieldError, ProblemError
from web.reading import check_shape
from web.reads import find_case
from web.rendering import render
from web.services import Services, services
from web.sessions import CSRF_FIELD

CONFIRMED = "confirmed"
"""The field that carries the id of a confirmed command: the page is sent once, however often the button is pressed."""

router = APIRouter(include_in_schema=False)


@router.get("/cases/{id}/actions/paper")
async def show_paper_form(request: Request, _visitor: Clerk, case: CaseId) -> Response:
    """The form for a paper."""
    document = await find_case(services(request), case)
    return render(request, "paper.html", action=_fitting(document, PAPER.id), case=document, problem="")


@router.post("/cases/{id}/papers")
async def take_paper(request: Request, visitor: Clerk, case: CaseId) -> Response:
    """Add the paper of a form; raises problems, and shows the form again for a file that cannot be taken."""
    shared, document = services(request), await find_case(services(request), case)
    action = _fitting(document, PAPER.id)
    try:
        paper, given = await read_upload(request)
        check_own(visitor, given.get(CSRF_FIELD, ""))
    except ProblemError as problem:
        said = "; ".join(f"{error.what}; {error.mend}" for error in problem.errors) or problem.detail
        return render(request, "paper.html", problem.status, action=action, case=document, problem=said)
    command = Command.by(visitor.principal.actor)
    store = partial(store_paper, shared.settings.database_url, shared.cases, case, command, paper)
    taken = await shared.run(store)
    return RedirectResponse(f"/cases/{case}?done={PAPER.id}&at_least={taken.position}", 303)


@router.get("/cases/{id}/actions/{action}")
async def show_form(request: Request, _visitor: Clerk, case: CaseId, action: str) -> Response:
    """A form; what the address says is filled in."""
    shared = services(request)
    form = await _form(shared, case, dict(request.query_params))
    return _show(request, _fitting(form.case, action), form)


@router.post("/cases/{id}/actions/{action}")
async def take_form(request: Request, visitor: Clerk, case: CaseId, action: str) -> Response:
    """What a form says: shown with what would come of it, or, once confirmed, done. Raises problems."""
    shared, given = services(request), await read_own_form(request, visitor)
    confirmed = given.pop(CONFIRMED, "")
    form = await _form(shared, case, given)
    chosen = ACTIONS.get(action) if confirmed else _fitting(form.case, action)
    if chosen is None:
        raise ProblemError("absent", "there is no such action")
    command = Command.by(visitor.principal.actor, f"form:{confirmed or secrets.token_urlsafe(12)}")
    try:
        asked = check_shape(chosen.model, _typed(chosen, form))
        if not confirmed:
            coming = await shared.run(lambda: _coming(shared, chosen, case, command, asked))
            return _confirm(request, chosen, form, coming, command)
        taken = await shared.run(lambda: _do(shared, chosen, case, command, asked))
    except ProblemError as problem:
        return _show(request, chosen, form, problem.errors, problem.status)
    except RefusalError as refusal:
        return _show(request, chosen, form, [FieldError(refusal.field or "", refusal.what, refusal.mend)], 409)
    return RedirectResponse(f"/cases/{case}?done={chosen.id}&at_least={taken.position}", 303)


async def _form(shared: Services, case: UUID, values: dict[str, str]) -> Form:
    return Form(shared, await find_case(shared, case), values, await shared.run(shared.meetings.calendars))


def _fitting(case: Document, action: str) -> Action:
    """The action of a name; raises problems for none, and for one that does not fit how the case stands."""
    if action not in ACTIONS:
        raise ProblemError("absent", "there is no such action")
    if ACTIONS[action] not in actions_for(case):
        raise ProblemError("conflict", "this cannot be done to the case as it stands; look at its page")
    return ACTIONS[action]


def _coming(shared: Services, action: Action, case: UUID, command: Command, asked: Any) -> list[Document]:
    """The sentences of what would happen, in order."""
    events = shared.cases.rehearse(case, lambda cases: action.give(cases, case, command, asked))
    told, before = [], shared.cases.get(case)
    for event in events:
        told.append(timeline_entry(before, event, 0, shared.organisation))
        before = after(before, event)
    return told


def _do(shared: Services, action: Action, case: UUID, command: Command, asked: Any) -> Taken:
    taken = action.give(shared.cases, case, command, asked)
    if not isinstance(taken, Taken):
        raise TypeError(action.id)
    if action.id == "answer":
        first = first_effect(shared.cases, taken, command)
        shared.metrics.count_answer(asked.source, first.effect)
    return taken


def _typed(action: Action, form: Form) -> dict[str, Any]:
    """What was filled in, as the model takes it: of the fields that there are, with no empty ones."""
    known = {field.name for field in action.fields(form)}
    given = {name: value.replace("\r\n", "\n").strip() for name, value in form.values.items() if name in known}
    typed: dict[str, Any] = {name: value for name, value in given.items() if value}
    typed |= {field.name: field.choices[0][0] for field in action.fields(form) if field.kind == "fixed"}
    if action.id == "answer":
        typed |= carried_over(form)
    if "supports" in typed:
        typed["supports"] = typed["supports"] == "true"
    if typed.get("outcome") == DELAYED:
        typed.pop("decided_on", None)
    return typed


def _show(
    request: Request,
    action: Action,
    form: Form,
    errors: Sequence[FieldError] = (),
    status: int = 200,
) -> Response:
    fields = action.fields(form)
    named = {field.name for field in fields}
    is_first = any(f.required and f.kind == "choice" and len(fields) == 1 and f.name == "step" for f in fields)
    return render(
        request,
        "action.html",
        status,
        action=action,
        case=form.case,
        fields=fields,
        values=form.values,
        first=is_first and action.id == "answer",
        errors={error.field: error for error in errors if error.field in named},
        others=[error for error in errors if error.field not in named],
    )


def _confirm(request: Request, action: Action, form: Form, coming: list[Document], command: Command) -> Response:
    filled: list[tuple[Field, str]] = [(field, form.values.get(field.name, "")) for field in action.fields(form)]
    return render(
        request,
        "confirm.html",
        action=action,
        case=form.case,
        filled=filled,
        coming=coming,
        confirmed=command.id.partition(":")[2],
    )
