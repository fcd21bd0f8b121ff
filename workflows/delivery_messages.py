# SPDX-License-Identifier: EUPL-1.2
"""What goes in and out of a delivery's workflow: which one, and how long to pause before each attempt."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

DELIVERY_WORKFLOW = "Delivery"
"""The workflow's name in Temporal."""
RESEND = "resend"
"""The signal's name."""
ATTEMPT, GIVE_UP = "attempt_delivery", "give_up_delivery"
"""The activities' names."""
DELIVERY_QUEUE = "sagsgang-deliveries"
"""A task queue of its own: a slow mail server must not hold up the cases."""


@dataclass(frozen=True)
class DeliveryInput:
    """Which delivery is to be sent, with the real seconds to pause before each attempt."""

    delivery_id: UUID
    pauses: list[float]
    resends: int = 0
    """How often it had been asked for again when the workflow was started."""


@dataclass(frozen=True)
class DeliveryRef:
    """Which delivery an activity is about."""

    delivery_id: UUID


@dataclass(frozen=True)
class Attempted:
    """What came of an attempt: whether the delivery is done with, and how long its receiver asks to be left alone."""

    done: bool
    wait_seconds: float = 0.0


def delivery_workflow_id(delivery_id: UUID) -> str:
    """The workflow id of a delivery."""
    return f"delivery:{delivery_id}"
