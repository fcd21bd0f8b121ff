# SPDX-License-Identifier: EUPL-1.2
"""A route in words, as JSON and as a Mermaid flow chart."""

from __future__ import annotations

from typing import Any

from domain.asks import ASKS
from domain.organisation import Organisation
from domain.route import Route, Step

_MODES = {
    "meeting": "på møde / at a meeting",
    "written_procedure": "skriftlig godkendelse / written procedure",
    "own_process": "egen proces / own process",
}


def route_as_json(route: Route) -> dict[str, Any]:
    """A route as one JSON object."""
    return {
        "id": route.id,
        "version": route.version,
        "name": {"da": route.name.da, "en": route.name.en},
        "source": route.source.strip(),
        "binds": route.binds,
        "ending": {"status": route.ending.status, "result_of": route.ending.result_of},
        "steps": [_step_as_json(step) for step in route.steps],
    }


def route_as_text(route: Route, organisation: Organisation) -> list[str]:
    """A route as lines that people read, its bodies by their newest names."""
    lines = [f"{route.name.da} / {route.name.en}  ({route.id}, version {route.version})", ""]
    for number, step in enumerate(route.steps, start=1):
        lines += [f"{number}. {step.id}: {step.name.da} / {step.name.en}", *_about(step, organisation)]
    return [*lines, "", *route.source.strip().splitlines()]


def route_as_mermaid(route: Route) -> list[str]:
    """A route as a flow chart: full arrows by order, broken ones for steps that an outcome opens."""
    lines = ["flowchart TD"]
    for step in route.steps:
        lines.append(f'    {_node(step.id)}["{_escaped(step.name.da)}"]')
        lines += [f"    {_node(earlier)} --> {_node(step.id)}" for earlier in step.after]
        if step.opened_by:
            lines.append(f"    {_node(step.opened_by.step)} -. {step.opened_by.outcome} .-> {_node(step.id)}")
    return lines


def _step_as_json(step: Step) -> dict[str, Any]:
    opened_by = step.opened_by
    return {
        "id": step.id,
        "name": {"da": step.name.da, "en": step.name.en},
        "ask": step.ask,
        "bodies": list(step.bodies),
        "group": step.group,
        "asks_concerned": step.asks_concerned,
        "mode": step.mode,
        "after": list(step.after),
        "opened_by": {"step": opened_by.step, "outcome": opened_by.outcome} if opened_by else None,
        "due": step.due,
        "window_days": step.window_days,
        "on_silence": step.on_silence,
        "closes": dict(step.closes),
        "reminders": [reminder.days for reminder in step.reminders],
    }


def _about(step: Step, organisation: Organisation) -> list[str]:
    ask = ASKS[step.ask].name
    lines = [f"   {_asked(step, organisation)}: {ask.da} / {ask.en}, {_MODES[step.mode]}"]
    if step.after:
        lines.append(f"   efter / after: {', '.join(step.after)}")
    if step.opened_by:
        lines.append(f"   åbnes af / opened by: {step.opened_by.step}, {step.opened_by.outcome}")
    lines += [f"   frist / due: {due}" for due in [_due(step)] if due]
    lines += [f"   afslutter / closes: {closed} ({result})" for closed, result in step.closes.items()]
    return lines


def _asked(step: Step, organisation: Organisation) -> str:
    if step.group:
        return organisation.groups[step.group].name.da
    names = ", ".join(organisation.bodies[body].names[-1].name.da for body in step.bodies)
    return f"de berørte, ellers / those concerned, else {names}" if step.asks_concerned else names


def _due(step: Step) -> str:
    window = f"{step.window_days} dage efter åbningen / days after it opens"
    deadline, asked = "sagens frist / the case's deadline", "den stillede frist / the date asked for"
    return {"window": window, "deadline": deadline, "asked": asked}.get(step.due, "")


def _node(step_id: str) -> str:
    """A name for the chart; plain, an id could be a word of Mermaid's own, such as `end`."""
    return f"step-{step_id}"


def _escaped(text: str) -> str:
    return text.replace('"', "#quot;")
