# SPDX-License-Identifier: EUPL-1.2
"""A list as a file for spreadsheets, CSV or XLSX, that says as of when it stands and in which no text is a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from domain.dates import COPENHAGEN

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula."""
_HEADS = 3
"""The row of the columns' heads, below the stamp and an empty row."""
_WIDEST = 60

Cell = str | int | date | None
"""A cell; an instant is aware, and shown in Danish time."""


@dataclass(frozen=True)
class Sheet:
    """A list: what the file is called, as of when it stands, in words, the columns' heads, and the rows."""

    name: str
    stamp: str
    head: list[str]
    rows: list[list[Cell]]

    @property
    def table(self) -> list[list[Cell]]:
        """The stamp, an empty row, the heads, and the rows."""
        return [[self.stamp], [], [*self.head], *self.rows]


def as_csv(sheet: Sheet) -> bytes:
    """The list as Danish spreadsheets read it: UTF-8 with its mark, and semicolons."""
    made = io.StringIO()
    csv.writer(made, delimiter=";").writerows([[_text(cell) for cell in row] for row in sheet.table])
    return made.getvalue().encode("utf-8-sig")


def as_xlsx(sheet: Sheet) -> bytes:
    """The list as a workbook of one sheet; texts stay texts, whatever they begin with."""
    book = Workbook()
    page = book.worksheets[0]
    for number, row in enumerate(sheet.table, 1):
        for column, value in enumerate(row, 1):
            cell = page.cell(number, column)
            if isinstance(value, str):
                cell.value, cell.data_type = _writable(value), "s"
            else:
                cell.value = _plain(value)
    for cell in page[_HEADS]:
        cell.font = Font(bold=True)
    for column, head in enumerate(sheet.head, 1):
        widest = max(len(head), *(len(_text(row[column - 1])) for row in sheet.rows), 8)
        page.column_dimensions[get_column_letter(column)].width = min(widest + 2, _WIDEST)
    page.freeze_panes = f"B{_HEADS + 1}"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _text(cell: Cell) -> str:
    """A cell of a CSV file; one that a spreadsheet would take for a formula is marked as text by an apostrophe."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return "" if cell is None else str(_plain(cell))


def _plain(cell: int | date | None) -> int | date | None:
    """An instant in Danish time, to the second and without a zone, which spreadsheets do not know."""
    if isinstance(cell, datetime):
        return cell.astimezone(COPENHAGEN).replace(tzinfo=None, microsecond=0)
    return cell


def _writable(text: str) -> str:
    """A text without the control characters that a workbook cannot hold."""
    return "".join(c if c in "\t\n" or ord(c) >= ord(" ") else "\N{REPLACEMENT CHARACTER}" for c in text)
