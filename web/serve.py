# SPDX-License-Identifier: EUPL-1.2
"""Runs the web part: uvicorn with our own log, until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator

import structlog
import uvicorn

from domain.cases import Cases
from organisations.load import load_organisation
from runtime.clock import Clock
from runtime.database import eventsourcing_env
from runtime.ending import LAST_RESORT
from runtime.settings import DatabaseSettings, Settings
from web.app import create_app
from web.services import EVENT_STORE_OVERFLOW

DEFAULT_PORT = 8000
GRACE_SECONDS = 3
"""How long answers under way may take after SIGTERM; streams end at once."""

log = structlog.get_logger()


async def run(settings: Settings, listener: socket.socket | None = None) -> None:
    """Serve pages and API on the settings' port (or on `listener`) until SIGTERM or SIGINT, then end within 5 seconds.

    Raises `NotRunningError`, `SettingsError` and `InvalidDataError` when it cannot begin.
    """
    resolved = settings.with_database()
    organisation, clock = load_organisation(resolved.organisation), Clock.load(resolved.data)
    env = eventsourcing_env(resolved.database_url, max_overflow=EVENT_STORE_OVERFLOW)
    with contextlib.closing(Cases(organisation=organisation, clock=clock, env=env)) as cases:
        app = create_app(resolved, cases, organisation, clock)
        server = Server(_config(resolved, app), app.state.services.closing)
        log.info("web_started", port=listener.getsockname()[1] if listener else server.config.port)
        await server.serve(sockets=[listener] if listener else None)
    log.info("web_stopped")


class Server(uvicorn.Server):
    """uvicorn, whose streams end at once when the process is to end, and which leaves no signal to be raised again."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        """Set `closing` when the process is to end."""
        super().__init__(config)
        self._closing = closing

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGTERM and SIGINT; uvicorn would raise them again, and the exit code would tell of a failure."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def stop(self) -> None:
        """Take no more requests, end the streams, and let the answers under way go out."""
        LAST_RESORT.begin()
        self._closing.set()
        self.should_exit = True


def _config(settings: DatabaseSettings, app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=settings.host,
        port=settings.port or DEFAULT_PORT,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=15,
        h11_max_incomplete_event_size=32 * 1024,
    )
