# SPDX-License-Identifier: EUPL-1.2
"""What the secretariat is told before a delivery is sent again: what will happen, or what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.names import Name
from outgoing.channels import Channel
from outgoing.deliveries import NO_CHANNEL, SENT, WAITING, Delivery
from outgoing.kinds import ASKING, ESCALATION, TASK

_FIRST = {
    WAITING: Name(
        "Den venter på næste forsøg og sendes nu i stedet.", "It waits for its next attempt and is sent now instead."
    ),
    SENT: Name(
        "Den er sendt og sendes én gang til. Et system, der har taget imod den, ser, at det er den samme.",
        "It was sent and is sent once more. A system that has taken it sees that it is the same.",
    ),
}
_ANEW = Name(
    "Den sendes igen. Mislykkes det, forsøges der forfra i de næste dage.",
    "It is sent again. If that fails, it is tried anew over the next days.",
)
_NOWHERE = Name(
    "Organet har ingen bekræftet adresse, der tager den slags beskeder.",
    "The body has no confirmed address that takes messages of this kind.",
)
_NOT_IN_USE = Name(
    "Adressen er ikke i brug eller tager ikke den slags beskeder.",
    "The address is not in use, or does not take messages of this kind.",
)
_REMOVED = Name("Adressen er fjernet.", "The address was removed.")


def hindrance(delivery: Delivery, channels: Sequence[Channel]) -> Name | None:
    """Why sending again would be in vain, given the body's channels now; None where it may get through."""
    if _takers(delivery, channels):
        return None
    if delivery.channel is None:
        return _NOWHERE
    return _NOT_IN_USE if delivery.channel in {channel.id for channel in channels} else _REMOVED


def what_happens(delivery: Delivery, channels: Sequence[Channel]) -> Iterator[Name]:
    """What sending again does, in sentences."""
    if delivery.state == NO_CHANNEL and delivery.channel is None:
        count = len(_takers(delivery, channels))
        da, en = ("1 adresse", "1 address") if count == 1 else (f"{count} adresser", f"{count} addresses")
        yield Name(f"Den sendes til {da}, som organet har nu.", f"It is sent to {en} that the body has now.")
    else:
        yield _FIRST.get(delivery.state, _ANEW)
    if delivery.kind in ASKING | {ESCALATION, TASK}:
        yield Name(
            "Er den ikke nødvendig længere, når den skal af sted, sendes intet: for eksempel fordi der er svaret.",
            "If it is no longer needed when it is to go out, nothing is sent: for instance since there is an answer.",
        )


def _takers(delivery: Delivery, channels: Sequence[Channel]) -> list[Channel]:
    """The channels that it would go to: its own, or where it had none all of the body's that take its kind."""
    return [c for c in channels if delivery.channel in {None, c.id} and c.takes(delivery.kind)]
