# SPDX-License-Identifier: EUPL-1.2
"""Where each body wants its messages: e-mail addresses and webhook endpoints, as the secretariat keeps them."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import class_row

from domain.errors import AbsentError, ConflictError, InvalidError
from domain.faults import did_you_mean
from outgoing.kinds import CONFIRMATION, KINDS, RECEIPT
from projections.documents import instant
from runtime.signatures import SECRET_PREFIX

EMAIL, WEBHOOK = "email", "webhook"
LONGEST_ADDRESS = 254
LONGEST_URL = 500
OLD_SECRET_VALID = timedelta(days=7)
"""How long messages are signed with a rotated secret too, so that a receiver can change it in its own time."""
FAILURES_TO_ALARM = 5
"""After so many failures in a row an endpoint is taken for broken, however short the time."""

_SECRET_BYTES = 32
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", re.ASCII)

Connection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way to a body; instants are real ones, in UTC."""

    id: UUID
    body: str
    kind: str
    address: str
    secret: str | None
    previous_secret: str | None
    previous_until: datetime | None
    messages: list[str]
    with_link: bool
    created_at: datetime
    confirmed_at: datetime | None
    disabled_at: datetime | None
    disabled_because: str | None
    failures: int
    failing_since: datetime | None
    reached_at: datetime | None
    alarmed_at: datetime | None

    @property
    def state(self) -> str:
        """`active`, `unconfirmed` (an address that nobody has confirmed yet) or `disabled`."""
        if self.disabled_at is not None:
            return "disabled"
        return "active" if self.confirmed_at is not None else "unconfirmed"

    def takes(self, kind: str) -> bool:
        """Whether messages of a kind go out by this channel now."""
        if kind == CONFIRMATION:
            return self.disabled_at is None
        if kind == RECEIPT:
            return self.kind == EMAIL and self.state == "active"
        return kind in self.messages and self.state == "active"

    def secrets(self, now: datetime) -> list[str]:
        """What a message is signed with at the real instant `now`: the secret, and a rotated one for a time."""
        is_old_good = self.previous_until is not None and self.previous_until > now
        return [s for s in (self.secret, self.previous_secret if is_old_good else None) if s]

    def as_dict(self) -> dict[str, Any]:
        """The channel as the secretariat sees it, without its secrets."""
        times = ("created_at", "confirmed_at", "disabled_at", "failing_since", "reached_at", "alarmed_at")
        shown = ("body", "kind", "address", "messages", "with_link", "state", "disabled_because", "failures")
        found = {"id": str(self.id), **{name: getattr(self, name) for name in shown}}
        return found | {name: instant(getattr(self, name)) for name in times}


_COLUMNS = ", ".join(field.name for field in fields(Channel))


async def add_channel(
    connection: Connection,
    *,
    body: str,
    kind: str,
    address: str,
    messages: Sequence[str] | None = None,
    with_link: bool = False,
    plain_http: bool = False,
    channel_id: UUID | None = None,
) -> Channel:
    """A new channel of a body, used once it is confirmed; an endpoint gets a secret of its own.

    Without `messages` it takes all kinds. `plain_http` lets an endpoint be without TLS. The same id twice is one
    channel. Raises `InvalidError` for what cannot be, `ConflictError` for an address that the body has already.
    """
    channel_id = channel_id or uuid4()
    check_address(kind, address, plain_http=plain_http)
    if with_link and kind != EMAIL:
        raise InvalidError("a personal link goes out by e-mail alone", "leave with_link out", "with_link")
    chosen = check_messages(messages)
    secret = new_secret() if kind == WEBHOOK else None
    query = f"""
        INSERT INTO office.channels (id, body, kind, address, secret, messages, with_link)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT DO NOTHING RETURNING {_COLUMNS}
    """  # noqa: S608 -- names of ours
    values = (channel_id, body, kind, address, secret, chosen, with_link)
    return await _one(connection, query, values) or await _known(connection, channel_id)


async def list_channels(connection: Connection, body: str | None = None) -> list[Channel]:
    """The channels of a body, or of all, in the order in which they were added."""
    query = f"SELECT {_COLUMNS} FROM office.channels WHERE %s::text IS NULL OR body = %s ORDER BY body, created_at, id"  # noqa: S608
    return await _all(connection, query, (body, body))


async def find_channel(connection: Connection, channel_id: UUID) -> Channel:
    """One channel; raises `AbsentError`."""
    query = f"SELECT {_COLUMNS} FROM office.channels WHERE id = %s"  # noqa: S608
    return _there(await _one(connection, query, (channel_id,)))


async def change_channel(
    connection: Connection, channel_id: UUID, *, messages: Sequence[str] | None = None, with_link: bool | None = None
) -> Channel:
    """Choose anew what goes out by a channel; raises `AbsentError` or `InvalidError`."""
    channel = await find_channel(connection, channel_id)
    if with_link and channel.kind != EMAIL:
        raise InvalidError("a personal link goes out by e-mail alone", "leave with_link out", "with_link")
    chosen = channel.messages if messages is None else check_messages(messages)
    link = channel.with_link if with_link is None else with_link
    query = f"UPDATE office.channels SET messages = %s, with_link = %s WHERE id = %s RETURNING {_COLUMNS}"  # noqa: S608
    return _there(await _one(connection, query, (chosen, link, channel_id)))


async def remove_channel(connection: Connection, channel_id: UUID) -> Channel:
    """Forget a channel, its address and its secret; raises `AbsentError`."""
    query = f"DELETE FROM office.channels WHERE id = %s RETURNING {_COLUMNS}"  # noqa: S608
    return _there(await _one(connection, query, (channel_id,)))


async def enable_channel(connection: Connection, channel_id: UUID) -> Channel:
    """Use a disabled channel again, and count its failures anew; raises `AbsentError`."""
    query = f"""
        UPDATE office.channels SET disabled_at = NULL, disabled_because = NULL, failures = 0, failing_since = NULL,
            alarmed_at = NULL
        WHERE id = %s RETURNING {_COLUMNS}
    """  # noqa: S608
    return _there(await _one(connection, query, (channel_id,)))


async def confirm_channel(connection: Connection, channel_id: UUID) -> Channel:
    """Remember that somebody at the address has confirmed it; raises `AbsentError`."""
    query = f"""
        UPDATE office.channels SET confirmed_at = coalesce(confirmed_at, now()) WHERE id = %s RETURNING {_COLUMNS}
    """  # noqa: S608
    return _there(await _one(connection, query, (channel_id,)))


async def rotate_secret(connection: Connection, channel_id: UUID, now: datetime) -> Channel:
    """Give an endpoint a new secret; for seven days from the real instant `now` messages carry both signatures."""
    if (await find_channel(connection, channel_id)).kind != WEBHOOK:
        raise InvalidError("an e-mail address has no secret", "choose the id of an endpoint", "id")
    query = f"""
        UPDATE office.channels SET previous_secret = secret, previous_until = %s, secret = %s
        WHERE id = %s RETURNING {_COLUMNS}
    """  # noqa: S608
    return _there(await _one(connection, query, (now + OLD_SECRET_VALID, new_secret(), channel_id)))


async def note_reached(connection: Connection, channel_id: UUID, *, confirms: bool = False) -> None:
    """Remember that a message has got through, and that the channel is confirmed by it if it `confirms` that."""
    query = """
        UPDATE office.channels SET reached_at = now(), failures = 0, failing_since = NULL, alarmed_at = NULL,
            confirmed_at = CASE WHEN %s THEN coalesce(confirmed_at, now()) ELSE confirmed_at END
        WHERE id = %s
    """
    await connection.execute(query, (confirms, channel_id))


async def note_failure(connection: Connection, channel_id: UUID, *, disable: str | None = None) -> None:
    """Remember that a message has not got through; `disable` says why the channel is not to be used any more."""
    query = """
        UPDATE office.channels SET failures = failures + 1, failing_since = coalesce(failing_since, now()),
            disabled_at = CASE WHEN %(why)s::text IS NULL THEN disabled_at ELSE coalesce(disabled_at, now()) END,
            disabled_because = coalesce(disabled_because, %(why)s)
        WHERE id = %(id)s
    """
    await connection.execute(query, {"id": channel_id, "why": disable})


async def raise_alarms(connection: Connection, after: timedelta) -> list[Channel]:
    """The channels that have begun to need somebody's eye: failing five times in a row, or silent for so long.

    Each is given once, until a message gets through or the channel is enabled anew.
    """
    query = f"""
        UPDATE office.channels SET alarmed_at = now()
        WHERE alarmed_at IS NULL
          AND (failures >= %s OR failing_since < now() - %s OR disabled_at IS NOT NULL)
        RETURNING {_COLUMNS}
    """  # noqa: S608
    return await _all(connection, query, (FAILURES_TO_ALARM, after))


async def count_alarmed(connection: Connection) -> int:
    """How many channels need somebody's eye."""
    cursor = await connection.execute("SELECT count(*) FROM office.channels WHERE alarmed_at IS NOT NULL")
    return int((await cursor.fetchone() or (0,))[0])


def check_address(kind: str, address: str, *, plain_http: bool = False) -> None:
    """Raise `InvalidError` for an address that nothing can be sent to."""
    if kind == EMAIL:
        _check_email(address)
    elif kind == WEBHOOK:
        _check_url(address, plain_http=plain_http)
    else:
        raise InvalidError(f"there is no kind of channel {kind!r}", "choose email or webhook", "kind")


def check_messages(messages: Sequence[str] | None) -> list[str]:
    """The kinds chosen, each once, in our order; all where nothing is chosen. Raises `InvalidError`."""
    for kind in messages or ():
        if kind not in KINDS:
            raise InvalidError(f"there is no kind of message {kind!r}", did_you_mean(kind, KINDS), "messages")
    if messages is not None and not messages:
        raise InvalidError("no kind of message is chosen", f"choose some of {', '.join(KINDS)}", "messages")
    return [kind for kind in KINDS if messages is None or kind in messages]


def new_secret() -> str:
    """A new secret that messages are signed with."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def _check_email(address: str) -> None:
    mailbox, _, domain = address.rpartition("@")
    good = len(address) <= LONGEST_ADDRESS and _MAILBOX.fullmatch(mailbox) and _DOMAIN.fullmatch(domain)
    if not good:
        what = "the address is no e-mail address"
        mend = "write it as name@example.dk; a domain with Danish letters in its ASCII form (xn--…)"
        raise InvalidError(what, mend, "address")


def _check_url(address: str, *, plain_http: bool) -> None:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 -- reading it checks it
    except ValueError:
        parts = urlsplit("")
    fault = None
    if not address.isascii() or not address.isprintable() or " " in address or len(address) > LONGEST_URL:
        fault = f"is no web address of up to {LONGEST_URL} visible ASCII characters"
    elif parts.scheme != "https" and not (plain_http and parts.scheme == "http"):
        fault = "does not begin with https://"
    elif not parts.hostname:
        fault = "names no host"
    elif parts.username is not None or parts.password is not None or parts.fragment:
        fault = "holds a user, a password or a fragment"
    if fault:
        raise InvalidError(f"the address {fault}", "write it as https://esdh.example.dk/sagsgang", "address")


async def _known(connection: Connection, channel_id: UUID) -> Channel:
    """The channel that was added under this id before; raises `ConflictError` if another has the address."""
    try:
        return await find_channel(connection, channel_id)
    except AbsentError:
        what = "the body has this address already"
        raise ConflictError(what, "change the channel that is there, or remove it first", "address") from None


def _there(found: Channel | None) -> Channel:
    if found is None:
        raise AbsentError("there is no such channel", "choose an id that `sagsgang channel list` prints", "id")
    return found


async def _one(connection: Connection, query: str, values: tuple[Any, ...]) -> Channel | None:
    async with connection.cursor(row_factory=class_row(Channel)) as cursor:
        await cursor.execute(query.encode(), values)
        return await cursor.fetchone()


async def _all(connection: Connection, query: str, values: tuple[Any, ...]) -> list[Channel]:
    async with connection.cursor(row_factory=class_row(Channel)) as cursor:
        await cursor.execute(query.encode(), values)
        return await cursor.fetchall()
