# SPDX-License-Identifier: EUPL-1.2
"""The parts of the demo that need nothing running; the whole of it is an acceptance test."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import httpx2
import pytest
from rich.console import Console
from standardwebhooks.webhooks import Webhook

from cli.demo.api import Api, DemoError
from cli.demo.board import Board
from cli.demo.folder import KEPT, demo_clock, fresh_folder
from cli.demo.player import check_ending, next_opening
from cli.demo.screen import Screen
from cli.demo.script import Script, read_script
from cli.demo.show import SCRIPT_FILE
from cli.tables import Names
from domain.answering import Reply
from domain.commands import Actor, Command
from domain.dates import COPENHAGEN, danish_date
from projections.documents import Document, case_document
from runtime.clock import Clock
from tests.domain.desk import Desk, midtjylland
from workers.embedded.folder import held

NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TODAY = date(2026, 11, 22)


@pytest.fixture
def script() -> Script:
    """The story, moved to a day in November."""
    return read_script(SCRIPT_FILE, TODAY)


@pytest.fixture
def document() -> Document:
    """A case that waits for the councils, one of which has answered."""
    desk = Desk()
    desk.open()
    desk.until("councils")
    reply = Reply("noted", decided_on=date(2025, 3, 18))
    desk.cases.answer(desk.id, Command.by(Actor("lemvig", "council", "test")), "lemvig", reply, "webhook")
    return case_document(desk.advance(), 1)


def test_the_script_opens_on_the_day_that_it_is_given(script: Script) -> None:
    """Every date is moved by the same number of days."""
    original = read_script(SCRIPT_FILE, date(2025, 3, 18))

    moved = {new.day - old.day for new, old in zip(script.entries, original.entries, strict=True)}

    assert script.entries[0].day == TODAY
    assert moved == {TODAY - date(2025, 3, 18)} == {script.deadline - original.deadline}
    assert {meeting["date"] for meeting in script.meetings} <= {entry.day for entry in script.entries}


def test_the_dates_of_facts_are_moved_too(script: Script) -> None:
    """The day by which the agency wants its answer is the day on which it is given."""
    due = next(entry.facts["due"] for entry in script.entries if "due" in entry.facts)

    assert due == next(entry.day for entry in script.entries if entry.facts.get("step") == "reply")


def test_an_entry_waits_until_its_body_is_asked(script: Script, document: Document) -> None:
    """Herning is asked now, the agency is not yet, the secretariat has its own step to submit."""
    timely = {(e.body, e.facts.get("step")): e.is_timely(document) for e in script.entries if e.effect == "counted"}

    assert timely["herning", None]
    assert timely["secretariat", "submit"]
    assert not timely["social-og-boligstyrelsen", None]
    assert not timely["secretariat", "reply"]


def test_an_early_entry_waits_for_nothing_and_a_late_one_until_its_step_is_over(
    script: Script, document: Document
) -> None:
    """Otherwise they would be neither."""
    early = next(entry for entry in script.entries if entry.effect == "early")
    late = next(entry for entry in script.entries if entry.effect == "late")

    assert (early.is_timely(document), late.is_timely(document)) == (True, False)


def test_the_clock_runs_a_day_in_a_quarter_of_a_second() -> None:
    """And will show this morning when the services have started."""
    clock = demo_clock(NOON)

    assert clock.shown_at(clock.origin + timedelta(seconds=0.25)) - clock.start == timedelta(days=1)
    assert clock.start.astimezone(COPENHAGEN) == datetime(2026, 11, 22, 8, tzinfo=COPENHAGEN)
    assert clock.origin > NOON


def test_the_case_opens_this_morning_if_the_services_are_quick() -> None:
    """The clock has not come to its start yet."""
    start = datetime(2026, 11, 22, 7, tzinfo=UTC)
    clock = Clock(datetime.now(UTC) + timedelta(hours=1), start)

    assert next_opening(clock) == start


def test_the_case_opens_on_a_later_morning_if_they_are_slow() -> None:
    """Always at eight, on the day that the clock then shows."""
    clock = Clock(datetime.now(UTC) - timedelta(hours=49), datetime(2026, 11, 22, 7, tzinfo=UTC))

    assert danish_date(next_opening(clock)) == date(2026, 11, 25)


def test_the_newest_folders_are_kept(tmp_path: Path) -> None:
    """The new one among them."""
    folders = [fresh_folder(NOON + timedelta(seconds=second), tmp_path) for second in range(KEPT + 2)]

    assert sorted(tmp_path.iterdir()) == folders[-KEPT:]


def test_two_demos_of_one_second_have_folders_of_their_own(tmp_path: Path) -> None:
    """A number tells them apart."""
    assert fresh_folder(NOON, tmp_path) != fresh_folder(NOON, tmp_path)


def test_a_folder_in_use_is_never_removed(tmp_path: Path) -> None:
    """However old it is."""
    used = fresh_folder(NOON, tmp_path)
    with held(used):
        for second in range(1, KEPT + 2):
            fresh_folder(NOON + timedelta(seconds=second), tmp_path)

        assert used.is_dir()


async def test_messages_are_signed_as_the_standard_says() -> None:
    """The Standard Webhooks library accepts them."""
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={"accepted": True})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://office") as client:
        await Api(client, "token", {"lemvig": SECRET}).send("lemvig", "decision.made", {"case": "x"})

    assert Webhook(SECRET).verify(seen[0].content, dict(seen[0].headers))["data"] == {"case": "x"}


async def test_what_is_not_confirmed_is_sent_again_under_the_same_id() -> None:
    """Until it is."""
    ids: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        ids.append(request.headers["webhook-id"])
        return httpx2.Response(503 if len(ids) == 1 else 200, json={})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://office") as client:
        await Api(client, "token", {"lemvig": SECRET}).send("lemvig", "ping", {})

    assert len(ids) == 1 + 1
    assert len(set(ids)) == 1


async def test_a_refused_message_ends_the_demo_with_its_reason() -> None:
    """What the service said is told."""
    refusal = httpx2.MockTransport(lambda _: httpx2.Response(409, json={"title": "already answered"}))
    async with httpx2.AsyncClient(transport=refusal, base_url="http://office") as client:
        with pytest.raises(DemoError, match=r"409 .*already answered"):
            await Api(client, "token", {}).post("/cases", {})


async def test_a_case_that_does_not_come_so_far_ends_the_demo() -> None:
    """With what was waited for."""
    with pytest.raises(DemoError, match="the agency is asked"):
        await Board(lambda _: None).until("the agency is asked", lambda _: True, 0.01)


def test_another_ending_than_the_scripts_is_told(document: Document, script: Script) -> None:
    """With what is different."""
    with pytest.raises(DemoError, match="status is running, not completed"):
        check_ending(document, script.ending)


def test_a_terminal_shows_steps_councils_and_feed(document: Document) -> None:
    """Every council with mark and word, Aarhus last as in Danish."""
    written = StringIO()
    console = Console(file=written, force_terminal=True, width=120, height=40, color_system=None)
    screen = Screen(console, Clock.real(), Names(midtjylland(), TODAY))
    screen.board.case = document
    screen.tell(TODAY, "Overleveringsmøde")

    with screen.live():
        pass

    text = written.getvalue()
    assert "● Lemvig besvaret" in text
    assert "○ Samsø afventer" in text
    assert text.rindex("Samsø") < text.rindex("Aarhus")
    assert "22. november 2026  Overleveringsmøde" in text


def test_elsewhere_the_sentences_come_line_by_line() -> None:
    """As in a log."""
    written = StringIO()
    screen = Screen(Console(file=written, width=300), Clock.real(), Names(midtjylland(), TODAY))

    with screen.live():
        screen.tell(TODAY, "Møde")

    assert written.getvalue() == "22. november 2026  Møde\n"
