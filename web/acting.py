# SPDX-License-Identifier: EUPL-1.2
"""The forms about a case: each is filled in, then says what will happen, and acts when that is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from domain.case import Case
from domain.cases import Cases, Taken
from domain.commands import Command
from domain.errors import CaseNotFoundError, RefusalError
from domain.meetings import Calendars
from domain.names import Name
from projections.folding import after
from projections.timeline import timeline_entry
from web.action import Action, Form
from web.actions import ACTIONS, PAPER, actions_for
from web.commands import CaseId, first_effect
from web.contents import store_paper
from web.fields import Field, tidy
from web.form_pages import FaultyError, Page, Sent, confirm, of_error, read_sent, show, understood
from web.guards import Clerk, check_own
from web.link_actions import links_of
from web.papers import read_upload
from web.problems import ProblemError
from web.reads import find_case
from web.rendering import render
from web.services import Services, services
from web.sessions import CSRF_FIELD

OVERVIEW = ("/", Name("Overblik", "Overview"))

router = APIRouter(include_in_schema=False)


@router.get("/cases/{id}/actions/paper")
async def show_paper_form(request: Request, _visitor: Clerk, case: CaseId) -> Response:
    """The form for a paper."""
    form = await _form(services(request), case, {})
    return _paper_page(request, _fitting(form, PAPER.id), form)


@router.post("/cases/{id}/papers")
async def take_paper(request: Request, visitor: Clerk, case: CaseId) -> Response:
    """Add the paper of a form; raises problems, and shows the form again for a file that cannot be taken."""
    shared, form = services(request), await _form(services(request), case, {})
    action = _fitting(form, PAPER.id)
    try:
        paper, given = await read_upload(request)
        check_own(visitor, given.get(CSRF_FIELD, ""))
        command = Command.by(visitor.principal.actor)
        store = partial(store_paper, shared.settings.database_url, shared.cases, case, command, paper)
        taken = await shared.run(store)
    except (ProblemError, RefusalError) as error:
        return _paper_page(request, action, form, of_error(error))
    return RedirectResponse(f"/cases/{case}?done={PAPER.id}&at_least={taken.position}", 303)


@router.get("/cases/{id}/actions/{action}")
async def show_form(request: Request, _visitor: Clerk, case: CaseId, action: str) -> Response:
    """A form; what the address says is filled in."""
    form = await _form(services(request), case, tidy(request.query_params))
    chosen = _fitting(form, action)
    form = chosen.ready(form)
    return show(request, _page(form, chosen), chosen.fields(form), form.values)


@router.post("/cases/{id}/actions/{action}")
async def take_form(request: Request, visitor: Clerk, case: CaseId, action: str) -> Response:
    """What a form says: shown with what would come of it, or, once confirmed, done. Raises problems."""
    shared, sent = services(request), await read_sent(request, visitor)
    command = Command.by(visitor.principal.actor, f"form:{sent.nonce}")
    form = await _form(shared, case, sent.values)
    if sent.is_confirmed and (taken := await shared.run(lambda: _taken_before(shared.cases, case, command))):
        return _done(taken, action)
    chosen = _known(action) if sent.is_confirmed else _fitting(form, action)
    form = chosen.ready(form)
    fields, page = chosen.fields(form), _page(form, chosen)
    if sent.is_to_be_shown:
        return show(request, page, fields, form.values)
    try:
        asked = understood(chosen.model, fields, form.values)
        if not sent.is_confirmed:
            coming = await shared.run(lambda: _coming(form, chosen, command, asked))
            return confirm(request, page, fields, _with(sent, form), coming)
        return await _act(request, form, chosen, command, asked)
    except (ProblemError, RefusalError) as error:
        return show(request, page, fields, form.values, of_error(error))
    except FaultyError as faulty:
        return show(request, page, fields, form.values, faulty)


async def _form(shared: Services, case: UUID, values: dict[str, str] | Any) -> Form:
    document = await find_case(shared, case)
    calendars = await shared.run(shared.meetings.calendars)
    return Form(shared, document, values, await links_of(shared, document), calendars)


def _with(sent: Sent, form: Form) -> Sent:
    """What was sent, with all that stands in the fields."""
    return Sent(form.values, sent.nonce, sent.is_confirmed, sent.is_to_be_shown)


def _known(action: str) -> Action:
    """The action of a name that has a form; raises a problem for none."""
    if action not in ACTIONS or action == PAPER.id:
        raise ProblemError("absent", "there is no such action")
    return ACTIONS[action]


def _fitting(form: Form, action: str) -> Action:
    """The action of a name; raises problems for none, and for one that does not fit how the case stands."""
    if action not in ACTIONS:
        raise ProblemError("absent", "there is no such action")
    if action not in actions_for(form):
        raise ProblemError("conflict", "this cannot be done to the case as it stands; look at its page")
    return ACTIONS[action]


def _page(form: Form, action: Action) -> Page:
    address, title = f"/cases/{form.case['id']}", form.case["title"]
    return Page(action.name, action.about, f"{address}/actions/{action.id}", (OVERVIEW, (address, Name(title, title))))


def _coming(form: Form, action: Action, command: Command, asked: Any) -> list[Name]:
    """The sentences of what would happen, in order."""
    told = list(action.tell(form, asked)) if action.tell else []
    give, case = action.give, UUID(form.case["id"])
    if give is None:
        return told
    return [*told, *foretold(form.shared, case, lambda cases: give(cases, case, command, asked))]


def foretold(shared: Services, case: UUID, act: Any, calendars: Calendars | None = None) -> list[Name]:
    """The sentences of all that a command would bring about, also in another case; raises what the command raises.

    With `calendars` as if the bodies met by these.
    """
    told, before = list[Name](), dict[UUID, Case | None]()
    for event in shared.cases.rehearse(case, act, calendars):
        known = event.originator_id
        if known not in before:
            before[known] = _as_it_stands(shared.cases, known)
        entry = timeline_entry(before[known], event, 0, shared.organisation)
        told.append(Name(entry["da"], entry["en"]))
        before[known] = after(before[known], event)
    return told


def _as_it_stands(cases: Cases, case: UUID) -> Case | None:
    try:
        return cases.get(case)
    except CaseNotFoundError:
        return None


def _taken_before(cases: Cases, case: UUID, command: Command) -> Taken | None:
    """What a command did that the case has taken before."""
    version = cases.get(case).commands.get(command.id)
    return Taken(case, version, cases.position(case, version), "repeated") if version else None


async def _act(request: Request, form: Form, action: Action, command: Command, asked: Any) -> Response:
    shared = form.shared
    if action.act is not None:
        made = await action.act(form, asked, command)
        address = f"/cases/{form.case['id']}"
        if not made:
            return RedirectResponse(f"{address}?done={action.id}", 303)
        return render(request, "made.html", page=_page(form, action), done=action.done, made=made, back=address)
    taken: Taken = await shared.run(lambda: _give(shared, action, UUID(form.case["id"]), command, asked))
    return _done(taken, action.id)


def _give(shared: Services, action: Action, case: UUID, command: Command, asked: Any) -> Taken:
    if action.give is None:
        raise TypeError(action.id)
    taken = action.give(shared.cases, case, command, asked)
    if action.id == "answer":
        first = first_effect(shared.cases, taken, command)
        shared.metrics.count_answer(asked.source, first.effect)
    return taken


def _done(taken: Taken, action: str) -> Response:
    return RedirectResponse(f"/cases/{taken.case_id}?done={action}&at_least={taken.position}", 303)


def _paper_page(request: Request, action: Action, form: Form, faulty: FaultyError | None = None) -> Response:
    page = _page(form, action)
    address = f"/cases/{form.case['id']}/papers"
    fields: Sequence[Field] = action.fields(form)
    return show(request, Page(page.name, page.about, address, page.way), fields, {}, faulty)
