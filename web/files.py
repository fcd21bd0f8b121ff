# SPDX-License-Identifier: EUPL-1.2
"""The files that pages load: our own and the npm packages', at addresses that change with them, kept by caches."""

from __future__ import annotations

import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from web import assets

STATIC = Path(__file__).with_name("static")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
MARK = "v"
"""The parameter of our own files' addresses that changes with their content."""

log = structlog.get_logger()


def install(app: FastAPI) -> None:
    """Serve the files; packages that nobody fetched are told of in the log, and pages then lack their looks."""
    missing = [p.id for p in assets.packages().values() if not p.tests and not (assets.FOLDER / p.id).is_dir()]
    if missing:
        log.warning("assets_missing", missing=missing, mend="run `make .venv`")
    app.mount("/static", _Files(directory=STATIC), name="static")
    app.mount("/assets", _Files(directory=assets.FOLDER, check_dir=False), name="assets")


@cache
def own(path: str) -> str:
    """The address of one of our own files."""
    return f"/static/{path}?{MARK}={_digest(path)}"


def packaged(name: str, path: str) -> str:
    """The address of a file of an npm package."""
    return f"/assets/{assets.packages()[name].id}/{path}"


@cache
def _digest(path: str) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]


class _Files(StaticFiles):
    """Static files; what an address can never mean anything else than is kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with its caching."""
        response = await super().get_response(path, scope)
        found = response.status_code in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}
        response.headers["Cache-Control"] = FOR_EVER if found and self._is_fixed(path, scope) else ASK_AGAIN
        return response

    def _is_fixed(self, path: str, scope: Scope) -> bool:
        if self.directory == assets.FOLDER:
            return True
        query: dict[str, Any] = dict(QueryParams(scope["query_string"].decode("latin-1")))
        return (STATIC / path).is_file() and query.get(MARK) == _digest(path)
