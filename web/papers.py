# SPDX-License-Identifier: EUPL-1.2
"""The case's papers: versions come in and go out."""

from __future__ import annotations

import mimetypes
from functools import partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from domain.versions import ALL, CHANGES, EDITORIAL, MATERIAL, MAX_PAPER
from web import examples
from web.commands import KEY, CaseId, first_effect
from web.contents import Content, store_paper
from web.describing import described
from web.forms import MAX_OWN_FORM
from web.guards import Anybody, Writer
from web.idempotency import Answer, Attempt, once
from web.problems import FieldError, ProblemError, invalid
from web.reading import bounded
from web.reads import caught_up, find_own_case
from web.services import Pool, services
from web.strict_json import fault_of_text
from web.webhooks import as_content

FORM_FIELD = "file"
CHANGE, MATERIAL_FOR = "change", "material_for"
MAX_FIELDS = 500
MAX_FILE_NAME = 200
_FORM_OVERHEAD = 16 * 1024
_LARGEST_UPLOAD = 4 * MAX_PAPER
"""The most that one form may carry in several files, in bytes."""
_LARGEST_PART = 64 * 1024
"""The largest field of a form that is no file, in bytes."""
_UPLOAD = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FORM_FIELD],
                "properties": {
                    FORM_FIELD: {"type": "string", "format": "binary"},
                    CHANGE: {"type": "string", "enum": list(CHANGES), "default": EDITORIAL},
                    MATERIAL_FOR: {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": f"The bodies for which a material version is; left out or `{ALL}`: every one.",
                    },
                },
            },
            "example": {FORM_FIELD: "@afrapportering.pdf", CHANGE: MATERIAL, MATERIAL_FOR: ["lemvig", "skive"]},
        }
    },
}

router = APIRouter(tags=["papers"])


@router.post(
    "/cases/{id}/papers",
    summary="Add a version of the papers",
    **described(_UPLOAD, None, examples.PAPER_TAKEN, status=201, parameters=[KEY]),
)
async def add_paper(request: Request, principal: Writer, case: CaseId) -> JSONResponse:
    """Add a version of a case's papers, as the file of a form: `curl -F file=@afrapportering.pdf …`, up to 25 MiB.

    From the second on, all who were asked are told of an editorial version (`change`, the default). Of a `material` one
    those in `material_for` (a field a body) that have answered are asked again in a new round; other answers stand.
    """
    shared, (paper, _) = services(request), await read_upload(request)
    attempt = Attempt.of(request, principal, paper.facts | paper.declared)
    command = attempt.command
    store = partial(store_paper, shared.settings.database_url, shared.cases, case, command, paper)

    async def act() -> Answer:
        taken = await shared.run(lambda: first_effect(shared.cases, store(), command))
        found = await shared.run(lambda: shared.cases.get(case, version=taken.version).papers[-1].number)
        content = {**as_content(taken), "paper": {"number": found, **paper.facts}}
        return Answer(201, content, f"/api/v1/cases/{case}/papers/{found}")

    return await once(shared.keys, attempt, act)


@router.get(
    "/cases/{id}/papers/{number}",
    summary="Download a version of the papers",
    dependencies=[Depends(caught_up)],
    **described(None, None, "%PDF-1.7 …", problems=(401, 404, 422, 503), media_type="application/octet-stream"),
)
async def read_paper(
    request: Request, principal: Anybody, case: CaseId, number: Annotated[int, Path(ge=1, le=1_000_000)]
) -> Response:
    """The content of one version, always as a download: what others wrote is never shown as a page of ours."""
    shared = services(request)
    papers = (await find_own_case(shared, principal.body, case))["papers"]
    paper = next((p for p in papers if p["number"] == number), None)
    found = await download(shared.pool, paper["name"], paper["sha256"]) if paper else None
    if found is None:
        raise ProblemError("absent", f"the case has no version {number} of its papers; list them first")
    return found


async def download(pool: Pool, name: str, sha256: str) -> Response | None:
    """A paper's content as a download, None if it is not kept."""
    content = await _content(pool, sha256)
    if content is None:
        return None
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    media = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(content, media_type=media, headers={"Content-Disposition": disposition, "ETag": f'"{sha256}"'})


async def read_upload(request: Request) -> tuple[Content, dict[str, str]]:
    """The file in a form, and the form's other fields; raises problems for anything else."""
    if not is_multipart(request):
        raise ProblemError("unsupported_media_type", f"send multipart/form-data with the file as {FORM_FIELD!r}")
    stream = bounded(request, MAX_PAPER + _FORM_OVERHEAD)
    try:
        form = await MultiPartParser(
            request.headers, stream, max_files=1, max_fields=MAX_FIELDS, max_part_size=1024
        ).parse()
    except (MultiPartException, KeyError, UnicodeError, LookupError):
        raise ProblemError("bad_request", f"the form cannot be read; send one file as {FORM_FIELD!r}") from None
    try:
        found = form.get(FORM_FIELD)
        if not isinstance(found, UploadFile):
            raise invalid([FieldError(FORM_FIELD, "is missing", "send the paper as this field of the form")])
        change, bodies = _text(form.get(CHANGE)), tuple(_text(body) for body in form.getlist(MATERIAL_FOR))
        paper = _checked(Content(_base_name(found.filename or ""), await found.read(), change, bodies))
        return paper, {name: value for name, value in form.items() if isinstance(value, str)}
    finally:
        await form.close()


def is_multipart(request: Request) -> bool:
    """Whether a request is a form that can carry files."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


async def read_uploads(request: Request, most: int) -> tuple[list[Content], dict[str, str], ProblemError | None]:
    """The files that a form carries, if any, its other fields, and the first problem of a file.

    Raises problems for a form that cannot be read.
    """
    stream = bounded(request, _LARGEST_UPLOAD + MAX_OWN_FORM)
    parser = MultiPartParser(
        request.headers, stream, max_files=most, max_fields=MAX_FIELDS, max_part_size=_LARGEST_PART
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeError, LookupError):
        raise ProblemError("bad_request", "the form cannot be read; use the page's own form") from None
    try:
        sent = [found for found in form.getlist(FORM_FIELD) if isinstance(found, UploadFile) and found.filename]
        values = {name: value for name, value in form.items() if isinstance(value, str)}
        if any(fault_of_text(value) for value in values.values()):
            raise ProblemError("bad_request", "the form cannot be read; use the page's own form")
        try:
            return [_checked(Content(_base_name(f.filename or ""), await f.read())) for f in sent], values, None
        except ProblemError as problem:
            return [], values, problem
    finally:
        await form.close()


def _text(value: UploadFile | str | None) -> str:
    """A field's text; of a file, which the field cannot be, its name."""
    return (value.filename or "") if isinstance(value, UploadFile) else value or ""


def _checked(paper: Content) -> Content:
    if len(paper.content) > MAX_PAPER:
        raise ProblemError("too_large", f"the paper is over {MAX_PAPER} bytes; send less")
    if not paper.content:
        raise invalid([FieldError(FORM_FIELD, "is empty", "send a file with content")])
    fault = fault_of_text(paper.name) or (None if paper.name else "has no name")
    if fault or len(paper.name) > MAX_FILE_NAME:
        what = fault or f"has a name of over {MAX_FILE_NAME} characters"
        raise invalid([FieldError(FORM_FIELD, what, "give the file a short plain name")])
    return paper


def _base_name(name: str) -> str:
    """The file's own name: old browsers send the folder too, with either kind of slash."""
    return name.replace("\\", "/").rpartition("/")[2].strip()


async def _content(pool: Pool, sha256: str) -> bytes | None:
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT content FROM office.paper_contents WHERE sha256 = %s", (sha256,), binary=True
        )
        row = await cursor.fetchone()
    return bytes(row[0]) if row else None
