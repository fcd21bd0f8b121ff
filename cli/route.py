# SPDX-License-Identifier: EUPL-1.2
"""The commands about routes, which need nothing running and no database."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.groups import command, group
from cli.options import day, read_attributes
from cli.output import say, show

if TYPE_CHECKING:
    from rich.console import Console

    from domain.faults import Fault
    from domain.organisation import Organisation
    from domain.route_warnings import RouteWarning

app = group("route", "Routes: which bodies a kind of case goes through.")


class Form(StrEnum):
    """In which form a route is printed."""

    TEXT = "text"
    MERMAID = "mermaid"
    BPMN = "bpmn"


@command(app, "list")
def list_routes() -> None:
    """List the organisation's routes with their versions, of which the last is the one that new cases follow."""
    organisation = load_configured()
    routes = organisation.routes.values()
    versions = {route.id: list(organisation.versions_of(route.id)) for route in routes}
    items = [
        {"id": r.id, "version": r.version, "versions": versions[r.id], "name": {"da": r.name.da, "en": r.name.en}}
        for r in routes
    ]

    def render(console: Console) -> None:
        from rich.table import Table

        table = Table("Forløb / Route", "Version", "Navn", "Name")
        for route in routes:
            table.add_row(route.id, ", ".join(map(str, versions[route.id])), route.name.da, route.name.en)
        console.print(table)

    show({"items": items}, render)


@command(app, "show")
def show_route(
    route: Annotated[str, typer.Argument(help="The route's id.")],
    form: Annotated[
        Form, typer.Option("--format", help="Text, a Mermaid flow chart, or BPMN 2.0 XML with layout.")
    ] = Form.TEXT,
    version: Annotated[
        int | None, typer.Option("--version", metavar="N", help="A version; the newest if left out.")
    ] = None,
) -> None:
    """Print a route's steps."""
    from cli.route_text import route_as_json, route_as_text
    from domain.bpmn import as_bpmn
    from domain.drawing import draw
    from domain.mermaid import as_mermaid

    organisation = load_configured()
    chosen = organisation.route(route, version)
    if form is Form.TEXT:
        lines = route_as_text(chosen, organisation)
    else:
        drawing = draw(chosen, organisation)
        lines = as_mermaid(drawing) if form is Form.MERMAID else [as_bpmn(drawing)]
    say(route_as_json(chosen), *lines)


@command(app, "check")
def check_routes(files: Annotated[list[Path], typer.Argument(help="Route files.", metavar="FILE...")]) -> None:
    """Check route files: one line a fault or warning, and exit 1 if there is any fault."""
    found = {file: _found_in(file) for file in files}
    faults = [fault for faults, _ in found.values() for fault in faults]
    warnings = [warning for _, warnings in found.values() for warning in warnings]
    sound = [] if faults else [f"{file}: ok" for file in files if not found[file][1]]
    document = {"faults": [asdict(fault) for fault in faults], "warnings": [asdict(warning) for warning in warnings]}
    say(document, *(str(fault) for fault in (*faults, *warnings)), *sound)
    if faults:
        raise typer.Exit(1)


@command(app, "simulate")
def simulate_route(
    route: Annotated[str, typer.Argument(help="The route's id.")],
    *,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Let bodies answer at random, the same for the same N.")
    ] = None,
    answers: Annotated[
        list[str] | None,
        typer.Option(
            "--answer",
            metavar="STEP.BODY=OUTCOME",
            help="What a body answers in a step, `delayed` or `silent`; again for the next time that it is asked.",
        ),
    ] = None,
    start: Annotated[Any, day("--start", "The day on which the case opens; today if not given.")] = None,
    attributes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="An attribute of the case, else invented.")
    ] = None,
    concerned: Annotated[
        list[str] | None, typer.Option("--concerned", metavar="BODY", help="A body concerned, else invented.")
    ] = None,
) -> None:
    """Run a route in memory and tell what happens: every body consents, answers as chosen, or at random."""
    from cli.simulation import simulation_as_json, simulation_as_text
    from domain.dates import danish_date
    from domain.simulating import Wishes, simulate
    from runtime.clock import real_now

    organisation = load_configured()
    chosen, given = read_chosen(answers or []), read_attributes(attributes or [])
    wishes = Wishes(start or danish_date(real_now()), seed, chosen, given, tuple(concerned or ()))
    simulated = simulate(organisation, route, wishes)
    say(simulation_as_json(simulated, wishes, organisation), *simulation_as_text(simulated, organisation))


def read_chosen(texts: list[str]) -> dict[tuple[str, str], list[str]]:
    """The chosen answers that `STEP.BODY=OUTCOME` texts give, those of one body in one step in their order."""
    chosen: dict[tuple[str, str], list[str]] = {}
    for text in texts:
        found = re.fullmatch(r"([^.=]+)\.([^.=]+)=([^.=]+)", text)
        if found is None:
            raise typer.BadParameter(f"{text!r} is no answer; write --answer STEP.BODY=OUTCOME")
        chosen.setdefault((found[1], found[2]), []).append(found[3])
    return chosen


def organisation_folder() -> Path:
    """The configured organisation's folder, read without the other settings, whose library takes long to load."""
    import organisations

    return Path(os.environ.get("SAGSGANG_ORGANISATION") or Path(organisations.__path__[0]) / "midtjylland")


def load_configured() -> Organisation:
    """The configured organisation; raises `InvalidDataError`."""
    from organisations.load import load_organisation

    return load_organisation(organisation_folder())


def _found_in(file: Path) -> tuple[list[Fault], list[RouteWarning]]:
    """The faults of a route file and, where there are none, its warnings."""
    from domain.faults import InvalidDataError
    from domain.route import Route
    from domain.route_warnings import find_warnings
    from organisations.load import read_text

    try:
        known = _known_around(_home_of(file) or organisation_folder())
        route = Route.parse(read_text(file, str(file)), str(file), known.bodies, known.groups)
    except InvalidDataError as error:
        return list(error.faults), []
    return [], find_warnings(route, str(file), known)


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
