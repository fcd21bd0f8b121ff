# SPDX-License-Identifier: EUPL-1.2
"""The command `sagsgang demo`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.groups import command
from cli.services import Port


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    command(app, "demo")(run_demo)


def run_demo(
    once: Annotated[bool, typer.Option("--once", help="End when the case has ended, with exit 0.")] = False,
    port: Port = None,
) -> None:
    """Play the reply to the central announcement of spring 2025 on embedded parts, in a fresh folder of its own."""
    import asyncio

    from cli.demo.show import Show
    from cli.errors import INTERRUPTED

    ended = asyncio.run(Show.prepared(once=once).run(port))
    if not ended:
        raise typer.Exit(INTERRUPTED)
