# SPDX-License-Identifier: EUPL-1.2
"""The durable process of one delivery: attempt after attempt, with the pauses of the ladder, until it is done with."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows.delivery_messages import (
        ATTEMPT,
        DELIVERY_WORKFLOW,
        GIVE_UP,
        RESEND,
        Attempted,
        DeliveryInput,
        DeliveryRef,
    )

# Longer than a mail server or an endpoint may take; a killed worker's attempt is made again by another after it.
ATTEMPT_TIMEOUT = timedelta(seconds=45)
# Our own database away, or a fault of ours: not the receiver's matter, so that no rung of the ladder is used up.
PATIENT = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=60))
JITTER = 0.1


@workflow.defn(name=DELIVERY_WORKFLOW)
class DeliveryWorkflow:
    """One delivery from its first attempt to its last; its row holds what came of it, this the waiting."""

    @workflow.init
    def __init__(self, delivery: DeliveryInput) -> None:
        """Take over a delivery."""
        self._delivery = delivery
        self._resends = delivery.resends

    @workflow.run
    async def run(self, delivery: DeliveryInput) -> None:
        """Go up the ladder; asked for again, begin it anew."""
        while True:
            done = await self._climb()
            if self._resends == self._delivery.resends:
                break
            self._delivery = DeliveryInput(delivery.delivery_id, delivery.pauses, self._resends)
        if not done:
            ref = DeliveryRef(delivery.delivery_id)
            await workflow.execute_activity(GIVE_UP, ref, start_to_close_timeout=ATTEMPT_TIMEOUT, retry_policy=PATIENT)

    @workflow.signal(name=RESEND, description="Somebody has asked for the delivery again.")
    def resend(self, resends: int) -> None:
        """Remember how often it has been asked for."""
        self._resends = max(self._resends, resends)

    async def _climb(self) -> bool:
        """Make one attempt after the other; whether the delivery is done with, ending early when asked for again."""
        asked_wait = 0.0
        for pause in self._delivery.pauses:
            if await self._asked_again_within(max(pause, asked_wait)):
                return False
            attempted: Attempted = await workflow.execute_activity(
                ATTEMPT,
                DeliveryRef(self._delivery.delivery_id),
                result_type=Attempted,
                start_to_close_timeout=ATTEMPT_TIMEOUT,
                retry_policy=PATIENT,
            )
            if attempted.done:
                return True
            asked_wait = attempted.wait_seconds
        return False

    async def _asked_again_within(self, seconds: float) -> bool:
        """Wait out a pause, lengthened by chance so that what failed together is not tried together."""
        if not seconds:
            return False
        lengthened = seconds * (1 + JITTER * workflow.random().random())
        try:
            await workflow.wait_condition(lambda: self._resends > self._delivery.resends, timeout=lengthened)
        except TimeoutError:
            return False
        return True
