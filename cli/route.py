# SPDX-License-Identifier: EUPL-1.2
"""The commands about routes, which need nothing running and no database."""

from __future__ import annotations

import os
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.groups import command, group
from cli.output import say, show

if TYPE_CHECKING:
    from rich.console import Console

    from domain.faults import Fault
    from domain.organisation import Organisation

app = group("route", "Routes: which bodies a kind of case goes through.")


class Form(StrEnum):
    """In which form a route is printed."""

    TEXT = "text"
    MERMAID = "mermaid"


@command(app, "list")
def list_routes() -> None:
    """List the organisation's routes."""
    routes = _organisation().routes.values()
    items = [{"id": r.id, "version": r.version, "name": {"da": r.name.da, "en": r.name.en}} for r in routes]

    def render(console: Console) -> None:
        from rich.table import Table

        table = Table("Forløb / Route", "Version", "Navn", "Name")
        for route in routes:
            table.add_row(route.id, str(route.version), route.name.da, route.name.en)
        console.print(table)

    show({"items": items}, render)


@command(app, "show")
def show_route(
    route: Annotated[str, typer.Argument(help="The route's id.")],
    form: Annotated[Form, typer.Option("--format", help="Text, or a Mermaid flow chart.")] = Form.TEXT,
) -> None:
    """Print a route's steps."""
    from cli.route_text import route_as_json, route_as_mermaid, route_as_text

    organisation = _organisation()
    if route not in organisation.routes:
        from domain.errors import AbsentError
        from domain.faults import did_you_mean, quoted

        raise AbsentError(f"there is no route {quoted(route)}", did_you_mean(route, organisation.routes), "route")
    chosen = organisation.routes[route]
    lines = route_as_mermaid(chosen) if form is Form.MERMAID else route_as_text(chosen, organisation)
    say(route_as_json(chosen), *lines)


@command(app, "check")
def check_routes(files: Annotated[list[Path], typer.Argument(help="Route files.", metavar="FILE...")]) -> None:
    """Check route files: one line a fault, and exit 1 if there is any."""
    faults = [fault for file in files for fault in _faults_of(file)]
    items = [{"file": f.file, "key": f.key, "what": f.what, "mend": f.mend} for f in faults]
    lines = [str(fault) for fault in faults] or [f"{file}: ok" for file in files]
    say({"faults": items}, *lines)
    if faults:
        raise typer.Exit(1)


def organisation_folder() -> Path:
    """The configured organisation's folder, read without the other settings, whose library takes long to load."""
    import organisations

    return Path(os.environ.get("SAGSGANG_ORGANISATION") or Path(organisations.__path__[0]) / "midtjylland")


def _organisation() -> Organisation:
    from organisations.load import load_organisation

    return load_organisation(organisation_folder())


def _faults_of(file: Path) -> list[Fault]:
    from domain.faults import InvalidDataError
    from domain.route import Route
    from organisations.load import read_text

    try:
        known = _known_around(_home_of(file) or organisation_folder())
        Route.parse(read_text(file, str(file)), str(file), known.bodies, known.groups)
    except InvalidDataError as error:
        return list(error.faults)
    return []


def _home_of(file: Path) -> Path | None:
    """The folder of the organisation in whose `routes/` the file lies, if it does."""
    folder = file.resolve().parent
    return folder.parent if folder.name == "routes" and (folder.parent / "organisation.toml").exists() else None


@cache
def _known_around(folder: Path) -> Organisation:
    """An organisation without its routes, since those are what is checked."""
    from domain.organisation import BODIES_FILE, GROUPS_FILE, ORGANISATION_FILE, Organisation
    from organisations.load import read_text

    names = (ORGANISATION_FILE, BODIES_FILE, GROUPS_FILE)
    return Organisation.parse({name: read_text(folder / name, str(folder / name)) for name in names})
