# SPDX-License-Identifier: EUPL-1.2
"""The commands about what goes out: the bodies' channels, the deliveries, and personal links to the answer page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cli.groups import command, group
from cli.options import CaseId, Data
from cli.output import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from psycopg import AsyncConnection

    from cli.office import Office
    from projections.documents import Document
    from runtime.settings import DatabaseSettings

channel_app = group("channel", "Where bodies want their messages: e-mail addresses and endpoints.")
delivery_app = group("delivery", "What was sent to whom, and what came of it.")
link_app = group("link", "Personal links with which a body answers without a sign-in.")

ChannelId = Annotated[UUID, typer.Argument(metavar="ID", help="The channel's id, as `channel list` prints it.")]
Kinds = Annotated[
    list[str] | None, typer.Option("--message", metavar="KIND", help="A kind of message; all if left out.")
]


@command(channel_app, "list")
def list_channels(
    body: Annotated[str | None, typer.Argument(metavar="BODY", help="Only this body's.")] = None, data: Data = None
) -> None:
    """List the channels with their addresses, which are personal data; never a secret."""
    from outgoing import channels

    async def work(connection: AsyncConnection[Any], _: DatabaseSettings) -> list[Document]:
        return [channel.as_dict() for channel in await channels.list_channels(connection, body)]

    items = _do(data, work, body)
    say({"items": items}, *(_channel_line(item) for item in items))


@command(channel_app, "add")
def add_channel(
    body: Annotated[str, typer.Argument(metavar="BODY", help="The body's id.")],
    *,
    email: Annotated[str | None, typer.Option("--email", metavar="ADDRESS", help="An e-mail address.")] = None,
    webhook: Annotated[str | None, typer.Option("--webhook", metavar="URL", help="An endpoint.")] = None,
    message: Kinds = None,
    with_link: Annotated[bool, typer.Option("--link", help="Let letters carry a personal link to answer by.")] = False,
    data: Data = None,
) -> None:
    """Add an e-mail address, which a letter asks to confirm, or an endpoint, which confirms by taking a first event."""
    from outgoing import channels
    from outgoing.deliveries import ask_to_confirm

    if (email is None) == (webhook is None):
        raise typer.BadParameter("give either --email ADDRESS or --webhook URL")
    kind, address = (channels.EMAIL, email) if email is not None else (channels.WEBHOOK, webhook)

    async def work(connection: AsyncConnection[Any], settings: DatabaseSettings) -> Document:
        facts: dict[str, Any] = {
            "body": body,
            "kind": kind,
            "address": address,
            "messages": message or None,
            "with_link": with_link,
        }
        plain_http = settings.webhook_targets == "any"
        async with connection.transaction():
            channel = await channels.add_channel(connection, **facts, plain_http=plain_http)
            await ask_to_confirm(connection, channel)
        return channel.as_dict()

    added = _do(data, work, body)
    say(added, _channel_line(added))


@command(channel_app, "change")
def change_channel(
    channel_id: ChannelId,
    message: Kinds = None,
    with_link: Annotated[bool | None, typer.Option("--link/--no-link", help="Whether letters carry a link.")] = None,
    data: Data = None,
) -> None:
    """Choose anew which kinds of messages go out by a channel, and whether letters carry a personal link."""
    from outgoing import channels

    chosen: dict[str, Any] = {"messages": message or None, "with_link": with_link}
    _act(data, lambda connection: channels.change_channel(connection, channel_id, **chosen))


@command(channel_app, "enable")
def enable_channel(channel_id: ChannelId, data: Data = None) -> None:
    """Use a channel again that was disabled because nothing got through."""
    from outgoing import channels

    _act(data, lambda connection: channels.enable_channel(connection, channel_id))


@command(channel_app, "remove")
def remove_channel(channel_id: ChannelId, data: Data = None) -> None:
    """Forget a channel with its address and its secret."""
    from outgoing import channels

    _act(data, lambda connection: channels.remove_channel(connection, channel_id))


@command(channel_app, "secret")
def show_secret(
    channel_id: ChannelId,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new one; for a time messages carry both signatures.")
    ] = False,
    data: Data = None,
) -> None:
    """Print the secret that the messages to an endpoint are signed with."""
    from outgoing import channels
    from runtime.clock import real_now

    async def work(connection: AsyncConnection[Any], _: DatabaseSettings) -> Document:
        if rotate:
            await channels.rotate_secret(connection, channel_id, real_now())
        found = await channels.find_channel(connection, channel_id)
        return {"id": str(found.id), "secret": found.secret}

    shown = _do(data, work)
    say(shown, shown["secret"] or "ingen: en e-mailadresse har ingen / none: an e-mail address has none")


@command(delivery_app, "list")
def list_deliveries(
    body: Annotated[str | None, typer.Option("--body", metavar="B", help="Only those to this body.")] = None,
    state: Annotated[
        str | None, typer.Option("--state", help="waiting, sent, failed, no_channel, not_configured or not_needed.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="The most to list.")] = 100,
    data: Data = None,
) -> None:
    """List what was, or is to be, sent to whom, the newest first."""
    from domain.errors import InvalidError
    from domain.faults import did_you_mean
    from outgoing import deliveries

    if state is not None and state not in deliveries.STATES:
        raise InvalidError(f"there is no state {state!r}", did_you_mean(state, deliveries.STATES), "state")

    async def work(connection: AsyncConnection[Any], _: DatabaseSettings) -> list[Document]:
        found = await deliveries.list_deliveries(connection, body=body, state=state, limit=limit)
        return [delivery.as_dict() for delivery in found]

    items = _do(data, work, body)
    say({"items": items}, *(_delivery_line(item) for item in items))


@command(delivery_app, "resend")
def resend(
    delivery_id: Annotated[UUID, typer.Argument(metavar="ID", help="The delivery's id.")], data: Data = None
) -> None:
    """Send a delivery again, or now; one that had no channel goes to those that its body has by now."""
    from outgoing import deliveries

    async def work(connection: AsyncConnection[Any], _: DatabaseSettings) -> list[Document]:
        return [delivery.as_dict() for delivery in await deliveries.resend(connection, delivery_id)]

    items = _do(data, work)
    say({"items": items}, *(_delivery_line(item) for item in items))


@command(link_app, "create")
def create_link(
    case_id: CaseId,
    body: Annotated[str, typer.Option("--body", metavar="B", help="The body that is to answer.")],
    step: Annotated[str | None, typer.Option("--step", help="Its open step, else its next, if left out.")] = None,
    data: Data = None,
) -> None:
    """Make a link with which a body answers one round of one step; give it to that body alone."""
    from cli.office import in_office

    made = in_office(data, lambda office: _make_link(office, case_id, body, step))
    say(made, made["url"], f"gælder indtil / good until {made['valid_until']}")


@command(link_app, "list")
def list_links(case_id: CaseId, data: Data = None) -> None:
    """List a case's links: for whom, until when, and whether withdrawn; never what opens the page."""
    from outgoing import links

    async def work(connection: AsyncConnection[Any], _: DatabaseSettings) -> list[Document]:
        return [link.as_dict() for link in await links.list_links(connection, case_id)]

    items = _do(data, work)
    say({"items": items}, *(_link_line(item) for item in items))


@command(link_app, "withdraw")
def withdraw_link(
    case_id: CaseId,
    link_id: Annotated[UUID, typer.Argument(metavar="LINK", help="The link's id, as `link list` prints it.")],
    data: Data = None,
) -> None:
    """Let a link open nothing any more, at once."""
    from outgoing import links

    async def work(connection: AsyncConnection[Any], _: DatabaseSettings) -> Document:
        return (await links.withdraw_link(connection, link_id, case_id)).as_dict()

    withdrawn = _do(data, work)
    say(withdrawn, _link_line(withdrawn))


async def _make_link(office: Office, case_id: UUID, body: str, step: str | None) -> Document:
    from datetime import timedelta

    from domain.answering import Message, Reply, place_of
    from outgoing.links import make_link
    from outgoing.sending import answer_url
    from runtime.clock import real_now
    from runtime.database import connect_async

    settings = office.settings
    message = Message(office.organisation.body(body).id, Reply(step=step), office.command(), "link")
    place = place_of(office.cases.get(case_id), message)
    async with await connect_async(settings.database_url) as connection:
        link = await make_link(
            connection,
            settings.signing_key(),
            case_id=case_id,
            body=body,
            step=place.step,
            round=place.number,
            made_by=office.command().actor.who,
            valid_until=real_now() + timedelta(days=settings.link_days),
        )
    return {**link.as_dict(), "url": answer_url(settings, link.id)}


def _act(data: Path | None, act: Callable[[AsyncConnection[Any]], Awaitable[Any]]) -> None:
    """Do something to a channel and print it."""

    async def work(connection: AsyncConnection[Any], _: DatabaseSettings) -> Document:
        return dict((await act(connection)).as_dict())

    changed = _do(data, work)
    say(changed, _channel_line(changed))


def _do(
    data: Path | None,
    work: Callable[[AsyncConnection[Any], DatabaseSettings], Awaitable[Any]],
    body: str | None = None,
) -> Any:
    """What `work` gives with the running services' database; raises `UnknownBodyError` for a body that is none."""
    import asyncio

    from cli.office import be_quiet, settings_for
    from organisations.load import load_organisation
    from runtime.database import connect_async

    be_quiet()
    settings = settings_for(data).with_database()
    if body is not None:
        load_organisation(settings.organisation).body(body)

    async def connected() -> Any:
        async with await connect_async(settings.database_url) as connection:
            return await work(connection, settings)

    return asyncio.run(connected())


def _channel_line(channel: Document) -> str:
    shown = [channel[name] for name in ("id", "body", "kind", "address", "state")]
    return "  ".join([*shown, ",".join(channel["messages"]), *(["link"] if channel["with_link"] else [])])


def _delivery_line(delivery: Document) -> str:
    way, error = delivery["channel_kind"] or "–", f"  {delivery['last_error']}" if delivery["last_error"] else ""
    who = f"{delivery['id']}  {delivery['created_at']}  {delivery['body']}  {delivery['kind']}"
    return f"{who}  {way}  {delivery['state']}  {delivery['attempts']}{error}"


def _link_line(link: Document) -> str:
    until = f"withdrawn {link['withdrawn_at']}" if link["withdrawn_at"] else f"until {link['valid_until']}"
    return f"{link['id']}  {link['body']}  {link['step']}  {link['round']}  {until}"
