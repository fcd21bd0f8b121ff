# SPDX-License-Identifier: EUPL-1.2
"""Describes operations in OpenAPI: bodies, examples, problems, security."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from web.problems import MEDIA_TYPE, TITLES, TYPE_PREFIX

PROBLEM = {"$ref": "#/components/schemas/Problem"}
COMPONENTS: dict[str, Any] = {
    "schemas": {
        "Problem": {
            "type": "object",
            "description": "A problem detail (RFC 9457).",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": {"type": "string", "description": f"`{TYPE_PREFIX}<code>`, stable: programs may rely on it."},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string", "description": "What is wrong and how to mend it."},
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["field", "what", "mend"],
                        "properties": {key: {"type": "string"} for key in ("field", "what", "mend")},
                    },
                },
            },
        }
    },
    "securitySchemes": {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of `sagsgang token create --role secretariat|leadership|council|auditor`.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "sagsgang_session",
            "description": "The session of a browser that signed in; its writes carry `x-csrf-token`.",
        },
    },
}
KNOWN_CALLERS: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]


def described(
    body: type[BaseModel] | Mapping[str, Any] | None,
    body_example: Any,
    answer_example: Any,
    *,
    status: int = 200,
    problems: Sequence[int] = (400, 401, 403, 404, 409, 413, 415, 422, 503),
    parameters: Sequence[Mapping[str, Any]] = (),
    security: list[dict[str, list[str]]] | None = None,
    media_type: str = "application/json",
) -> dict[str, Any]:
    """The keyword arguments that describe an operation with its examples."""
    extra: dict[str, Any] = {"security": KNOWN_CALLERS if security is None else security}
    if body is not None:
        extra["requestBody"] = _body(body, body_example)
    if parameters:
        extra["parameters"] = list(parameters)
    content = {media_type: {"schema": schema_of(answer_example), "example": answer_example}}
    responses: dict[int, Any] = {status: {"description": HTTPStatus(status).phrase, "content": content}}
    responses |= {code: _problem(code) for code in problems}
    return {"status_code": status, "responses": responses, "openapi_extra": extra, "response_model": None}


def read(answer_example: Any, problems: Sequence[int] = (401, 404, 422, 503), **more: Any) -> dict[str, Any]:
    """The keyword arguments that describe an operation that only reads."""
    return described(None, None, answer_example, problems=problems, **more)


def header(name: str, description: str, example: str, *, required: bool = True) -> dict[str, Any]:
    """A header that an operation reads by itself."""
    schema = {"type": "string"}
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": schema,
        "example": example,
    }


def schema_of(example: Any) -> dict[str, Any]:
    """The schema that an example stands for: any of its plain values may also be null."""
    if isinstance(example, dict):
        return {"type": "object", "properties": {key: schema_of(value) for key, value in example.items()}}
    if isinstance(example, list):
        return {"type": "array", "items": schema_of(example[0]) if example else {}}
    kinds = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))
    kind = next((name for type_, name in kinds if isinstance(example, type_)), None)
    return {"type": [kind, "null"]} if kind else {}


def schema_of_model(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model, those that it is made of written out where they stand."""
    schema = model.model_json_schema()
    written: dict[str, Any] = _written_out(schema, schema.pop("$defs", {}))
    return written


def _written_out(schema: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_written_out(inner, parts) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _written_out(parts[schema["$ref"].rpartition("/")[2]], parts)
    return {key: _written_out(value, parts) for key, value in schema.items()}


def _body(body: type[BaseModel] | Mapping[str, Any], example: Any) -> dict[str, Any]:
    if isinstance(body, Mapping):
        return dict(body)
    return {"required": True, "content": {"application/json": {"schema": schema_of_model(body), "example": example}}}


def _problem(status: int) -> dict[str, Any]:
    code = next(code for code, (its_status, _) in TITLES.items() if its_status == status)
    example = {"type": TYPE_PREFIX + code, "title": TITLES[code][1], "status": status, "detail": "what; how to mend it"}
    found: dict[str, Any] = {
        "description": TITLES[code][1],
        "content": {MEDIA_TYPE: {"schema": PROBLEM, "example": example}},
    }
    if status in {429, 503}:
        found["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return found
