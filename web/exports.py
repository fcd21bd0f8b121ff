# SPDX-License-Identifier: EUPL-1.2
"""Lists as files for spreadsheets: CSV and XLSX, each saying as of when it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, Request
from openpyxl import Workbook
from openpyxl.styles import Font
from starlette.responses import Response

from domain.dates import danish_date
from domain.names import Name
from projections.documents import Document
from projections.queries import LARGEST_PAGE
from web import words
from web.front import Chosen, Filter, find_cases, past_cases
from web.guards import visiting
from web.languages import language_of
from web.rendering import said, written_moment
from web.services import Services, services
from web.standing import name_of, track_of

MOST_CASES = 5000
"""How many cases a file holds."""
COLUMNS: tuple[Name, ...] = (
    Name("Titel", "Title"),
    Name("Reference", "Reference"),
    Name("Forløb", "Route"),
    Name("Status", "Status"),
    Name("Resultat", "Result"),
    Name("Trin", "Steps"),
    Name("Venter på", "Waiting for"),
    Name("Næste frist", "Next due"),
    Name("Sagens frist", "Deadline"),
    Name("Over tid", "Overdue"),
    Name("Åbnet", "Opened"),
    Name("Afsluttet", "Closed"),
    Name("Sagens id", "Case id"),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula."""
_WIDEST = 60

Cell = str | date | None

router = APIRouter(include_in_schema=False, prefix="/export", dependencies=[Depends(visiting)])


@router.get("/cases.csv")
async def export_csv(request: Request, chosen: Chosen) -> Response:
    """The cases that the filter lets through, as Danish spreadsheets read them: UTF-8 with its mark, and semicolons."""
    table = await _table(request, chosen)
    made = io.StringIO()
    csv.writer(made, delimiter=";").writerows([[_text(cell) for cell in row] for row in table])
    return _file(made.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", "csv", services(request))


@router.get("/cases.xlsx")
async def export_xlsx(request: Request, chosen: Chosen) -> Response:
    """The same as a workbook."""
    table = await _table(request, chosen)
    return _file(await services(request).run(partial(workbook, table)), XLSX, "xlsx", services(request))


def workbook(table: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet; texts stay texts, whatever they begin with."""
    book = Workbook()
    sheet = book.worksheets[0]
    for number, row in enumerate(table, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value, cell.data_type = _writable(value), "s"
            else:
                cell.value = value
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    for column, cells in enumerate(sheet.columns, 1):
        widest = max(len(str(cell.value or "")) for cell in cells[2:]) if len(cells) > 2 else 0  # noqa: PLR2004 -- the stamp
        sheet.column_dimensions[chr(ord("A") + column - 1)].width = min(max(widest, 8) + 2, _WIDEST)
    sheet.freeze_panes = "B4"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


async def _table(request: Request, chosen: Filter) -> list[list[Cell]]:
    """The stamp, an empty row, the heads, and a row a case."""
    shared, language = services(request), language_of(request)
    moment = chosen.moment or shared.clock()
    cases = await _cases(shared, chosen)
    stamp = said(Name("Sager, som de stod", "Cases as they stood"), language)
    head: list[Cell] = [said(name, language) for name in COLUMNS]
    rows = [_row(shared, case, danish_date(moment), language) for case in cases]
    return [[f"{stamp} {written_moment(moment, language)}"], [], head, *rows]


async def _cases(shared: Services, chosen: Filter) -> list[Document]:
    if chosen.moment:
        return (await find_cases(shared, chosen, await past_cases(shared, chosen.moment))).cases
    found: list[Document] = []
    cursor: str | None = None
    while len(found) < MOST_CASES:
        asked = {**chosen.asked(shared), "cursor": cursor, "limit": LARGEST_PAGE}
        page = await shared.views.cases(today=shared.today(), **asked)
        found, cursor = found + page["items"], page["next"]
        if cursor is None:
            break
    return found[:MOST_CASES]


def _row(shared: Services, case: Document, today: date, language: str) -> list[Cell]:
    waiting = [said(name_of(shared, body, today), language) for body in case["waiting_for"]]
    late = words.OVERDUE if case["overdue"] else None
    return [
        case["title"],
        case["reference"],
        said(case["route"]["name"], language),
        said(words.STATUSES[case["status"]], language),
        said(words.result_name(case["result"]), language) if case["result"] else None,
        said(track_of(case).words, language),
        ", ".join(waiting),
        _day(case["overdue_after"]),
        _day(case["deadline"]),
        said(late, language) if late else None,
        _day(case["opened_at"]),
        _day(case["closed_at"]),
        case["id"],
    ]


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    return danish_date(datetime.fromisoformat(text)) if "T" in text else date.fromisoformat(text)


def _text(cell: Cell) -> str:
    """A cell of a CSV file; one that a spreadsheet would take for a formula is marked as text by an apostrophe."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return cell.isoformat() if cell else ""


def _writable(text: str) -> str:
    """A text without the control characters that a workbook cannot hold."""
    return "".join(c if c in "\t\n" or ord(c) >= ord(" ") else "\N{REPLACEMENT CHARACTER}" for c in text)


def _file(content: Any, media: str, kind: str, shared: Services) -> Response:
    name = f"sager-{shared.today().isoformat()}.{kind}"
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})
