# SPDX-License-Identifier: EUPL-1.2
"""The demo's own data folders: a fresh one each time, the newest kept, none removed that is in use."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import datetime, time
from itertools import count
from pathlib import Path

from domain.dates import COPENHAGEN, at_danish_time, danish_date
from runtime.clock import Clock
from workers.embedded.folder import FolderError, held

BASE = Path(".sagsgang-demo")
KEPT = 3
"""How many demos' folders are there at most, the new one included."""
REAL_SECONDS_A_DAY = 0.25
START_SECONDS = 14.0
"""About how long the services take to start: until then the clock comes up to the day that the demo is started on."""
MORNING = time(8)


def fresh_folder(now: datetime, base: Path = BASE) -> Path:
    """A new folder below `base`, named after the real instant `now`; the oldest ones are removed."""
    stamp = now.astimezone(COPENHAGEN).strftime("%Y%m%d-%H%M%S")
    for number in count(1):
        folder = base / (stamp if number == 1 else f"{stamp}-{number}")
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            break
    for old in sorted(other for other in base.iterdir() if other.is_dir())[:-KEPT]:
        _remove(old)
    return folder


def demo_clock(now: datetime) -> Clock:
    """A clock that shows this morning when the services have started, and runs a day in a quarter of a second."""
    origin = datetime.fromtimestamp(now.timestamp() + START_SECONDS, now.tzinfo)
    return Clock(origin, at_danish_time(danish_date(now), MORNING), 24 * 60 * 60 / REAL_SECONDS_A_DAY)


def _remove(folder: Path) -> None:
    """Remove a folder unless a running tree holds it."""
    with suppress(FolderError), held(folder):
        shutil.rmtree(folder, ignore_errors=True)
