# SPDX-License-Identifier: EUPL-1.2
"""Signed links: the personal one with which a body answers one round of one step, and the one that confirms an address.

A link's token is its row's id with a signature made of the installation's key. So the same link can be written into a
letter at every attempt to send it, while the database holds nothing that opens a page.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import class_row

from domain.errors import AbsentError
from projections.documents import instant

ANSWER, CONFIRM = "answer", "confirm"
"""What a link is for: one for the one purpose is none for the other."""
ANSWER_PATH, CONFIRM_PATH = "/svar", "/bekraeft"

_LENGTH = 16 + 24
_SIGNATURE = 24

Connection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, kw_only=True)
class AnswerLink:
    """A personal link; instants are real ones, in UTC."""

    id: UUID
    case_id: UUID
    body: str
    step: str
    round: int
    channel: UUID | None
    made_by: str
    created_at: datetime
    valid_until: datetime
    withdrawn_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Whether it opens the page at the real instant `now`."""
        return self.withdrawn_at is None and now < self.valid_until

    def as_dict(self) -> dict[str, Any]:
        """The link as the secretariat sees it, without what opens it."""
        found: dict[str, Any] = {"id": str(self.id), "case": str(self.case_id), "body": self.body, "step": self.step}
        found |= {"round": self.round, "made_by": self.made_by, "by_letter": self.channel is not None}
        return found | {name: instant(getattr(self, name)) for name in ("created_at", "valid_until", "withdrawn_at")}


_COLUMNS = ", ".join(field.name for field in fields(AnswerLink))


def seal(key: str, purpose: str, subject: UUID) -> str:
    """The token of a link for a purpose, about a subject."""
    return base64.urlsafe_b64encode(subject.bytes + _signature(key, purpose, subject.bytes)).decode().rstrip("=")


def unseal(key: str, purpose: str, token: str) -> UUID | None:
    """The subject of a token, None unless it was sealed with this key for this purpose."""
    try:
        found = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    if len(found) != _LENGTH:
        return None
    subject = UUID(bytes=found[:16])
    # The text itself is compared: bits that its last character does not use would let another text pass.
    return subject if hmac.compare_digest(seal(key, purpose, subject), token) else None


async def make_link(
    connection: Connection,
    key: str,
    *,
    case_id: UUID,
    body: str,
    step: str,
    round: int,  # noqa: A002 -- the word of the domain
    made_by: str,
    valid_until: datetime,
    channel: UUID | None = None,
    link_id: UUID | None = None,
) -> AnswerLink:
    """A new link; the same id twice is one link."""
    link_id = link_id or uuid4()
    query = f"""
        INSERT INTO office.answer_links (id, sha256, case_id, body, step, round, channel, made_by, valid_until)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING {_COLUMNS}
    """  # noqa: S608 -- names of ours
    digest = _digest(seal(key, ANSWER, link_id))
    values = (link_id, digest, case_id, body, step, round, channel, made_by, valid_until)
    (link,) = await _all(connection, query, values)
    return link


async def link_for_letter(
    connection: Connection,
    *,
    case_id: UUID,
    body: str,
    step: str,
    round: int,  # noqa: A002 -- the word of the domain
    channel: UUID,
    now: datetime,
) -> AnswerLink | None:
    """The link that an earlier letter to the same channel carried, if it is good at the real instant `now`."""
    query = f"""
        SELECT {_COLUMNS} FROM office.answer_links
        WHERE case_id = %s AND body = %s AND step = %s AND round = %s AND channel = %s
          AND withdrawn_at IS NULL AND valid_until > %s
        ORDER BY created_at DESC LIMIT 1
    """  # noqa: S608
    found = await _all(connection, query, (case_id, body, step, round, channel, now))
    return found[0] if found else None


async def find_link(connection: Connection, key: str, token: str) -> AnswerLink | None:
    """The link of a token, good or not any more; None for one that is none of ours."""
    link_id = unseal(key, ANSWER, token)
    if link_id is None:
        return None
    query = f"SELECT {_COLUMNS} FROM office.answer_links WHERE id = %s AND sha256 = %s"  # noqa: S608
    found = await _all(connection, query, (link_id, _digest(token)))
    return found[0] if found else None


async def list_links(connection: Connection, case_id: UUID) -> list[AnswerLink]:
    """Every link of a case, oldest first."""
    query = f"SELECT {_COLUMNS} FROM office.answer_links WHERE case_id = %s ORDER BY created_at, id"  # noqa: S608
    return await _all(connection, query, (case_id,))


async def withdraw_link(connection: Connection, link_id: UUID, case_id: UUID) -> AnswerLink:
    """Let a link of a case be good no longer, at once; raises `AbsentError`."""
    query = f"""
        UPDATE office.answer_links SET withdrawn_at = coalesce(withdrawn_at, now())
        WHERE id = %s AND case_id = %s RETURNING {_COLUMNS}
    """  # noqa: S608
    found = await _all(connection, query, (link_id, case_id))
    if not found:
        raise AbsentError("there is no such link", "choose an id that `sagsgang link list` prints", "id")
    return found[0]


def _signature(key: str, purpose: str, subject: bytes) -> bytes:
    return hmac.digest(key.encode(), f"sagsgang link {purpose} ".encode() + subject, hashlib.sha256)[:_SIGNATURE]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def _all(connection: Connection, query: str, values: tuple[Any, ...]) -> list[AnswerLink]:
    async with connection.cursor(row_factory=class_row(AnswerLink)) as cursor:
        await cursor.execute(query.encode(), values)
        return await cursor.fetchall()
