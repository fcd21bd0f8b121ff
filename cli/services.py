# SPDX-License-Identifier: EUPL-1.2
"""The commands that run services: all of them in one tree, or one role a process."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Annotated

import typer

from cli.groups import command
from cli.options import Data

if TYPE_CHECKING:
    from pathlib import Path

Port = Annotated[
    int | None,
    typer.Option("--port", min=1, max=65535, help="Port of the pages; 8000 or a free one if left out."),
]

ROLES = {
    "migrate": ("workers.migrate", "Make tables and database roles, or bring them up to date; run it once."),
    "web": ("web.serve", "Run the pages, the API and the webhook intake."),
    "worker": ("workers.worker", "Run the cases' workflows."),
    "relay": ("workers.relay", "Wake workflows for what is new in the log."),
    "projector": ("workers.projector", "Keep the views up to the log."),
    "notifier": ("workers.notifier", "Have messages sent for what is new in the log."),
}
"""Every role of production, with the module whose `run(settings)` it is and what its help says."""


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    command(app, "up")(run_up)
    for role in ROLES:
        _register_role(app, role)


def run_up(port: Port = None, data: Data = None) -> None:
    """Run everything on this machine until Ctrl-C; a second start with the same data continues where it stopped."""
    import asyncio

    from cli.office import settings_for
    from cli.tree import keep_logs_in, welcome
    from workers.up import up

    settings = settings_for(data)
    keep_logs_in(settings.data)
    typer.echo("Starter / starting …", err=True)
    asyncio.run(up(settings, port, welcome(settings)))
    typer.echo("Stoppet / stopped.", err=True)


def _register_role(app: typer.Typer, role: str) -> None:
    def run_role(data: Data = None) -> None:
        _run(role, data)

    run_role.__doc__ = ROLES[role][1]
    command(app, role)(run_role)


def _run(role: str, data: Path | None) -> None:
    """Run one role until it is told to end; then it ends within five seconds, whatever hangs."""
    import asyncio

    from cli.office import settings_for
    from runtime.ending import LAST_RESORT
    from runtime.logs import configure_logging

    settings = settings_for(data)
    configure_logging(role, settings.log_format)
    if role != "migrate":
        LAST_RESORT.arm()
    try:
        asyncio.run(importlib.import_module(ROLES[role][0]).run(settings))
    except Exception as error:
        _tell_in_log(error)
        raise


def _tell_in_log(error: Exception) -> None:
    """Say as a log line too that the role ends for want of its database; who runs it starts it again."""
    import structlog

    from cli.errors import problem_of

    problem = problem_of(error)
    if problem is not None and problem.code == "database":
        log = structlog.get_logger()
        log.error("role_ended_without_database", error=problem.detail)
