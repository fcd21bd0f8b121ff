# SPDX-License-Identifier: EUPL-1.2
"""Where webhooks may go, and what an endpoint's answer means."""

from __future__ import annotations

import threading

import pytest

from outgoing import hooks
from outgoing.channels import new_secret
from outgoing.outcomes import Outcome
from tests.outgoing.receivers import Endpoint

PRIVATE = [
    "127.0.0.1",
    "10.0.0.8",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 -- called, not listened on
    "224.0.0.1",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fd00::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "2130706433",
    "0x7f000001",
    "127.1",
    "localhost",
]


async def send(endpoint: Endpoint, url: str | None = None, *, any_target: bool = True) -> Outcome:
    """Post one message."""
    endpoint.secret = new_secret()
    return await hooks.post(url or endpoint.url, "id-1", b'{"a": 1}', [endpoint.secret], any_target=any_target)


@pytest.mark.parametrize("host", PRIVATE)
async def test_private_addresses_are_never_called(hook: Endpoint, host: str) -> None:
    """However they are written; the delivery ends, since trying again is of no use."""
    outcome = await send(hook, f"https://{host}:{hook.url.rsplit(':', 1)[1]}", any_target=False)

    assert (outcome.is_sent, outcome.is_final) == (False, True)
    assert outcome.error == "the endpoint's address is not public"
    assert hook.messages == []


async def test_plain_http_is_not_spoken(hook: Endpoint) -> None:
    """Unless the installation allows any target."""
    assert (await send(hook, any_target=False)).error == "the endpoint does not begin with https://"


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "185.129.60.1"])
def test_public_addresses_are_public(address: str) -> None:
    """So that the rule does not refuse everything."""
    assert hooks._is_public(address)


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_any_2xx_is_success(hook: Endpoint, status: int) -> None:
    """And nothing else is."""
    hook.status = status

    assert (await send(hook)).is_sent


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 500, 503])
async def test_everything_else_is_tried_again(hook: Endpoint, status: int) -> None:
    """A redirection is not followed."""
    hook.status, hook.headers = status, {"Location": hook.url + "/andet"}
    outcome = await send(hook)

    assert (outcome.is_sent, outcome.is_final) == (False, False)
    assert len(hook.messages) == 1


@pytest.mark.parametrize(
    ("asked", "seconds"), [("120", 120.0), ("9999999", 86400.0), ("x", 0.0), ("-5", 0.0), ("9" * 400, 0.0)]
)
async def test_a_receiver_is_left_alone_for_as_long_as_it_asks(hook: Endpoint, asked: str, seconds: float) -> None:
    """Up to a day."""
    hook.status, hook.headers = 429, {"Retry-After": asked}

    assert (await send(hook)).wait_seconds == seconds


async def test_both_secrets_sign_while_one_is_being_changed(hook: Endpoint) -> None:
    """The receiver's library is content with either."""
    old, new = new_secret(), new_secret()
    for secret in (old, new):
        hook.secret = secret
        assert (await hooks.post(hook.url, "id-1", b"{}", [new, old], any_target=True)).is_sent


async def test_a_silent_endpoint_is_given_up_in_time(hook: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """And tried again later."""
    monkeypatch.setattr(hooks, "SECONDS", 0.2)
    hook.go_on = threading.Event()
    outcome = await send(hook)
    hook.go_on.set()

    assert (outcome.is_final, outcome.error) == (False, "no answer within 0 seconds")


async def test_nobody_there_is_tried_again(hook: Endpoint) -> None:
    """A host that is down, or whose name is not known just now."""
    for url in ("http://127.0.0.1:1/", "http://findes-ikke.invalid/"):
        outcome = await send(hook, url)
        assert (outcome.is_sent, outcome.is_final) == (False, False)
