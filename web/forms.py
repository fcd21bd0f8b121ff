# SPDX-License-Identifier: EUPL-1.2
"""What several pages share: reading a small form, and what bodies are called today."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs

from fastapi import Request

from domain.names import Name
from domain.organisation import UnknownBodyError
from web.problems import ProblemError
from web.reading import read_bounded
from web.services import Services
from web.strict_json import fault_of_text

MAX_FORM = 4096
MOST_FIELDS = 30


async def read_form(request: Request, limit: int = MAX_FORM) -> dict[str, str]:
    """The fields of a form of at most `limit` bytes, each once; raises 400 and 413 problems."""
    text = (await read_bounded(request, limit)).decode("ascii", "replace")
    try:
        found = {key: values[0] for key, values in parse_qs(text, max_num_fields=MOST_FIELDS).items()}
    except ValueError:
        found = None
    if found is None or any(fault_of_text(value) for value in found.values()):
        raise ProblemError("bad_request", "the form cannot be read; use the page's own form")
    return found


def names_of(shared: Services, bodies: Iterable[str]) -> dict[str, Name]:
    """What bodies are called today; one that the organisation no longer knows keeps its id."""
    return {body: name_of(shared, body) for body in set(bodies)}


def name_of(shared: Services, body: str) -> Name:
    """What a body is called today; one that the organisation no longer knows keeps its id."""
    try:
        return shared.organisation.name_of(body, shared.today())
    except UnknownBodyError:
        return Name(body, body)
