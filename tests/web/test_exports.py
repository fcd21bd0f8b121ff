# SPDX-License-Identifier: EUPL-1.2
"""Lists and cases as files: the same cases as on the page, as of when, and never a formula of somebody's."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from uuid import UUID

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from domain.answering import Reply
from tests.web.office import OPENED_ON, Office
from tests.web.test_access import sign_in
from tests.web.test_channels import missed
from web.sheets import XLSX, Sheet, as_csv, as_xlsx

EVIL = ['=HYPERLINK("https://x.dk";"se")', "+1", "-1", "@SUM(A1)"]


async def rows_of_csv(office: Office, query: str = "", path: str = "cases") -> list[list[str]]:
    """The rows of a list as CSV."""
    response = await office.client.get(f"/export/{path}.csv{query}")
    assert response.headers["content-type"] == "text/csv; charset=utf-8", response.text
    assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.csv"', response.headers["content-disposition"])
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


async def page_of_xlsx(office: Office, path: str) -> Worksheet:
    """The sheet of a list as a workbook."""
    response = await office.client.get(f"/export/{path}.xlsx")
    assert response.headers["content-type"] == XLSX, response.text
    return load_workbook(io.BytesIO(response.content)).worksheets[0]


def told(office: Office) -> UUID:
    """A case that the first body has approved with a remark that looks like a formula."""
    case = office.open_case(title="Løber")
    reply = Reply("approved", OPENED_ON, remark="=1+1")
    office.cases.answer(case, office.command(), "dassos", reply, "secretariat")
    office.project()
    return case


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
        "Udsigt": "Følger planen",
        "Ventet slut": "2025-04-22",
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


async def test_the_timeline_is_a_list_too(office: Office) -> None:
    """Oldest first, narrowed as the page is, as of a day too, and with instants that a spreadsheet can sort."""
    case = told(office)
    await sign_in(office)
    every, answers = await rows_of_csv(office, path=f"cases/{case}/timeline"), f"cases/{case}/timeline"
    narrow = await rows_of_csv(office, "?show=answers&by=dassos", answers)
    page = await page_of_xlsx(office, answers)

    assert every[0][0].startswith("»Løber«: hvad der var sket 18. marts 2025 kl. 09.")
    assert every[2] == ["Registreret", "Hvad", "Organ", "Besluttet", "Hændelse", "Plads i loggen"]
    assert [row[4] for row in every[3:]] == office.events(case)
    assert [row[2:5] for row in narrow[3:]] == [["DASSOS", "2025-03-18", "case.answer_recorded"]]
    assert every[3][0].startswith("2025-03-18 09:00:")
    assert isinstance(page["A4"].value, datetime)
    assert (await office.client.get(f"/export/{answers}.csv?as_of=2020-01-01")).status_code == 404
    assert (await office.client.get(f"/export/{answers}.csv?as_of=x")).status_code == 422


async def test_the_bodies_are_a_list_too(office: Office) -> None:
    """Each with what waits for it."""
    office.open_case()
    office.project()
    await sign_in(office)
    stamp, _, head, *rows = await rows_of_csv(office, path="bodies")
    waiting = {row[0]: row[2] for row in rows}

    assert stamp[0].startswith("Organer, som de stod 18. marts 2025 kl. 09.")
    assert head[0] == "Organ"
    assert (waiting["DASSOS"], waiting["Aarhus Kommune"]) == ("1", "0")
    assert len(rows) == len(office.services.organisation.bodies)
    assert (await page_of_xlsx(office, "bodies")).max_row == len(rows) + 3


async def test_the_meetings_are_a_list_too(office: Office) -> None:
    """As they were known, of one body or of all; a body that there is not is a problem."""
    await sign_in(office)
    stamp, _, head, *rows = await rows_of_csv(office, "?body=kkr-midtjylland", "meetings")
    page = await page_of_xlsx(office, "meetings")

    assert stamp[0].startswith("Møder, som de var kendt 18. marts 2025 kl. 09.")
    assert head[:2] == ["Organ", "Dato"]
    assert {row[0] for row in rows} == {"KKR Midtjylland"}
    assert "2025-04-08" in {row[1] for row in rows}
    assert page.max_row > len(rows) + 3
    assert isinstance(page["B4"].value, datetime)
    assert (await office.client.get("/export/meetings.csv?body=nobody")).status_code == 404


async def test_the_deliveries_are_a_list_too(office: Office) -> None:
    """Narrowed as the page is, and without anybody's address."""
    missed(office)
    await sign_in(office)
    stamp, _, head, *rows = await rows_of_csv(office, "?state=no_channel", "deliveries")
    page = await page_of_xlsx(office, "deliveries")

    assert stamp[0].startswith("Udsendelser, som de stod 18. marts 2025 kl. 09.")
    assert head[-1] == "Sagens id"
    assert [row[:4] for row in rows] == [["Skive Kommune", "Invitation til at svare", "", "Ingen adresse"]]
    assert await rows_of_csv(office, "?state=sent", "deliveries") == [stamp, [], head]
    assert page.max_row == len(rows) + 3


@pytest.mark.parametrize("text", [*EVIL, "\t=1", "\r=1"])
def test_no_list_holds_a_formula(text: str) -> None:
    """Whatever the list: both kinds of file are written at one place."""
    sheet = Sheet("x", "Som den stod", [text], [[text, date(2025, 3, 18), 7, None]])
    written = list(csv.reader(io.StringIO(as_csv(sheet).decode("utf-8-sig"), newline=""), delimiter=";"))
    page = load_workbook(io.BytesIO(as_xlsx(sheet))).worksheets[0]

    assert (written[2], written[3]) == ([f"'{text}"], [f"'{text}", "2025-03-18", "7", ""])
    assert page["A3"].data_type == page["A4"].data_type == "s"
    assert page["C4"].value == 7
