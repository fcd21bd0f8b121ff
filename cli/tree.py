# SPDX-License-Identifier: EUPL-1.2
"""What a person is told of a running tree, and where its own log lines go so that the terminal stays readable."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from io import TextIOWrapper
from pathlib import Path

from cli.output import say
from runtime.clock import real_now
from runtime.database import connect
from runtime.logs import configure_logging
from runtime.settings import Settings
from web.access import SECRETARIAT, create_signin_link
from workers.supervisor import open_log
from workers.up import Services


def keep_logs_in(data: Path) -> None:
    """Write this process's log lines to `logs/up.log` of the data folder, as JSON."""
    configure_logging("up", "json")
    root = logging.getLogger()
    file = _LateFile(data / "logs" / "up.log", delay=True)
    file.setFormatter(root.handlers[0].formatter)
    root.handlers[:] = [file]


class _LateFile(logging.FileHandler):
    """A private log file that is made with its first line: before, the folder may not be known to be ours."""

    def _open(self) -> TextIOWrapper:
        return open(open_log(Path(self.baseFilename)), "a", encoding="utf-8")  # noqa: PTH123 -- a descriptor


def welcome(settings: Settings) -> Callable[[Services], Awaitable[None]]:
    """What to do once the services are ready: say where they are."""

    async def say_where(services: Services) -> None:
        link = signin_link(services)
        found = {"web": services.web_url, "temporal_ui": services.temporal_ui, "signin": link}
        say({**found, "data": str(settings.data.resolve())}, *lines(services, link, settings.data))

    return say_where


def signin_link(services: Services) -> str:
    """A new one-time sign-in link for the secretariat."""
    with connect(services.database_url) as connection:
        return create_signin_link(connection, SECRETARIAT, services.web_url, real_now())


def lines(services: Services, link: str, data: Path) -> list[str]:
    """Where everything is, for people."""
    temporal = [f"Temporal       {services.temporal_ui}"] if services.temporal_ui else []
    return [
        f"Sagsgang       {services.web_url}",
        *temporal,
        f"Log ind én gang inden 15 minutter / sign in once within 15 minutes:\n  {link}",
        f"Logge / logs   {data / 'logs'}",
        "Stop: Ctrl-C",
    ]
