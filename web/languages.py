# SPDX-License-Identifier: EUPL-1.2
"""The languages of the pages: Danish as the templates are written, English by a catalogue, chosen by a cookie."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from starlette.requests import Request
from starlette.responses import Response

DANISH, ENGLISH = "da", "en"
LANGUAGES = {DANISH: "Dansk", ENGLISH: "English"}
"""Every language by its code, called as its speakers call it."""
CATALOGUES = Path(__file__).with_name("locales")
COOKIE = "sagsgang_language"

_LASTS = timedelta(days=365)


def language_of(request: Request) -> str:
    """The language that a request's pages are shown in: Danish until another is chosen."""
    chosen = request.cookies.get(COOKIE, DANISH)
    return chosen if chosen in LANGUAGES else DANISH


def keep_language(response: Response, language: str, *, secure: bool) -> None:
    """Let the browser remember its language for a year."""
    response.set_cookie(
        COOKIE, language, int(_LASTS.total_seconds()), secure=secure, httponly=True, samesite="lax", path="/"
    )


@cache
def translations(language: str) -> NullTranslations:
    """What turns the templates' Danish into a language."""
    file = CATALOGUES / f"{language}.po"
    if not file.exists():
        return NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as text:
        write_mo(compiled, read_po(text, locale=language))
    compiled.seek(0)
    return Translations(compiled)
