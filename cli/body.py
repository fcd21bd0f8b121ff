# SPDX-License-Identifier: EUPL-1.2
"""The commands about bodies, and what lets their systems and people in: inboxes, tokens, webhook secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cli.groups import command, group
from cli.options import Data
from cli.output import say, show

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import psycopg

    from cli.office import Office
    from projections.documents import Document

body_app = group("body", "Bodies: who they are, and what waits for them.")
token_app = group("token", "Bearer tokens for the API.")
signin_app = group("signin", "How people sign in to the pages.")
webhook_app = group("webhook", "What councils' systems sign with.")

Role = Annotated[str, typer.Option("--role", help="secretariat, leadership, council or auditor.")]
OfBody = Annotated[str | None, typer.Option("--body", metavar="B", help="The one body that a council acts for.")]


@command(body_app, "list")
def list_bodies(data: Data = None) -> None:
    """List the organisation's bodies, with the number of cases that wait for each."""
    from cli.office import in_office
    from cli.tables import print_bodies
    from projections.documents import body_document

    async def read(office: Office) -> list[Document]:
        waiting, known = await office.views.bodies_waiting(), office.organisation
        return [body_document(known, body, waiting.get(body.id, 0), office.today) for body in known.bodies.values()]

    items = in_office(data, read)
    show({"items": items}, lambda console: print_bodies(console, items))


@command(body_app, "inbox")
def show_inbox(body: Annotated[str, typer.Argument(metavar="B", help="The body's id.")], data: Data = None) -> None:
    """Show what waits for a body, with the cases' ids, and its next meetings with their items."""
    from cli.office import in_office
    from cli.tables import print_inbox
    from projections.agendas import agendas

    async def read(office: Office) -> tuple[str, list[Document], list[Document]]:
        name, items = office.organisation.name_of(body, office.today).da, await office.views.inbox(body)
        return name, items, agendas(office.meetings.calendars(), body, items, office.today)

    name, items, meetings = in_office(data, read)
    document = {"body": body, "items": items, "meetings": meetings}
    show(document, lambda console: print_inbox(console, name, items, meetings))


@command(token_app, "create")
def create_token(
    role: Role,
    body: OfBody = None,
    name: Annotated[str | None, typer.Option("--name", help="Who or what uses it.")] = None,
    data: Data = None,
) -> None:
    """Make a bearer token; it is shown this once."""
    from web import access

    _check_body(data, body)
    token = _with_connection(data, lambda connection: access.create_token(connection, role, name, body))
    say({"token": token}, token)


@command(token_app, "list")
def list_tokens(data: Data = None) -> None:
    """List the bearer tokens: id, role, name, body, when made and when revoked; never the token itself."""
    from web import access

    items = _with_connection(data, access.list_tokens)
    say({"items": items}, *(_line(item) for item in items))


@command(token_app, "revoke")
def revoke_token(
    token_id: Annotated[UUID, typer.Argument(metavar="ID", help="The token's id, as `token list` prints it.")],
    data: Data = None,
) -> None:
    """Let a bearer token be good no longer, at once and for good."""
    from web import access

    revoked = _with_connection(data, lambda connection: access.revoke_token(connection, token_id))
    say(revoked, _line(revoked))


@command(signin_app, "link")
def create_link(
    role: Role,
    body: OfBody = None,
    data: Data = None,
) -> None:
    """Make a link that signs one person in to the pages, once within 15 minutes."""
    from cli.office import settings_for
    from projections.documents import instant
    from runtime.clock import real_now
    from web.access import LINK_VALID, create_signin_link

    _check_body(data, body)
    settings, now = settings_for(data).with_database(), real_now()
    base = settings.public_url
    url = _connected(settings.database_url, lambda connection: create_signin_link(connection, role, base, now, body))
    until = instant(now + LINK_VALID)
    say({"url": url, "valid_until": until}, url, f"gælder én gang indtil / good once until {until}")


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


def _check_body(data: Path | None, body: str | None) -> None:
    """Raise a refusal for a body that is none, or that nobody signs in for."""
    from cli.office import settings_for
    from organisations.load import load_organisation
    from web.access import check_body

    if body is not None:
        check_body(load_organisation(settings_for(data).organisation), body)


def _with_connection(data: Path | None, work: Callable[[psycopg.Connection[tuple[Any, ...]]], Any]) -> Any:
    """What `work` gives with a connection to the running services' database."""
    from cli.office import settings_for

    return _connected(settings_for(data).with_database().database_url, work)


def _connected(url: str, work: Callable[[psycopg.Connection[tuple[Any, ...]]], Any]) -> Any:
    from cli.office import be_quiet
    from runtime.database import connect

    be_quiet()
    with connect(url) as connection:
        return work(connection)


def _line(token: Document) -> str:
    """A token as people read it."""
    state = f"tilbagekaldt / revoked {token['revoked_at']}" if token["revoked_at"] else "gyldig / good"
    role = f"{token['role']} {token['body']}" if token["body"] else token["role"]
    return f"{token['id']}  {role}  {token['name']}  {token['created_at']}  {state}"
