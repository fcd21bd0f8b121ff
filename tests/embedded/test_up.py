# SPDX-License-Identifier: EUPL-1.2
"""The tree of `sagsgang up` on real servers; small stand-in programs play the roles, which have tests of their own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from runtime.clock import ClockError
from runtime.settings import ResolvedSettings, Settings
from tests.embedded.test_supervisor import is_alive, until
from workers.embedded import postgres as module
from workers.embedded.postgres import EmbeddedPostgres
from workers.supervisor import PartError
from workers.up import RECOVER_MARK, Services, UpError, choose_port, up

LASTING = ("notifier", "projector", "relay", "web", "worker")
ROLES = """
import http.server, json, os, pathlib, sys, time
import psycopg
data = pathlib.Path(os.environ["SAGSGANG_DATA"])
with (data / "started").open("a") as started:
    started.write(json.dumps({"words": sys.argv[1:], "pid": os.getpid(), "environment": dict(os.environ)}) + "\\n")
role = sys.argv[1]
if role == os.environ.get("FAILS"):
    sys.exit(f"{role} cannot go on")
if role == "migrate":
    with psycopg.connect(os.environ["SAGSGANG_DATABASE_URL"]) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS office")
        connection.execute("CREATE TABLE IF NOT EXISTS office.parts (part text)")
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'sagsgang_service'").fetchone():
            connection.execute("CREATE ROLE sagsgang_service LOGIN")
elif role == "web":
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with (data / "asked").open("a") as asked:
                asked.write(f"{(data / 'services.json').exists()}\\n")
            self.send_response(503 if "FAILS" in os.environ else 200)
            self.end_headers()
    http.server.HTTPServer(("127.0.0.1", int(os.environ["SAGSGANG_PORT"])), Handler).serve_forever()
elif role != "workflows":
    time.sleep(600)
"""


def put_roles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the stand-in programs where the children look first."""
    package = folder / "roles" / "cli"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "main.py").write_text(ROLES)
    monkeypatch.setenv("PYTHONPATH", str(folder / "roles"))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the path of a data folder that is not made yet."""
    put_roles(tmp_path, monkeypatch)
    return tmp_path / "data"


def started(data: Path) -> list[dict[str, Any]]:
    """Return what the children wrote when they started, in order."""
    return [json.loads(line) for line in (data / "started").read_text().splitlines()]


async def run_up(
    settings: Settings, look: Callable[[Services], Awaitable[None]] | None = None, port: int | None = None
) -> Services:
    """Run the tree until it is ready, look at it, and stop it."""
    stop, seen = asyncio.Event(), list[Services]()

    async def on_ready(services: Services) -> None:
        seen.append(services)
        if look is not None:
            await look(services)
        stop.set()

    await asyncio.wait_for(up(settings, port, on_ready, stop=stop), 60)
    return seen[0]


@dataclass(frozen=True)
class Run:
    """What was seen of one run of the tree while it was ready."""

    services: Services
    found: ResolvedSettings
    kept: dict[str, Any]
    modes: dict[str, int]
    children: list[dict[str, Any]]
    alive: list[bool]

    @property
    def words(self) -> list[list[str]]:
        """What the children were asked to do, in order."""
        return [child["words"] for child in self.children]


@dataclass(frozen=True)
class History:
    """Three runs on one folder: the first, a second, and one after Temporal's database was deleted."""

    data: Path
    runs: list[Run]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Run the tree three times, looking at it each time: starting real servers for every question would take long."""
    folder = tmp_path_factory.mktemp("up")
    told = History(folder / "data", [])
    with pytest.MonkeyPatch.context() as monkeypatch:
        put_roles(folder, monkeypatch)
        monkeypatch.setenv("OWN_VARIABLE", "set")
        monkeypatch.setenv("TEMPORAL_API_KEY", "for-the-cloud")
        monkeypatch.setenv("PGHOST", "db.example")
        for deleted in ((), (), told.data.glob("temporal.db*")):
            for file in deleted:
                file.unlink()
            asyncio.run(run_up(Settings(data=told.data), partial(observe, told)))
    return told


def modes_below(folder: Path) -> dict[str, int]:
    """Return the permissions of each file below a folder whose databases make and remove journals all the while."""
    modes = dict[str, int]()
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            found = path.lstat().st_mode
            if stat.S_ISREG(found):
                modes[str(path.relative_to(folder))] = stat.S_IMODE(found)
    return modes


async def observe(history: History, services: Services) -> None:
    """Add what is seen of the ready tree to the history."""
    data = history.data
    before = sum(len(run.children) for run in history.runs)
    # The stand-in for `web` is ready without waiting for the others.
    await until(lambda: {child["words"][0] for child in started(data)[before:]}.issuperset(LASTING))
    children = started(data)[before:]
    run = Run(
        services=services,
        found=Settings(data=data).resolved(),
        kept=json.loads((data / "services.json").read_text()),
        modes=modes_below(data),
        children=children,
        alive=[is_alive(child["pid"]) for child in children],
    )
    history.runs.append(run)


def test_empty_folder_becomes_running_services(history: History) -> None:
    """From nothing, the tables are made first, then every role runs."""
    first = history.runs[0]

    assert first.words[0] == ["migrate"]
    assert sorted(first.words[1:]) == [[role] for role in LASTING]
    assert first.alive == [False, True, True, True, True, True]


def test_running_services_are_told_in_a_private_file(history: History) -> None:
    """Other commands find the services, as the role that may not change the log, while they run and no longer."""
    first = history.runs[0]

    assert first.kept == first.services.__dict__
    assert first.modes["services.json"] == 0o600
    assert (first.found.database_url, first.found.public_url) == (first.services.database_url, first.services.web_url)
    assert "sagsgang_service@" in first.services.database_url
    assert not (history.data / "services.json").exists()


def test_who_waits_for_the_ready_page_finds_the_services(history: History) -> None:
    """The file that the other commands read is there before `web` can answer that all is ready."""
    assert set((history.data / "asked").read_text().split()) == {"True"}


def test_files_with_secrets_are_private(history: History) -> None:
    """Keys, logs and databases in the data folder are readable by their owner only."""
    assert [
        name for name, mode in history.runs[0].modes.items() if mode & 0o077 and name not in {"started", "asked"}
    ] == []


def test_stop_leaves_no_process(history: History) -> None:
    """After a stop no child of any run lives."""
    assert not any(is_alive(child["pid"]) for run in history.runs for child in run.children)


def test_second_start_keeps_the_signing_key(history: History) -> None:
    """Sessions stay valid over a restart."""
    assert len({child["environment"]["SAGSGANG_SECRET_KEY"] for run in history.runs for child in run.children}) == 1


def test_children_inherit_the_environment(history: History) -> None:
    """What the person set is set for the children, but for what would lead them away from the embedded services."""
    worker = next(child["environment"] for child in history.runs[0].children if child["words"] == ["worker"])

    assert worker["OWN_VARIABLE"] == "set"
    assert not {"TEMPORAL_API_KEY", "PGHOST"} & set(worker)


def test_deleted_temporal_database_is_recovered(history: History) -> None:
    """Only when Temporal's file is gone and the log is not, every open case gets its workflow again."""
    assert [["workflows", "recover"] in run.words for run in history.runs] == [False, False, True]
    assert not (history.data / RECOVER_MARK).exists()


async def test_given_database_is_used_and_migrated_by_its_owner(data: Path, postgres: EmbeddedPostgres) -> None:
    """With `SAGSGANG_DATABASE_URL` set no PostgreSQL is started, the owner's URL is for migration; Ctrl-C ends it."""
    owner, service = postgres.database_url(), postgres.database_url("sagsgang_service")
    services = await run_up(Settings(data=data, database_url=service, migrate_database_url=owner), interrupt)
    given = {child["words"][0]: child["environment"]["SAGSGANG_DATABASE_URL"] for child in started(data)}
    services_words = ("worker", "relay", "projector", "notifier", "web", "workflows")

    assert not (data / "postgres").exists()
    assert services.database_url == service
    assert given == {"migrate": owner, **dict.fromkeys(services_words, service)}


async def interrupt(services: Services) -> None:
    """Press Ctrl-C, and expect it to end the tree before this returns."""
    os.kill(services.pid, signal.SIGINT)
    await asyncio.Event().wait()


async def test_failing_migration_ends_the_start_with_its_reason(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the migration said last is in the error, and nothing is left running."""
    monkeypatch.setenv("FAILS", "migrate")

    with pytest.raises(PartError, match=r"(?s)migrate ended with exit code 1.*migrate cannot go on"):
        await run_up(Settings(data=data))
    assert not (data / "postgres" / "postmaster.pid").exists()
    assert not (data / "services.json").exists()


async def test_role_that_only_dies_ends_the_start(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A role that cannot run at all is told with its reason, instead of being restarted for ever."""
    monkeypatch.setenv("FAILS", "projector")

    with pytest.raises(PartError, match=r"(?s)projector keeps ending with exit code 1.*projector cannot go on"):
        await run_up(Settings(data=data))
    assert not (data / "services.json").exists()


async def test_what_the_caller_raises_ends_the_tree(data: Path) -> None:
    """A demo that fails is not left standing on running services."""

    async def fail(services: Services) -> None:
        raise LookupError(services.web_url)

    with pytest.raises(LookupError, match=r"http://127\.0\.0\.1:"):
        await run_up(Settings(data=data), fail)


async def test_stop_during_the_start_leaves_nothing(data: Path) -> None:
    """Ctrl-C while the database is still being made ends everything soon."""
    stop = asyncio.Event()
    running = asyncio.create_task(up(Settings(data=data), None, never_called, stop=stop))
    await until((data / "logs" / "postgres.log").exists)
    stop.set()
    await asyncio.wait_for(running, 10)

    assert module._processes_in(data / "postgres") == []
    assert not (data / "started").exists()


async def never_called(services: Services) -> None:
    """Fail if the tree says that it is ready."""
    raise AssertionError(services)


async def test_broken_clock_ends_the_start_at_once(data: Path) -> None:
    """A clock that cannot be read is told before anything is started."""
    data.mkdir()  # noqa: ASYNC240
    (data / "clock.json").write_text("soon")

    with pytest.raises(ClockError, match=r"clock\.json"):
        await run_up(Settings(data=data))
    assert not (data / "postgres").exists()


async def test_terminated_and_killed_trees_leave_nothing(data: Path, tmp_path: Path) -> None:
    """After SIGTERM, and after `kill -9` of the parent, no child is left, and the next start goes on."""
    program = f"""
import asyncio, pathlib
from runtime.settings import Settings
from workers.up import up
async def on_ready(services): print("ready", flush=True)
asyncio.run(up(Settings(data=pathlib.Path({str(data)!r})), None, on_ready))
"""
    for ending in (signal.SIGKILL, signal.SIGTERM):
        tree = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE, stderr=DEVNULL
        )
        assert tree.stdout is not None
        while (await asyncio.wait_for(tree.stdout.readline(), 60)) not in {b"ready\n", b""}:
            pass
        pids = [entry["pid"] for entry in started(data)]
        pids.append(int((data / "postgres" / "postmaster.pid").read_text().split()[0]))
        tree.send_signal(ending)
        code = await asyncio.wait_for(tree.wait(), 20)

        assert code == (-signal.SIGKILL if ending == signal.SIGKILL else 0)
        await until(partial(all_ended, pids))


def all_ended(pids: list[int]) -> bool:
    """Tell whether none of the processes lives."""
    return not any(is_alive(pid) for pid in pids)


def test_taken_port_is_told() -> None:
    """A given port that is in use is named, with the mend; without a given one another is found."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UpError, match=rf"port {port} cannot be used \(address already in use\); .* --port"):
            choose_port(port)

    assert choose_port(port) == port
    assert choose_port(None) > 0


def test_usual_port_is_left_to_who_has_it() -> None:
    """When 8000 is taken and no port was given, any free one is chosen."""
    with suppress(OSError), socket.create_server(("127.0.0.1", 8000)):  # who else has it does as well
        assert choose_port(None) != 8000
