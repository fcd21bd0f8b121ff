# SPDX-License-Identifier: EUPL-1.2
"""Opens what a command needs of the running services: settings, organisation, clock, log and views."""

from __future__ import annotations

import asyncio
import getpass
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import structlog
from psycopg_pool import AsyncConnectionPool

from domain.cases import Cases, Taken
from domain.commands import Actor, Command
from domain.dates import danish_date
from domain.errors import CaseNotFoundError
from domain.estimating import History
from domain.meeting_changes import Meetings
from domain.meeting_plan import Diary
from domain.organisation import Organisation
from organisations.load import load_organisation
from projections.as_of import END_OF_TIME, case_as_of, parse_as_of, participation_as_of, timeline_as_of
from projections.documents import Document, as_read_on, case_document
from projections.listener import ViewListener
from projections.queries import Views
from runtime.clock import Clock, real_now
from runtime.database import connect, connect_async, eventsourcing_env
from runtime.settings import DatabaseSettings, NotRunningError, Settings

Result = TypeVar("Result")


@dataclass(frozen=True)
class Office:
    """A desk at which the secretariat's commands are given."""

    settings: DatabaseSettings
    organisation: Organisation
    clock: Clock
    cases: Cases
    meetings: Meetings
    views: Views

    @property
    def today(self) -> date:
        """The clock's date in Denmark."""
        return danish_date(self.clock())

    def command(self) -> Command:
        """A new command of whoever sits at this machine."""
        return Command.by(Actor(_user(), "secretariat", "cli"))

    async def case(self, case_id: UUID, as_of: str | None = None) -> Document:
        """The case's document as the views have it, or as it stood; raises `CaseNotFoundError`."""
        if as_of is None:
            found = await self.views.case(case_id, self.today)
            return found or self._newest(case_id)
        moment = parse_as_of(as_of)
        self.cases.get(case_id)
        return _dated(_there(case_as_of(self.cases, case_id, moment), as_of), moment)

    async def timeline(self, case_id: UUID, as_of: str | None = None) -> list[Document]:
        """What happened to the case, oldest first, up to a moment where given; raises `CaseNotFoundError`."""
        if as_of is None and (items := await self.views.timeline(case_id)):
            return items
        moment = END_OF_TIME if as_of is None else parse_as_of(as_of)
        self.cases.get(case_id)
        return _there(timeline_as_of(self.cases, case_id, moment), as_of)

    async def planned_with(self) -> tuple[Organisation, History]:
        """The meetings as they stand, and the bodies' past times, that plans of today count with."""
        organisation = self.meetings.diary().organisation
        return organisation, await self.views.history(organisation, self.today)

    async def participation(self, case_id: UUID, on: date, as_of: str | None = None) -> Document:
        """The schemes that bodies join in the case, as they are on a Danish date; raises `AbsentError`."""
        moment = END_OF_TIME if as_of is None else parse_as_of(as_of)
        self.cases.get(case_id)
        return _there(participation_as_of(self.cases, case_id, moment, on), as_of)

    async def after(self, taken: Taken) -> Document:
        """The case as it stands after a command, when the views have it."""
        is_shown = await self.views.wait_for(taken.position)  # if not, it is committed all the same
        document = await self.case(taken.case_id) if is_shown else self._newest(taken.case_id)
        return {**document, "effect": taken.effect}

    def _newest(self, case_id: UUID) -> Document:
        """The case from the log itself, for when the views have not come that far."""
        case = self.cases.get(case_id)
        return _dated(
            case_document(case, self.cases.position(case_id, case.version), self.cases.working_days), self.clock()
        )


def in_office(data: Path | None, work: Callable[[Office], Awaitable[Result]]) -> Result:
    """What `work` gives, done at a desk with the running services."""
    return asyncio.run(_in_office(data, work))


def read_diary(data: Path | None, as_of: datetime | None = None) -> tuple[Diary, date]:
    """The meetings as they stand, or stood at an instant, and today, by the running services.

    Where none run they are those of the calendar files, unless `data` names services that should. Raises
    `NotRunningError` then.
    """
    settings = settings_for(data)
    try:
        known = settings.with_database()
    except NotRunningError:
        if data is not None:
            raise
        return Diary(load_organisation(settings.organisation)), danish_date(real_now())
    be_quiet()
    url, clock = known.database_url, Clock.load(known.data)
    connect(url).close()  # a database that is gone is told at once, not when a pool gives up
    organisation, env = load_organisation(known.organisation), eventsourcing_env(url, pool_size=1)
    with Meetings(organisation=organisation, clock=clock, env=env) as meetings:
        return meetings.diary(as_of), danish_date(clock())


def read_planning(data: Path | None) -> tuple[Organisation, History | None, date]:
    """What plans count with by the running services, and today; without a history where none run, as `read_diary`."""

    async def read(office: Office) -> tuple[Organisation, History | None, date]:
        return *await office.planned_with(), office.today

    try:
        settings_for(data).with_database()
    except NotRunningError:
        diary, today = read_diary(data)
        return diary.organisation, None, today
    return in_office(data, read)


def settings_for(data: Path | None, **given: Any) -> Settings:
    """The settings of the environment, with the data folder that the command line names. Raises `SettingsError`."""
    return Settings(**given) if data is None else Settings(data=data, **given)


def be_quiet() -> None:
    """Keep log lines off the terminal, where the command tells its errors itself."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


async def _in_office(data: Path | None, work: Callable[[Office], Awaitable[Result]]) -> Result:
    async with _opened(settings_for(data).with_database()) as office:
        return await work(office)


@asynccontextmanager
async def _opened(settings: DatabaseSettings) -> AsyncIterator[Office]:
    be_quiet()
    url, clock = settings.database_url, Clock.load(settings.data)
    organisation = load_organisation(settings.organisation)
    await (await connect_async(url)).close()  # a database that is gone is told at once, not when a pool gives up
    pool = AsyncConnectionPool[Any](url, min_size=1, max_size=2, open=False, timeout=10)
    with (
        Meetings(organisation=organisation, clock=clock, env=eventsourcing_env(url, pool_size=1)) as meetings,
        Cases(
            organisation=organisation, clock=clock, env=eventsourcing_env(url), calendars=meetings.calendars
        ) as cases,
    ):
        async with pool, ViewListener(url) as listener:
            yield Office(settings, organisation, clock, cases, meetings, Views(pool, listener))


def _there(found: Result | None, as_of: str | None) -> Result:
    """What was found of a case; raises `CaseNotFoundError` if it was not opened yet."""
    if found is None:
        raise CaseNotFoundError(f"the case was not opened yet on {as_of}", "ask for a later moment", "as_of")
    return found


def _dated(document: Document, moment: datetime) -> Document:
    """The document with whether it was overdue at a moment (UTC)."""
    return as_read_on(document, danish_date(moment))


def _user() -> str:
    """The system's name of the user; a user id without a name is called by its number's absence."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
