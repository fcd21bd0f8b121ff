# SPDX-License-Identifier: EUPL-1.2
"""Every error as a problem detail (RFC 9457), or as a page for a browser; nothing of our inside is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import psycopg
import structlog
from eventsourcing import persistence
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.errors import AbsentError, BusyError, ConflictError, InvalidError, RefusalError, SeveralConflictsError
from web.rendering import API_PREFIX, LINK_PREFIXES, render, wants_page
from web.wording import explain

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"
RETRY_SECONDS = 2
WEBHOOKS = "/api/v1/webhooks/"

log = structlog.get_logger()

TITLES: dict[str, tuple[int, str]] = {
    "bad_request": (400, "The request cannot be read"),
    "unauthorised": (401, "The caller is not known"),
    "forbidden": (403, "The caller may not do this"),
    "absent": (404, "Nothing is there by that name"),
    "method_not_allowed": (405, "This address does not take that method"),
    "conflict": (409, "It does not fit how things stand"),
    "link_gone": (410, "The link is good no longer"),
    "too_large": (413, "The request is too large"),
    "unsupported_media_type": (415, "The request has the wrong media type"),
    "invalid": (422, "Something in the request cannot be"),
    "too_many_requests": (429, "Too many requests"),
    "internal": (500, "Something failed here"),
    "unavailable": (503, "Not available just now; try again"),
    "case_not_found": (404, "There is no such case"),
    "body_not_asked": (404, "The case has no part for this body"),
    "unknown_body": (404, "There is no such body"),
    "unknown_group": (404, "There is no such group"),
    "unknown_route": (404, "There is no such route"),
    "ambiguous_step": (422, "More than one step could be meant"),
    "already_answered": (409, "The body has answered this step"),
    "step_not_open": (409, "The step is not open yet"),
    "several_conflicts": (409, "It does not fit how things stand, for several reasons"),
    "case_ended": (409, "The case has ended"),
    "key_reused": (422, "Another request has this Idempotency-Key"),
    "in_progress": (409, "A request with this Idempotency-Key is under way"),
    "view_behind": (503, "The view has not come that far yet"),
}
"""Every code of a problem, with its status and title; `/problems/<code>` is its type."""

UNAVAILABLE: tuple[type[Exception], ...] = (
    BusyError,
    TimeoutError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
    persistence.OperationalError,
    persistence.InterfaceError,
    persistence.InternalError,
)
"""What means that nothing is known to be wrong with the request, and that it may be sent again.

Internal errors are the database's own state: mostly that it only reads, as a standby does until it has taken over.
"""

_REFUSED: tuple[tuple[type[RefusalError], str], ...] = (
    (AbsentError, "absent"),
    (ConflictError, "conflict"),
    (InvalidError, "invalid"),
)
_OF_STATUS = {404: "absent", 405: "method_not_allowed"}


@dataclass(frozen=True)
class FieldError:
    """What is wrong in one field of a request, and how to mend it."""

    field: str
    what: str
    mend: str


@dataclass
class ProblemError(Exception):
    """A request that ends with a problem detail."""

    code: str
    detail: str
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return TITLES[self.code][0]

    def as_dict(self) -> dict[str, Any]:
        """The problem detail as JSON."""
        found: dict[str, Any] = {"type": TYPE_PREFIX + self.code, "title": TITLES[self.code][1], "status": self.status}
        found["detail"] = self.detail
        if self.errors:
            found["errors"] = [vars(error) for error in self.errors]
        return found


def install(app: FastAPI) -> None:
    """Let every error of the application end as a problem."""
    app.add_exception_handler(ProblemError, _answer)
    app.add_exception_handler(RefusalError, _answer)
    app.add_exception_handler(HTTPException, _answer)
    app.add_exception_handler(RequestValidationError, _answer)
    for unavailable in UNAVAILABLE:
        app.add_exception_handler(unavailable, _answer)


def as_problem(request: Request, error: Exception) -> ProblemError:
    """The problem that an exception means; one that nobody foresaw is logged and says nothing of itself."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, RefusalError):
        return of_refusal(error)
    if isinstance(error, RequestValidationError):
        return invalid([_of_parameter(dict(fault)) for fault in error.errors()])
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, UNAVAILABLE):
        log.warning("request_not_confirmed", reason=type(error).__name__)
        return unavailable(request)
    log.error("request_failed", exc_info=error)
    return ProblemError("internal", "this is not the caller's fault; the operator finds it in the log")


def of_refusal(error: RefusalError) -> ProblemError:
    """The problem of a refusal of the domain."""
    general = next((code for kind, code in _REFUSED if isinstance(error, kind)), "conflict")
    code = error.code if error.code in TITLES else general
    reasons = error.reasons if isinstance(error, SeveralConflictsError) else (error,)
    errors = [FieldError(reason.field, reason.what, reason.mend) for reason in reasons if reason.field]
    return ProblemError(code, str(error), errors)


def invalid(errors: Sequence[FieldError]) -> ProblemError:
    """The problem of fields that cannot be."""
    first = errors[0]
    return ProblemError("invalid", f"{first.field}: {first.what}; {first.mend}", errors)


def unavailable(request: Request) -> ProblemError:
    """The problem of a request that was not answered in time: a read is asked anew, a write sent again as it was."""
    path = request.url.path
    if request.method != "POST":
        detail = "it could not be read in time; try again in a moment"
    elif path.startswith(WEBHOOKS):
        detail = "it could not be confirmed in time; send the same again, with the same webhook-id"
    elif path.startswith(API_PREFIX):
        detail = "it could not be confirmed in time; send the same again, with the same Idempotency-Key"
    else:
        detail = "it could not be done in time; try again in a moment"
    return ProblemError("unavailable", detail, headers={"Retry-After": str(RETRY_SECONDS)})


def respond(request: Request, problem: ProblemError) -> Response:
    """The problem as a page for a browser outside the API, else as `application/problem+json`."""
    path = request.url.path
    if path.startswith(LINK_PREFIXES):
        here = "/".join(path.split("/")[:3])
        return render(
            request, "link_problem.html", problem.status, problem.headers, problem=problem.as_dict(), here=here
        )
    if wants_page(request):
        return render(request, "problem.html", problem.status, problem.headers, problem=problem.as_dict())
    return JSONResponse(problem.as_dict(), problem.status, dict(problem.headers), MEDIA_TYPE)


async def _answer(request: Request, error: Exception) -> Response:
    return respond(request, as_problem(request, error))


def _of_http(error: HTTPException) -> ProblemError:
    code = _OF_STATUS.get(error.status_code, "bad_request")
    status = HTTPStatus(TITLES[code][0])
    return ProblemError(code, f"{status.phrase.lower()}; see /openapi.json", headers=error.headers or {})


def _of_parameter(fault: Mapping[str, Any]) -> FieldError:
    """The error of a parameter in a path or query."""
    place = ".".join(str(part) for part in fault["loc"][1:]) or "request"
    return FieldError(place, *explain(fault))
