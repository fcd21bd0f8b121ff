# SPDX-License-Identifier: EUPL-1.2
"""The commands about calendars that programs such as Outlook subscribe to: links made, listed and withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cli.groups import command, group
from cli.options import Data
from cli.output import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path
    from typing import Any

    from psycopg import AsyncConnection

    from cli.office import Office
    from projections.documents import Document

app = group("calendar", "Calendars to subscribe to: meetings, papers' dates and due dates.")


@command(app, "link")
def make_link(
    *,
    body: Annotated[str | None, typer.Option("--body", metavar="B", help="The body whose calendar it is.")] = None,
    secretariat: Annotated[bool, typer.Option("--secretariat", help="The secretariat's, which holds all.")] = False,
    data: Data = None,
) -> None:
    """Make the address of a calendar; it is shown this once, and opens that calendar to whoever has it."""
    from domain.organisation import SECRETARIAT

    if (body is None) != secretariat:
        raise typer.BadParameter("give either --body B or --secretariat")
    made = _do(data, lambda office, connection: _make(office, connection, body or SECRETARIAT))
    say(made, made["url"], f"til / for {made['body']}  {made['id']}")


@command(app, "list")
def list_links(data: Data = None) -> None:
    """List the calendars' links: whose, by whom, and whether withdrawn; never what opens the calendar."""
    from outgoing.calendar_links import list_calendar_links

    async def work(_: Office, connection: AsyncConnection[Any]) -> Document:
        return {"items": [link.as_dict() for link in await list_calendar_links(connection)]}

    found = _do(data, work)
    say(found, *(_line(item) for item in found["items"]))


@command(app, "withdraw")
def withdraw_link(
    link_id: Annotated[UUID, typer.Argument(metavar="ID", help="The link's id, as `calendar list` prints it.")],
    data: Data = None,
) -> None:
    """Let a calendar's address open nothing any more, at once."""
    from outgoing.calendar_links import withdraw_calendar_link

    async def work(_: Office, connection: AsyncConnection[Any]) -> Document:
        return (await withdraw_calendar_link(connection, link_id)).as_dict()

    withdrawn = _do(data, work)
    say(withdrawn, _line(withdrawn))


async def _make(office: Office, connection: AsyncConnection[Any], body: str) -> Document:
    from outgoing.calendar_links import calendar_url, make_calendar_link

    key, who = office.settings.signing_key(), office.command().actor.who
    link = await make_calendar_link(connection, key, body=office.organisation.body(body).id, made_by=who)
    return {**link.as_dict(), "url": calendar_url(office.settings.public_url, key, link.id)}


def _do(data: Path | None, work: Callable[[Office, AsyncConnection[Any]], Awaitable[Document]]) -> Document:
    """What `work` gives with the running services and a connection to their database."""
    from cli.office import in_office
    from runtime.database import connect_async

    async def connected(office: Office) -> Document:
        async with await connect_async(office.settings.database_url) as connection:
            return await work(office, connection)

    return in_office(data, connected)


def _line(link: Document) -> str:
    until = f"  withdrawn {link['withdrawn_at']}" if link["withdrawn_at"] else ""
    return f"{link['id']}  {link['body']}  {link['made_by']}  {link['created_at']}{until}"
