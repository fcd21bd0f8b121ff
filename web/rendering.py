# SPDX-License-Identifier: EUPL-1.2
"""Renders pages: the templates, what they may use, and whether a caller wants a page at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from domain.dates import COPENHAGEN, danish_date
from outgoing.calendar_links import CALENDAR_PATH
from outgoing.links import ANSWER_PATH, CONFIRM_PATH
from projections.phrases import long_date
from web import words

FOLDER = Path(__file__).resolve().parent
API_PREFIX = "/api/"
LINK_PREFIXES = (f"{ANSWER_PATH}/", f"{CONFIRM_PATH}/")
"""Pages that a link in a letter opens: whoever comes, a page is the answer."""

_PLAIN_PATHS = ("/healthz", "/readyz", "/metrics", "/openapi.json", "/static/", f"{CALENDAR_PATH}/")


def wants_page(request: Request) -> bool:
    """Whether an error is to be shown as a page: a browser asks, outside the API and the operators' addresses."""
    path = request.url.path
    if path.startswith(LINK_PREFIXES):
        return True
    return "text/html" in request.headers.get("accept", "") and not path.startswith((API_PREFIX, *_PLAIN_PATHS))


def render(
    request: Request, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """A page from its template; no page is kept by a cache, since each is one person's and changes."""
    visitor = getattr(request.state, "visitor", None)
    html = environment().get_template(template).render(visitor=visitor, **values)
    return HTMLResponse(html, status, {"Cache-Control": "no-store", **(headers or {})})


@cache
def environment() -> Environment:
    """The templates with autoescape; a name that a page misses is an error, not an empty place."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["day"] = danish_day
    made.filters["moment"] = danish_moment
    made.filters["english_moment"] = english_moment
    made.globals["words"] = words
    return made


def danish_day(value: date | datetime | str | None) -> str:
    """A date as Danes write it, `28. maj 2025`; of an instant its Danish date, of nothing an empty text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(COPENHAGEN).date()
    return f"{value.day}. {words.MONTHS[value.month - 1]} {value.year}" if value else ""


def danish_moment(value: datetime | str | None) -> str:
    """An instant in Danish time, `28. maj 2025 kl. 14.05`."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{danish_day(instant)} kl. {instant.astimezone(COPENHAGEN):%H.%M}" if instant else ""


def english_moment(value: datetime | str | None) -> str:
    """An instant in Danish time as the English write it, `28 May 2025, 14:05`."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    if instant is None:
        return ""
    return f"{long_date(danish_date(instant).isoformat()).en}, {instant.astimezone(COPENHAGEN):%H:%M}"
