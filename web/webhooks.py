# SPDX-License-Identifier: EUPL-1.2
"""Takes the signed webhooks of councils' systems: nothing is confirmed before its event is committed."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BeforeValidator, Field, WithJsonSchema
from structlog.contextvars import bound_contextvars

from domain.answering import Reply
from domain.cases import Taken
from domain.commands import Actor, Command
from domain.errors import AbsentError
from runtime.signatures import (
    HEADERS,
    ID_HEADER,
    LONGEST_ID,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    SignedHeaders,
    fault_of_id,
    is_signed,
)
from web import examples
from web.access import valid_secrets
from web.additions import SentConditions, SentTasks, facts_of
from web.answers import Minutes, SentDissent
from web.bounds import MessageRate
from web.describing import described, header, schema_of_model
from web.guards import signed_webhook
from web.problems import FieldError, ProblemError, invalid
from web.reading import (
    Day,
    Identifier,
    Reference,
    Sent,
    Text,
    Version,
    check_json_media,
    check_shape,
    parse_object,
    read_bounded,
)
from web.services import Services, now, services

MAX_WEBHOOK = 64 * 1024
"""The largest message, in bytes; Standard Webhooks asks senders to stay below 20 kB."""
SOURCE = "webhook"

router = APIRouter(tags=["webhooks"])
log = structlog.get_logger()


def _as_instant(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("is no instant as 2025-05-14T12:00:00Z") from None


class Decision(Minutes, Sent):
    """What a body has decided: the `data` of `decision.made`."""

    case: Identifier
    outcome: Identifier
    decided_on: Day | None = None
    decided_by: Identifier | None = None
    reference: Reference | None = None
    remark: Text | None = None
    version: Version | None = None
    step: Identifier | None = None
    expected_on: Day | None = None
    due: Day | None = None
    supports: bool | None = None
    conditions: SentConditions
    tasks: SentTasks
    to: list[Identifier] = Field(default_factory=list, max_length=500)
    bodies_due: Day | None = None
    effective_on: Day | None = None
    dissent: SentDissent | None = None


class Delay(Sent):
    """That a body will not make the date: the `data` of `decision.delayed`."""

    case: Identifier
    expected_on: Day | None = None
    remark: Text | None = None
    step: Identifier | None = None


class Correction(Decision):
    """The right values in place of an earlier message's: the `data` of `decision.corrected`."""

    corrects: Identifier


_DATA = {"anyOf": [schema_of_model(kind) for kind in (Decision, Correction, Delay)] + [{"type": "object"}]}


class Message(Sent):
    """A webhook's payload; `data` is checked by its type."""

    type: Literal["decision.made", "decision.delayed", "decision.corrected", "ping"]
    timestamp: Annotated[AwareDatetime, BeforeValidator(_as_instant)] | None = None
    data: Annotated[dict[str, Any], WithJsonSchema(_DATA)] = Field(default_factory=dict)


@router.post(
    "/webhooks/{body}",
    dependencies=[Depends(signed_webhook)],
    summary="Take a body's signed message",
    **described(
        Message,
        examples.WEBHOOK,
        examples.TAKEN,
        problems=(400, 401, 404, 409, 413, 415, 422, 429, 503),
        security=[],
        parameters=[
            header(
                ID_HEADER,
                "The message's id, the same at every attempt: 1 to 200 visible ASCII characters without dots",
                "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
            ),
            header(TIMESTAMP_HEADER, "Seconds since 1970 of this attempt, at most five minutes off", "1747231200"),
            header(SIGNATURE_HEADER, "`v1,<base64>`, or several separated by blanks", examples.SIGNATURE),
        ],
    ),
)
async def take_webhook(request: Request, body: Annotated[str, Path(max_length=250)]) -> JSONResponse:
    """Commit what a body says about a case, then confirm it.

    The message follows Standard Webhooks 1.0: send it again with the same `webhook-id` until a 2xx comes. The same id
    twice is taken once (`repeated`). A `ping` writes nothing. The effect `recommendation` means that the route wants
    somebody else in the body to decide than the one who has: it is kept, and the body is still awaited.
    """
    shared = services(request)
    _check_rate(shared.senders, request.client.host if request.client else "")
    content = await _read(request)
    headers = _read_headers(request)
    await _check_signature(shared, body, headers, content)
    _check_rate(shared.rate, body)
    with bound_contextvars(body=body, message=headers.id):
        return await _take(shared, body, headers.id, check_shape(Message, parse_object(content)))


async def _read(request: Request) -> bytes:
    content = await read_bounded(request, MAX_WEBHOOK)
    check_json_media(request)
    return content


def _read_headers(request: Request) -> SignedHeaders:
    missing = [name for name in HEADERS if not request.headers.get(name)]
    if missing:
        errors = [FieldError(name, "is missing", "send it as Standard Webhooks 1.0 says") for name in missing]
        raise ProblemError("bad_request", f"the header {', '.join(missing)} is missing", errors)
    found = [request.headers.getlist(name) for name in HEADERS]
    # Two of one kind could be read differently by a proxy and by us: joined, they match no signature.
    headers = SignedHeaders(*(", ".join(values) for values in found))
    _check_id(headers.id)
    return headers


def _check_id(message_id: str) -> None:
    """Raise a 400 problem for an id that cannot be: behind a 401, its sender would look for a wrong secret."""
    if fault := fault_of_id(message_id):
        mend = f"send 1 to {LONGEST_ID} visible ASCII characters without dots"
        error = FieldError(ID_HEADER, fault, mend)
        raise ProblemError("bad_request", f"the header {ID_HEADER} {fault}; {mend}", [error])


async def _check_signature(shared: Services, body: str, headers: SignedHeaders, content: bytes) -> None:
    """Raise the one 401 that says nothing more: unknown body, no secret, wrong signature and old message look alike."""
    at = now()
    secrets = await valid_secrets(shared.pool, body.replace("\x00", ""), at)
    if not is_signed(headers, content, secrets, at):
        raise ProblemError("unauthorised", "the signature or its timestamp is not valid")


def _check_rate(rate: MessageRate, sender: str) -> None:
    wait = rate.seconds_to_wait(sender)
    if wait:
        detail = "more messages than this endpoint takes; send this one again later"
        raise ProblemError("too_many_requests", detail, headers={"Retry-After": str(math.ceil(wait))})


async def _take(shared: Services, body: str, message_id: str, message: Message) -> JSONResponse:
    if message.type == "ping":
        return JSONResponse({"accepted": True, "effect": "ping"})
    method, data, reply = _read_reply(shared, message, message_id)
    command = Command.by(Actor(body, "body", SOURCE), f"{SOURCE}:{body}:{message_id}")
    try:
        taken: Taken = await shared.run(lambda: method(_case_id(data.case), command, body, reply, SOURCE))
    except AbsentError:
        raise _no_such_case() from None
    shared.metrics.count_answer(SOURCE, taken.effect)
    log.info("webhook_taken", case=str(taken.case_id), effect=taken.effect, position=taken.position)
    return JSONResponse(as_content(taken))


def as_content(taken: Taken) -> dict[str, Any]:
    """What a write answers."""
    return {"accepted": True, "effect": taken.effect, "case": str(taken.case_id), "position": taken.position}


def _read_reply(
    shared: Services, message: Message, message_id: str
) -> tuple[Callable[..., Taken], Decision | Delay, Reply]:
    """The command that a message means, its data, and the reply in it; raises a 422 problem."""
    if message.type == "decision.delayed":
        delay = check_shape(Delay, message.data, "data")
        return shared.cases.delay, delay, Reply(**delay.model_dump(exclude={"case"}), message_id=message_id)
    if message.data.get("outcome") == "delayed":
        raise invalid([FieldError("data.outcome", "is no decision", "send the type decision.delayed instead")])
    corrects = message.type == "decision.corrected"
    decision = check_shape(Correction if corrects else Decision, message.data, "data")
    method = shared.cases.correct if corrects else shared.cases.answer
    return method, decision, Reply(**facts_of(decision, leave_out="case"), message_id=message_id)


def _case_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _no_such_case() from None


def _no_such_case() -> ProblemError:
    """The same words whether there is no case or only none for this body: a council must not learn of others' cases."""
    errors = [FieldError("data.case", "there is no such case for this body", "take the id from the invitation")]
    return ProblemError("absent", "there is no such case for this body; take the id from the invitation", errors)
