# SPDX-License-Identifier: EUPL-1.2
"""What asks for something that has come, or is asked for no more, is not sent: however late its attempt is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from domain.additions import Addition
from domain.answering import Reply
from domain.commands import Actor, Command
from outgoing.channels import count_alarmed
from outgoing.deliveries import Delivery, count_states, resend
from outgoing.letters import event_of, letter_of, read_matter
from outgoing.relevance import why_needless
from runtime.database import connect_async
from tests.domain.desk import Desk, midtjylland_with
from tests.outgoing.conftest import TODAY, PostRoom
from tests.outgoing.test_letters import ESCALATING, deliveries
from tests.workers.logged import logged
from tests.workflows.stage import SECRETARIAT

Happening = Callable[[PostRoom, UUID], None]


def command() -> Command:
    """A command of the secretariat's."""
    return Command.by(SECRETARIAT)


def answers(room: PostRoom, case: UUID) -> None:
    """Skive answers."""
    room.answer(case, "skive", "noted")


def is_delayed(room: PostRoom, case: UUID) -> None:
    """Skive says that it is delayed."""
    said = Command.by(Actor("skive", "body", "test"))
    room.cases.delay(case, said, "skive", Reply(expected_on=date(2025, 6, 1)), "webhook")


def is_released(room: PostRoom, case: UUID) -> None:
    """Skive is asked no more."""
    room.cases.release_body(case, command(), step="councils", body="skive", reason="ikke berørt")


def is_suspended(room: PostRoom, case: UUID) -> None:
    """The case is suspended."""
    room.cases.suspend(case, command(), "afventer")


def is_withdrawn(room: PostRoom, case: UUID) -> None:
    """The case is withdrawn."""
    room.cases.withdraw(case, command(), "bortfaldet")


def at_councils(room: PostRoom) -> UUID:
    """A case whose councils are asked."""
    case = room.open()
    for body in ("dassos", "kd-net", "kkr-midtjylland"):
        room.answer(case, body)
    return case


async def skives(room: PostRoom, kind: str) -> Delivery:
    """What was, or is to be, sent to Skive of a kind."""
    (found,) = [one for one in await room.deliveries(body="skive") if one.kind == kind]
    return found


def subjects(room: PostRoom) -> list[str]:
    """What the letters that got through are about, without the case's title."""
    return [str(letter["Subject"]).partition(":")[0] for letter in room.mail.letters]


HAPPENINGS = [
    (answers, "the body has answered"),
    (is_delayed, "the body has said that it is delayed"),
    (is_released, "the body was released"),
    (is_suspended, "the case is suspended"),
    (is_withdrawn, "the case is withdrawn"),
]


@pytest.mark.parametrize(("happens", "why"), HAPPENINGS)
async def test_a_reminder_that_was_held_up_is_not_sent_any_more(room: PostRoom, happens: Happening, why: str) -> None:
    """The mail server is busy, the matter is settled, the mail server recovers: no letter, no failure, no alarm."""
    room.settings.delivery_pauses = (0, 1, 1, 1, 1, 1)
    case = at_councils(room)
    await room.tell()
    await room.email("skive", messages=["reminder"])
    room.cases.remind(case, command(), ["skive"])
    await room.tell()
    room.mail.refusal = "450 come back later"
    async with room.sending():
        await room.until(lambda all_: any(d.attempts for d in all_ if d.kind == "reminder"))
    happens(room, case)
    room.mail.refusal = None
    with logged() as log:
        async with room.sending():
            await room.until(lambda all_: all(d.state != "waiting" for d in all_ if d.kind == "reminder"))

    found = await skives(room, "reminder")
    async with await connect_async(room.settings.database_url) as connection:
        counted, alarmed = await count_states(connection), await count_alarmed(connection)
    assert (found.state, found.last_error, found.sent_at) == ("not_needed", why, None)
    assert (counted["not_needed"], counted["failed"], alarmed) == (1, 0, 0)
    assert [entry["reason"] for entry in log.of("delivery_not_needed")] == [why]
    assert room.mail.letters == []


@pytest.mark.parametrize(("happens", "why"), HAPPENINGS)
async def test_a_reminder_that_is_written_down_late_is_not_sent(room: PostRoom, happens: Happening, why: str) -> None:
    """The notifier was away while the matter was settled."""
    case = at_councils(room)
    await room.tell()
    await room.email("skive", messages=["reminder"])
    room.cases.remind(case, command(), ["skive"])
    happens(room, case)
    await room.tell()
    async with room.sending():
        await room.until(lambda all_: all(d.state != "waiting" for d in all_ if d.kind == "reminder"))

    found = await skives(room, "reminder")
    assert (found.state, found.last_error, found.attempts) == ("not_needed", why, 0)
    assert room.mail.letters == []


async def test_a_reminder_that_was_dropped_goes_out_when_asked_for_while_it_holds(room: PostRoom) -> None:
    """In a case that goes on; sent again while the case rests, it is dropped again."""
    case = at_councils(room)
    await room.tell()
    await room.email("skive", messages=["reminder"])
    room.cases.remind(case, command(), ["skive"])
    is_suspended(room, case)
    await room.tell()
    states = []
    async with room.sending():
        for _ in range(2):
            await room.until(lambda all_: all(d.state != "waiting" for d in all_ if d.kind == "reminder"))
            states.append((found := await skives(room, "reminder")).state)
            async with await connect_async(room.settings.database_url) as connection:
                await resend(connection, found.id)
            await room.tell()
        await room.until(lambda all_: all(d.state == "not_needed" for d in all_ if d.kind == "reminder"))
        room.cases.resume(case, command())
        async with await connect_async(room.settings.database_url) as connection:
            await resend(connection, found.id)
        await room.tell()
        await room.until(lambda all_: all(d.state == "sent" for d in all_ if d.kind == "reminder"))

    assert states == ["not_needed", "not_needed"]
    assert subjects(room) == ["Påmindelse"]


async def test_a_reminder_to_who_was_delayed_already_is_sent(room: PostRoom) -> None:
    """By hand, knowing of the delay; what was true when it was written is true still."""
    case = at_councils(room)
    await room.tell()
    await room.email("skive", messages=["reminder"])
    is_delayed(room, case)
    room.cases.remind(case, command(), ["skive"])
    await room.tell()
    async with room.sending():
        await room.until(lambda all_: all(d.state == "sent" for d in all_ if d.kind == "reminder"))

    assert subjects(room) == ["Påmindelse"]


@pytest.mark.parametrize(
    ("happens", "state"),
    [
        (answers, "not_needed"),
        (is_released, "not_needed"),
        (is_withdrawn, "not_needed"),
        (is_delayed, "sent"),
        (is_suspended, "sent"),
    ],
)
async def test_an_invitation_is_sent_while_an_answer_is_awaited(room: PostRoom, happens: Happening, state: str) -> None:
    """Also to a body that is delayed, and in a case that rests: no other invitation comes."""
    await room.email("skive", messages=["invitation"])
    case = at_councils(room)
    happens(room, case)
    await room.tell()
    async with room.sending():
        await room.until(lambda all_: all(d.state != "waiting" for d in all_ if d.kind == "invitation"))

    assert (await skives(room, "invitation")).state == state
    assert subjects(room) == (["Invitation til at svare"] if state == "sent" else [])


async def test_what_has_happened_is_told_however_late(room: PostRoom) -> None:
    """The result of a step stays worth telling when the case has gone on."""
    case = at_councils(room)
    await room.email("skive", messages=["standing"])
    is_suspended(room, case)
    room.cases.resume(case, command())
    is_withdrawn(room, case)
    await room.tell()
    async with room.sending():
        await room.until(lambda all_: all(d.state == "sent" for d in all_ if d.kind == "standing"))

    assert len(room.mail.letters) == 3


def needless(desk: Desk, delivery: Delivery) -> str | None:
    """Why a delivery is no longer needed."""
    matter = read_matter(desk.cases, desk.id, delivery.version or 0)
    return why_needless(delivery.kind, delivery.body, matter)


def test_an_escalation_names_those_who_are_silent_still_and_ends_with_the_last_of_them() -> None:
    """To each receiver by itself; a delay counts as being heard."""
    desk = Desk(organisation=midtjylland_with(ESCALATING))
    desk.open("escalating")
    desk.let_pass("2025-04-01")
    (escalation,) = [d for d in deliveries(desk) if (d.kind, d.body) == ("escalation", "kd-net")]
    before = needless(desk, escalation)
    desk.answers("lemvig", "noted")
    matter = read_matter(desk.cases, desk.id, escalation.version or 0)
    letter = letter_of(escalation, matter, desk.cases.organisation, None)
    half = needless(desk, escalation)
    desk.delays("samsoe", expected_on=date(2025, 5, 1))

    assert (before, half) == (None, None)
    assert letter.paragraphs[0].da == "Vi mangler svar fra: Samsø Kommune."
    assert b'"silent": ["samsoe"]' in event_of(escalation, matter, "https://example.dk")
    assert needless(desk, escalation) == "all whom it tells of have been heard"


def test_what_was_asked_in_a_round_that_is_over_is_needed_no_more() -> None:
    """The step is done without the body, whatever that body has said."""
    desk = Desk()
    desk.open()
    desk.let_pass("2025-03-26")
    found = [d for d in deliveries(desk) if d.kind in {"invitation", "reminder"}]
    before = {needless(desk, delivery) for delivery in found}
    desk.answers("dassos", "approved")

    assert {d.kind for d in found} == {"invitation", "reminder"}
    assert before == {None}
    assert {needless(desk, delivery) for delivery in found} == {"the step is over, or was asked again"}


def test_a_task_that_is_done_is_chased_no_more() -> None:
    """Its reminder is dropped; while the task is open it goes out."""
    desk = Desk()
    desk.open()
    desk.answers("dassos", "approved", tasks=[Addition(text="Følg op", responsible="skive")])
    desk.commands("chase_task", 1)
    (chased,) = [d for d in deliveries(desk) if d.kind == "task"]
    before = needless(desk, chased)
    desk.commands("finish_task", 1, done_on=TODAY)

    assert (before, needless(desk, chased)) == (None, "the task is done")
