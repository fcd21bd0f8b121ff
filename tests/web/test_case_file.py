# SPDX-License-Identifier: EUPL-1.2
"""A case's whole file: complete and readable, the same for the same moment, and nobody's words are markup."""

from __future__ import annotations

import asyncio
import io
import re
import threading
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from domain.additions import Addition
from domain.answering import Reply
from domain.commands import Actor, Command
from tests.web.office import API, OPENED_ON, Office
from tests.web.test_access import sign_in
from web.bounds import Threads
from web.typesetting import typeset

MOMENT = datetime(2025, 3, 18, 8, tzinfo=UTC)
MARKUP = '#import "@preview/x:1.0.0" #read("/etc/passwd") \\ $x^2$ *b* _i_ `c` <l> @r "q" \'s\' = h /* c */ // d'
"""What Typst would obey, were it read as markup."""


def text_of(content: bytes) -> str:
    """The text of a PDF, with its white space made even, and its hyphens at the ends of lines kept."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def squeezed(text: str) -> str:
    """A text without white space and hyphens: lines are broken where the page ends, not where the writer did."""
    return re.sub(r"[\s\N{ZERO WIDTH SPACE}\N{SOFT HYPHEN}-]", "", text)


def document(*texts: str, language: str = "da", rows: int = 1) -> dict[str, Any]:
    """A document with the same texts at every kind of place."""
    text = " ".join(texts)
    table = {"kind": "table", "columns": [1, 2], "head": ["A", "B"], "rows": [[text, [text, "x"]]] * rows}
    blocks = [{"kind": "facts", "rows": [["Titel", text]]}, table, {"kind": "text", "text": text}]
    plain = {"language": language, "author": "Sagsgang", "running": text, "stamp": "Som den stod", "title": text}
    return {**plain, "page": "Side {page} af {pages}", "sections": [{"title": text, "level": 1, "blocks": blocks}]}


async def pdf(office: Office, case: UUID, **params: str) -> bytes:
    """The case's file, fetched by a token."""
    answer = await office.client.get(f"{API}/cases/{case}/file.pdf", params=params, headers=office.token("auditor"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    return answer.content


def told_case(office: Office) -> UUID:
    """A case with a deadline, answers, a correction, a condition, a task and papers."""
    case = office.open_case("dassos", deadline=date(2025, 5, 31), reference="27.00-A00-1-25", title="Sager på Øen")
    conditions = (Addition(text="Økonomien beskrives"),)
    tasks = (Addition(text="Eksempler indsendes", due=date(2025, 4, 1)),)
    actor = Command.by(Actor("kd-net", "council", "webhook"))
    first = Reply(
        "approved_on_condition", OPENED_ON, decided_by="council", remark="Med tak", conditions=conditions, tasks=tasks
    )
    office.cases.answer(case, actor, "kd-net", first, "webhook")
    office.cases.add_paper(case, office.command(), name="afrapportering.pdf", sha256="ab" * 32, size=182_300)
    office.project()
    return case


async def test_the_file_tells_everything(office: Office) -> None:
    """What the case is, who answered what, when and why, what hangs on it, the papers, the plan, and what happened."""
    case = told_case(office)
    found = squeezed(text_of(await pdf(office, case)))

    for told in (
        "Sager på Øen",
        "27.00-A00-1-25",
        "Svar på central udmelding, version 1",
        "I gang",
        "31. maj 2025",
        "Sagen, som den stod 18. marts 2025 kl. 09.",
        "Sagsgang · Midtjylland",
        "DASSOS godkender",
        "Godkendt på betingelse",
        "Med tak",
        "Økonomien beskrives",
        "Eksempler indsendes",
        "Ringkøbing-Skjern Kommune",
        "afrapportering.pdf",
        "ab" * 32,
        "Ventet slut",
        "blev åbnet, frist 31. maj 2025",
        "Side 1 af",
        str(case),
    ):
        assert squeezed(told) in found, told


async def test_it_speaks_english_too(office: Office) -> None:
    """By its own parameter, and by the language that the pages are in."""
    case = told_case(office)
    asked = text_of(await pdf(office, case, language="en"))
    office.client.cookies.set("sagsgang_language", "en")
    chosen = text_of(await pdf(office, case))

    for found in (asked, chosen):
        assert "What has happened" in found
        assert "The case as it stood 18 March 2025, 09:" in found
        assert not re.search(r"Hvad der er sket|Venter på|Frist:", found)


async def test_it_is_for_archives_and_for_screen_readers(office: Office) -> None:
    """It says of itself that it is PDF/A-2b and PDF/UA-1, has title, language, tags, bookmarks and its fonts."""
    reader = PdfReader(io.BytesIO(await pdf(office, told_case(office))))
    catalogue: Any = reader.root_object
    about = reader.xmp_metadata

    outline: Any = reader.outline

    assert about is not None
    told = about.stream.get_data().decode()
    assert {"<pdfaid:part>2<", "<pdfaid:conformance>B<", "<pdfuaid:part>1<"} <= set(
        re.findall(r"<pdf\w+:\w+>\w<", told)
    )
    assert str(catalogue["/Lang"]) == "da"
    assert catalogue["/MarkInfo"]["/Marked"].value
    assert {"/Document", "/H1", "/H2", "/Table", "/TH"} <= tags(catalogue["/StructTreeRoot"])
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.creation_date) == ("Sager på Øen", reader.metadata.modification_date)
    assert [mark["/Title"] for mark in outline if isinstance(mark, dict)][:2] == ["Sagen", "Trin og svar"]
    pages: list[Any] = list(reader.pages)
    fonts = [f.get_object() for p in pages for f in p["/Resources"]["/Font"].values()]
    inner = [f["/DescendantFonts"][0]["/FontDescriptor"] for f in fonts]
    assert all({"/FontFile2", "/FontFile3"} & set(one) for one in inner)


async def test_the_past_stands_still(office: Office) -> None:
    """As of a moment that is over the file is the same byte for byte, whatever happens after it."""
    case = office.open_case("dassos")
    moment = office.services.clock().isoformat()
    office.project()
    before = await pdf(office, case, as_of=moment)
    office.cases.withdraw(case, office.command(), "Trukket igen")
    office.project()
    after, now = await pdf(office, case, as_of=moment), await pdf(office, case)

    assert before == after
    assert "Trukket igen" not in text_of(after)
    assert "Trukket igen" in text_of(now)


async def test_what_cannot_be_is_a_problem(office: Office) -> None:
    """A case that there is not, one not opened yet, a moment and a language that are none, a stranger."""
    case, token = office.open_case(), office.token("auditor")

    async def status(path: str, **headers: str) -> tuple[int, str]:
        answer = await office.client.get(f"{API}/cases/{path}", headers=headers or token)
        return answer.status_code, answer.headers["content-type"]

    for kind in ("pdf", "json"):
        for path, expected in (
            (f"{UUID(int=1)}/file.{kind}", 404),
            (f"{case}/file.{kind}?as_of=2020-01-01", 404),
            (f"{case}/file.{kind}?as_of=yesterday", 422),
        ):
            assert await status(path) == (expected, "application/problem+json")
        assert (await status(f"{case}/file.{kind}", authorization="Bearer x"))[0] == 401
    assert (await status(f"{case}/file.pdf?language=de"))[0] == 422


async def test_the_file_as_json_is_whole(office: Office) -> None:
    """With its timeline, and the plan of now; as of a day without, and never as of later than now."""
    case = told_case(office)
    await sign_in(office)
    now = (await office.client.get(f"{API}/cases/{case}/file.json")).json()
    then = (await office.client.get(f"{API}/cases/{case}/file.json", params={"as_of": "2030-01-01"})).json()

    assert now["case"]["id"] == str(case)
    assert [entry["type"] for entry in now["timeline"]] == office.events(case)
    assert now["plan"]["deadline"] == "2025-05-31"
    assert then["plan"] is None
    assert OPENED_ON.isoformat() in then["as_of"]


async def test_nobodys_words_are_markup(office: Office) -> None:
    """They stand as they were written, in the title, a remark and a reason."""
    case = office.open_case(title=MARKUP, reference="#x")
    reply = Reply("approved", OPENED_ON, remark=MARKUP)
    office.cases.answer(case, office.command(), "dassos", reply, "secretariat")
    office.cases.suspend(case, office.command(), MARKUP)
    office.project()

    assert squeezed(text_of(await pdf(office, case))).count(squeezed(MARKUP)) >= 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MARKUP, MARKUP),
        ("👍 godt", "[thumbs up sign] godt"),
        ("漢 字", "[cjk unified ideograph-6f22] [cjk unified ideograph-5b57]"),
        ("a\x00b\x1bc\u202ed\ud800e\ue000", "abcde[u+e000]"),
        ("æøå ÆØÅ é ñ ß „“ – … € ½", "æøå ÆØÅ é ñ ß „“ – … € ½"),
        ("Донецьк Ελλάδα ✓ →", "Донецьк Ελλάδα ✓ →"),
        ("x\u0302\u20dd ☃\u0301", None),
        ("Ordetderaldrighøreropogsombliverved" * 20, "Ordetderaldrighøreropogsombliverved" * 20),
        ("en\nto\tre", "en to re"),
        ("", ""),
    ],
    ids=["markup", "emoji", "chinese", "control", "danish", "other letters", "stacked", "long", "lines", "nothing"],
)
def test_any_text_can_be_set(text: str, told: str | None) -> None:
    """Signs that no font of ours has stand by their names, and nothing of a long word is lost."""
    found = squeezed(text_of(typeset(document("Overskrift", text), MOMENT)))

    assert squeezed("Overskrift") in found
    if told is not None:
        assert squeezed(told) in found


@given(st.lists(st.text(max_size=200), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_no_text_stops_the_press(texts: list[str]) -> None:
    """Whatever signs somebody strings together."""
    assert typeset(document("x", *texts), MOMENT).startswith(b"%PDF-")


def test_a_long_file_is_set_on_many_pages() -> None:
    """Each with its number, the stamp, and the heads of the table that goes on."""
    reader = PdfReader(io.BytesIO(typeset(document("Et svar " * 20, rows=200), MOMENT)))
    pages = [page.extract_text() for page in reader.pages]

    assert len(pages) > 10
    for number, page in enumerate(pages, 1):
        assert f"Side {number} af {len(pages)}" in page
        assert "Som den stod" in page
    assert all(re.search(r"^A\s+B$", page, re.MULTILINE) for page in pages[1:-1])


def test_a_long_word_stays_on_the_page() -> None:
    """It is broken, not cut: every sign stands between the margins."""
    page = PdfReader(io.BytesIO(typeset(document("W" * 300), MOMENT))).pages[0]
    ends = []
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: ends.append(tm[4]) if "W" in text else None)

    assert ends
    assert max(ends) < float(page.mediabox.width) - 50


async def test_a_file_holds_no_page_up(office: Office) -> None:
    """Those that set files have their own places: with all of them taken, commands and reads go on."""
    office.services.typesetters = Threads(1)
    go_on = threading.Event()

    def slow() -> bytes:
        go_on.wait(30)
        return b""

    busy = asyncio.create_task(office.services.set_in_type(slow))
    waiting = asyncio.create_task(office.services.set_in_type(lambda: b"next"))
    case = office.open_case()
    answer = await office.client.get(f"{API}/cases/{case}", headers=office.token())
    assert (answer.status_code, waiting.done()) == (200, False)
    go_on.set()

    assert (await busy, await waiting) == (b"", b"next")


async def test_a_file_that_takes_too_long_is_not_waited_for(office: Office) -> None:
    """The caller hears that it may ask again."""
    office.services.typesetters = Threads(0, seconds=0.1)
    answer = await office.client.get(f"{API}/cases/{office.open_case()}/file.pdf", headers=office.token())

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert "retry-after" in answer.headers


def tags(root: Any) -> set[str]:
    """The kinds of elements in a PDF's tree of structure."""
    found, left = set(), [root]
    while left:
        one = left.pop().get_object()
        if isinstance(one, list):
            left += one
        elif isinstance(one, dict):
            found |= {str(one["/S"])} if "/S" in one else set()
            left += [one["/K"]] if "/K" in one else []
    return found
