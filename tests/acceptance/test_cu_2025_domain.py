# SPDX-License-Identifier: EUPL-1.2
"""The CU report of spring 2025 on its real dates, in the domain alone."""

from __future__ import annotations

from datetime import date

import pytest

from domain.case import Case
from domain.cases import Cases, Taken
from domain.dates import end_of_day
from tests.acceptance.cu_2025 import Expected, moment, play, read_script, standing
from tests.domain.desk import Desk

SCRIPT = read_script()


@pytest.fixture(scope="module")
def played() -> tuple[Cases, Taken, dict[date, Expected]]:
    """The whole case played day by day, with its standing seen live at the end of each expected day."""
    desk = Desk(SCRIPT.entries[0].day.isoformat())
    seen: dict[date, Expected] = {}
    opened: Taken | None = None
    days = sorted({e.day for e in SCRIPT.entries} | {e.day for e in SCRIPT.expected})
    for day in days:
        if opened is not None:
            desk.let_pass(day.isoformat())
        for entry in (e for e in SCRIPT.entries if e.day == day):
            desk.now = max(desk.now, moment(day))
            taken = play(desk.cases, entry, opened, SCRIPT)
            opened = opened or taken
            assert opened is not None
            assert taken is None or taken.effect == entry.effect
            desk.id = opened.case_id
            desk.advance()
        seen[day] = standing(desk.case, day)
    assert opened is not None
    return desk.cases, opened, seen


@pytest.mark.parametrize("expected", SCRIPT.expected, ids=lambda e: e.day.isoformat())
def test_the_case_stands_live_as_the_papers_say(
    played: tuple[Cases, Taken, dict[date, Expected]], expected: Expected
) -> None:
    """On each day of the contract's table the case stands as it says."""
    _, _, seen = played

    assert seen[expected.day] == expected


@pytest.mark.parametrize("expected", SCRIPT.expected, ids=lambda e: e.day.isoformat())
def test_the_case_stood_so_when_looked_back_at(
    played: tuple[Cases, Taken, dict[date, Expected]], expected: Expected
) -> None:
    """The events up to the end of each day, folded today, tell the same."""
    cases, opened, _ = played
    case: Case | None = None
    for event in cases.history(opened.case_id):
        if event.timestamp < end_of_day(expected.day):
            case = event.mutate(case)

    assert case is not None
    assert standing(case, expected.day) == expected


def test_the_binding_date_passed_only_where_somebody_was_late(
    played: tuple[Cases, Taken, dict[date, Expected]],
) -> None:
    """The submission of 28 May closed the councils' step, so nothing was overdue on 31 May."""
    cases, opened, _ = played

    passed = [e for e in cases.history(opened.case_id) if isinstance(e, Case.DuePassed)]
    assert passed == []
