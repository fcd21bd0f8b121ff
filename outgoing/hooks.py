# SPDX-License-Identifier: EUPL-1.2
"""Posts a signed CloudEvent to a body's endpoint by Standard Webhooks, and lets nobody lead it astray.

The host's addresses are looked up here, and the connection goes to one that was checked: a name that points into our
own network, now or at the second look, reaches nothing there.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

import httpx2

from outgoing.outcomes import Outcome, not_now, refused
from runtime.clock import real_now
from runtime.signatures import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

SECONDS = 20.0
"""How long an endpoint may take for everything, real seconds; Standard Webhooks asks for 15 to 30."""
LONGEST_WAIT_SECONDS = 24 * 3600.0
"""A receiver that asks for a longer pause gets this one."""
MEDIA_TYPE = "application/cloudevents+json"
GONE = 410

_PORTS = {"https": 443, "http": 80}


class ForbiddenTargetError(Exception):
    """An address that webhooks must not go to."""


async def post(url: str, message_id: str, body: bytes, secrets: Sequence[str], *, any_target: bool) -> Outcome:
    """Post a message, signed with each of the secrets; only 2xx is success, a redirection is none.

    `any_target` lets it go to private addresses and without TLS.
    """
    try:
        async with asyncio.timeout(SECONDS):
            return await _post(url, _headers(message_id, body, secrets, real_now()), body, any_target=any_target)
    except ForbiddenTargetError as error:
        return refused(str(error))
    except TimeoutError:
        return not_now(f"no answer within {SECONDS:.0f} seconds")
    except OSError:
        return not_now("the host's name cannot be looked up")
    except httpx2.HTTPError as error:
        return not_now(f"the endpoint cannot be reached ({type(error).__name__})")


async def _post(url: str, headers: dict[str, str], body: bytes, *, any_target: bool) -> Outcome:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    if parts.scheme != "https" and not any_target:
        raise ForbiddenTargetError("the endpoint does not begin with https://")
    address = await _address(host, port, any_target=any_target)
    there = urlunsplit(parts._replace(netloc=f"[{address}]:{port}" if ":" in address else f"{address}:{port}"))
    named = {"Host": parts.netloc, **headers}
    async with (
        httpx2.AsyncClient(follow_redirects=False, timeout=SECONDS, trust_env=False) as client,
        # Certificates are checked against the name, whatever address is behind it. The answer's body is never read.
        client.stream("POST", there, content=body, headers=named, extensions={"sni_hostname": host}) as answer,
    ):
        return _outcome(answer)


async def _address(host: str, port: int, *, any_target: bool) -> str:
    """The address to connect to; raises `ForbiddenTargetError` if any of the host's is private."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if not any_target and not all(_is_public(address) for address in addresses):
        raise ForbiddenTargetError("the endpoint's address is not public")
    return addresses[0]


def _is_public(address: str) -> bool:
    """Whether an address is one of the open internet, also behind one of IPv6's ways to write one of IPv4."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None or found in _NAT64:
            return False
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _headers(message_id: str, body: bytes, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    timestamp = int(now.timestamp())
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: " ".join(sign(secret, message_id, timestamp, body) for secret in secrets),
        "Content-Type": MEDIA_TYPE,
        "User-Agent": "Sagsgang",
    }


def _outcome(answer: httpx2.Response) -> Outcome:
    if answer.is_success:
        return Outcome(is_sent=True)
    error = f"the endpoint answered {answer.status_code}"
    if answer.status_code == GONE:
        return refused(error, disable="the endpoint answered 410 Gone")
    return not_now(error, _wait_seconds(answer.headers.get("retry-after", "")))


def _wait_seconds(retry_after: str) -> float:
    """The pause that a receiver asks for in seconds; a date is taken for no wish."""
    is_number = retry_after.isascii() and retry_after.isdigit() and len(retry_after) < len("1000000000")
    return min(float(retry_after), LONGEST_WAIT_SECONDS) if is_number else 0.0
