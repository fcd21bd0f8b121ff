# SPDX-License-Identifier: EUPL-1.2
"""The tree of `sagsgang up`: every service on one machine, from an empty folder to a page that answers."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import structlog

from runtime.clock import Clock
from runtime.database import SERVICE_ROLE, connect_async
from runtime.files import write_private
from runtime.settings import PREFIX, SECRET_KEY_FILE, SERVICES_FILE, Settings
from workers.embedded.folder import FolderError, FolderLock, held
from workers.embedded.postgres import EmbeddedPostgres
from workers.embedded.temporal import EmbeddedTemporal, free_port
from workers.supervisor import Part, PartError, Supervisor
from workers.temporal import SEARCH_ATTRIBUTES

HOST = "127.0.0.1"
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (compared with, not listened on)
USUAL_PORT = 8000
ROLES = ("worker", "relay", "projector", "notifier", "web")
READY_SECONDS = 90.0
POLL_SECONDS = 0.1
RECOVER_MARK = "temporal-was-lost"

log = structlog.get_logger()


class UpError(FolderError):
    """The services cannot be started."""


@dataclass(frozen=True)
class Services:
    """Where the running services are; kept for the other commands in the data folder's `services.json`."""

    pid: int
    web_url: str
    database_url: str
    temporal_address: str
    temporal_namespace: str
    temporal_ui: str | None
    temporal_embedded: bool


async def up(
    settings: Settings,
    port: int | None,
    on_ready: Callable[[Services], Awaitable[None]],
    *,
    stop: asyncio.Event | None = None,
) -> None:
    """Run every service until SIGTERM, SIGINT or `stop`, and leave none running.

    `on_ready` is awaited once all parts are ready; what it raises ends the tree. Raises `FolderError` (with
    `AlreadyRunningError` and `UpError`), `ClockError` and `PartError`, whose messages are for people.
    """
    stop = stop or asyncio.Event()
    with held(settings.data) as lock, _set_by_signals(stop):
        Clock.load(settings.data)
        tree = _Tree(settings, choose_port(port or settings.port), lock)
        try:
            await _first(tree.run(on_ready), _set(stop))
        finally:
            await tree.end()


def choose_port(wanted: int | None) -> int:
    """Return the wanted port, or 8000, or else any free one. Raises `UpError` when the wanted one cannot be had."""
    if wanted is None:
        return free_port() if _why_not(USUAL_PORT) else USUAL_PORT
    reason = _why_not(wanted)
    if reason:
        raise UpError(f"port {wanted} cannot be used ({reason}); stop what uses it, or give another one with --port")
    return wanted


@dataclass
class _Tree:
    """One run of all services."""

    settings: Settings
    port: int
    lock: FolderLock
    supervisor: Supervisor = field(default_factory=Supervisor)

    def __post_init__(self) -> None:
        """Plan what runs, and forget the services of a run that was killed."""
        self.data = self.settings.data.resolve()
        self.web_url = f"http://{HOST if self.settings.host in EVERY_ADDRESS else self.settings.host}:{self.port}"
        self.lock.describe(web_url=self.web_url)
        (self.data / SERVICES_FILE).unlink(missing_ok=True)
        self.postgres = None if self.settings.database_url else EmbeddedPostgres(self.data)
        namespace = self.settings.temporal_namespace or "default"
        own_temporal = self.settings.temporal_address is None
        self.temporal = EmbeddedTemporal(self.data, SEARCH_ATTRIBUTES, namespace) if own_temporal else None

    async def run(self, on_ready: Callable[[Services], Awaitable[None]]) -> None:
        """Start everything, tell `on_ready`, and go on until cancelled."""
        self._mark_lost_temporal()
        await _together(*(self.supervisor.start(each.part()) for each in (self.postgres, self.temporal) if each))
        services = self._services()
        environment = self._environment(services)
        await self._migrate(environment)
        for role in ROLES:
            if role == "web":  # whose word that all is ready other programs wait for, to give commands then
                write_private(self.data / SERVICES_FILE, json.dumps(services.__dict__) + "\n")
            await self.supervisor.start(self._command(role, environment=environment))
        await _first(self._until_web_is_ready(), self.supervisor.until_failed())
        await self._recover(environment)
        log.info("services_ready", web=services.web_url, temporal_ui=services.temporal_ui)
        await on_ready(services)
        await asyncio.Event().wait()

    async def end(self) -> None:
        """Stop everything."""
        (self.data / SERVICES_FILE).unlink(missing_ok=True)
        await self.supervisor.stop()
        log.info("services_stopped")

    def _services(self) -> Services:
        """Tell where the services are, those of ours and those that the settings name."""
        return Services(
            pid=os.getpid(),
            web_url=self.settings.public_url or self.web_url,
            database_url=self.settings.database_url or self._embedded_url(SERVICE_ROLE),
            temporal_address=self.settings.temporal_address or (self.temporal.address if self.temporal else ""),
            temporal_namespace=self.settings.temporal_namespace or "",
            temporal_ui=self.temporal.ui_url if self.temporal else self.settings.temporal_ui,
            temporal_embedded=self.temporal is not None,
        )

    def _embedded_url(self, role: str) -> str:
        """Return the embedded database's URL for a role."""
        return self.postgres.database_url(role) if self.postgres else ""

    def _environment(self, services: Services) -> dict[str, str]:
        """Return the environment of the roles: ours, with the services, without what leads away from embedded ones."""
        hidden = (*(("PG",) if self.postgres else ()), *(("TEMPORAL_",) if self.temporal else ()))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        for owners in ("MIGRATE_DATABASE_URL", "SERVICE_PASSWORD"):
            kept.pop(PREFIX + owners, None)
        if self.temporal:
            kept["TEMPORAL_CONFIG_FILE"] = os.devnull
        ours = {
            "DATABASE_URL": services.database_url,
            "TEMPORAL_ADDRESS": services.temporal_address,
            "TEMPORAL_NAMESPACE": services.temporal_namespace,
            "DATA": str(self.data),
            "PORT": str(self.port),
            "ORGANISATION": str(self.settings.organisation.resolve()),
            "LOG_FORMAT": "json",
            "SECRET_KEY": self._secret_key(),
            "PUBLIC_URL": services.web_url,
        }
        return kept | {PREFIX + name: value for name, value in ours.items()}

    def _secret_key(self) -> str:
        """Return the key that signs session cookies, making and keeping one if need be."""
        if self.settings.secret_key is not None:
            return self.settings.secret_key.get_secret_value()
        path = self.data / SECRET_KEY_FILE
        if not path.exists():
            write_private(path, secrets.token_urlsafe(48) + "\n")
        return path.read_text(encoding="utf-8").strip()

    async def _migrate(self, environment: dict[str, str]) -> None:
        """Bring tables and roles up to date as the database's owner, and forget the heartbeats of an earlier run."""
        owner_url = self.settings.migrate_database_url or self.settings.database_url or self._embedded_url("postgres")
        owners = {PREFIX + "DATABASE_URL": owner_url, PREFIX + "MIGRATE_DATABASE_URL": owner_url}
        if self.settings.service_password is not None:
            owners[PREFIX + "SERVICE_PASSWORD"] = self.settings.service_password.get_secret_value()
        await self.supervisor.run_to_end(self._command("migrate", environment=environment | owners))
        if self.postgres:
            async with await connect_async(owner_url) as connection:
                await connection.execute("DELETE FROM office.parts")

    def _command(self, *words: str, environment: dict[str, str]) -> Part:
        """Return one of our own commands as a part."""
        name = "-".join(words)
        # -P: a folder `web` or `cli` where the person stands must not be taken for ours.
        command = [sys.executable, "-P", "-m", "cli.main", *words]
        return Part(name, command, self.data / "logs" / f"{name}.log", environment)

    async def _until_web_is_ready(self) -> None:
        """Wait until `web` says that all parts are ready. Raises `PartError` when that takes too long."""
        said = "no answer"
        try:
            async with (
                asyncio.timeout(READY_SECONDS),
                httpx2.AsyncClient(base_url=self.web_url, timeout=5, trust_env=False) as client,
            ):
                while said:
                    said = await _why_not_ready(client)
                    await asyncio.sleep(POLL_SECONDS if said else 0)
        except TimeoutError:
            what = f"was not ready within {READY_SECONDS:.0f} s: {said}"
            raise PartError("web", what, self.data / "logs" / "web.log") from None

    def _mark_lost_temporal(self) -> None:
        """Remember, over kills too, that Temporal's database is gone although there may be cases."""
        if self.temporal is None or self.temporal.database_file.exists():
            return
        if self.postgres is None or self.postgres.cluster.exists():
            write_private(self.data / RECOVER_MARK, "")

    async def _recover(self, environment: dict[str, str]) -> None:
        """Give every open case its workflow again, if Temporal's database was lost."""
        mark = self.data / RECOVER_MARK
        if mark.exists():
            await self.supervisor.run_to_end(self._command("workflows", "recover", environment=environment))
            mark.unlink()


@contextmanager
def _set_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set the event at SIGTERM, SIGINT and the terminal's end (unless `nohup` ignores it) while the block lasts."""
    loop = asyncio.get_running_loop()
    wanted = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        wanted.append(signal.SIGHUP)
    for each in wanted:
        loop.add_signal_handler(each, stop.set)
    try:
        yield
    finally:
        for each in wanted:
            loop.remove_signal_handler(each)


async def _set(event: asyncio.Event) -> None:
    """Wait until the event is set."""
    await event.wait()


async def _first(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until one has ended, cancel the others, and raise what the ended ones raised."""
    await _run(works, asyncio.FIRST_COMPLETED)


async def _together(*works: Coroutine[Any, Any, None]) -> None:
    """Run all to their end; when one fails, cancel the others and raise what it raised."""
    if works:
        await _run(works, asyncio.FIRST_EXCEPTION)


async def _run(works: tuple[Coroutine[Any, Any, None], ...], until: str) -> None:
    """Run all as tasks and leave none behind."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=until)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _why_not_ready(client: httpx2.AsyncClient) -> str:
    """Return what `web` says to the question whether all parts are ready; nothing when they are."""
    try:
        answer = await client.get("/readyz")
    except httpx2.HTTPError as error:
        return str(error) or "no answer"
    return "" if answer.is_success else f"{answer.status_code} {answer.text[:500]}"


def _why_not(port: int) -> str | None:
    """Return why nobody can listen on the port, or None."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return (error.strerror or str(error)).lower()
    return None
