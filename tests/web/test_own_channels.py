# SPDX-License-Identifier: EUPL-1.2
"""A council's own people keep where their body is told what: by the secretariat's forms, for their body alone."""

from __future__ import annotations

import pytest

from outgoing.channels import Channel, add_channel, confirm_channel, list_channels, note_failure
from outgoing.deliveries import list_deliveries
from outgoing.links import CONFIRM, seal
from tests.web.filling import coming, confirm, do, fill_in, form_of
from tests.web.office import API, Office
from tests.web.test_accesses import lines
from tests.web.test_channel_pages import MADE
from tests.web.test_pages import check
from tests.web.test_roles import sign_in
from web.channel_actions import CHANNEL_ACTIONS

HERE = "/own/channels"
ADDRESS = "post@skive.dk"
HIDDEN = "https://hemmelig.lemvig.dk/sager"


async def channels(office: Office, body: str = "skive") -> list[Channel]:
    """The channels of a body."""
    async with office.services.pool.connection() as connection:
        return await list_channels(connection, body)


async def with_mail(office: Office) -> Channel:
    """Skive's e-mail address, not confirmed yet, added by its own person."""
    await do(office, f"{HERE}/add?kind=email", address=ADDRESS, messages=["invitation", "reminder"])
    return (await channels(office))[0]


async def anothers(office: Office) -> Channel:
    """An endpoint of Lemvig's that has failed."""
    async with office.services.pool.connection() as connection:
        channel = await add_channel(connection, body="lemvig", kind="webhook", address=HIDDEN)
        await note_failure(connection, channel.id, disable="410")
    return (await channels(office, "lemvig"))[0]


async def test_a_council_adds_its_address_which_is_confirmed_before_use(office: Office) -> None:
    """Its own page leads there; a letter asks, and until its button is pressed nothing else goes there."""
    await sign_in(office, "council", "skive")
    own, empty = (await office.client.get("/own")).text, (await office.client.get(HERE)).text
    told = coming(await fill_in(office, f"{HERE}/add?kind=email", address=ADDRESS))
    asked = await with_mail(office)
    page = (await office.client.get(HERE)).text
    async with office.services.pool.connection() as connection:
        letters = [letter.kind for letter in await list_deliveries(connection, body="skive")]
    await office.client.post(f"/bekraeft/{seal(office.services.settings.signing_key(), CONFIRM, asked.id)}")
    (confirmed,) = await channels(office)
    check(page)

    assert f'href="{HERE}"' in own
    assert "I har ingen adresse endnu" in empty
    assert any("bekræfter adressen" in line for line in told)
    assert (asked.body, asked.address, asked.state) == ("skive", ADDRESS, "unconfirmed")
    assert (asked.takes("invitation"), letters) == (False, ["confirmation"])
    assert "Ikke bekræftet" in page
    assert f'href="{HERE}/confirm?channel={asked.id}"' in page
    assert "/bodies/" not in page
    assert (confirmed.state, confirmed.takes("invitation"), confirmed.takes("delay")) == ("active", True, False)


async def test_a_council_keeps_its_address(office: Office) -> None:
    """It asks for the letter again, chooses anew, takes what was given up into use again, and removes it."""
    await sign_in(office, "council", "skive")
    channel = await with_mail(office)
    await do(office, f"{HERE}/confirm?channel={channel.id}")
    async with office.services.pool.connection() as connection:
        (letter,) = await list_deliveries(connection, body="skive")
        await confirm_channel(connection, channel.id)
        await note_failure(connection, channel.id, disable="550 no such user")
    await do(office, f"{HERE}/change?channel={channel.id}", messages=["delay"], with_link="true")
    page = (await office.client.get(HERE)).text
    await do(office, f"{HERE}/enable?channel={channel.id}")
    (kept,) = await channels(office)
    await do(office, f"{HERE}/remove?channel={channel.id}")

    assert letter.resends == 1
    assert "550 no such user" in page
    assert (kept.messages, kept.with_link, kept.state) == (["delay"], True, "active")
    assert await channels(office) == []


async def test_a_council_gets_its_endpoints_secret(office: Office) -> None:
    """When it is made and when it is asked for, and on no other page."""
    await sign_in(office, "council", "skive")
    secrets = []
    for address in ("add?kind=webhook", "rotate", "secret"):
        known = [f"?channel={channel.id}" for channel in await channels(office)]
        given = {"address": "https://esdh.skive.dk/sager"} if not known else {}
        path = f"{HERE}/{address}{''.join(known)}"
        made = await confirm(office, path, await fill_in(office, path, **given))
        secrets.append((MADE.findall(made.text), [channel.secret for channel in await channels(office)]))

    assert [shown == kept != [None] for shown, kept in secrets] == [True] * 3
    assert secrets[0] != secrets[1] == secrets[2]
    assert "whsec_" not in (await office.client.get(HERE)).text


@pytest.mark.parametrize("action", sorted(set(CHANNEL_ACTIONS) - {"add"}))
async def test_another_bodys_channel_is_not_there(office: Office, action: str) -> None:
    """Neither its form nor what was filled in, confirmed or not: 404, nothing told and nothing changed."""
    foreign = await anothers(office)
    csrf = await sign_in(office, "council", "skive")
    filled = {"csrf": csrf, "channel": str(foreign.id), "messages": "delay"}
    found = [
        await office.client.get(f"{HERE}/{action}?channel={foreign.id}"),
        await office.client.post(f"{HERE}/{action}", data=filled),
        await office.client.post(f"{HERE}/{action}", data={**filled, "confirmed": "x"}),
    ]

    assert [page.status_code for page in found] == [404] * 3
    assert not any(told in page.text for page in found for told in (HIDDEN, foreign.secret or HIDDEN))
    assert await channels(office, "lemvig") == [foreign]


async def test_a_channel_goes_to_the_own_body_whatever_the_form_says(office: Office) -> None:
    """No field names a body, and a form needs the token of our own page."""
    csrf = await sign_in(office, "council", "skive")
    page = await fill_in(office, f"{HERE}/add?kind=email", address=ADDRESS, body="lemvig")
    await office.client.post(f"{HERE}/add", data={**form_of(page), "body": "lemvig"})
    forged = {"kind": "email", "address": "a@b.dk", "confirmed": "x", "csrf": f"{csrf}x"}
    elsewhere = await office.client.post(f"{HERE}/add", data=forged)

    assert [channel.address for channel in await channels(office)] == [ADDRESS]
    assert await channels(office, "lemvig") == []
    assert elsewhere.status_code == 403


async def test_the_access_log_names_who_changed_a_channel(office: Office) -> None:
    """The person, for which body, and what was done; no address stands there."""
    await sign_in(office, "council", "skive")
    await with_mail(office)
    noted = [line for line in await lines(office) if line["method"] == "POST" and "channels" in line["route"]]

    assert {(line["route"], line["object"], line["role"], line["body"]) for line in noted} == {
        (f"{HERE}/{{action}}", "action=add", "council", "skive")
    }
    assert all(line["who"].startswith("link:skive ") for line in noted)
    assert ADDRESS not in str(noted)


async def test_the_secretariat_and_a_council_keep_the_same_channels(office: Office) -> None:
    """What one adds the other sees; nobody but a council has the own page, and a council's token keeps none."""
    await sign_in(office, "council", "skive")
    await with_mail(office)
    token = office.token("council", "skive")
    by_token = [
        await office.client.get(f"{API}/bodies/skive/channels", headers=token),
        await office.client.post(f"{API}/bodies/skive/channels", headers=token, json={}),
    ]
    of_bodies = await office.client.get("/bodies/skive/channels")
    await sign_in(office, "secretariat", None)
    listed = (await office.client.get("/bodies/skive/channels")).text

    assert [answer.status_code for answer in by_token] == [403, 403]
    assert of_bodies.status_code == 403
    assert ADDRESS in listed
    assert (await office.client.get(HERE)).status_code == 403
    assert (await office.client.get("/own/channels/paint")).status_code == 403


async def test_an_action_that_is_none_is_not_there(office: Office) -> None:
    """As on the secretariat's pages."""
    await sign_in(office, "council", "skive")

    assert (await office.client.get(f"{HERE}/paint")).status_code == 404
