# SPDX-License-Identifier: EUPL-1.2
"""Who answers on the pages gets a receipt by mail, whatever way led there, at every confirmed address of the body."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.answering import Reply
from domain.commands import Actor, Command
from outgoing.deliveries import Delivery, resend
from runtime.database import connect_async
from tests.outgoing.conftest import TODAY, PostRoom
from tests.outgoing.test_notifier import URL

FIRST = "the first answer"
RECEIPT = "Kvittering for svar på siderne: Afrapportering"


async def receipts(room: PostRoom) -> list[Delivery]:
    """The receipts, oldest first."""
    return [one for one in await room.deliveries() if one.kind == "receipt"]


async def send_all(room: PostRoom) -> None:
    """Have all that waits sent."""
    await room.tell()
    async with room.sending():
        await room.until(lambda all_: all(d.state != "waiting" for d in all_))


def correct(room: PostRoom, case: UUID, outcome: str, source: str) -> None:
    """DASSOS corrects its answer on a page."""
    command = Command.by(Actor("dassos", "body", "test"))
    room.cases.correct(case, command, "dassos", Reply(outcome, TODAY, corrects=FIRST), source)


@pytest.mark.parametrize("source", ["link", "signed_in"])
async def test_an_answer_on_the_pages_is_acknowledged_by_letter(room: PostRoom, source: str) -> None:
    """Without a link of its own, so that it goes to addresses that carry none; the letter says what was answered."""
    await room.email("dassos", messages=["delay"])
    case = room.open()
    room.answer(case, "dassos", source=source)
    await send_all(room)

    (found,) = await receipts(room)
    (letter,) = room.mail.letters
    assert (found.state, letter["Subject"], letter["To"]) == ("sent", RECEIPT, "dassos@example.dk")
    assert "Tak. Jeres svar er modtaget og registreret." in room.mail.text()
    assert "DASSOS har godkendt (18. marts 2025)" in room.mail.text()
    assert "svaret her" not in room.mail.text()


@pytest.mark.parametrize("source", ["link", "signed_in"])
async def test_a_correction_is_acknowledged_by_a_letter_of_its_own(room: PostRoom, source: str) -> None:
    """It says that the answer was corrected, and to what."""
    await room.email("dassos", messages=["delay"])
    case = room.open()
    room.cases.answer(
        case, Command.by(Actor("dassos", "body", "test")), "dassos", Reply("approved", TODAY, message_id=FIRST), source
    )
    correct(room, case, "rejected", source)
    await send_all(room)

    assert [letter["Subject"] for letter in room.mail.letters] == [RECEIPT] * 2
    said = [room.mail.text(number) for number in (0, 1)]
    (corrected,) = [text for text in said if "DASSOS har rettet sit svar" in text]
    assert "svaret fra »Godk" in corrected


async def test_a_receipt_carries_the_link_where_the_address_is_to_have_it(room: PostRoom) -> None:
    """By which the answer is seen and corrected."""
    await room.email("dassos", messages=["delay"], with_link=True)
    case = room.open()
    room.answer(case, "dassos", source="signed_in")
    await send_all(room)

    assert "Se eller ret svaret her" in room.mail.text()
    assert URL.search(room.mail.text())


async def test_no_receipt_goes_to_an_address_that_nobody_has_confirmed_or_to_a_system(room: PostRoom) -> None:
    """The list says that the body has none, and once it has an address the receipt can be sent."""
    unconfirmed = await room.email("dassos", confirmed=False)
    await room.hook("dassos", messages=["delay"])
    case = room.open()
    room.answer(case, "dassos", source="signed_in")
    await send_all(room)
    (missed,) = await receipts(room)
    await room.do("UPDATE office.channels SET confirmed_at = now() WHERE id = %s", unconfirmed.id)
    async with await connect_async(room.settings.database_url) as connection:
        await resend(connection, missed.id)
    await send_all(room)

    (sent,) = await receipts(room)
    assert (missed.state, missed.channel, sent.state, sent.channel) == ("no_channel", None, "sent", unconfirmed.id)
    assert [letter["Subject"] for letter in room.mail.letters] == [RECEIPT]


async def test_what_a_system_or_the_secretariat_records_gets_no_receipt(room: PostRoom) -> None:
    """Whoever sends a webhook has its answer already, and the secretariat sees what it records."""
    await room.email("dassos", messages=["delay"])
    for source in ("webhook", "secretariat"):
        room.answer(room.open(), "dassos", source=source)
    await room.tell()

    assert await receipts(room) == []
