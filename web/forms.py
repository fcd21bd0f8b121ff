# SPDX-License-Identifier: EUPL-1.2
"""Reads the forms of our own pages: small, each field once, and from nowhere else."""

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


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form that have something in them, each once; raises problems for what is no form of ours."""
    text = (await read_bounded(request, MAX_FORM)).decode("ascii", "replace")
    try:
        found = {key: values[0] for key, values in parse_qs(text, max_num_fields=MOST_FIELDS).items()}
    except ValueError:
        found = None
    if found is None or any(fault_of_text(value) for value in found.values()):
        raise ProblemError("bad_request", "the form cannot be read; use the page's own form")
    return found


async def read_own_form(request: Request, visitor: Visitor) -> dict[str, str]:
    """The fields of a form that the visitor's own page sent; raises 403 for one from elsewhere."""
    form = await read_form(request)
    check_own(visitor, form.pop(CSRF_FIELD, ""))
    return form
