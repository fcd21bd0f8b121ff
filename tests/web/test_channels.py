# SPDX-License-Identifier: EUPL-1.2
"""The secretariat keeps the bodies' channels over HTTP, and sees what went out."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from runtime.database import connect
from tests.web.filling import coming
from tests.web.office import API, Office
from tests.web.test_access import sign_in

MAIL = {"kind": "email", "address": "sekretariat@example.dk"}
HOOK = {"kind": "webhook", "address": "https://esdh.example.dk/sagsgang"}


async def post(office: Office, path: str, body: Any = None, **headers: str) -> httpx2.Response:
    """A write of the secretariat."""
    return await office.client.post(f"{API}{path}", json=body or {}, headers={**office.token(), **headers})


async def test_a_new_address_is_unconfirmed_and_gets_one_letter(office: Office) -> None:
    """The letter waits to be sent; nothing else goes there before the address is confirmed."""
    made = await post(office, "/bodies/skive/channels", {**MAIL, "with_link": True})
    listed = await office.client.get(f"{API}/bodies/skive/channels", headers=office.token())
    waiting = await office.client.get(f"{API}/deliveries?body=skive&state=waiting", headers=office.token())

    assert made.status_code == 201
    assert (made.json()["state"], made.json()["with_link"]) == ("unconfirmed", True)
    assert listed.json()["items"] == [made.json()]
    (letter,) = waiting.json()["items"]
    assert (letter["kind"], letter["channel"], letter["case"]) == ("confirmation", made.json()["id"], None)
    assert "example.dk" not in waiting.text


async def test_an_endpoint_has_a_secret_of_its_own(office: Office) -> None:
    """Shown when asked for, never in a list; rotated, it is another."""
    made = (await post(office, "/bodies/skive/channels", {**HOOK, "messages": ["reminder", "invitation"]})).json()
    first = (await office.client.get(f"{API}/channels/{made['id']}/secret", headers=office.token())).json()["secret"]
    rotated = await post(office, f"/channels/{made['id']}/rotate")
    second = (await office.client.get(f"{API}/channels/{made['id']}/secret", headers=office.token())).json()["secret"]

    assert (made["state"], made["messages"]) == ("unconfirmed", ["invitation", "reminder"])
    assert first.startswith("whsec_")
    assert first != second
    assert "whsec_" not in rotated.text
    with connect(office.url) as connection:
        kept = connection.execute("SELECT row_to_json(k)::text FROM office.idempotency_keys k").fetchall()
    assert first not in str(kept)


async def test_a_new_endpoint_is_asked_before_it_is_used(office: Office) -> None:
    """By an event that waits to be sent; asked for again it is the same delivery."""
    made = (await post(office, "/bodies/skive/channels", HOOK)).json()
    (asking,) = (await office.client.get(f"{API}/deliveries?body=skive", headers=office.token())).json()["items"]
    (again,) = (await post(office, f"/deliveries/{asking['id']}/resend")).json()["items"]

    assert (made["state"], made["confirmed_at"]) == ("unconfirmed", None)
    assert (asking["kind"], asking["channel_kind"], asking["state"]) == ("confirmation", "webhook", "waiting")
    assert (again["id"], again["resends"]) == (asking["id"], 1)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"kind": "fax", "address": "1"}, "kind"),
        ({**MAIL, "address": "sekretariat"}, "address"),
        ({**MAIL, "address": "a@b@example.dk"}, "address"),
        ({**MAIL, "address": "a\r\nBcc: b@example.dk"}, "address"),
        ({**MAIL, "address": "a..b@example.dk"}, "address"),
        ({**MAIL, "address": "søren@example.dk"}, "address"),
        ({**MAIL, "address": ""}, "address"),
        ({**HOOK, "address": "http://esdh.example.dk"}, "address"),
        ({**HOOK, "address": "https://bruger:kode@esdh.example.dk"}, "address"),
        ({**HOOK, "address": "https://esdh.example.dk:99999/"}, "address"),
        ({**HOOK, "address": "https:///sti"}, "address"),
        ({**HOOK, "address": "file:///etc/passwd"}, "address"),
        ({**HOOK, "with_link": True}, "with_link"),
        ({**MAIL, "messages": ["invitations"]}, "messages"),
        ({**MAIL, "messages": []}, "messages"),
        ({**MAIL, "secret": "x"}, "secret"),
    ],
    ids=str,
)
async def test_a_channel_that_cannot_be_is_refused(office: Office, asked: dict[str, Any], field: str) -> None:
    """With the field and how to mend it."""
    refused = await post(office, "/bodies/skive/channels", asked)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


async def test_the_same_address_twice_is_a_conflict(office: Office) -> None:
    """But the same post under its key is one channel, and another body may have the address too."""
    key = {"Idempotency-Key": "k1"}
    first, again = [await post(office, "/bodies/skive/channels", MAIL) for _ in range(2)]
    headers = {**office.token(), **key}
    keyed = [await office.client.post(f"{API}/bodies/lemvig/channels", json=MAIL, headers=headers) for _ in range(2)]

    assert (first.status_code, again.status_code) == (201, 409)
    assert keyed[0].json() == keyed[1].json()


async def test_a_channel_is_changed_and_removed(office: Office) -> None:
    """Removed, its address is nowhere any more."""
    made = (await post(office, "/bodies/skive/channels", MAIL)).json()
    changed = await post(office, f"/channels/{made['id']}/change", {"messages": ["invitation"], "with_link": True})
    removed = await post(office, f"/channels/{made['id']}/remove")
    gone = await post(office, f"/channels/{made['id']}/remove")

    assert (changed.json()["messages"], changed.json()["with_link"]) == (["invitation"], True)
    assert (removed.status_code, gone.status_code) == (200, 404)
    with connect(office.url) as connection:
        assert connection.execute("SELECT count(*) FROM office.channels").fetchone() == (0,)


async def test_a_disabled_channel_is_enabled(office: Office) -> None:
    """And its failures are counted anew."""
    made = (await post(office, "/bodies/skive/channels", HOOK)).json()
    with connect(office.url) as connection:
        connection.execute(
            "UPDATE office.channels SET confirmed_at = now(), disabled_at = now(), disabled_because = 'x', failures = 9"
        )
    listed = (await office.client.get(f"{API}/bodies/skive/channels", headers=office.token())).json()["items"]
    enabled = (await post(office, f"/channels/{made['id']}/enable")).json()

    assert (listed[0]["state"], enabled["state"], enabled["failures"]) == ("disabled", "active", 0)


@pytest.mark.parametrize(
    "path", ["/channels/x/remove", f"/channels/{UUID(int=1)}/remove", f"/deliveries/{UUID(int=1)}/resend"]
)
async def test_what_is_not_there_is_absent(office: Office, path: str) -> None:
    """404, whatever the id looks like."""
    assert (await post(office, path)).status_code == 404


@pytest.mark.parametrize("query", ["body=narnia", "state=lost", "case=x", "limit=0", "stat=sent"])
async def test_a_filter_that_cannot_be_is_refused(office: Office, query: str) -> None:
    """The empty list would look like an answer."""
    assert (await office.client.get(f"{API}/deliveries?{query}", headers=office.token())).status_code == 422


def confirm_all(office: Office) -> None:
    """Take every channel for confirmed."""
    with connect(office.url) as connection:
        connection.execute("UPDATE office.channels SET confirmed_at = now()")


async def to_skive(office: Office, state: str) -> str:
    """A delivery in a state to Skive's endpoint, which is not confirmed."""
    made = (await post(office, "/bodies/skive/channels", HOOK)).json()
    delivery = str(uuid4())
    with connect(office.url) as connection:
        connection.execute("DELETE FROM office.deliveries")
        connection.execute(
            "INSERT INTO office.deliveries (id, kind, body, case_id, version, state, channel, channel_kind) "
            "VALUES (%s, 'invitation', 'skive', %s, 3, %s, %s, 'webhook')",
            (delivery, uuid4(), state, made["id"]),
        )
    return delivery


def missed(office: Office, state: str = "no_channel") -> str:
    """A delivery that had no channel, or that ended in another state."""
    delivery = str(uuid4())
    with connect(office.url) as connection:
        connection.execute(
            "INSERT INTO office.deliveries (id, kind, body, case_id, version, state) "
            "VALUES (%s, 'invitation', 'skive', %s, 3, %s)",
            (delivery, uuid4(), state),
        )
    return delivery


async def test_a_delivery_is_sent_again(office: Office) -> None:
    """One that had no channel first needs one that is confirmed."""
    delivery = missed(office)
    await post(office, "/bodies/skive/channels", HOOK)
    refused = await post(office, f"/deliveries/{delivery}/resend")
    confirm_all(office)
    (sent,) = (await post(office, f"/deliveries/{delivery}/resend")).json()["items"]
    (again,) = (await post(office, f"/deliveries/{sent['id']}/resend")).json()["items"]

    assert refused.status_code == 409
    assert (sent["state"], sent["channel_kind"], again["resends"]) == ("waiting", "webhook", 1)


async def test_the_page_shows_deliveries_and_sends_again(office: Office) -> None:
    """With the channels that need somebody's eye; who only reads has no button, and no address stands there."""
    delivery = missed(office)
    await post(office, "/bodies/skive/channels", {**HOOK, "address": "https://hemmelig.example.dk/x"})
    confirm_all(office)
    csrf = await sign_in(office)
    with connect(office.url) as connection:
        connection.execute("UPDATE office.channels SET alarmed_at = now(), failures = 7, failing_since = now()")
    page = await office.client.get("/deliveries?state=no_channel&body=skive")
    asked = await office.client.get(f"/deliveries/{delivery}/resend")
    forged = await office.client.post(f"/deliveries/{delivery}/resending")
    before = (await office.client.get(f"{API}/deliveries?state=no_channel", headers=office.token())).json()["items"]
    sent = await office.client.post(f"/deliveries/{delivery}/resending", data={"csrf": csrf})

    assert "Ingen adresse" in page.text
    assert "7 forgæves forsøg" in page.text
    assert "hemmelig" not in page.text
    assert f'href="/deliveries/{delivery}/resend"' in page.text
    assert coming(asked) == [
        "Den sendes til 1 adresse, som organet har nu.",
        "Er den ikke nødvendig længere, når den skal af sted, sendes intet: for eksempel fordi der er svaret.",
    ]
    assert "hemmelig" not in asked.text
    assert (forged.status_code, [one["id"] for one in before], sent.status_code) == (403, [delivery], 303)
    await sign_in(office, "auditor")
    assert (await office.client.get(f"/deliveries/{delivery}/resend")).status_code == 403
    assert "Send igen" not in (await office.client.get("/deliveries")).text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("waiting", "Den venter på næste forsøg og sendes nu i stedet."),
        ("sent", "Den er sendt og sendes én gang til."),
        ("failed", "Den sendes igen. Mislykkes det, forsøges der forfra"),
    ],
)
async def test_before_sending_again_it_is_said_what_will_happen(office: Office, state: str, said: str) -> None:
    """By how the delivery stands; asking changes nothing."""
    delivery = await to_skive(office, state)
    confirm_all(office)
    await sign_in(office)
    asked = await office.client.get(f"/deliveries/{delivery}/resend")
    (found,) = (await office.client.get(f"{API}/deliveries?state={state}", headers=office.token())).json()["items"]

    assert coming(asked)[0].startswith(said)
    assert (found["id"], found["resends"]) == (delivery, 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE office.channels SET disabled_at = now()", "Adressen er ikke i brug"),
        ("DELETE FROM office.channels", "Adressen er fjernet."),
    ],
)
async def test_what_stands_in_the_way_of_sending_again_is_said(office: Office, change: str, said: str) -> None:
    """With the way to the body's addresses, and no button."""
    delivery = await to_skive(office, "failed")
    confirm_all(office)
    with connect(office.url) as connection:
        connection.execute(change.encode())
    await sign_in(office)
    asked = (await office.client.get(f"/deliveries/{delivery}/resend")).text

    assert said in asked
    assert 'href="/bodies/skive/channels"' in asked
    assert "/resending" not in asked


async def test_a_delivery_without_any_address_cannot_be_sent_again(office: Office) -> None:
    """The page says so beforehand, and the form that is sent all the same is refused."""
    delivery = missed(office)
    csrf = await sign_in(office)
    asked = (await office.client.get(f"/deliveries/{delivery}/resend")).text
    refused = await office.client.post(f"/deliveries/{delivery}/resending", data={"csrf": csrf})

    assert "ingen bekræftet adresse" in asked
    assert refused.status_code == 409


async def test_the_front_page_tells_the_secretariat_of_channels_that_fail(office: Office) -> None:
    """With the way to the deliveries; not others, not on a page of the past, and not while all is well."""
    await post(office, "/bodies/skive/channels", HOOK)
    await sign_in(office)
    well = (await office.client.get("/")).text
    with connect(office.url) as connection:
        connection.execute("UPDATE office.channels SET alarmed_at = now(), failures = 7")
    alarmed = (await office.client.get("/")).text
    past = (await office.client.get("/?as_of=2024-01-01")).text
    await sign_in(office, "leadership")
    of_leadership = (await office.client.get("/")).text
    said = "Beskeder til 1 adresse når ikke frem."

    assert said in alarmed
    assert alarmed.index('href="/deliveries"', alarmed.index(said)) < alarmed.index("<h2")
    assert [said in page for page in (well, past, of_leadership)] == [False] * 3


async def test_what_was_no_longer_needed_is_found_and_is_no_failure(office: Office) -> None:
    """By the page's filter, the API's and the export's; nothing there is marked as a fault."""
    missed(office, "not_needed")
    await sign_in(office)
    page = (await office.client.get("/deliveries?state=not_needed")).text
    other = (await office.client.get("/deliveries?state=failed")).text
    listed = (await office.client.get(f"{API}/deliveries?state=not_needed", headers=office.token())).json()["items"]
    exported = (await office.client.get("/export/deliveries.csv?state=not_needed")).text
    row = page[page.index("<tbody>") :]

    assert "Ikke nødvendig længere" in row
    assert "badge-error" not in row
    assert "Ingen udsendelser." in other
    assert [one["state"] for one in listed] == ["not_needed"]
    assert "Ikke nødvendig længere" in exported


async def test_the_page_is_for_who_has_signed_in(office: Office) -> None:
    """Everybody else is shown the way to sign in."""
    assert (await office.client.get("/deliveries")).headers["location"].startswith("/signin")


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"body": "skive"}, 201),
        ({"body": "skive", "step": "councils"}, 201),
        ({"body": "skive", "step": "dassos"}, 422),
        ({"body": "narnia"}, 404),
        ({"body": "das"}, 404),
        ({}, 422),
    ],
    ids=str,
)
async def test_a_link_is_made_for_a_body_that_is_asked(office: Office, wanted: dict[str, str], status: int) -> None:
    """And for no other."""
    assert (await post(office, f"/cases/{office.open_case()}/links", wanted)).status_code == status


async def test_a_link_made_under_a_key_is_one_link(office: Office) -> None:
    """The repeat gives the same address, and the database keeps nothing that opens it."""
    case, headers = office.open_case(), {**office.token(), "Idempotency-Key": "k"}
    made = [
        await office.client.post(f"{API}/cases/{case}/links", json={"body": "dassos"}, headers=headers)
        for _ in range(2)
    ]
    listed = (await office.client.get(f"{API}/cases/{case}/links", headers=office.token())).json()["items"]
    token = made[0].json()["url"].rpartition("/")[2]

    assert made[0].json() == made[1].json()
    assert len(listed) == 1
    assert token not in str(listed)
    with connect(office.url) as connection:
        for table in ("answer_links", "idempotency_keys"):
            rows = connection.execute(f"SELECT row_to_json(t)::text FROM office.{table} t".encode()).fetchall()  # noqa: S608
            assert token not in str(rows)


async def test_another_cases_link_is_not_withdrawn(office: Office) -> None:
    """An id belongs to its case."""
    case, other = office.open_case(), office.open_case()
    made = (await post(office, f"/cases/{case}/links", {"body": "dassos"})).json()

    assert (await post(office, f"/cases/{other}/links/{made['id']}/withdraw")).status_code == 404
    assert (await post(office, f"/cases/{case}/links/{made['id']}/withdraw")).status_code == 200
