# SPDX-License-Identifier: EUPL-1.2
"""Checks and makes signatures of Standard Webhooks 1.0 (`v1`, HMAC-SHA256), strictly."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
HEADERS = (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
TOLERANCE = timedelta(minutes=5)
SECRET_PREFIX = "whsec_"  # noqa: S105  (the prefix that marks a secret)
SHORTEST_SECRET, LONGEST_SECRET = 24, 64
LONGEST_ID = 200

# A dot would let one id and timestamp be read as another; visible ASCII keeps it whole in every log and database.
_ID = re.compile(r"[!-\-/-~]*", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,11}", re.ASCII)
_NOBODYS_SECRET = bytes(32)


@dataclass(frozen=True)
class SignedHeaders:
    """The three headers of a message as they came, not yet checked."""

    id: str
    timestamp: str
    signature: str


def is_signed(headers: SignedHeaders, body: bytes, secrets: Sequence[bytes], now: datetime) -> bool:
    """Whether any of the secrets signed the message within five minutes of the real instant `now`.

    Without any secret the same work is done and the answer is no, so that nobody can tell who has one.
    """
    expected = [_digest(secret, headers, body) for secret in secrets or (_NOBODYS_SECRET,)]
    given = [_decode(text) for text in headers.signature.split(" ")]
    matches = [hmac.compare_digest(one, other) for one in expected for other in given]
    return any(matches) and bool(secrets) and fault_of_id(headers.id) is None and _is_timely(headers.timestamp, now)


def fault_of_id(message_id: str) -> str | None:
    """What keeps a text from being a message's id, None if nothing does; it tells nothing of secrets."""
    if not message_id:
        return "is empty"
    if len(message_id) > LONGEST_ID:
        return f"is over {LONGEST_ID} characters"
    if _ID.fullmatch(message_id):
        return None
    faults = {".": "holds a dot", " ": "holds a blank"}
    return next((what for mark, what in faults.items() if mark in message_id), "holds more than visible ASCII")


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature header's value for a message; `timestamp` is in seconds since 1970."""
    headers = SignedHeaders(message_id, str(timestamp), "")
    return "v1," + base64.b64encode(_digest(decode_secret(secret), headers, body)).decode()


def decode_secret(secret: str) -> bytes:
    """The key of a secret `whsec_…`; raises ValueError for one that is none or too short."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not SHORTEST_SECRET <= len(key) <= LONGEST_SECRET:
        raise ValueError(f"not a secret: write {SECRET_PREFIX} and 24 to 64 bytes in base64")
    return key


def _digest(secret: bytes, headers: SignedHeaders, body: bytes) -> bytes:
    signed = f"{headers.id}.{headers.timestamp}.".encode() + body
    return hmac.digest(secret, signed, hashlib.sha256)


def _decode(text: str) -> bytes:
    """The bytes of one `v1,<base64>`; empty, which matches nothing, for any other text."""
    version, _, encoded = text.partition(",")
    try:
        return base64.b64decode(encoded, validate=True) if version == "v1" else b""
    except (binascii.Error, ValueError):
        return b""


def _is_timely(timestamp: str, now: datetime) -> bool:
    if not _TIMESTAMP.fullmatch(timestamp):
        return False
    return abs(now.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()
