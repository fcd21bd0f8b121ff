# SPDX-License-Identifier: EUPL-1.2
"""Makes one attempt at a delivery: reads what it tells of, writes the message, sends it, and notes what came of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import structlog

from domain.cases import Cases
from domain.dates import danish_date
from domain.errors import AbsentError
from outgoing.channels import EMAIL, Channel, find_channel, note_failure, note_reached
from outgoing.deliveries import (
    FAILED,
    NO_CHANNEL,
    NOT_CONFIGURED,
    SENT,
    WAITING,
    Delivery,
    end_needless,
    find_delivery,
    note_attempt,
)
from outgoing.deliveries import give_up as give_up_delivery
from outgoing.hooks import post
from outgoing.kinds import ASKING, CONFIRMATION, RECEIPT
from outgoing.letters import (
    Letter,
    Matter,
    confirmation,
    confirmation_event,
    event_of,
    letter_of,
    mail_of,
    name_of,
    read_matter,
)
from outgoing.links import ANSWER, ANSWER_PATH, CONFIRM, CONFIRM_PATH, link_for_letter, make_link, seal
from outgoing.outcomes import Outcome, not_now
from outgoing.relevance import why_needless
from outgoing.smtp import send_mail
from runtime.clock import real_now
from runtime.database import connect_async
from runtime.settings import DatabaseSettings, SettingsError

WITH_LINK = ASKING | {RECEIPT}
"""The kinds of letters that carry a personal link where the channel asks for it."""

Connection = psycopg.AsyncConnection[Any]

log = structlog.get_logger()


class Sender:
    """Sends deliveries by the channels of one installation."""

    def __init__(self, settings: DatabaseSettings, cases: Cases) -> None:
        """Send by the servers of `settings` what `cases` tells."""
        self._settings = settings
        self._cases = cases
        self._organisation = cases.organisation

    async def attempt(self, delivery_id: UUID) -> float | None:
        """Try once to send a delivery that waits; None when it is done with, else the least seconds to wait.

        A crash between sending and noting has the next attempt send again, under the same id. Raises errors of the
        database.
        """
        async with await connect_async(self._settings.database_url) as connection:
            delivery = await find_delivery(connection, delivery_id)
            if delivery.state != WAITING:
                return None
            matter = await self._matter(delivery)
            if matter is not None and (why := why_needless(delivery.kind, delivery.body, matter)):
                await end_needless(connection, delivery_id, why)
                log.info("delivery_not_needed", **_facts(delivery), reason=why)
                return None
            channel = await _channel_of(connection, delivery)
            if fault := self._fault(delivery, channel):
                await note_attempt(connection, delivery_id, *fault)
                return None
            outcome = await self._send(connection, delivery, channel, matter)  # type: ignore[arg-type]  # see _fault
            return await self._note(connection, delivery, outcome)

    async def give_up(self, delivery_id: UUID) -> None:
        """End a delivery that was tried in vain, and use its endpoint no more."""
        async with await connect_async(self._settings.database_url) as connection:
            delivery = await find_delivery(connection, delivery_id)
            if delivery.state != WAITING:
                return
            await give_up_delivery(connection, delivery_id)
            if delivery.channel is not None and delivery.channel_kind != EMAIL:
                await note_failure(connection, delivery.channel, disable="no message got through for days")
            log.warning("delivery_failed", **_facts(delivery))

    def _fault(self, delivery: Delivery, channel: Channel | None) -> tuple[str, str] | None:
        """Why nothing can be sent, as the state and the words; None when it can."""
        if channel is None:
            return NO_CHANNEL, "the channel was removed"
        if not channel.takes(delivery.kind):
            return FAILED, f"the channel is {channel.state} or does not take this kind of message"
        if channel.kind == EMAIL and not (self._settings.smtp_host and self._settings.mail_sender):
            return NOT_CONFIGURED, "no mail server is set: SAGSGANG_SMTP_HOST and SAGSGANG_MAIL_SENDER"
        return None

    async def _send(
        self, connection: Connection, delivery: Delivery, channel: Channel, matter: Matter | None
    ) -> Outcome:
        try:
            if channel.kind == EMAIL:
                return await self._send_mail(connection, delivery, channel, matter)
            return await self._post(delivery, channel, matter)
        except SettingsError as error:
            return not_now(str(error))

    async def _send_mail(
        self, connection: Connection, delivery: Delivery, channel: Channel, matter: Matter | None
    ) -> Outcome:
        letter = await self._letter(connection, delivery, channel, matter)
        return await send_mail(
            self._settings, mail_of(letter, delivery.id, self._settings.mail_sender or "", channel.address)
        )

    async def _letter(
        self, connection: Connection, delivery: Delivery, channel: Channel, matter: Matter | None
    ) -> Letter:
        if matter is None:
            today = danish_date(self._cases.clock())
            url = self._url(CONFIRM_PATH, CONFIRM, channel.id)
            return confirmation(name_of(self._organisation, channel.body, today), url)
        url_or_none = None
        if channel.with_link and delivery.kind in WITH_LINK:
            url_or_none = await self._answer_url(connection, delivery, channel, matter)
        return letter_of(delivery, matter, self._organisation, url_or_none)

    async def _answer_url(self, connection: Connection, delivery: Delivery, channel: Channel, matter: Matter) -> str:
        """The personal link in a letter: the one that an earlier letter to the channel carried, or a new one."""
        place, now = matter.round, real_now()
        step, number = (place.step, place.number) if place else ("", 0)
        whose: dict[str, Any] = {"case_id": matter.case.id, "body": delivery.body, "step": step, "round": number}
        link = await link_for_letter(connection, **whose, channel=channel.id, now=now)
        if link is None:
            until = now + timedelta(days=self._settings.link_days)
            made: dict[str, Any] = {"made_by": "notifier", "valid_until": until, "channel": channel.id}
            link = await make_link(connection, self._settings.signing_key(), **whose, **made)
        return self._url(ANSWER_PATH, ANSWER, link.id)

    async def _post(self, delivery: Delivery, channel: Channel, matter: Matter | None) -> Outcome:
        source = self._settings.public_url
        body = event_of(delivery, matter, source) if matter else confirmation_event(delivery, source)
        any_target = self._settings.webhook_targets == "any"
        return await post(channel.address, str(delivery.id), body, channel.secrets(real_now()), any_target=any_target)

    async def _matter(self, delivery: Delivery) -> Matter | None:
        """What a delivery tells of; None of one that asks whether an address is right."""
        case_id, version = delivery.case_id, delivery.version
        if delivery.kind == CONFIRMATION:
            return None
        if case_id is None or version is None:
            raise LookupError(f"the delivery {delivery.id} tells of no case")
        return await asyncio.to_thread(read_matter, self._cases, case_id, version)

    async def _note(self, connection: Connection, delivery: Delivery, outcome: Outcome) -> float | None:
        """Remember what came of an attempt; returns as `attempt` does."""
        channel = delivery.channel
        state = SENT if outcome.is_sent else FAILED if outcome.is_final else WAITING
        async with connection.transaction():
            await note_attempt(connection, delivery.id, state, outcome.error)
            if channel is not None and outcome.is_sent:
                confirms = delivery.kind == CONFIRMATION and delivery.channel_kind != EMAIL
                await note_reached(connection, channel, confirms=confirms)
            elif channel is not None:
                await note_failure(connection, channel, disable=outcome.disable)
        facts = _facts(delivery)
        if outcome.is_sent:
            log.info("delivery_sent", **facts)
        else:
            log.warning("delivery_not_sent", **facts, error=outcome.error, final=outcome.is_final)
        return outcome.wait_seconds if state == WAITING else None

    def _url(self, path: str, purpose: str, subject: UUID) -> str:
        return f"{self._settings.public_url}{path}/{seal(self._settings.signing_key(), purpose, subject)}"


def answer_url(settings: DatabaseSettings, link_id: UUID) -> str:
    """The address of a personal link; raises `SettingsError` without a signing key."""
    return f"{settings.public_url}{ANSWER_PATH}/{seal(settings.signing_key(), ANSWER, link_id)}"


def _facts(delivery: Delivery) -> dict[str, str]:
    """What log lines tell of a delivery."""
    return {"delivery": str(delivery.id), "body": delivery.body, "kind": delivery.kind}


async def _channel_of(connection: Connection, delivery: Delivery) -> Channel | None:
    if delivery.channel is None:
        return None
    try:
        return await find_channel(connection, delivery.channel)
    except AbsentError:
        return None
