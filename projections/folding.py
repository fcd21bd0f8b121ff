# SPDX-License-Identifier: EUPL-1.2
"""The one fold that all views rest on: a case, event by event."""

from __future__ import annotations

from domain.case import Case


def after(case: Case | None, event: Case.Event) -> Case:
    """The case after an event (the same object, changed); raises what the library raises for an event out of order."""
    folded = event.mutate(case)
    if not isinstance(folded, Case):
        raise TypeError(event)
    return folded
