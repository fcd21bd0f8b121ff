# SPDX-License-Identifier: EUPL-1.2
"""A route in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from domain.asks import result_name
from domain.attribute_tests import AttributeTests
from domain.drawing import (
    REMINDED_IN_WORDS,
    asks_in_words,
    enough_in_words,
    mandate_in_words,
    needed_in_words,
    silence_in_words,
)
from domain.organisation import Organisation
from domain.route import BODIES, WRITTEN, Route, Step

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
        "ending": {
            "status": route.ending.status,
            "result_of": list(route.ending.result_of),
            "rejected_by": list(route.ending.rejected_by),
            "blocked_by": list(route.ending.blocked_by),
        },
        "revised_by": route.revision.bodies[0],
        "entry_into_force": _entry_as_json(route),
        "steps": [_step_as_json(step) for step in route.steps],
    }


def route_as_text(route: Route, organisation: Organisation) -> list[str]:
    """A route as lines that people read, its bodies by their newest names."""
    lines = [f"{route.name.da} / {route.name.en}  ({route.id}, version {route.version})", ""]
    for number, step in enumerate(route.steps, start=1):
        lines += [f"{number}. {step.id}: {step.name.da} / {step.name.en}", *_about(step, organisation)]
    return [*lines, "", *_about_route(route), "", *route.source.strip().splitlines()]


def _step_as_json(step: Step) -> dict[str, Any]:
    opened_by = step.opened_by
    return {
        "id": step.id,
        "name": {"da": step.name.da, "en": step.name.en},
        "ask": step.ask,
        "also_asks": list(step.also_asks),
        "decided_by": list(step.decided_by),
        "bodies": list(step.bodies),
        "group": step.group,
        "asks_concerned": step.asks_concerned,
        "mode": step.mode,
        "after": list(step.after),
        "opens_after_days": step.opens_after_days,
        "opens_on": step.opens_on,
        "opened_by": {"step": opened_by.step, "outcome": opened_by.outcome} if opened_by else None,
        "keeps_case_open": step.keeps_case_open,
        "due": step.due,
        "due_on": step.due_on,
        "due_days": step.due_days,
        "window_days": step.window_days,
        "on_silence": step.on_silence,
        "complete": step.complete,
        "at_least": step.at_least,
        "must_have": list(step.must_have),
        "counts": {outcome: str(meaning) for outcome, meaning in step.counts.items()},
        "when": [_tests_as_json(tests) for tests in step.when],
        "unless": [_tests_as_json(tests) for tests in step.unless],
        "returned_to": step.returned_to,
        "counts_corrections": step.counts_corrections,
        "blocked_by": list(step.blocked_by),
        "closes": dict(step.closes),
        "open_to": step.open_to,
        "starts_on": step.starts_on,
        "ends_on": list(step.ends_on),
        "reminders": [reminder.days for reminder in step.reminders if reminder.to == BODIES],
        "escalations": [{"days": rule.days, "to": rule.to} for rule in step.reminders if rule.to != BODIES],
    }


def _tests_as_json(tests: AttributeTests) -> list[dict[str, Any]]:
    """The tests that all must hold, in the words of the route file."""
    return [
        {"attribute": test.attribute, **({"is": test.equals} if test.equals is not None else {}), **dict(test.bounds)}
        for test in tests.tests
    ]


def _entry_as_json(route: Route) -> dict[str, Any] | None:
    entry = route.entry
    if entry is None:
        return None
    day = entry.day.isoformat() if entry.day else None
    return {"on": entry.on, "date": day, "provided": list(entry.provided), "replaces": entry.replaces}


def _about_route(route: Route) -> list[str]:
    """What holds of the whole route: its deadline, revision, end and entry into force."""
    ending = route.ending
    lines = [f"sagens frist gælder / the deadline binds: {route.binds}"] if route.binds else []
    lines += [f"tilrettes af / revised by: {', '.join(route.revision.bodies)}"]
    lines += [f"ender som / ends as: {ending.status}, resultat af / result of: {', '.join(ending.result_of)}"]
    if ending.rejected_by:
        lines.append(f"ender som afvist ved / ends as rejected by: {_results(ending.rejected_by)}")
    if ending.blocked_by:
        lines.append(f"Afslutningen {_blocked(ending.blocked_by)}")
    if route.entry:
        day = route.entry.on or (route.entry.day and str(route.entry.day)) or "straks / at once"
        lines.append(f"træder i kraft / enters into force: {day}, hvis / if: {', '.join(route.entry.provided)}")
        lines += [f"erstatter / replaces: {route.entry.replaces}"] if route.entry.replaces else []
    return lines


def _about(step: Step, organisation: Organisation) -> list[str]:
    ask = asks_in_words(step)
    lines = [f"   {_asked(step, organisation)}: {ask.da} / {ask.en}, {_MODES[step.mode]}"]
    rules = (mandate_in_words(step), enough_in_words(step), needed_in_words(step))
    lines += [f"   {words}" for words in rules if words]
    lines += [f"   tæller / counts: {result_name(key).da} = {meaning}" for key, meaning in step.counts.items()]
    lines += [f"   {words}" for words in (*_opening(step), *_due(step))]
    if step.returned_to:
        lines.append(f"   sendt tilbage går sagen igen fra / sent back, it goes again from: {step.returned_to}")
    if step.blocked_by:
        lines.append(f"   {_blocked(step.blocked_by)}")
    if step.mode == WRITTEN and step.is_decided:
        lines.append(f"   tavshed / silence: {silence_in_words(step)}")
    if step.open_to:
        group = organisation.groups[step.open_to].name.da
        lines.append(f"   åben for / open to: {group}")
    lines += [f"   afslutter / closes: {closed} ({result})" for closed, result in step.closes.items()]
    if step.ends_on:
        lines.append(f"   sagen afvises ved / the case ends as rejected by: {_results(step.ends_on)}")
    if step.counts_corrections:
        lines.append("   rettelser tæller også bagefter / corrections count afterwards too")
    return lines


def _blocked(by: Sequence[str]) -> str:
    return f"spærres af åbne betingelser fra / is blocked by open conditions of: {', '.join(by)}"


def _results(results: Iterable[str]) -> str:
    return ", ".join(f"{result_name(result).da} ({result})" for result in results)


def _opening(step: Step) -> Iterator[str]:
    """What has to be before the step opens."""
    if step.after:
        yield f"efter / after: {', '.join(step.after)}"
    if step.opens_after_days is not None:
        yield f"åbner efter / opens after: {step.opens_after_days} dage / days"
    if step.opens_on is not None:
        yield f"åbner på datoen / opens on the date: {step.opens_on}"
    if step.opened_by:
        yield f"åbnes af / opened by: {step.opened_by.step}, {step.opened_by.outcome}"
    if step.keeps_case_open:
        yield "holder sagen åben / keeps the case open"


def _asked(step: Step, organisation: Organisation) -> str:
    if step.group:
        return organisation.groups[step.group].name.da
    names = ", ".join(organisation.bodies[body].names[-1].name.da for body in step.bodies)
    return f"de berørte, ellers / those concerned, else {names}" if step.asks_concerned else names


def _due(step: Step) -> Iterator[str]:
    """When the step is due, what silence does, and who is reminded when."""
    days = f"{step.days_to_due} dage efter åbningen / days after it opens"
    deadline, asked = "sagens frist / the case's deadline", "den stillede frist / the date asked for"
    attribute = f"datoen / the date {step.due_on}"
    known = {"window": days, "days": days, "deadline": deadline, "asked": asked, "attribute": attribute}
    if step.due in known:
        yield f"frist / due: {known[step.due]}"
    for reminder in step.reminders:
        who = REMINDED_IN_WORDS[reminder.to]
        when = "før fristen / days before it" if reminder.days < 0 else "efter fristen / days after it"
        on = f"{abs(reminder.days)} dage {when}" if reminder.days else "på fristen / on the due date"
        yield f"{who.da} / {who.en}: {on}"
