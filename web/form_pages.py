# SPDX-License-Identifier: EUPL-1.2
"""The two pages of every form of the secretariat: what is filled in, and what will happen once it is confirmed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from domain.errors import InvalidError, RefusalError, SeveralConflictsError
from domain.names import Name
from web.fields import MORE, Fault, Field, Section, Values, chosen_alone, faults_of, sections, tidy, typed
from web.forms import read_own_form
from web.problems import FieldError, ProblemError
from web.reading import check_shape
from web.refusals import in_both
from web.rendering import render
from web.sessions import Visitor

CONFIRMED, CHANGE = "confirmed", "change"
"""The field with the id of a confirmed command, and the button that goes back to what was filled in.

By its id the page is sent once, however often its button is pressed.
"""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Page:
    """What a form is called, where it is sent, and the way that leads to it."""

    name: Name
    about: Name
    address: str
    way: tuple[tuple[str, Name], ...]
    """The addresses and names of the pages above it; the last is where one gets by regretting."""


@dataclass(frozen=True)
class Sent:
    """What somebody's form says, and which of its buttons was pressed."""

    values: Values
    nonce: str
    """The id under which it is, or is to be, confirmed."""
    is_confirmed: bool
    is_to_be_shown: bool
    """Whether it is to be filled in further, not to be understood yet."""


class FaultyError(Exception):
    """A form that cannot be taken as it is filled in."""

    def __init__(self, faults: Sequence[Fault], status: int = 422) -> None:
        """Say every fault; `status` is that of the page that then comes back."""
        super().__init__(*faults)
        self.faults = faults
        self.status = status


async def read_sent(request: Request, visitor: Visitor) -> Sent:
    """The form that the visitor's own page sent; raises problems for any other."""
    return sent_of(await read_own_form(request, visitor))


def sent_of(given: Mapping[str, str]) -> Sent:
    """What a form's fields say."""
    values = dict(given)
    confirmed, change = values.pop(CONFIRMED, ""), values.pop(CHANGE, "")
    is_shown = bool(change or values.get(MORE))
    return Sent(tidy(values), confirmed[:100] or secrets.token_urlsafe(12), bool(confirmed) and not is_shown, is_shown)


def understood(model: type[Model], fields: Sequence[Field], values: Values) -> Model:
    """What was filled in, as the model; raises `FaultyError` with every fault at its field."""
    faults = faults_of(fields, values)
    if faults or chosen_alone(fields):
        raise FaultyError(faults, 422 if faults else 200)
    try:
        return check_shape(model, typed(fields, values))
    except ProblemError as problem:
        raise of_error(problem) from None


def of_error(error: ProblemError | RefusalError) -> FaultyError:
    """The faults of a form that an error tells."""
    if isinstance(error, ProblemError):
        return FaultyError(_faults(error.errors or [FieldError("", error.detail, "")]), error.status)
    reasons = error.reasons if isinstance(error, SeveralConflictsError) else (error,)
    return FaultyError(
        _faults(FieldError(reason.field or "", reason.what, reason.mend) for reason in reasons),
        422 if isinstance(error, InvalidError) else 409,
    )


def show(
    request: Request,
    page: Page,
    fields: Sequence[Field],
    values: Values,
    faulty: FaultyError | None = None,
    **more: Any,
) -> Response:
    """The form with what stands in it, and with what is wrong."""
    faults = list(faulty.faults) if faulty else []
    named = {field.name for field in fields if field.kind != "fixed"}
    # What stands in a field to begin with does not come back once it was taken away.
    begun = request.method == "POST"
    found: list[Section] = sections(fields, values, faults)
    return render(
        request,
        "action.html",
        faulty.status if faulty else 200,
        page=page,
        sections=found,
        values={field.name: values.get(field.name, "" if begun else field.value) for field in fields},
        first=chosen_alone(fields),
        errors={fault.field: fault for fault in reversed(faults) if fault.field in named},
        others=[fault for fault in faults if fault.field not in named],
        labels={field.name: field for field in fields},
        upload=any(field.kind == "file" for field in fields),
        **more,
    )


def confirm(
    request: Request, page: Page, fields: Sequence[Field], sent: Sent, coming: Iterable[Name], **more: Any
) -> Response:
    """What was filled in once more, and what will happen."""
    filled = [(field, sent.values.get(field.name, "")) for field in fields]
    values = {"files": [], "faults": (), "plan": None, **more}
    status = values.pop("status", 200)
    return render(
        request,
        "confirm.html",
        status,
        page=page,
        filled=[(field, value) for field, value in filled if value or field.kind == "fixed"],
        coming=list(coming),
        confirmed=sent.nonce,
        **values,
    )


def _faults(errors: Iterable[FieldError]) -> list[Fault]:
    return [Fault(error.field, in_both(error.what, error.mend)) for error in errors]
