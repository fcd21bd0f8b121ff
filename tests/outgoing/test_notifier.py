# SPDX-License-Identifier: EUPL-1.2
"""From an event in the log to a real receiver: once for each thing, tried again by Temporal, and visible."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from domain.commands import Command
from domain.errors import ConflictError
from outgoing.channels import Channel, enable_channel, find_channel, list_channels, raise_alarms
from outgoing.deliveries import ask_to_confirm, hand_over_again, resend
from outgoing.links import ANSWER, CONFIRM, find_link, unseal
from runtime.database import connect_async
from tests.outgoing.conftest import PATIENCE_SECONDS, PostRoom
from tests.workers.logged import logged
from tests.workflows.stage import SECRETARIAT
from workers.notifier import Notifier

URL = re.compile(r"https://sagsgang\.example\.dk/(\w+)/([\w-]+)")


async def test_an_invitation_comes_as_a_letter(room: PostRoom) -> None:
    """In Danish first with English beside it, with what is asked, by when, and a Message-ID of the delivery's."""
    await room.email("dassos")
    room.open(title="Afrapportering på <CU>")
    await room.tell()
    async with room.sending():
        (sent,) = await room.until(lambda all_: [d.state for d in all_] == ["sent"])

    letter, text = room.mail.letters[0], room.mail.text()
    assert (letter["To"], letter["Auto-Submitted"]) == ("dassos@example.dk", "auto-generated")
    assert letter["Message-ID"] == f"<{sent.id}@example.dk>"
    assert letter["Subject"] == "Invitation til at svare: Afrapportering på <CU>"
    assert "Det indstilles, at DASSOS godkender." in text
    assert "It is recommended that DASSOS approves." in text
    assert text.index("Svar senest: 25. marts 2025") < text.index("Answer by: 25 March 2025")
    html = letter.get_body(("html",))
    assert html is not None
    assert "Afrapportering på &lt;CU&gt;" in html.get_content()


async def test_a_letter_carries_a_link_where_the_channel_asks_for_it(room: PostRoom) -> None:
    """The same in invitation and reminder, and the database holds nothing that opens it."""
    await room.email("dassos", with_link=True)
    case = room.open()
    await room.tell()
    async with room.sending():
        await room.until(lambda all_: [d.state for d in all_] == ["sent"])
        (delivery,) = await room.deliveries()
        await resend_one(room, delivery.id)
        await room.tell()
        await room.until(lambda all_: all_[0].attempts == 2)

    links = [URL.findall(room.mail.text(number))[0] for number in (0, 1)]
    assert links[0] == links[1]
    key, token = room.settings.signing_key(), links[0][1]
    async with await connect_async(room.settings.database_url) as connection:
        link = await find_link(connection, key, token)
    stored = str(await room.do("SELECT row_to_json(l)::text FROM office.answer_links l"))
    assert link is not None
    assert (link.case_id, link.body, link.step, link.round) == (case, "dassos", "dassos", 1)
    assert token not in stored
    assert unseal(key, CONFIRM, token) is None
    assert unseal(key, ANSWER, token[:-1] + ("A" if token[-1] != "A" else "B")) is None


async def test_a_webhook_is_a_signed_cloud_event(room: PostRoom) -> None:
    """The receiver's own library verifies it; its id is the delivery's."""
    await room.hook("dassos")
    case = room.open()
    await room.tell()
    async with room.sending():
        (sent,) = await room.until(lambda all_: [d.state for d in all_] == ["sent"])

    ((message_id, event),) = room.endpoint.messages
    assert message_id == event["id"] == str(sent.id)
    assert (event["specversion"], event["type"], event["subject"]) == ("1.0", "dk.sagsgang.invitation", str(case))
    assert event["data"]["outcomes"][0] == "approved"
    assert (event["data"]["step"], event["data"]["due"]) == ("dassos", "2025-03-25")


async def test_every_kind_of_news_goes_to_whom_it_concerns(room: PostRoom) -> None:
    """A body of a later step hears nothing of a case that it does not know yet."""
    for body in ("dassos", "kd-net", "kkr-midtjylland", "secretariat"):
        await room.email(body)
    case = room.open()
    room.cases.suspend(case, Command.by(SECRETARIAT), "afventer")
    room.cases.resume(case, Command.by(SECRETARIAT))
    room.answer(case, "dassos")
    room.cases.withdraw(case, Command.by(SECRETARIAT), "bortfaldet")
    await room.tell()

    found = [(d.kind, d.body) for d in await room.deliveries()]
    assert sorted(found) == sorted(
        [
            ("invitation", "dassos"),
            *[("standing", body) for body in ("dassos", "secretariat") for _ in range(2)],
            ("step_result", "dassos"),
            ("step_result", "secretariat"),
            ("invitation", "kd-net"),
            *[("standing", body) for body in ("dassos", "kd-net", "secretariat")],
        ]
    )


async def test_a_body_without_a_channel_is_visible(room: PostRoom) -> None:
    """What it should have been asked waits for a channel; sent again it goes there, and only once."""
    room.open()
    await room.tell()
    (missed,) = await room.deliveries()
    with pytest.raises(ConflictError):
        await resend_one(room, missed.id)
    await room.email("dassos")
    await resend_one(room, missed.id)

    (found,) = await room.deliveries()
    assert (missed.state, missed.kind, found.state, found.channel_kind) == (
        "no_channel",
        "invitation",
        "waiting",
        "email",
    )


async def test_nothing_is_written_down_twice(room: PostRoom) -> None:
    """Also when the notifier's place was lost and set back to the log's beginning."""
    await room.email("dassos")
    await room.hook("dassos")
    room.open()
    await room.tell()
    before = await room.deliveries()
    await room.do("UPDATE office.notifier SET position = 0")
    await room.tell()

    assert len(before) == 2
    assert await room.deliveries() == [d for d in await room.deliveries() if d.id in {b.id for b in before}]
    assert await room.do("SELECT position FROM office.notifier") == [(room.cases.recorder.max_notification_id(),)]


async def test_history_is_not_told(room: PostRoom) -> None:
    """A notifier that first starts on a log with cases tells only what comes from then on."""
    await room.do("DELETE FROM office.notifier")
    await room.email("dassos")
    case = room.open()
    async with Notifier(room.settings, room.cases, room.client) as first:
        while await first.turn():
            pass
        assert await room.deliveries() == []
        room.answer(case, "dassos")
        await first.turn()

    assert [(d.kind, d.body) for d in await room.deliveries()] == [("step_result", "dassos"), ("invitation", "kd-net")]


async def test_without_a_mail_server_nothing_is_sent(room: PostRoom) -> None:
    """And the delivery says so."""
    room.settings.smtp_host = None
    await room.email("dassos")
    room.open()
    await room.tell()
    async with room.sending():
        (found,) = await room.until(lambda all_: all_[0].state != "waiting")

    assert found.state == "not_configured"
    assert "SAGSGANG_SMTP_HOST" in (found.last_error or "")


async def test_a_failing_endpoint_is_tried_again_and_then_disabled(room: PostRoom) -> None:
    """As often as the ladder has rungs, each time with the same id; then it is used no more until it is enabled."""
    channel = await room.hook("dassos")
    room.endpoint.status = 500
    room.open()
    await room.tell()
    async with room.sending():
        (found,) = await room.until(lambda all_: all_[0].state == "failed")

    assert [message[0] for message in room.endpoint.messages] == [str(found.id)] * 3
    assert (found.attempts, found.last_error) == (3, "the endpoint answered 500")
    async with await connect_async(room.settings.database_url) as connection:
        assert (await find_channel(connection, channel.id)).state == "disabled"


async def test_an_endpoint_that_is_gone_is_disabled_at_once(room: PostRoom) -> None:
    """410 says so, and an alarm is raised once."""
    channel = await room.hook("dassos")
    room.endpoint.status = 410
    room.open()
    await room.tell()
    async with room.sending():
        (found,) = await room.until(lambda all_: all_[0].state == "failed")

    assert len(room.endpoint.messages) == 1
    async with await connect_async(room.settings.database_url) as connection:
        first = await raise_alarms(connection, timedelta(hours=24))
        again = await raise_alarms(connection, timedelta(hours=24))
    assert [(c.id, c.disabled_because) for c in first] == [(channel.id, "the endpoint answered 410 Gone")]
    assert (again, found.attempts) == ([], 1)


async def test_a_silent_channel_raises_an_alarm_after_a_time(room: PostRoom) -> None:
    """By the log, once; a message that gets through ends it."""
    await room.hook("dassos")
    await room.do("UPDATE office.channels SET failures = 1, failing_since = now() - interval '25 hours'")
    with logged() as log:
        async with Notifier(room.settings, room.cases, room.client) as notifier:
            await notifier.turn()
        async with Notifier(room.settings, room.cases, room.client) as notifier:
            await notifier.turn()

    assert [entry["body"] for entry in log.of("channel_alarmed")] == ["dassos"]


async def test_a_refused_recipient_is_not_tried_again(room: PostRoom) -> None:
    """And the address stands in no error."""
    await room.email("dassos")
    room.mail.refusal = "550 no such user dassos@example.dk"
    room.open()
    await room.tell()
    async with room.sending():
        (found,) = await room.until(lambda all_: all_[0].state == "failed")

    assert (found.attempts, found.last_error) == (1, "the mail server refuses the recipient (550)")


async def test_a_busy_mail_server_is_tried_again(room: PostRoom) -> None:
    """Until it takes the letter."""
    room.settings.delivery_pauses = (0, 0.05, 30)
    await room.email("dassos")
    room.mail.refusal = "450 come back later"
    room.open()
    await room.tell()
    async with room.sending():
        (waiting,) = await room.until(lambda all_: all_[0].attempts == 2)
        room.mail.refusal = None
        await resend_one(room, waiting.id)
        await room.tell()
        (sent,) = await room.until(lambda all_: all_[0].state == "sent")

    assert (waiting.state, sent.attempts, sent.resends) == ("waiting", 3, 1)


async def test_a_new_address_is_asked_whether_it_is_right(room: PostRoom) -> None:
    """Nothing else goes there before."""
    channel = await room.email("dassos", confirmed=False)
    async with await connect_async(room.settings.database_url) as connection:
        await ask_to_confirm(connection, channel)
        await ask_to_confirm(connection, channel)
    room.open()
    await room.tell()
    async with room.sending():
        await room.until(lambda all_: all_[0].state == "sent")

    found = [(d.kind, d.state) for d in await room.deliveries()]
    assert sorted(found) == [("confirmation", "sent"), ("invitation", "no_channel")]
    path, token = URL.findall(room.mail.text())[0]
    assert (path, unseal(room.settings.signing_key(), CONFIRM, token)) == ("bekraeft", channel.id)


async def test_a_new_endpoint_is_confirmed_by_taking_a_first_event(room: PostRoom) -> None:
    """Signed, of a kind of its own, and without a word of any case; a case's messages go there only afterwards."""
    channel = await room.hook("dassos", confirmed=False)
    await ask_whether_right(room, channel)
    room.open(title="Fortrolig titel")
    await room.tell()
    async with room.sending():
        await room.until(lambda all_: any(d.state == "sent" for d in all_))
        before = [(d.kind, d.state) for d in await room.deliveries()]
        room.open()
        await room.tell()
        await room.until(lambda all_: [d.state for d in all_].count("sent") == 2)

    (_, first), (_, second) = room.endpoint.messages
    assert sorted(before) == [("confirmation", "sent"), ("invitation", "no_channel")]
    assert (first["type"], first["subject"]) == ("dk.sagsgang.confirmation", "dassos")
    assert first["data"].keys() == {"body", "channel", "text"}
    assert "Fortrolig" not in json.dumps(first)
    assert second["type"] == "dk.sagsgang.invitation"
    async with await connect_async(room.settings.database_url) as connection:
        assert (await find_channel(connection, channel.id)).state == "active"


async def test_an_endpoint_that_answers_otherwise_is_not_confirmed(room: PostRoom) -> None:
    """A mistyped address gets nothing of any case; asked again when it has been mended, it is."""
    channel = await room.hook("dassos", confirmed=False)
    await ask_whether_right(room, channel)
    room.endpoint.status = 404
    await room.tell()
    async with room.sending():
        (failed,) = await room.until(lambda all_: all_[0].state == "failed")
        async with await connect_async(room.settings.database_url) as connection:
            given_up = await find_channel(connection, channel.id)
            enabled = await enable_channel(connection, channel.id)
        room.endpoint.status = 204
        await resend_one(room, failed.id)
        await room.tell()
        (taken,) = await room.until(lambda all_: all_[0].state == "sent")
    async with await connect_async(room.settings.database_url) as connection:
        confirmed = await find_channel(connection, channel.id)

    assert (failed.attempts, given_up.state, enabled.state) == (3, "disabled", "unconfirmed")
    assert {message_id for message_id, _ in room.endpoint.messages} == {str(taken.id)}
    assert confirmed.state == "active"


async def test_a_letter_that_got_through_confirms_no_address(room: PostRoom) -> None:
    """A mail server takes letters to strangers too: somebody has to press the button."""
    channel = await room.email("dassos", confirmed=False)
    await ask_whether_right(room, channel)
    await room.tell()
    async with room.sending():
        await room.until(lambda all_: all_[0].state == "sent")
    async with await connect_async(room.settings.database_url) as connection:
        assert (await find_channel(connection, channel.id)).state == "unconfirmed"


async def test_a_death_between_sending_and_noting_sends_again_under_the_same_id(room: PostRoom) -> None:
    """The receiver gets it at least once, and knows the repeat; the row is one."""
    await room.hook("dassos")
    room.open()
    await room.tell()
    (delivery,) = await room.deliveries()
    room.endpoint.go_on = threading.Event()
    program = f"""
import asyncio, json, sys
from uuid import UUID
from domain.cases import Cases
from organisations.load import load_organisation
from outgoing.sending import Sender
from runtime.clock import Clock
from runtime.database import eventsourcing_env
from runtime.settings import Settings
settings = Settings().resolved()
env = eventsourcing_env(settings.database_url)
with Cases(organisation=load_organisation(settings.organisation), clock=Clock.real(), env=env) as cases:
    asyncio.run(Sender(settings, cases).attempt(UUID("{delivery.id}")))
"""
    environment = {
        "SAGSGANG_DATABASE_URL": room.settings.database_url,
        "SAGSGANG_TEMPORAL_ADDRESS": room.settings.temporal_address,
        "SAGSGANG_WEBHOOK_TARGETS": "any",
        "PATH": "/usr/bin:/bin",
    }
    process = subprocess.Popen([sys.executable, "-c", program], env=environment)  # noqa: ASYNC220 -- starting it blocks for no time
    assert await asyncio.to_thread(room.endpoint.came.wait, PATIENCE_SECONDS)
    process.kill()
    process.wait()
    room.endpoint.go_on.set()
    (unnoted,) = await room.deliveries()
    await room.sender.attempt(delivery.id)
    await room.sender.attempt(delivery.id)

    (noted,) = await room.deliveries()
    assert [message[0] for message in room.endpoint.messages] == [str(delivery.id)] * 2
    assert (unnoted.state, unnoted.attempts, noted.state, noted.attempts) == ("waiting", 0, "sent", 1)


async def test_deliveries_come_back_after_temporal_was_lost(room: PostRoom) -> None:
    """Handing over again starts what does not run, and disturbs nothing that does."""
    await room.email("dassos")
    room.open()
    await room.tell()
    (delivery,) = await room.deliveries()
    await room.client.get_workflow_handle(f"delivery:{delivery.id}").terminate()
    async with await connect_async(room.settings.database_url) as connection:
        assert await hand_over_again(connection) == 1
    await room.tell()
    async with room.sending():
        await room.until(lambda all_: [d.state for d in all_] == ["sent"])

    assert len(room.mail.letters) == 1


async def test_addresses_and_secrets_stand_in_no_event_and_no_log_line(room: PostRoom) -> None:
    """Only in their own tables."""
    with logged() as log:
        await room.email("dassos", with_link=True)
        await room.hook("dassos")
        room.open()
        await room.tell()
        async with room.sending():
            await room.until(lambda all_: [d.state for d in all_] == ["sent", "sent"])

    async with await connect_async(room.settings.database_url) as connection:
        secrets = [c.secret for c in await list_channels(connection) if c.secret]
    token = URL.findall(room.mail.text())[0][1]
    events = str(await room.do("SELECT convert_from(state, 'UTF8') FROM public.cases_events"))
    rows = str(await room.do("SELECT row_to_json(d)::text FROM office.deliveries d"))
    for hidden in ("dassos@example.dk", room.endpoint.url, token, *secrets):
        assert hidden not in events
        assert hidden not in rows
        assert hidden not in json.dumps(log.entries, default=str)


async def ask_whether_right(room: PostRoom, channel: Channel) -> None:
    """Have a new address asked."""
    async with await connect_async(room.settings.database_url) as connection:
        await ask_to_confirm(connection, channel)


async def resend_one(room: PostRoom, delivery_id: object) -> None:
    """Ask for a delivery again."""
    async with await connect_async(room.settings.database_url) as connection:
        await resend(connection, delivery_id)  # type: ignore[arg-type]
