# SPDX-License-Identifier: EUPL-1.2
"""How the installation itself is doing: what the page of operations, the API and the metrics tell alike."""

from __future__ import annotations

import contextlib
import platform
from typing import TYPE_CHECKING, Any

from outgoing.channels import count_alarmed
from outgoing.deliveries import count_states
from projections.documents import Document, instant
from projections.projector import view_shape
from runtime.clock import real_now
from runtime.parts import FRESH_SECONDS, VERSION, PartState, missing_parts, read_parts
from runtime.troubles import Trouble, count_troubles, read_troubles

if TYPE_CHECKING:
    import psycopg

    from web.services import Services

READERS = ("relay", "projector", "notifier")
"""Who reads the log from a place of its own."""

_PLACES = """
    SELECT (SELECT coalesce(max(notification_id), 0) FROM public.cases_events) AS head,
           (SELECT position FROM office.relay) AS relay,
           (SELECT position FROM views.position) AS projector,
           (SELECT position FROM office.notifier) AS notifier,
           obj_description('views.position'::regclass, 'pg_class') AS shape,
           (SELECT max(name) FROM office.migrations WHERE name ~ '^[0-9]') AS migration,
           current_setting('server_version') AS postgresql
"""


async def read_installation(shared: Services) -> Document:
    """The lags, parts, troubles and versions as they are now; raises psycopg errors."""
    async with shared.pool.connection() as connection:
        places = await _places(connection)
        parts = await read_parts(connection)
        found = {
            "looked_at": instant(real_now()),
            "position": places["head"],
            "parts": [_part_document(part) for part in parts],
            "missing_parts": missing_parts(parts),
            "temporal": _temporal(parts),
            "troubles": [trouble_document(trouble) for trouble in await read_troubles(connection)],
            "troubles_by_kind": await count_troubles(connection),
            "deliveries": await count_states(connection),
            "channels_alarmed": await count_alarmed(connection),
            "versions": _versions(places),
        }
    return {**found, "readers": [await _reader(shared, name, places) for name in READERS]}


def trouble_document(trouble: Trouble) -> Document:
    """What keeps a case from moving."""
    return {
        "case": str(trouble.case),
        "kind": trouble.kind,
        "reason": trouble.reason,
        "since": instant(trouble.since),
        "last_at": instant(trouble.last_at),
        "times": trouble.times,
        "recovery_asked_at": instant(trouble.asked_at),
    }


async def _places(connection: psycopg.AsyncConnection[Any]) -> dict[str, Any]:
    cursor = await connection.execute(_PLACES)
    row = await cursor.fetchone()
    return dict(zip([column.name for column in cursor.description or ()], row or (), strict=True))


async def _reader(shared: Services, name: str, places: dict[str, Any]) -> Document:
    """How far a reader of the log is behind: in places, and by the age of the oldest event that it has not taken."""
    position = places[name] or 0
    behind = max(0, places["head"] - position)
    seconds = 0.0
    if behind:
        # What cannot be read is told by the part that stops at it.
        with contextlib.suppress(Exception):
            oldest = await shared.run(lambda: shared.cases.read_log(position + 1, 1))
            seconds = max(0.0, (shared.clock() - oldest[0].event.timestamp).total_seconds())
    return {"reader": name, "position": position, "behind": behind, "seconds_behind": round(seconds, 1)}


def _part_document(state: PartState) -> Document:
    """One running instance of a part; `error` is why its last turn failed."""
    return {
        "part": state.part,
        "instance": state.instance,
        "ready": state.ready,
        "seconds_since_beat": round(state.age, 1),
        "version": state.detail.get("version"),
        "error": state.detail.get("error"),
        "stopped_before": state.detail.get("stopped_before"),
    }


def _temporal(parts: list[PartState]) -> Document:
    """What the relay that beat last has seen of Temporal; `answers` is null where no relay lives to tell."""
    unknown: Document = {
        "answers": None,
        "version": None,
        "namespace": None,
        "pollers": {},
        "error": None,
        "looked_at": None,
    }
    seen = [part for part in parts if part.part == "relay" and "temporal" in part.detail]
    newest = min(seen, key=lambda part: part.age, default=None)
    if newest is None:
        return unknown
    is_fresh = newest.age < FRESH_SECONDS
    seen_there: Document = newest.detail["temporal"]
    return unknown | seen_there | ({} if is_fresh else {"answers": None})


def _versions(places: dict[str, Any]) -> Document:
    """The versions of what runs, and whether the views are of this one's shape."""
    return {
        "sagsgang": VERSION,
        "python": platform.python_version(),
        "postgresql": places["postgresql"],
        "migration": places["migration"],
        "views": (places["shape"] or "")[:8],
        "views_fit": places["shape"] == view_shape(),
    }
