# SPDX-License-Identifier: EUPL-1.2
"""What is otherwise in a newer version of a route, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from domain.names import Name
from domain.route import Route, Step

_CHANGED = {
    "name": Name("navnet", "the name"),
    "ask": Name("hvad der spørges om", "what is asked"),
    "also_asks": Name("hvad der spørges om", "what is asked"),
    "bodies": Name("hvem der spørges", "who is asked"),
    "group": Name("hvem der spørges", "who is asked"),
    "asks_concerned": Name("hvem der spørges", "who is asked"),
    "decided_by": Name("hvem der kan beslutte", "who may decide"),
    "mode": Name("måden det behandles på", "how it is treated"),
    "after": Name("hvornår det åbner", "when it opens"),
    "opens_after_days": Name("hvornår det åbner", "when it opens"),
    "opens_on": Name("hvornår det åbner", "when it opens"),
    "due": Name("fristen", "the due date"),
    "due_on": Name("fristen", "the due date"),
    "due_days": Name("fristen", "the due date"),
    "window_days": Name("fristen", "the due date"),
    "complete": Name("hvornår det er gennemført", "when it is completed"),
    "at_least": Name("hvornår det er gennemført", "when it is completed"),
    "reminders": Name("påmindelserne", "the reminders"),
}
_OTHERWISE = Name("reglerne", "the rules")


def changes_between(old: Route, new: Route) -> list[Name]:
    """A sentence for every step that is new, falls away or is otherwise."""
    return list(_changes(old, new)) or [Name("Trinnene er de samme.", "The steps are the same.")]


def _changes(old: Route, new: Route) -> Iterator[Name]:
    before, after = ({step.id: step for step in route.steps} for route in (old, new))
    for step in new.steps:
        if step.id not in before:
            yield Name(f"Nyt trin: »{step.name.da}«.", f"New step: “{step.name.en}”.")
        elif told := _otherwise(before[step.id], step):
            da, en = ", ".join(name.da for name in told), ", ".join(name.en for name in told)
            yield Name(f"Ændret trin »{step.name.da}«: {da}.", f"Changed step “{step.name.en}”: {en}.")
    for step in old.steps:
        if step.id not in after:
            yield Name(f"Trinnet »{step.name.da}« falder bort.", f"The step “{step.name.en}” falls away.")
    if (old.binds, old.ending) != (new.binds, new.ending):
        yield Name("Sagens afslutning er ændret.", "How the case ends is changed.")


def _otherwise(old: Step, new: Step) -> list[Name]:
    changed = [field.name for field in fields(Step) if getattr(old, field.name) != getattr(new, field.name)]
    return list(dict.fromkeys(_CHANGED.get(name, _OTHERWISE) for name in changed))
