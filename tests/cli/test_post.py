# SPDX-License-Identifier: EUPL-1.2
"""The commands about channels, deliveries and personal links."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from runtime.database import connect
from tests.cli.conftest import Desk

KEY = "only-for-tests-0123456789-0123456789"


def test_channels_are_added_listed_changed_and_removed(desk: Desk) -> None:
    """A new address is unconfirmed, and one letter asks whether it is right."""
    added = desk("channel", "add", "skive", "--email", "a@example.dk", "--link", "--json").json
    changed = desk("channel", "change", added["id"], "--message", "reminder", "--no-link", "--json").json
    listed = desk("channel", "list", "skive", "--json").json["items"]
    waiting = desk("delivery", "list", "--state", "waiting", "--json").json["items"]
    removed = desk("channel", "remove", added["id"])

    assert (added["state"], added["with_link"]) == ("unconfirmed", True)
    assert (changed["messages"], changed["with_link"]) == (["reminder"], False)
    assert listed == [changed]
    assert [item["kind"] for item in waiting] == ["confirmation"]
    assert removed.code == 0
    assert desk("channel", "list", "--json").json["items"] == []


def test_an_endpoints_secret_is_printed_when_asked_for(desk: Desk) -> None:
    """And is another after it was rotated; before the endpoint has taken a first event nothing else goes there."""
    added = desk("channel", "add", "skive", "--webhook", "https://esdh.example.dk/x", "--json")
    first = desk("channel", "secret", added.json["id"], "--json").json["secret"]
    second = desk("channel", "secret", added.json["id"], "--rotate", "--json").json["secret"]

    (asking,) = desk("delivery", "list", "--body", "skive", "--json").json["items"]

    assert added.json["state"] == "unconfirmed"
    assert (asking["kind"], asking["channel_kind"]) == ("confirmation", "webhook")
    assert "whsec_" not in added.out
    assert first.startswith("whsec_")
    assert first != second


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("channel", "add", "skive"), 2),
        (("channel", "add", "skive", "--email", "a@example.dk", "--webhook", "https://example.dk"), 2),
        (("channel", "add", "narnia", "--email", "a@example.dk"), 1),
        (("channel", "add", "skive", "--email", "ingen"), 1),
        (("channel", "enable", str(UUID(int=1))), 1),
        (("delivery", "list", "--state", "lost"), 2),
        (("delivery", "list", "--body", "narnia"), 1),
        (("delivery", "resend", str(UUID(int=1))), 1),
        (("link", "withdraw", str(UUID(int=1)), str(UUID(int=1))), 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_refused(desk: Desk, words: tuple[str, ...], code: int) -> None:
    """In a sentence."""
    refused = desk(*words)

    assert refused.code == code
    assert refused.err


def test_a_delivery_without_a_channel_is_sent_when_there_is_one(desk: Desk) -> None:
    """Sent again it goes to the channel."""
    delivery = str(uuid4())
    with connect(desk.url) as connection:
        connection.execute(
            "INSERT INTO office.deliveries (id, kind, body, case_id, version, state) "
            "VALUES (%s, 'invitation', 'skive', %s, 3, 'no_channel')",
            (delivery, uuid4()),
        )
    refused = desk("delivery", "resend", delivery)
    desk("channel", "add", "skive", "--webhook", "https://esdh.example.dk/x")
    with connect(desk.url) as connection:
        connection.execute("UPDATE office.channels SET confirmed_at = now()")
    sent = desk("delivery", "resend", delivery, "--json").json["items"]

    assert refused.code == 1
    assert [(item["state"], item["channel_kind"]) for item in sent] == [("waiting", "webhook")]
    assert "skive  invitation  webhook  waiting" in desk("delivery", "list").out


def test_a_link_is_made_listed_and_withdrawn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only its making prints what opens the page."""
    monkeypatch.setenv("SAGSGANG_SECRET_KEY", KEY)
    case = desk.opens()
    made = desk("link", "create", case, "--body", "dassos", "--json").json
    listed = desk("link", "list", case)
    withdrawn = desk("link", "withdraw", case, made["id"], "--json").json

    assert (made["step"], made["round"]) == ("dassos", 1)
    token = made["url"].rpartition("/svar/")[2]
    assert token
    assert token not in listed.out
    assert made["id"] in listed.out
    assert withdrawn["withdrawn_at"] is not None
