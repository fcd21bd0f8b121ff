# SPDX-License-Identifier: EUPL-1.2
"""What came of one attempt to send."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """Whether a message got through, and if not, why and whether to try again."""

    is_sent: bool
    error: str | None = None
    is_final: bool = False
    """Whether trying again is of no use."""
    disable: str | None = None
    """Why the channel is not to be used any more, if so."""
    wait_seconds: float = 0.0
    """How long the receiver asks to be left alone, real seconds."""


def not_now(error: str, wait_seconds: float = 0.0) -> Outcome:
    """The message may get through later."""
    return Outcome(is_sent=False, error=error, wait_seconds=wait_seconds)


def refused(error: str, disable: str | None = None) -> Outcome:
    """The message will not get through."""
    return Outcome(is_sent=False, error=error, is_final=True, disable=disable)
