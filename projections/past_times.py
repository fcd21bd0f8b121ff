# SPDX-License-Identifier: EUPL-1.2
"""How long bodies have taken in a process of their own, as plans learn it: by what was recorded before a day began."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from domain.dates import start_of_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.estimating import History
    from domain.organisation import Organisation

ANSWERS = 40
"""Of how many of a body's newest answers its usual time is learnt."""
PAST_TIMES = """
    SELECT body, asked, decided_on FROM unnest(%(bodies)s::text[]) AS body CROSS JOIN LATERAL (
        SELECT (asked_at AT TIME ZONE 'Europe/Copenhagen')::date AS asked, decided_on FROM {schema}.answers
        WHERE answers.body = body.body AND answered_at < %(until)s AND mode = 'own_process' AND decided_on IS NOT NULL
          AND (asked_at AT TIME ZONE 'Europe/Copenhagen')::date <= decided_on
        ORDER BY answered_at DESC, position DESC LIMIT %(answers)s
    ) AS times ORDER BY body, asked, decided_on
"""
"""The rows of a history, from the views in a schema."""


def asked_for(organisation: Organisation, today: date) -> dict[str, Any]:
    """What the query is given: a plan of the Danish date `today` counts with the answers recorded before that day.

    So all plans of a day rest on the same answers, whenever they are made, and a past day's on those of its time.
    """
    return {"bodies": list(organisation.bodies), "until": start_of_day(today), "answers": ANSWERS}


def history_of(rows: Iterable[tuple[str, date, date]]) -> History:
    """The history in the query's rows."""
    found: dict[str, list[tuple[date, date]]] = {}
    for body, asked, decided in rows:
        found.setdefault(body, []).append((asked, decided))
    return found
