# SPDX-License-Identifier: EUPL-1.2
"""Refuses query parameters that an operation does not take: a misspelt filter would be lost without a word."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from fastapi import Request

from domain.faults import did_you_mean
from web.framing import API_PREFIX
from web.guards import SAFE_METHODS, Anybody
from web.problems import FieldError, invalid
from web.reading import visible


async def known_parameters(request: Request, _principal: Anybody) -> None:
    """Raise a 422 problem that names every unknown or repeated query parameter of a read.

    What an operation takes is what the API's description says of it. Who is not known hears that first.
    """
    if request.method not in SAFE_METHODS or not request.query_params:
        return
    known = _parameters_of(request)
    given = [name for name, _ in request.query_params.multi_items()]
    errors = [_unknown(name, known) for name in dict.fromkeys(given) if name not in known]
    errors += [_repeated(name) for name, is_list in known.items() if given.count(name) > 1 and not is_list]
    if errors:
        raise invalid(errors)


def _parameters_of(request: Request) -> dict[str, bool]:
    """The query parameters of the operation, and whether each is a list, which may stand more than once."""
    paths: dict[str, Any] = request.app.openapi()["paths"]
    described = paths[API_PREFIX + request.scope["route"].path]["get"].get("parameters", [])
    return {one["name"]: one["schema"].get("type") == "array" for one in described if one["in"] == "query"}


def _unknown(name: str, known: Collection[str]) -> FieldError:
    mend = did_you_mean(name, known) if known else "leave it out; no parameter is known here"
    return FieldError(visible(name) or "query", "is no parameter of this address", mend)


def _repeated(name: str) -> FieldError:
    return FieldError(name, "stands more than once", "give it once")
