# SPDX-License-Identifier: EUPL-1.2
"""What a simulated case went through, in the timeline's sentences and as JSON."""

from __future__ import annotations

from typing import Any

from domain.case import Case, StepState
from domain.dates import danish_date
from domain.names import Name
from domain.organisation import Organisation
from domain.simulating import Simulated, Wishes
from projections.phrases import CASE_STATUSES
from projections.timeline import timeline_entry


def simulation_as_text(simulated: Simulated, organisation: Organisation) -> list[str]:
    """A line an event with its Danish day, and how the case ended or what it waits for."""
    days = (danish_date(event.timestamp) for event in simulated.events)
    entries = _timeline(simulated, organisation)
    told = [f"{day}  {entry['da']}" for day, entry in zip(days, entries, strict=True)]
    return [*told, "", _ending(simulated, organisation)]


def simulation_as_json(simulated: Simulated, wishes: Wishes, organisation: Organisation) -> dict[str, Any]:
    """The case's end, what was invented for it, and its timeline."""
    case = simulated.case
    return {
        "route": {"id": case.route.id, "version": case.route.version},
        "seed": wishes.seed,
        "start": wishes.start.isoformat(),
        "deadline": case.deadline.isoformat() if case.deadline else None,
        "attributes": case.attributes,
        "concerned": case.concerned,
        "ended": not case.is_open,
        "status": str(case.status),
        "result": case.result,
        "ended_on": danish_date(case.closed_at).isoformat() if case.closed_at else None,
        "waiting_for": case.waiting_for(),
        "unopened": _unopened(case),
        "timeline": _timeline(simulated, organisation),
    }


def _timeline(simulated: Simulated, organisation: Organisation) -> list[dict[str, Any]]:
    before: Case | None = None
    entries = []
    for position, event in enumerate(simulated.events, start=1):
        entries.append(timeline_entry(before, event, position, organisation))
        before = event.mutate(before)
    return entries


def _unopened(case: Case) -> list[str]:
    """The steps that an open case has not come to."""
    return [step.id for step, current in case.current_rounds() if case.is_open and current.state == StepState.WAITING]


def _quoted(name: Name) -> Name:
    return Name(f"»{name.da}«", f"“{name.en}”")


def _ending(simulated: Simulated, organisation: Organisation) -> str:
    case, last = simulated.case, danish_date(simulated.events[-1].timestamp)
    if case.is_open:
        names = [organisation.name_of(body, last) for body in case.waiting_for()]
        names = names or [_quoted(case.route.step(step_id).name) for step_id in _unopened(case)]
        on = Name(", ".join(name.da for name in names), ", ".join(name.en for name in names))
        return f"Sagen er ikke slut; den venter på {on.da} / the case has not ended; it waits for {on.en}"
    status = CASE_STATUSES[case.status]
    days = (last - danish_date(simulated.events[0].timestamp)).days
    result = f" ({case.result})" if case.result else ""
    return f"Sagen {status.da} / the case {status.en}{result}, {days} dage / days"
