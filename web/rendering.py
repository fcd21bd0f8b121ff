# SPDX-License-Identifier: EUPL-1.2
"""Renders pages in the reader's language: the templates, what they may use, and whether a page is wanted at all."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from domain.dates import COPENHAGEN, danish_date
from domain.names import Name
from outgoing.calendar_links import CALENDAR_PATH
from outgoing.links import ANSWER_PATH, CONFIRM_PATH
from projections.phrases import long_date
from web import content_policy, files, words
from web.languages import ENGLISH, LANGUAGES, language_of, translations

FOLDER = Path(__file__).resolve().parent
API_PREFIX = "/api/"
LINK_PREFIXES = (f"{ANSWER_PATH}/", f"{CONFIRM_PATH}/")
"""Pages that a link in a letter opens: whoever comes, a page is the answer."""
NONCE_BYTES = 16
"""How much chance is in what lets a page's scripts run: 128 bits, as the CSP specification asks for."""

_PLAIN_PATHS = ("/healthz", "/readyz", "/metrics", "/openapi.json", "/static/", "/assets/", f"{CALENDAR_PATH}/")


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
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    page = environment(language_of(request)).get_template(template)
    shared = request.app.state.services
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    stamp = {"shown_at": shared.clock(), "site": shared.settings.public_url, "moment": None, "nonce": nonce}
    html = page.render(**({"visitor": visitor, "here": here, "path": request.url.path} | stamp | values))
    policy = {content_policy.HEADER: content_policy.of_page(nonce)}
    return HTMLResponse(html, status, {"Cache-Control": "no-store", "Vary": "Cookie", **policy, **(headers or {})})


@cache
def environment(language: str) -> Environment:
    """The templates in a language, with autoescape; a name that a page misses is an error, not an empty place."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # by the extension
    made.filters["said"] = partial(said, language=language)
    made.filters["day"] = partial(written_day, language=language)
    made.filters["moment"] = partial(written_moment, language=language)
    made.globals |= {
        "words": words,
        "language": language,
        "languages": LANGUAGES,
        "own": files.own,
        "packaged": files.packaged,
    }
    return made


def said(name: Name | Mapping[str, str], language: str) -> str:
    """A name in a language."""
    both = name if isinstance(name, Mapping) else vars(name)
    return both[language]


def written_day(value: date | datetime | str | None, language: str) -> str:
    """A date as people write it, `28. maj 2025`; of an instant its Danish date, of nothing an empty text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = danish_date(value)
    return said(long_date(value.isoformat()), language) if value else ""


def written_moment(value: datetime | str | None, language: str) -> str:
    """An instant in Danish time: `28. maj 2025 kl. 14.05`, `28 May 2025, 14:05`."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    if instant is None:
        return ""
    day, time = written_day(instant, language), instant.astimezone(COPENHAGEN)
    return f"{day}, {time:%H:%M}" if language == ENGLISH else f"{day} kl. {time:%H.%M}"
