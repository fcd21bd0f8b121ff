# SPDX-License-Identifier: EUPL-1.2
"""Lists and cases as files: the same cases as on the page, as of when, and never a formula of somebody's."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from tests.web.office import Office
from tests.web.test_access import sign_in

EVIL = ['=HYPERLINK("https://x.dk";"se")', "+1", "-1", "@SUM(A1)"]


async def rows_of_csv(office: Office, query: str = "") -> list[list[str]]:
    """The rows of the list as CSV."""
    response = await office.client.get(f"/export/cases.csv{query}")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith('attachment; filename="sager-2025-03-18.csv"')
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


async def test_the_list_says_as_of_when(office: Office) -> None:
    """And has a row a case of the filter, in the reader's language."""
    office.open_case(title="Løber", deadline=date(2025, 6, 1), reference="CU-1")
    office.cases.withdraw(office.open_case(title="Trukket"), office.command(), "x")
    office.project()
    await sign_in(office)
    stamp, _, head, row = await rows_of_csv(office, "?status=running")

    assert stamp[0].startswith("Sager, som de stod 18. marts 2025 kl. ")
    assert dict(zip(head, row, strict=True)) | {"Sagens id": ""} == {
        "Titel": "Løber",
        "Reference": "CU-1",
        "Forløb": "Svar på central udmelding",
        "Status": "I gang",
        "Resultat": "",
        "Trin": "0 af 7 trin gennemført; nu: DASSOS godkender",
        "Venter på": "DASSOS",
        "Næste frist": "2025-03-25",
        "Sagens frist": "2025-06-01",
        "Over tid": "",
        "Åbnet": "2025-03-18",
        "Afsluttet": "",
        "Sagens id": "",
    }
    office.client.cookies.set("sagsgang_language", "en")
    assert (await rows_of_csv(office))[0][0].startswith("Cases as they stood 18 March 2025, ")


async def test_a_past_list_is_that_of_its_day(office: Office) -> None:
    """Nothing that was opened later stands in it."""
    office.open_case()
    office.project()
    await sign_in(office)

    assert len(await rows_of_csv(office, "?as_of=2025-03-17")) == 3
    assert len(await rows_of_csv(office, "?as_of=2025-03-18")) == 4


@pytest.mark.parametrize("title", EVIL)
async def test_no_cell_is_a_formula(office: Office, title: str) -> None:
    """In neither kind of file, whatever somebody called a case."""
    office.open_case(title=title, reference=title)
    office.project()
    await sign_in(office)
    row = (await rows_of_csv(office))[3]
    book = load_workbook(io.BytesIO((await office.client.get("/export/cases.xlsx")).content))
    cell = book.worksheets[0]["A4"]

    assert row[:2] == [f"'{title}", f"'{title}"]
    assert (cell.value, cell.data_type) == (title, "s")


async def test_dates_of_a_workbook_are_dates(office: Office) -> None:
    """So that a spreadsheet can sort them."""
    office.open_case(deadline=date(2025, 6, 1))
    office.project()
    await sign_in(office)
    book = load_workbook(io.BytesIO((await office.client.get("/export/cases.xlsx")).content))
    head = [cell.value for cell in book.worksheets[0][3]]

    assert book.worksheets[0].cell(4, head.index("Sagens frist") + 1).value == datetime(2025, 6, 1)  # noqa: DTZ001
