# SPDX-License-Identifier: EUPL-1.2
"""Every case as it stood at a past moment, kept for some moments, since nothing of them changes any more."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from projections.documents import Document

_KEPT = 4
"""How many moments are kept."""
_SETTLED = timedelta(days=1)
"""How long ago a moment must be for all that was recorded by then to be in the log."""


@dataclass(frozen=True)
class PastCases:
    """The cases that were opened by a moment as a list shows them, the newest first, each with its forecast of then."""

    cases: list[Document]
    more: bool
    """Whether some were left out, since there are too many to fold."""


class PastMoments:
    """The moments of the past that were looked at last."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: OrderedDict[datetime, PastCases] = OrderedDict()
        self._turn = asyncio.Lock()

    async def cases(self, moment: datetime, now: datetime, look_up: Callable[[], Awaitable[PastCases]]) -> PastCases:
        """What `look_up` finds for a moment; of several who ask at once the first alone makes the effort.

        Both instants are aware.
        """
        async with self._turn:
            found = self._kept.get(moment) or await look_up()
            if moment + _SETTLED <= now:
                self._kept[moment] = found
                self._kept.move_to_end(moment)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
