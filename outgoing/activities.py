# SPDX-License-Identifier: EUPL-1.2
"""The activities of a delivery's workflow: one attempt, and the end of the ladder."""

from __future__ import annotations

import psycopg
import structlog
from eventsourcing.persistence import PersistenceError
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.errors import AbsentError
from outgoing.sending import Sender
from workflows.delivery_messages import ATTEMPT, GIVE_UP, Attempted, DeliveryRef

log = structlog.get_logger()


class DeliveryActivities:
    """What a delivery's workflow has done by the worker that it runs on."""

    def __init__(self, sender: Sender) -> None:
        """Send by `sender`."""
        self._sender = sender

    @activity.defn(name=ATTEMPT)
    async def attempt(self, delivery: DeliveryRef) -> Attempted:
        """Try once to send; a database that is away is no attempt, and the activity is tried again."""
        try:
            wait = await self._sender.attempt(delivery.delivery_id)
        except AbsentError:  # its row is gone: another took its place
            return Attempted(done=True)
        except (psycopg.Error, PersistenceError) as error:
            log.warning("delivery_postponed", delivery=str(delivery.delivery_id), error=type(error).__name__)
            benign = ApplicationErrorCategory.BENIGN
            raise ApplicationError(type(error).__name__, category=benign) from error
        return Attempted(done=wait is None, wait_seconds=wait or 0.0)

    @activity.defn(name=GIVE_UP)
    async def give_up(self, delivery: DeliveryRef) -> None:
        """End a delivery that has been tried often enough."""
        await self._sender.give_up(delivery.delivery_id)
