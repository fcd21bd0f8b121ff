# SPDX-License-Identifier: EUPL-1.2
"""A whole site for a browser: the pages on a free port, the views kept up, and cases in all states, in May 2025."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from domain.answering import Reply
from domain.commands import Actor, Command
from domain.dates import at_danish_time, danish_date
from domain.meeting_changes import Move, NewMeeting
from outgoing.channels import add_channel, confirm_channel, note_failure, raise_alarms
from outgoing.deliveries import News, list_deliveries, note_attempt, write_down
from outgoing.links import ANSWER_PATH, CONFIRM, CONFIRM_PATH, make_link, seal
from outgoing.sending import answer_url
from runtime.clock import real_now
from runtime.database import connect
from runtime.troubles import note_failed_advance
from tests.browser.fetch import chromium, environment
from tests.browser.stories import MORE
from tests.web.conftest import running_office
from tests.web.office import Office
from tests.web.test_channels import missed
from web.access import create_signin_link
from workers.loop import Loop
from workers.projector import ProjectorPart

TODAY = date(2025, 5, 20)
EARLY = ("lemvig", "herning", "struer", "skive", "odder", "viborg", "silkeborg", "randers", "horsens")


@dataclass
class Calendar:
    """A clock that a test turns."""

    now: datetime

    def __call__(self) -> datetime:
        """The instant that it shows."""
        return self.now

    def turn_to(self, day: str, hour: int = 10) -> None:
        """Show an hour, Danish time, of a day."""
        self.now = at_danish_time(date.fromisoformat(day), time(hour))


@dataclass
class Site:
    """The running pages, the office behind them, and a browser."""

    office: Office
    address: str
    browser: Browser
    cases: dict[str, UUID]
    links: dict[str, str]
    """The paths of pages that letters lead to, by a word for each."""

    @property
    def meeting(self) -> str:
        """The id of a meeting of DASSOS that has an item."""
        rounds = (self.office.cases.get(case).open_rounds() for case in self.cases.values())
        items = (item for each in rounds for current in each for item in current.items.values())
        return next(item.meeting for item in items if item.body == "dassos" and item.day >= TODAY)

    def delivery(self, state: str) -> UUID:
        """The id of a delivery in a state."""
        with connect(self.office.url) as connection:
            found = connection.execute("SELECT id FROM office.deliveries WHERE state = %s", (state,)).fetchone()
        assert found is not None
        return UUID(str(found[0]))

    @contextlib.asynccontextmanager
    async def visitor(
        self, role: str = "secretariat", width: int = 1280, body: str | None = None, **options: Any
    ) -> AsyncIterator[Page]:
        """A page in a browser of its own, signed in by a one-time link."""
        context = await self.browser.new_context(
            base_url=self.address, viewport={"width": width, "height": 900}, locale="da-DK", **options
        )
        try:
            page = await context.new_page()
            await page.goto(self.link(role, body))
            await page.get_by_role("button", name="Log ind").click()
            yield page
        finally:
            await context.close()

    def link(self, role: str = "secretariat", body: str | None = None) -> str:
        """A new sign-in link."""
        with connect(self.office.url) as connection:
            return create_signin_link(connection, role, self.address, real_now(), body)


async def speak(context: BrowserContext, address: str, language: str) -> None:
    """Let a browser's pages be in a language."""
    await context.add_cookies([{"name": "sagsgang_language", "value": language, "url": address}])


@contextlib.asynccontextmanager
async def running_site(url: str, data: Path) -> AsyncIterator[Site]:
    """A site on a migrated database; needs `chromium()`."""
    calendar = Calendar(at_danish_time(TODAY, time(10)))
    async with (
        running_office(url, data, calendar) as office,
        _served(office) as address,
        async_playwright() as driver,
    ):
        cases = await asyncio.to_thread(seed, office, calendar)
        links = await _letters(office, cases)
        await _add_endpoint(office)
        await _give_up_letter(office, cases["councils"])
        await asyncio.to_thread(_change_meetings, office)
        await asyncio.to_thread(missed, office)
        await asyncio.to_thread(note_failed_advance, office.url, cases["councils"], "KeyError: 'seats'")
        office.services.settings = office.services.settings.model_copy(update={"temporal_ui": "http://127.0.0.1:8233"})
        browser = await driver.chromium.launch(executable_path=chromium(), env={**environment()}, args=["--no-sandbox"])
        try:
            yield Site(office, address, browser, cases, links)
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def _served(office: Office) -> AsyncIterator[str]:
    """The pages on a free port of this machine, with the views kept up beside them."""
    stop, part = asyncio.Event(), ProjectorPart(office.projector, office.forecaster)
    projecting = asyncio.create_task(Loop("projector", office.url, part.turn).run(stop))
    server = uvicorn.Server(uvicorn.Config(office.app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        office.app.state.services.settings = office.services.settings
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            office.services.closing.set()
            server.should_exit = True
            stop.set()
            await asyncio.gather(serving, projecting)


async def _letters(office: Office, cases: dict[str, UUID]) -> dict[str, str]:
    """The paths in letters: to a council that is asked, one that has answered, a case withdrawn, and a new address."""
    return {
        "link-spoilt": f"{ANSWER_PATH}/x",
        "link": await answer_link(office, cases["councils"], "aarhus", "councils"),
        "link-answered": await answer_link(office, cases["councils"], "odder", "councils"),
        "link-ended": await answer_link(office, cases["withdrawn"], "dassos", "dassos"),
        "confirm-address": await new_address(office),
    }


async def answer_link(office: Office, case: UUID, body: str, step: str) -> str:
    """The path in a letter to a body that is asked in a step's first round."""
    settings, valid_until = office.services.settings, real_now() + timedelta(days=1)
    asked: dict[str, Any] = {
        "case_id": case,
        "body": body,
        "step": step,
        "round": 1,
        "made_by": "test",
        "valid_until": valid_until,
    }
    async with office.services.pool.connection() as connection:
        link = await make_link(connection, settings.signing_key(), **asked)
    return answer_url(settings, link.id).removeprefix(settings.public_url)


async def new_address(office: Office) -> str:
    """The path in the letter to a new address of a body, by which it is confirmed."""
    address = f"udvalg-{uuid4().hex[:8]}@skive.example.dk"
    async with office.services.pool.connection() as connection:
        channel = await add_channel(connection, body="skive", kind="email", address=address)
    return f"{CONFIRM_PATH}/{seal(office.services.settings.signing_key(), CONFIRM, channel.id)}"


async def _add_endpoint(office: Office) -> None:
    """A body's endpoint that was given up, with an address longer than a phone is wide."""
    async with office.services.pool.connection() as connection:
        address = "https://esdh.norddjurs.example.dk/sagsgang/beskeder"
        channel = await add_channel(connection, body="norddjurs", kind="webhook", address=address)
        await note_failure(connection, channel.id, disable="410 Gone")
        await raise_alarms(connection, timedelta(days=1))


async def _give_up_letter(office: Office, case: UUID) -> None:
    """A letter to a confirmed address that was tried to the end."""
    async with office.services.pool.connection() as connection:
        channel = await add_channel(connection, body="hedensted", kind="email", address="post@hedensted.example.dk")
        channel = await confirm_channel(connection, channel.id)
        await write_down(connection, [News("invitation", "hedensted", case, 1)], [channel])
        (delivery,) = await list_deliveries(connection, body="hedensted", case=case)
        await note_attempt(connection, delivery.id, "failed", "the mail server refuses the letter (451)")


def _change_meetings(office: Office) -> None:
    """An added, a moved and a cancelled meeting of DASSOS, far enough ahead to change no case."""
    meetings = office.services.meetings
    for day in (date(2025, 11, 12), date(2025, 11, 19), date(2025, 12, 3)):
        meetings.add(_command(), NewMeeting(body="dassos", day=day, at=time(9, 30), place="Regionshuset i Viborg"))
    meetings.move(_command(), "dassos-2025-11-19", Move(day=date(2025, 11, 21), reason="Formanden er forhindret"))
    meetings.cancel(_command(), "dassos-2025-12-03", "For få punkter")


@dataclass
class Story:
    """Lets cases happen on their days."""

    office: Office
    calendar: Calendar

    def open(self, day: str, title: str, route: str = "cu-afrapportering", **facts: Any) -> UUID:
        """A case that the secretariat opened on a day."""
        self.calendar.turn_to(day)
        case = self.office.cases.open(_command(), route=route, title=title, **facts).case_id
        self.office.cases.advance(case)
        return case

    def say(self, case: UUID, day: str, body: str, outcome: str, **facts: Any) -> None:
        """A body's answer on a day."""
        self.calendar.turn_to(day)
        self.office.cases.advance(case)
        reply = Reply(outcome, danish_date(self.calendar.now), **facts)
        self.office.cases.answer(case, Command.by(Actor(body, "council", "webhook")), body, reply, "webhook")
        self.office.cases.advance(case)


def seed(office: Office, calendar: Calendar) -> dict[str, UUID]:
    """Cases in all states, by a word for each; the calendar stands at `TODAY` afterwards."""
    story = Story(office, calendar)
    made = {name: make(story) for name, make in SEEDS.items()}
    calendar.turn_to(TODAY.isoformat())
    for case in made.values():
        office.cases.advance(case)
    return made


def _command() -> Command:
    return Command.by(Actor("Mette", "secretariat", "test"))


def _approved(story: Story, title: str, **facts: Any) -> UUID:
    """A report that the three bodies have approved, so that the councils are asked."""
    case = story.open("2025-03-18", title, **facts)
    story.say(case, "2025-03-25", "dassos", "approved")
    story.say(case, "2025-03-28", "kd-net", "approved")
    story.say(case, "2025-04-08", "kkr-midtjylland", "approved")
    return case


def _with_councils(story: Story) -> UUID:
    title = "Afrapportering på fornyet central udmelding, foråret 2025"
    case = _approved(story, title, deadline=date(2025, 5, 31), reference="CU-2025")
    for number, council in enumerate(EARLY):
        facts = (
            {"decided_by": "committee"} if number % 3 == 0 else {"decided_by": "council", "reference": f"25/{number}"}
        )
        remark = "Enstemmigt, med tak for et grundigt arbejde" if council == "odder" else None
        story.say(case, f"2025-04-{22 + number // 2}", council, "noted", remark=remark, **facts)
    reply = Reply("delayed", expected_on=date(2025, 6, 4), remark="Behandles først i juni")
    story.calendar.turn_to("2025-05-12")
    story.office.cases.delay(case, Command.by(Actor("norddjurs", "council", "webhook")), "norddjurs", reply, "webhook")
    story.office.cases.add_paper(case, _command(), name="afrapportering.pdf", sha256="0" * 64, size=182_300)
    return case


def _late(story: Story) -> UUID:
    return story.open("2025-04-28", "Afrapportering om sikrede pladser", deadline=date(2025, 5, 15))


def _suspended(story: Story) -> UUID:
    case = _approved(story, "Udmelding om hjerneskade", deadline=date(2025, 6, 20))
    story.calendar.turn_to("2025-05-02")
    story.office.cases.suspend(case, _command(), "Afventer ny vejledning fra styrelsen")
    return case


def _withdrawn(story: Story) -> UUID:
    case = story.open("2025-02-03", "Udmelding om spiseforstyrrelser", deadline=date(2025, 6, 1))
    story.calendar.turn_to("2025-02-20")
    story.office.cases.withdraw(case, _command(), "Udmeldingen er trukket tilbage")
    return case


def _returned(story: Story) -> UUID:
    case = story.open("2025-04-01", "Udmelding om domfældte med handicap", deadline=date(2025, 7, 1))
    story.say(case, "2025-04-04", "dassos", "returned", remark="Økonomien skal beskrives")
    story.calendar.turn_to("2025-04-10")
    story.office.cases.resubmit(case, _command())
    story.office.cases.advance(case)
    story.say(case, "2025-04-24", "dassos", "approved")
    story.say(case, "2025-05-09", "kd-net", "rejected", remark="Kan ikke godkendes, som den er")
    return case


def _agency(story: Story) -> UUID:
    case = _approved(story, "Afrapportering, efteråret 2024", deadline=date(2025, 4, 30))
    story.calendar.turn_to("2025-04-28")
    story.office.cases.submit(case, _command())
    story.office.cases.advance(case)
    story.say(case, "2025-05-05", "social-og-boligstyrelsen", "questions_asked", due=date(2025, 5, 26))
    return case


def _completed(story: Story) -> UUID:
    case = story.open("2025-04-14", "Orientering om ny vejledning", route="orientering")
    body = story.office.cases.get(case).waiting_for()[0]
    story.say(case, "2025-04-25", body, "noted")
    return case


def _capacity(story: Story) -> UUID:
    facts = {"attributes": {"kind": "closure", "places": 12}}
    return story.open("2025-05-19", "Lukning af tilbud i Skive", route="kapacitetsaendring", **facts)


SEEDS = {
    "councils": _with_councils,
    "late": _late,
    "suspended": _suspended,
    "withdrawn": _withdrawn,
    "returned": _returned,
    "agency": _agency,
    "completed": _completed,
    "capacity": _capacity,
    **MORE,
}
