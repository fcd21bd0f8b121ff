# SPDX-License-Identifier: EUPL-1.2
"""How soon pages and API answer with 10,000 cases and 500,000 events: medians of a real web process; writes them down.

`python -m bench.size --data FOLDER` keeps the filled database there, and measures it again when it is there already.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import httpx2
import psutil
from eventsourcing.persistence import StoredEvent

from domain.case import Case
from domain.cases import Cases
from domain.dates import danish_date
from domain.organisation import Organisation
from domain.simulating import Wishes, simulate
from organisations.load import load_organisation
from projections.forecasting import Forecaster
from projections.projector import Projector
from runtime.clock import real_now
from runtime.database import SERVICE_ROLE, connect, eventsourcing_env
from runtime.settings import ROOT
from tests.system.services import free_port
from web.access import create_signin_link, create_token
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate

CASES, PLAYS, ROUNDS = 10_200, 200, 30
WARMING = 2
"""How often a page is asked for before it counts."""
YEARS_BACK = 4
ROUTES = {
    "cu-afrapportering": 40,
    "rammeaftale": 15,
    "samarbejdsaftale": 18,
    "samarbejdsaftale-underskrift": 6,
    "kapacitetsaendring": 6,
    "takster": 3,
    "tilslutning": 3,
    "kommissorium": 3,
    "input": 3,
    "orientering": 3,
}
"""How many of a hundred cases follow which route: some 50 events a case."""
SUBJECTS = ("hjerneskade", "autisme", "socialpsykiatri", "døvblindhed", "spiseforstyrrelser", "botilbud", "sikrede")
RESULTS = ROOT / "bench" / "size.json"
LIMITS = {"front page": 200, "one case's page": 100}
"""Milliseconds that the median must keep below."""
_AT_ONCE = 100
_START_SECONDS = 60


@dataclass(frozen=True)
class Taken:
    """How long a page took, in milliseconds, and how much of it the processors of web and database worked on it."""

    median: float
    p95: float
    processor: float


def main() -> None:
    """Fill a database unless it is filled, measure, print, and write the results down."""
    wanted = _arguments()
    with contextlib.ExitStack() as stack:
        folder = wanted.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        server = stack.enter_context(EmbeddedPostgres(folder).running())
        migrate(server.database_url(OWNER))
        url = server.database_url(SERVICE_ROLE)
        found = fill(url, wanted.cases, wanted.plays)
        taken = stack.enter_context(serving(url, folder)).measure(url, wanted.rounds)
    report(found, taken)
    if wanted.write:
        about = {**found, "machine": machine(), "load": os.getloadavg()[0]}
        text = {**about, "milliseconds": {name: vars(each) for name, each in taken.items()}}
        RESULTS.write_text(json.dumps(text, indent=2) + "\n", "utf-8")


def fill(url: str, wanted: int, plays: int) -> dict[str, float]:
    """Write the cases and fold them, if the log is empty; how many there are, and what that took."""
    began = time.perf_counter()
    organisation = load_organisation(ROOT / "organisations" / "midtjylland")
    with Cases(organisation=organisation, clock=real_now, env=eventsourcing_env(url)) as cases:
        was_empty = not cases.recorder.max_notification_id()
        if was_empty:
            write(cases, wanted, plays)
        written = time.perf_counter()
        with contextlib.closing(Projector(url, cases)) as projector:
            while projector.turn():
                pass
        folded = time.perf_counter()
        with contextlib.closing(Forecaster(url, cases)) as forecaster:
            while forecaster.turn():
                pass
        events = cases.recorder.max_notification_id() or 0
    with connect(url, patient=True) as connection:
        connection.execute("VACUUM ANALYZE")
        row = connection.execute("SELECT count(*) FROM views.cases").fetchone()
    assert row
    rates = {"seconds_to_write": written - began, "events_folded_a_second": events / (folded - written)}
    return {
        "cases": row[0],
        "events": events,
        **({name: round(rate) for name, rate in rates.items()} if was_empty else {}),
    }


def write(cases: Cases, wanted: int, plays: int) -> None:
    """Write so many cases, one after the other, in the order in which they opened; so many are really simulated.

    The others are copies under ids and titles of their own: a simulation of 100 events takes a second.
    """
    random = Random(1)  # noqa: S311 -- nothing secret
    now = real_now()
    routes = random.choices(list(ROUTES), list(ROUTES.values()), k=plays)
    played = [play(cases.organisation, route, random, number, now) for number, route in enumerate(routes)]
    played.sort(key=lambda events: events[0].timestamp)
    rows: list[StoredEvent] = []
    for number in range(wanted):
        case_id = UUID(int=random.getrandbits(128), version=4)
        rows += copied(cases, played[number * plays // wanted], case_id, number)
        if len(rows) > _AT_ONCE or number == wanted - 1:
            cases.recorder.insert_events(rows)
            rows = []


def play(organisation: Organisation, route: str, random: Random, seed: int, now: datetime) -> Sequence[Case.Event]:
    """The events of a case that opened within the last years, up to now."""
    start = danish_date(now) - timedelta(days=random.randint(1, YEARS_BACK * 365))
    simulated = simulate(organisation, route, Wishes(start, seed=seed))
    return [event for event in simulated.events if event.timestamp <= now]


def copied(cases: Cases, events: Sequence[Case.Event], case_id: UUID, number: int) -> Iterator[StoredEvent]:
    """The events as those of another case, with a title of its own."""
    for event in events:
        stored = cases.mapper.to_stored_event(_titled(event, number))
        yield replace(stored, originator_id=case_id)


def _titled(event: Case.Event, number: int) -> Case.Event:
    if isinstance(event, Case.Opened):
        facts = vars(event) | {"title": f"{event.title}: {SUBJECTS[number % len(SUBJECTS)]} {number}"}
        return type(event)(**facts)
    return event


class Web:
    """A running web process and a client of it."""

    def __init__(self, address: str, processes: Sequence[psutil.Process]) -> None:
        """Reach it at its address; `processes` are its own, and the database's whose children work for it."""
        self._processes = processes
        self.client = httpx2.Client(base_url=address, timeout=60, trust_env=False)

    def measure(self, url: str, rounds: int) -> dict[str, Taken]:
        """The times of every page by its name."""
        self._sign_in(url)
        pages = addresses(url)
        return {name: self._time(address, rounds) for name, address in pages.items()}

    def _time(self, address: str, rounds: int) -> Taken:
        taken = []
        for number in range(rounds + WARMING):
            if number == WARMING:
                worked = self._worked()
            began = time.perf_counter()
            answer = self.client.get(address)
            taken.append(time.perf_counter() - began)
            assert answer.status_code == 200, (address, answer.status_code)
        processor = 1000 * (self._worked() - worked) / rounds
        last = sorted(1000 * seconds for seconds in taken[WARMING:])
        p95 = last[math.ceil(0.95 * len(last)) - 1]
        return Taken(round(statistics.median(last), 1), round(p95, 1), round(processor, 1))

    def _worked(self) -> float:
        """The seconds that the processors have worked for these processes and their children."""
        every = [each for process in self._processes for each in (process, *process.children())]
        return sum(times.user + times.system for times in (each.cpu_times() for each in every))

    def _sign_in(self, url: str) -> None:
        with connect(url) as connection:
            link = create_signin_link(connection, "secretariat", "", real_now())
            self.client.headers["Authorization"] = f"Bearer {create_token(connection, 'secretariat')}"
        code = re.findall(r'name="code" value="([^"]+)"', self.client.get(link).text)[0]
        assert self.client.post("/signin", data={"code": code}).status_code == 303


@contextlib.contextmanager
def serving(url: str, folder: Path) -> Iterator[Web]:
    """The command `sagsgang web` on the database."""
    port = free_port()
    given = {"DATABASE_URL": url, "PORT": str(port), "DATA": str(folder), "SECRET_KEY": "bench" * 8}
    environment = {**os.environ, **{f"SAGSGANG_{name}": value for name, value in given.items()}}
    with (folder / "web.log").open("wb") as output:
        command = [sys.executable, "-P", "-m", "cli.main", "web"]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)  # noqa: S603 -- our own
    try:
        web = Web(f"http://127.0.0.1:{port}", [psutil.Process(process.pid), *_postmaster(folder)])
        _await(web.client)
        with contextlib.closing(web.client):
            yield web
    finally:
        process.terminate()
        process.wait(20)


def _postmaster(folder: Path) -> list[psutil.Process]:
    """The embedded PostgreSQL's first process, if it runs in this folder."""
    found = folder / "postgres" / "postmaster.pid"
    return [psutil.Process(int(found.read_text("utf-8").split()[0]))] if found.exists() else []


def _await(client: httpx2.Client) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        with contextlib.suppress(httpx2.TransportError):
            client.get("/healthz").raise_for_status()
            return
        assert time.monotonic() < until, "the web process does not answer"
        time.sleep(0.1)


def addresses(url: str) -> dict[str, str]:
    """What is asked for, by its name; the case is the one that runs with the longest story."""
    with connect(url) as connection:
        query = """
            SELECT cases.id FROM views.cases JOIN views.timeline ON case_id = id
            GROUP BY cases.id ORDER BY status = 'running' DESC, count(*) DESC, cases.id LIMIT 1
        """
        row = connection.execute(query).fetchone()
        past = connection.execute("SELECT recorded_at FROM views.timeline ORDER BY position DESC LIMIT 1").fetchone()
    assert row
    assert past
    case, day = row[0], (past[0] - timedelta(days=90)).date()
    return {
        "front page": "/",
        "front page, search": "/?q=autisme+sagsgang+1",
        "front page, search that finds": "/?q=autisme",
        "front page, overdue": "/?overdue=1",
        "front page, one route that runs": "/?route=rammeaftale&status=running",
        "front page, waits for Aarhus": "/?waiting_for=aarhus",
        "front page, done this quarter": f"/?done_from={quarter(danish_date(real_now()))}",
        "front page, as of 90 days ago": f"/?as_of={day}",
        "one case's page": f"/cases/{case}",
        "one case's page, as of 90 days ago": f"/cases/{case}?as_of={danish_date(real_now())}",
        "a body's page": "/bodies/aarhus",
        "all bodies": "/bodies",
        "case list (API)": "/api/v1/cases",
        "one case (API)": f"/api/v1/cases/{case}",
        "overview (API)": "/api/v1/overview",
        "deliveries": "/deliveries",
    }


def quarter(today: date) -> date:
    """The first day of a date's quarter."""
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)


def machine() -> str:
    """What the figures were measured on."""
    return f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}, {_processor()}"


def _processor() -> str:
    with contextlib.suppress(OSError):
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text("utf-8"))
        return found[1] if found else ""
    return ""


def report(found: dict[str, float], taken: dict[str, Taken]) -> None:
    """Print what was measured, and what keeps its limit."""
    print(f"{found['cases']:,} cases, {found['events']:,} events, {datetime.now(UTC):%Y-%m-%d}; {machine()}")
    if "seconds_to_write" in found:
        print(f"{found['seconds_to_write']} s to write, {found['events_folded_a_second']:,} events folded a second")
    for name, each in taken.items():
        limit = f"   (below {LIMITS[name]})" if name in LIMITS else ""
        print(f"{name:36} median {each.median:7.1f} ms   p95 {each.p95:7.1f}   processor {each.processor:6.1f}{limit}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--plays", type=int, default=PLAYS, help="how many of them are really played")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each page is asked for")
    parser.add_argument("--data", type=Path, help="keep the filled database here")
    parser.add_argument("--write", action="store_true", help=f"write the results to {RESULTS.name}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
