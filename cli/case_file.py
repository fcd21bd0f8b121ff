# SPDX-License-Identifier: EUPL-1.2
"""The command that writes a case's whole file, as PDF to read and archive or as JSON."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.groups import command
from cli.options import AsOf, CaseId, Data
from cli.output import say
from domain.errors import InvalidError

if TYPE_CHECKING:
    from uuid import UUID

    from cli.office import Office

LANGUAGES = ("da", "en")


def register(cases: typer.Typer) -> None:
    """Add the command to those about cases."""
    command(cases, "file")(write_file)


def write_file(
    case_id: CaseId,
    *,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Where to: a name that ends in .pdf or .json.")],
    language: Annotated[str, typer.Option("--language", metavar="da|en", help="The language of the PDF.")] = "da",
    as_of: AsOf = None,
    data: Data = None,
) -> None:
    """Write a case's whole file, now or as it stood: a PDF for people and archives (PDF/A-2b), or JSON."""
    from cli.office import in_office

    if to.suffix not in {".pdf", ".json"}:
        raise InvalidError(f"{to.name} is neither a PDF nor JSON", "give a name that ends in .pdf or .json", "to")
    if language not in LANGUAGES:
        raise InvalidError(
            f"there is no language {language!r} here", f"choose one of {', '.join(LANGUAGES)}", "language"
        )
    content = in_office(data, partial(_made, case_id=case_id, as_of=as_of, language=language, kind=to.suffix))
    to.write_bytes(content)
    say({"file": str(to), "size": len(content)}, f"{to}: {len(content)} byte(s)")


async def _made(office: Office, case_id: UUID, as_of: str | None, language: str, kind: str) -> bytes:
    """The file's content; raises `CaseNotFoundError`."""
    from projections.as_of import parse_as_of
    from projections.documents import instant
    from web.case_on_paper import Pen, case_on_paper
    from web.typesetting import typeset

    now = office.clock()
    moment = min(parse_as_of(as_of), now) if as_of else now
    found = await _gathered(office, case_id, as_of)
    if kind == ".json":
        return json.dumps({"as_of": instant(moment), "exported_at": instant(now), **found}, ensure_ascii=False).encode()
    pen = Pen.of(language, office.organisation, moment)
    return typeset(case_on_paper(pen, office.organisation.name, found, moment), moment)


async def _gathered(office: Office, case_id: UUID, as_of: str | None) -> dict[str, Any]:
    from domain.matters import WhatIf, matter_of_case
    from projections.plans import planned

    case, timeline, plan = await office.case(case_id, as_of), await office.timeline(case_id, as_of), None
    if as_of is None and case["closed_at"] is None:
        matter = matter_of_case(office.cases.get(case_id), office.today)
        plan = planned(*await office.planned_with(), matter, WhatIf())
    return {"case": case, "timeline": timeline, "plan": plan}
