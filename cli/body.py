# SPDX-License-Identifier: EUPL-1.2
"""The commands about bodies, and what lets their systems and people in: inboxes, tokens, webhook secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.groups import command, group
from cli.options import Data
from cli.output import say, show

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import psycopg

    from cli.office import Office
    from domain.organisation import Body
    from projections.documents import Document

body_app = group("body", "Bodies: who they are, and what waits for them.")
token_app = group("token", "Bearer tokens for the API.")
webhook_app = group("webhook", "What councils' systems sign with.")


@command(body_app, "list")
def list_bodies(data: Data = None) -> None:
    """List the organisation's bodies, with the number of cases that wait for each."""
    from cli.office import in_office
    from cli.tables import print_bodies

    async def read(office: Office) -> list[Document]:
        waiting = await office.views.bodies_waiting()
        return [_body(office, body, waiting.get(body.id, 0)) for body in office.organisation.bodies.values()]

    items = in_office(data, read)
    show({"items": items}, lambda console: print_bodies(console, items))


@command(body_app, "inbox")
def show_inbox(body: Annotated[str, typer.Argument(metavar="B", help="The body's id.")], data: Data = None) -> None:
    """Show what waits for a body, with the cases' ids."""
    from cli.office import in_office
    from cli.tables import print_inbox

    async def read(office: Office) -> tuple[str, list[Document]]:
        name = office.organisation.name_of(body, office.today).da
        return name, await office.views.inbox(body)

    name, items = in_office(data, read)
    show({"body": body, "items": items}, lambda console: print_inbox(console, name, items))


@command(token_app, "create")
def create_token(
    role: Annotated[str, typer.Option("--role", help="secretariat, leadership or auditor.")],
    name: Annotated[str | None, typer.Option("--name", help="Who or what uses it.")] = None,
    data: Data = None,
) -> None:
    """Make a bearer token; it is shown this once."""
    from web import access

    token = _with_connection(data, lambda connection: access.create_token(connection, role, name))
    say({"token": token}, token)


@command(webhook_app, "secret")
def show_secret(
    body: Annotated[str, typer.Argument(metavar="BODY", help="The body's id.")],
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new one; the old one stays good for a time.")
    ] = False,
    data: Data = None,
) -> None:
    """Print the secret that a body's system signs with, made at the first call."""
    from cli.office import settings_for
    from organisations.load import load_organisation
    from runtime.clock import real_now
    from web.access import webhook_secret

    load_organisation(settings_for(data).organisation).body(body)
    found = dict(_with_connection(data, lambda connection: webhook_secret(connection, body, real_now(), rotate=rotate)))
    until = found["previous_valid_until"]
    previous = [f"den forrige gælder til / the previous one is good until {until}"] if until else []
    say(found, found["secret"], *previous)


def _body(office: Office, body: Body, waiting: int) -> Document:
    groups = [group.id for group in office.organisation.groups.values() if body.id in group.members_on(office.today)]
    return {
        "id": body.id,
        "name": vars(body.name_on(office.today)),
        "full_name": vars(body.full_name) if body.full_name else None,
        "kind": str(body.kind),
        "authority_code": body.authority_code,
        "cvr": body.cvr,
        "groups": groups,
        "waiting": waiting,
    }


def _with_connection(data: Path | None, work: Callable[[psycopg.Connection[tuple[Any, ...]]], Any]) -> Any:
    """What `work` gives with a connection to the running services' database."""
    from cli.office import be_quiet, settings_for
    from runtime.database import connect

    url = settings_for(data).resolved().database_url
    be_quiet()
    with connect(url) as connection:
        return work(connection)
