# SPDX-License-Identifier: EUPL-1.2
"""Reads the forms of our own pages: small, and from nowhere else."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import Request

from web.guards import check_own
from web.problems import ProblemError
from web.reading import read_bounded
from web.sessions import CSRF_FIELD, Visitor
from web.strict_json import fault_of_text

MAX_FORM = 64 * 1024
"""The largest form without a file, in bytes."""
MOST_FIELDS = 40
MAX_OWN_FORM, MOST_OWN_FIELDS = 256 * 1024, 800
"""The same of the forms of those who have signed in, with lists to tick off and places for many tasks."""


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form that have something in them, each once; raises problems for what is no form of ours."""
    return {key: values[0] for key, values in (await _read(request, MAX_FORM, MOST_FIELDS)).items()}


async def read_own_form(request: Request, visitor: Visitor) -> dict[str, str]:
    """The fields of a form that the visitor's own page sent; raises 403 for one from elsewhere.

    A field that stands there several times, as ticked boxes do, has its values one a line.
    """
    found = await _read(request, MAX_OWN_FORM, MOST_OWN_FIELDS)
    form = {key: "\n".join(values) for key, values in found.items()}
    check_own(visitor, form.pop(CSRF_FIELD, ""))
    return form


async def _read(request: Request, largest: int, most: int) -> dict[str, list[str]]:
    text = (await read_bounded(request, largest)).decode("ascii", "replace")
    try:
        found = parse_qs(text, max_num_fields=most)
    except ValueError:
        found = None
    if found is None or any(fault_of_text(value) for values in found.values() for value in values):
        raise ProblemError("bad_request", "the form cannot be read; use the page's own form")
    return found
