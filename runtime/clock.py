# SPDX-License-Identifier: EUPL-1.2
"""The one clock of the installation: recorded times, due checks and timer lengths all come from here."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from runtime.files import write_private

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "clock.json"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ClockError(ValueError):
    """The clock's file or values cannot be used."""


def real_now() -> datetime:
    """Return the real instant (aware, UTC); only signature checks and the clock itself need it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """Shows `start` at the real instant `origin` and runs `speed` times as fast as real time from there."""

    origin: datetime
    start: datetime
    speed: float = 1.0

    def __post_init__(self) -> None:
        """Refuse instants without a time zone and speeds that do not run forward (`ClockError`)."""
        if self.origin.tzinfo is None or self.start.tzinfo is None:
            message = "origin and start must carry a time zone; write them as 2025-03-18T08:00:00+00:00"
            raise ClockError(message)
        if not (math.isfinite(self.speed) and self.speed > 0):
            message = f"speed {self.speed} does not run forward; give a number above 0"
            raise ClockError(message)

    def __call__(self) -> datetime:
        """Return the instant that the clock shows now (aware, UTC, microseconds)."""
        return self.shown_at(real_now())

    def shown_at(self, real: datetime) -> datetime:
        """Return the instant (UTC) that the clock shows at the real instant `real`."""
        return (self.start + (real - self.origin) * self.speed).astimezone(UTC)

    def real_seconds_until(self, instant: datetime) -> float:
        """Return the real seconds until the clock shows `instant`; 0 when it has passed."""
        return max(0.0, (instant - self()).total_seconds() / self.speed)

    @classmethod
    def real(cls) -> Clock:
        """Return the clock that shows real time."""
        return cls(EPOCH, EPOCH, 1.0)

    @classmethod
    def load(cls, data: Path) -> Clock:
        """Read the clock that the data folder keeps; without one it is the real clock. Raises `ClockError`."""
        path = data / FILE_NAME
        try:
            return cls._parse(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls.real()
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{path}: not a clock ({error}); remove the file to use real time"
            raise ClockError(message) from None

    def save(self, data: Path) -> None:
        """Keep the clock in the data folder, so that every process and later start shows the same time."""
        stored = {"origin": self.origin.isoformat(), "start": self.start.isoformat(), "speed": self.speed}
        write_private(data / FILE_NAME, json.dumps(stored) + "\n")

    @classmethod
    def _parse(cls, stored: dict[str, Any]) -> Clock:
        """Build the clock from its stored form."""
        origin, start = datetime.fromisoformat(stored["origin"]), datetime.fromisoformat(stored["start"])
        return cls(origin, start, float(stored["speed"]))
