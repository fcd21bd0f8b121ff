# SPDX-License-Identifier: EUPL-1.2
"""Overblik: the numbers with their lists, what stands in a row, the past, and the charts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.answering import Reply
from domain.dates import at_danish_time
from tests.browser.site import Calendar
from tests.fixtures.servers import Database
from tests.web.conftest import START, running_office
from tests.web.office import Office
from tests.web.test_access import sign_in
from tests.web.test_pages import check
from web.charts import bars
from web.front import PAGE, is_asked, quarter
from web.past import PastCases, PastMoments
from web.standing import due_of, track_of

NUMBER = re.compile(r'<li[^>]*><a href="([^"]+)"><strong>(\d+)</strong> ([^<]+)</a>')


@pytest.fixture
def calendar() -> Calendar:
    """The office's clock, on 18 March 2025."""
    return Calendar(START)


@pytest.fixture
async def dated(database: Database, tmp_path: Path, calendar: Calendar) -> AsyncIterator[Office]:
    """An office whose clock the test turns."""
    async with running_office(database.service_url, tmp_path, calendar) as office:
        await sign_in(office)
        yield office


def some_cases(office: Office, calendar: Calendar) -> None:
    """One that runs, one that is late, one suspended, one withdrawn, one done, each opened on 18 March."""
    office.open_case(title="Løber", deadline=date(2025, 6, 1))
    office.open_case("dassos", title="For sen", deadline=date(2025, 3, 20))
    office.cases.suspend(office.open_case(title="I bero"), office.command(), "Afventer")
    office.cases.withdraw(office.open_case(title="Trukket"), office.command(), "Bortfaldet")
    done = office.open_case(title="Færdig", route="orientering")
    reply = Reply("noted", date(2025, 3, 18))
    office.cases.answer(done, office.command(), office.cases.get(done).waiting_for()[0], reply, "secretariat")
    office.cases.advance(done)
    calendar.turn_to("2025-03-24")
    office.project()


async def numbers(office: Office, address: str = "/") -> dict[str, tuple[int, str]]:
    """The numbers of the page with their links, by their words."""
    html = (await office.client.get(address)).text
    check(html)
    return {words: (int(count), href.replace("&amp;", "&")) for href, count, words in NUMBER.findall(html)}


async def test_each_number_has_its_list(dated: Office, calendar: Calendar) -> None:
    """As many rows as the number says, now and as of a day."""
    some_cases(dated, calendar)
    for address in ("/", "/?as_of=2025-03-24"):
        found = await numbers(dated, address)

        assert {words: count for words, (count, _) in found.items()} == {
            "i gang": 2,
            "i fare for fristen": 0,
            "når ikke fristen": 1,
            "over tid": 1,
            "sat i bero": 1,
            "afsluttet i kvartalet": 1,
        }
        for count, href in found.values():
            assert (await dated.client.get(href)).text.count('<th scope="row"><a href="/cases/') == count


async def test_an_earlier_day_shows_what_was_known_then(dated: Office, calendar: Calendar) -> None:
    """By recorded time; a day before everything shows nothing, and a day that is none shows now."""
    case = dated.open_case(title="Gammel")
    calendar.turn_to("2025-04-10")
    dated.cases.answer(case, dated.command(), "dassos", Reply("approved", date(2025, 3, 20)), "secretariat")
    dated.cases.advance(case)
    dated.open_case(title="Ny")
    dated.project()
    page = {day: (await dated.client.get(f"/?as_of={day}")).text for day in ("2025-04-09", "2025-03-01", "x")}

    assert "Gammel" in page["2025-04-09"]
    assert "DASSOS</a>" in page["2025-04-09"]
    assert ">Ny</a>" not in page["2025-04-09"]
    assert "Sådan stod det 9. april 2025" in page["2025-04-09"]
    assert "Ingen sager" in page["2025-03-01"]
    assert ">Ny</a>" in page["x"]


async def test_a_past_day_counts_every_case_and_shows_them_by_pages(dated: Office, calendar: Calendar) -> None:
    """However many they are: a page holds as many as one of today, the numbers and the file hold all."""
    for number in range(PAGE + 3):
        dated.open_case(title=f"Sag {number}", route="orientering")
    calendar.turn_to("2025-03-24")
    dated.project()
    first = (await dated.client.get("/?as_of=2025-03-18")).text
    (older,) = re.findall(r'href="([^"]+)">Ældre sager', first)
    rest = (await dated.client.get(older.replace("&amp;", "&"))).text
    file = (await dated.client.get("/export/cases.csv?as_of=2025-03-18")).text

    assert (await numbers(dated, "/?as_of=2025-03-18"))["i gang"][0] == PAGE + 3
    assert [len(re.findall(r'<th scope="row"><a href="/cases/', html)) for html in (first, rest)] == [PAGE, 3]
    assert "Ældre sager" not in rest
    assert file.count("Sag ") == PAGE + 3
    assert "ikke alle" not in file


async def test_it_is_said_when_a_past_day_has_too_many_cases(
    dated: Office, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the page and in the file; what was over by then and has not changed since costs nothing and is there."""
    monkeypatch.setattr("web.front.MOST_FOLDED", 1)
    some_cases(dated, calendar)
    page = (await dated.client.get("/?as_of=2025-03-18")).text
    file = (await dated.client.get("/export/cases.csv?as_of=2025-03-18")).text

    assert "ses kun på de 1 nyeste" in page
    shown = re.findall(r'<th scope="row"><a href="/cases/[^"]+">([^<]+)</a>', page)
    assert len(shown) == 3
    assert {"Færdig", "Trukket"} <= set(shown)
    assert "ikke alle er med, kun de nyeste" in file.partition("\r\n")[0]


async def test_a_past_moment_is_looked_up_once() -> None:
    """Also when several ask at once; one that may still get an event is looked up each time, and old ones make room."""
    asked: list[datetime] = []
    moments = PastMoments()
    now = at_danish_time(date(2025, 3, 24), time(10))

    async def ask(moment: datetime) -> PastCases:
        async def look_up() -> PastCases:
            asked.append(moment)
            return PastCases([], more=False)

        return await moments.cases(moment, now, look_up)

    settled = [now - timedelta(days=days) for days in (1, 2, 3, 4, 5)]
    await asyncio.gather(*(ask(settled[0]) for _ in range(3)))
    assert asked == settled[:1]
    for moment in (now, now, *settled, settled[0]):
        await ask(moment)

    assert asked == [settled[0], now, now, *settled[1:], settled[0]]


async def test_filters_stay_in_the_address(dated: Office, calendar: Calendar) -> None:
    """By words, route, body, and being late, together; the day that is looked back to stays."""
    some_cases(dated, calendar)

    async def titles(query: str) -> list[str]:
        html = (await dated.client.get(f"/?{query}")).text
        return re.findall(r'<th scope="row"><a href="/cases/[^"]+">([^<]+)</a>', html)

    assert await titles("route=orientering") == ["Færdig"]
    assert await titles("waiting_for=kd-net") == ["For sen"]
    assert await titles("overdue=1&status=running") == ["For sen"]
    assert await titles("standing=late") == ["For sen"]
    assert await titles("standing=late&as_of=2025-03-24") == ["For sen"]
    assert sorted(await titles("standing=on_track&as_of=2025-03-24")) == ["I bero", "Løber"]
    assert await titles("q=løber&as_of=2025-03-24") == ["Løber"]
    assert await titles("q=løber&status=suspended") == []
    assert len(await titles("route=none&waiting_for=nobody&status=x&done_from=x&cursor=")) == 5
    assert "as_of=2025-03-24" in (await numbers(dated, "/?as_of=2025-03-24"))["i gang"][1]


@pytest.mark.parametrize("query", ["cursor=x", "as_of=0001-01-01", "as_of=9999-12-31", "done_from=0001-01-01", "q=%00"])
async def test_what_an_address_says_cannot_break_the_page(dated: Office, query: str) -> None:
    """It shows cases, or says what is wrong."""
    response = await dated.client.get(f"/?{query}", headers={"Accept": "text/html"})

    assert response.status_code in {200, 422}
    check(response.text)


async def test_a_row_says_who_is_waited_for_and_whether_the_deadline_holds(dated: Office, calendar: Calendar) -> None:
    """The body's next meeting, the expected end against the deadline in words, and the standing as a word."""
    some_cases(dated, calendar)
    html = (await dated.client.get("/?standing=late")).text
    row = " ".join(re.sub(r"<[^>]+>", " ", re.findall(r"<tbody>.*?</tbody>", html, re.DOTALL)[0]).split())

    assert "KD-Net næste møde 28. marts 2025" in row
    assert "For sent Ventes 22. april 2025, 33 dage efter fristen" in row


async def test_answers_lie_to_their_dates_in_a_table_with_bars(dated: Office, calendar: Calendar) -> None:
    """Each body's answers before, in and after the last week; the bar says nothing that the table does not."""
    case = dated.open_case("dassos", "kd-net", "kkr-midtjylland", deadline=date(2025, 5, 31))
    for day, body in (("2025-05-01", "viborg"), ("2025-06-02", "aarhus")):
        calendar.turn_to(day)
        dated.cases.answer(case, dated.command(), body, Reply("noted", date.fromisoformat(day)), "secretariat")
    dated.project()
    html = (await dated.client.get("/")).text
    section = html.partition('id="dues-title"')[2].partition("</section>")[0]
    rows = [re.findall(r"<td>(\d+)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)][1:]

    assert rows == [["1", "0", "1", "0"], ["1", "1", "0", "0"], ["1", "0", "0", "1"]]
    assert [*re.findall(r'<rect class="dues-(\w+)"', section)] == ["close", "ahead", "late"]


def test_a_quarter_begins_with_its_first_month() -> None:
    """On the first."""
    days = [date(2025, 1, 1), date(2025, 3, 31), date(2025, 4, 1), date(2025, 12, 31)]

    assert [quarter(day) for day in days] == [date(2025, 1, 1), date(2025, 1, 1), date(2025, 4, 1), date(2025, 10, 1)]


@pytest.mark.parametrize(
    ("days", "said", "urgency"),
    [
        (-2, "2 dage over tid", "late"),
        (-1, "1 dag over tid", "late"),
        (0, "i dag", "soon"),
        (1, "i morgen", "soon"),
        (8, "om 8 dage", "later"),
    ],
)
def test_a_date_is_said_in_words(days: int, said: str, urgency: str) -> None:
    """Never by colour alone."""
    today = date(2025, 3, 18)
    due = due_of((today + timedelta(days=days)).isoformat(), today)

    assert due
    assert (due.words.da, due.urgency) == (said, urgency)


def test_a_track_says_its_steps_in_words() -> None:
    """How many are done, and what is open; steps that are not needed do not count."""
    states = ["completed", "skipped", "open", "waiting"]
    steps: list[dict[str, Any]] = [
        {"state": state, "name": {"da": f"T{n}", "en": f"S{n}"}} for n, state in enumerate(states)
    ]
    track = track_of({"status": "running", "steps": steps})

    assert track.states == tuple(states)
    assert (track.words.da, track.words.en) == ("1 af 3 trin gennemført; nu: T2", "1 of 3 steps completed; now: S2")


def test_a_withdrawn_case_counts_as_done_nowhere() -> None:
    """It came to no end of its route."""
    case = {"title": "x", "reference": None, "id": "1", "status": "withdrawn", "closed_at": "2025-03-18T10:00:00Z"}

    assert not is_asked(case, {"done_from": date(2025, 1, 1)}, date(2025, 3, 18))


def test_the_highest_bar_fills_the_chart() -> None:
    """A week without answers has none."""
    first, second, third = bars({date(2025, 3, 3): 4, date(2025, 3, 10): 0, date(2025, 3, 17): 2})

    assert (first.y, first.height) == (0, 110)
    assert second.height == 0
    assert (third.y, third.height) == (55, 55)


async def test_the_charts_have_their_tables(dated: Office, calendar: Calendar) -> None:
    """The weeks' answers, and how long each body took from being asked."""
    case = dated.open_case()
    calendar.turn_to("2025-03-25", hour=9)
    dated.cases.answer(case, dated.command(), "dassos", Reply("approved", date(2025, 3, 25)), "secretariat")
    dated.cases.answer(case, dated.command(), "kd-net", Reply("approved", date(2025, 3, 25)), "secretariat")
    dated.project()
    html = (await dated.client.get("/")).text

    assert re.search(r"Uge 13, 24\. marts 2025</th><td>2</td>", html)
    assert re.search(r"DASSOS</a></th>\s*<td>1</td>\s*<td>7 dage</td>", html)
    assert "KD-Net</a></th>" not in html
