# SPDX-License-Identifier: EUPL-1.2
"""Reads what a request brings: bounded, strict JSON, checked by a model, with every fault told by its field."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from web import strict_json
from web.problems import FieldError, ProblemError, invalid
from web.wording import explain

MAX_JSON = 256 * 1024
"""The largest JSON body of the API, in bytes; a webhook's is smaller."""
MAX_TEXT, MAX_REFERENCE, MAX_ID = 4000, 200, 250

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_JSON_MEDIA = re.compile(r"application/(json|[\w.!#$&^-]+\+json)", re.ASCII | re.IGNORECASE)

Model = TypeVar("Model", bound=BaseModel)


class Given(BaseModel):
    """What a request of the API gives; an unknown key is a fault, since a misspelt one would be lost without a word."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class Sent(BaseModel):
    """What another system sends; keys that we do not know are no fault, as Standard Webhooks asks of receivers."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


def as_day(value: Any) -> date:
    """Let only `YYYY-MM-DD` be a date: pydantic alone would take seconds since 1970 and midnights too."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("is no date as YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("is no day of the calendar") from None


Day = Annotated[date, BeforeValidator(as_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A Danish calendar date."""
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Reference = Annotated[str, Field(max_length=MAX_REFERENCE)]
Identifier = Annotated[str, Field(min_length=1, max_length=MAX_ID)]
Version = Annotated[int, Field(ge=1, le=1_000_000)]


async def read_bounded(request: Request, limit: int) -> bytes:
    """The request's body; raises a 413 problem as soon as more than `limit` bytes are there."""
    body = bytearray()
    async for chunk in bounded(request, limit):
        body += chunk
    return bytes(body)


async def bounded(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """The request's body as it comes; raises a 413 problem as soon as it is, or says it is, over `limit` bytes."""
    said = request.headers.get("content-length", "")
    seen = int(said) if said.isascii() and said.isdigit() and len(said) < len(str(limit)) * 3 else 0
    if seen > limit or len(said) >= len(str(limit)) * 3:
        raise _too_large(limit)
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > limit:
            raise _too_large(limit)
        yield chunk


def check_json_media(request: Request) -> None:
    """Raise a 415 problem unless the request says that its body is plain JSON."""
    media, _, _ = request.headers.get("content-type", "").partition(";")
    if not _JSON_MEDIA.fullmatch(media.strip()):
        raise ProblemError("unsupported_media_type", "the body is not JSON; send Content-Type: application/json")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ProblemError("unsupported_media_type", "the body is compressed; send it as it is")


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; raises a 400 problem where it is none, 422 where it holds what cannot be stored."""
    try:
        value = strict_json.parse(body)
    except strict_json.NotJsonError as error:
        raise ProblemError("bad_request", f"the body is not JSON: {error}; send one JSON object in UTF-8") from None
    faults = [FieldError(place, what, "write plain text and numbers") for place, what in _first(value)]
    if not isinstance(value, dict):
        faults = [FieldError("body", "is not an object", "send one JSON object")]
    if faults:
        raise invalid(faults)
    return dict(value)


def check_shape(model: type[Model], value: Mapping[str, Any], place: str = "") -> Model:
    """The value as the model; raises a 422 problem that names every field at fault, below `place`."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        raise invalid([_field_error(dict(fault), place, model) for fault in faults]) from None


async def read_model(request: Request, model: type[Model]) -> Model:
    """The model in a JSON body of the API; an empty body is an empty object. Raises problems."""
    body = await read_bounded(request, MAX_JSON)
    if not body:
        return check_shape(model, {})
    check_json_media(request)
    return check_shape(model, parse_object(body))


def visible(field: str) -> str:
    """A field's name as it can be shown, however long or strange the caller made it."""
    return field.encode("ascii", "backslashreplace").decode()[:MAX_REFERENCE]


def _first(value: Any, most: int = 20) -> list[tuple[str, str]]:
    """Enough faults to mend by; a long list of one kind of fault helps nobody."""
    return [fault for fault, _ in zip(strict_json.strange_values(value), range(most), strict=False)]


def _field_error(fault: Mapping[str, Any], place: str, model: type[BaseModel]) -> FieldError:
    field = ".".join([place, *(str(part) for part in fault["loc"])]).strip(".") or "body"
    return FieldError(visible(field), *explain(fault, model.model_fields if len(fault["loc"]) == 1 else ()))


def _too_large(limit: int) -> ProblemError:
    return ProblemError("too_large", f"the body is over {limit} bytes; send less", headers={"Connection": "close"})
