# SPDX-License-Identifier: EUPL-1.2
"""The page of a body's channels: each thing by a form, secrets shown once, addresses for the secretariat alone."""

from __future__ import annotations

import re

import pytest

from outgoing.channels import Channel, confirm_channel, list_channels, note_failure
from outgoing.deliveries import Delivery, list_deliveries
from outgoing.kinds import KINDS
from tests.web.filling import coming, confirm, do, fill_in, form_of
from tests.web.office import Office
from tests.web.test_access import sign_in
from tests.web.test_pages import check

HERE = "/bodies/skive/channels"
MADE = re.compile(r'id="made" readonly value="([^"]+)"')


async def channels(office: Office) -> list[Channel]:
    """Skive's channels."""
    async with office.services.pool.connection() as connection:
        return await list_channels(connection, "skive")


async def letters(office: Office) -> list[Delivery]:
    """What was, or is to be, sent to Skive."""
    async with office.services.pool.connection() as connection:
        return await list_deliveries(connection, body="skive")


async def with_mail(office: Office) -> Channel:
    """Skive's e-mail address, not confirmed yet, added by the form."""
    address = f"{HERE}/add?kind=email"
    await do(office, address, address="post@skive.dk", messages=["invitation", "reminder"], with_link="true")
    return (await channels(office))[0]


async def test_an_address_is_added_once_and_asked_to_confirm(office: Office) -> None:
    """It is said beforehand; the page then shows how it stands."""
    await sign_in(office)
    empty = await office.client.get(HERE)
    told = await fill_in(office, f"{HERE}/add?kind=email", address="post@skive.dk")
    channel = await with_mail(office)
    page = await office.client.get(HERE)
    check(page.text)

    assert "får ingen beskeder" in empty.text
    assert any("bekræfter adressen" in line for line in coming(told))
    assert form_of(told)["messages"] == ["\n".join(KINDS)]
    assert [(c.address, c.messages, c.with_link, c.state) for c in await channels(office)] == [
        ("post@skive.dk", ["invitation", "reminder"], True, "unconfirmed")
    ]
    assert [letter.kind for letter in await letters(office)] == ["confirmation"]
    assert "Ikke bekræftet" in page.text
    assert f'href="{HERE}/confirm?channel={channel.id}"' in page.text


async def test_the_letter_is_sent_again(office: Office) -> None:
    """The same letter: nothing stands in the list twice."""
    await sign_in(office)
    channel = await with_mail(office)
    await do(office, f"{HERE}/confirm?channel={channel.id}")

    assert [(letter.kind, letter.resends) for letter in await letters(office)] == [("confirmation", 1)]


async def test_what_goes_out_is_chosen_anew(office: Office) -> None:
    """The form begins with what is chosen now; what is ticked off no more stops."""
    await sign_in(office)
    channel = await with_mail(office)
    address = f"{HERE}/change?channel={channel.id}"
    form = form_of(await office.client.get(address))
    await do(office, address, messages=["delay"], with_link=[])
    (changed,) = await channels(office)

    assert (form["messages"], form["with_link"]) == (["invitation", "reminder"], ["true"])
    assert (changed.messages, changed.with_link) == (["delay"], False)


async def test_a_webhooks_secret_is_shown_when_it_is_made(office: Office) -> None:
    """A double click shows the same; rotated it is another, once; no other page has it."""
    await sign_in(office)
    told = await fill_in(office, f"{HERE}/add?kind=webhook", address="https://esdh.skive.dk/sager")
    first = [MADE.findall((await office.client.post(f"{HERE}/add", data=form_of(told))).text) for _ in range(2)]
    (channel,) = await channels(office)
    rotating = await fill_in(office, f"{HERE}/rotate?channel={channel.id}")
    second = [MADE.findall((await office.client.post(f"{HERE}/rotate", data=form_of(rotating))).text) for _ in range(2)]
    (rotated,) = await channels(office)
    page = (await office.client.get(HERE)).text

    assert first == [[channel.secret]] * 2
    assert second == [[rotated.secret]] * 2
    assert rotated.previous_secret == channel.secret != rotated.secret
    assert "whsec_" not in page


async def test_an_endpoint_is_asked_again_until_it_has_confirmed(office: Office) -> None:
    """The form says beforehand that a test message without any case goes there first."""
    await sign_in(office)
    adding = f"{HERE}/add?kind=webhook"
    filled = await fill_in(office, adding, address="https://esdh.skive.dk/sager")
    told = coming(filled)
    await confirm(office, adding, filled)
    (channel,) = await channels(office)
    page = (await office.client.get(HERE)).text
    asked = coming(await fill_in(office, f"{HERE}/confirm?channel={channel.id}"))
    await do(office, f"{HERE}/confirm?channel={channel.id}")
    async with office.services.pool.connection() as connection:
        await note_failure(connection, channel.id, disable="410")
    enabling = coming(await fill_in(office, f"{HERE}/enable?channel={channel.id}"))

    assert channel.state == "unconfirmed"
    assert any("prøvebesked uden noget om sager" in line for line in told)
    assert "Ikke bekræftet" in page
    assert any("får prøvebeskeden én gang til" in line for line in asked)
    assert any("ikke bekræftet" in line for line in enabling)
    assert [(one.kind, one.channel_kind, one.resends) for one in await letters(office)] == [
        ("confirmation", "webhook", 1)
    ]


async def test_an_endpoint_that_failed_is_used_again_or_removed(office: Office) -> None:
    """The page says why it was given up."""
    await sign_in(office)
    channel = await with_mail(office)
    async with office.services.pool.connection() as connection:
        await confirm_channel(connection, channel.id)
        await note_failure(connection, channel.id, disable="550 no such user")
    page = await office.client.get(HERE)
    await do(office, f"{HERE}/enable?channel={channel.id}")
    enabled = (await channels(office))[0].state
    await do(office, f"{HERE}/remove?channel={channel.id}")

    assert "550 no such user" in page.text
    assert "1 forgæves forsøg" in page.text
    assert enabled == "active"
    assert await channels(office) == []


@pytest.mark.parametrize(
    ("kind", "address", "said"),
    [
        ("email", "skive", "Skriv en e-mailadresse"),
        ("webhook", "http://esdh.skive.dk", "https://"),
        ("email", "", "Skal udfyldes."),
    ],
)
async def test_an_address_that_cannot_be_is_said_at_its_field(
    office: Office, kind: str, address: str, said: str
) -> None:
    """In Danish, before anything is kept."""
    await sign_in(office)
    told = await fill_in(office, f"{HERE}/add?kind={kind}", address=address)
    page = told if told.status_code != 200 else await office.client.post(f"{HERE}/add", data=form_of(told))

    assert page.status_code == 422
    assert said in page.text[page.text.index('id="error-address"') :]
    assert await channels(office) == []


async def test_addresses_are_for_the_secretariat_alone(office: Office) -> None:
    """Leadership sees no way there, and is refused; a form from elsewhere too."""
    csrf = await sign_in(office)
    elsewhere = await office.client.post(f"{HERE}/add", data={"kind": "email", "address": "a@b.dk", "csrf": f"{csrf}x"})
    await sign_in(office, "leadership")
    body = await office.client.get("/bodies/skive")
    answers = [await office.client.get(path) for path in (HERE, f"{HERE}/add")]

    assert elsewhere.status_code == 403
    assert "/channels" not in body.text
    assert [answer.status_code for answer in answers] == [403, 403]


async def test_what_there_is_not_is_not_there(office: Office) -> None:
    """Neither a body nor an action."""
    await sign_in(office)

    assert (await office.client.get("/bodies/nobody/channels")).status_code == 404
    assert (await office.client.get(f"{HERE}/paint")).status_code == 404
