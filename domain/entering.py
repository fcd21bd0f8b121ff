# SPDX-License-Identifier: EUPL-1.2
"""When what a case is about enters into force: the expected day, what it is provided on, and what it replaces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from domain.asks import Meaning
from domain.blocking import blocking_steps
from domain.case import Case, StepState
from domain.dates import danish_date, end_of_day, start_of_day
from domain.entry_into_force import REPLACES

if TYPE_CHECKING:
    from domain.entry_into_force import EntryIntoForce


@dataclass(frozen=True)
class Replaced:
    """What a case replaces: in words, or the other case."""

    text: str
    case: UUID | None


def expected_on(case: Case) -> date | None:
    """The Danish day on which the case expects to enter into force; None: as soon as its provisions hold."""
    entry = _entry(case)
    if entry.on is not None:
        return case.date_in(entry.on)
    day = entry.day
    for pause in case.pauses:
        if day is not None and day >= danish_date(pause.since):
            day += timedelta(days=pause.days)
    return day


def holds(case: Case, step_id: str) -> bool:
    """Whether a step ended with consent, or was not needed."""
    current = case.current(step_id)
    outcome = case.route.step(step_id).outcomes.get(current.result or "")
    consented = outcome is not None and outcome.meaning == Meaning.CONSENT
    return current.state == StepState.SKIPPED or (current.state == StepState.COMPLETED and consented)


def missing(case: Case) -> list[str]:
    """The steps that the entry waits for: those provided that have no consent, and those whose conditions block."""
    without_consent = [step for step in _entry(case).provided if not holds(case, step)]
    return list(dict.fromkeys([*without_consent, *blocking_steps(case)]))


def awaits_entry(case: Case) -> bool:
    """Whether the case is only to wait for its day: all provisions hold."""
    return case.route.entry is not None and case.in_force_on is None and not missing(case)


def entry_day(case: Case) -> date | None:
    """The day of the entry into force where every provision holds: the expected one, or the last provision's."""
    if not awaits_entry(case):
        return None
    ends = [case.current(step).completed_at for step in _entry(case).provided]
    settled = [*(c.settled_at for c in case.conditions), *(c.settled_at for c in case.contradictions)]
    moments = [moment for moment in (*ends, *settled) if moment]
    return max([danish_date(moment) for moment in moments] + [day for day in [expected_on(case)] if day])


def entered(case: Case, at: datetime) -> date | None:
    """The day of an entry into force that has come at `at` (UTC) and is not recorded."""
    day = entry_day(case)
    return day if day is not None and start_of_day(day) <= at else None


def missed(case: Case, at: datetime) -> date | None:
    """The expected day that has gone by at `at` (UTC) without its provisions and is not recorded."""
    if case.route.entry is None or case.in_force_on is not None or not missing(case):
        return None
    day = expected_on(case)
    return day if day not in {None, case.missed_entry_on} and end_of_day(day) <= at else None


def coming_moments(case: Case) -> list[datetime]:
    """The instants (UTC) at which the entry into force happens, or is missed, if nothing else does."""
    if case.route.entry is None or case.in_force_on is not None:
        return []
    enters, expected = entry_day(case), expected_on(case)
    if enters is not None:
        return [start_of_day(enters)]
    return [end_of_day(expected)] if expected not in {None, case.missed_entry_on} else []


def replaced(case: Case) -> Replaced | None:
    """What the case replaces by its own attribute, else by its route."""
    entry = case.route.entry
    text = case.attributes.get(REPLACES) or entry.replaces if entry else None
    return Replaced(str(text), as_case_id(text)) if text else None


def as_case_id(value: object) -> UUID | None:
    """The case that a value names by its id, None for any other text."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _entry(case: Case) -> EntryIntoForce:
    if case.route.entry is None:
        raise TypeError(case.route.id)
    return case.route.entry
