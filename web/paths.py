# SPDX-License-Identifier: EUPL-1.2
"""Where a page leads on to: a path of ours, whatever an address or a form says."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from starlette.requests import Request

WANTED = "next"
"""The parameter that holds the page somebody wanted before they were asked to sign in."""
SIGN_IN_PATH = "/signin"

_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)


def own_path(path: str) -> str:
    """A path of ours, whatever a form says: nobody is sent elsewhere."""
    return path if _PATH.fullmatch(path) else "/"


def sign_in_path(request: Request) -> str:
    """The sign-in that leads on to the page that was asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = own_path(request.url.path + query)
    if request.method != "GET" or wanted == "/":
        return SIGN_IN_PATH
    return f"{SIGN_IN_PATH}?{urlencode({WANTED: wanted})}"
