# SPDX-License-Identifier: EUPL-1.2
"""How a case stood at an earlier moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.cases import Cases
from domain.dates import danish_date
from domain.errors import InvalidError
from projections.as_of import case_as_of, parse_as_of, timeline_as_of
from projections.documents import case_document
from projections.projector import Projector
from projections.queries import Views
from tests.domain.desk import Desk
from tests.projections.stored import StoredDesk, project


@pytest.fixture
def memory() -> Desk:
    """A desk in memory whose case has come to the councils on 2 April."""
    desk = Desk()
    desk.open()
    desk.turn_to("2025-04-02")
    desk.until("councils")
    return desk


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-05-02", datetime(2025, 5, 2, 21, 59, 59, 999999, tzinfo=UTC)),
        ("2025-01-02", datetime(2025, 1, 2, 22, 59, 59, 999999, tzinfo=UTC)),
        ("2025-05-02T12:00:00Z", datetime(2025, 5, 2, 12, tzinfo=UTC)),
        ("2025-05-02T12:00:00+02:00", datetime(2025, 5, 2, 10, tzinfo=UTC)),
    ],
)
def test_a_date_means_the_end_of_its_danish_day(text: str, instant: datetime) -> None:
    """An instant means itself."""
    assert parse_as_of(text) == instant


@pytest.mark.parametrize(
    "text", ["", "i går", "2025-02-30", "2025-05-02T12:00:00", "2025-05-02T25:00:00Z", "2025-05-02\0", "٢٠٢٥-٠٥-٠٢T"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    """An instant without a zone, too: nobody knows which it is."""
    with pytest.raises(InvalidError) as refusal:
        parse_as_of(text)

    assert refusal.value.field == "as_of"


@pytest.mark.parametrize("text", ["9999-12-31", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
def test_the_ends_of_the_calendar_are_no_error(text: str) -> None:
    """They are moments after or before everything."""
    assert parse_as_of(text).tzinfo is not None


def test_a_case_is_shown_as_it_stood(memory: Desk) -> None:
    """On 20 March it waited for DASSOS."""
    document = case_as_of(memory.cases, memory.id, parse_as_of("2025-03-20"))

    assert document is not None
    assert document["waiting_for"] == ["dassos"]
    assert document["steps"][0]["state"] == "open"


def test_the_instant_itself_is_included(memory: Desk) -> None:
    """What was recorded at that very microsecond had happened."""
    assert case_as_of(memory.cases, memory.id, memory.now) == case_document(
        memory.case, memory.case.version, memory.cases.working_days
    )


def test_a_case_that_was_not_opened_yet_is_none(memory: Desk) -> None:
    """Neither document nor timeline."""
    before = parse_as_of("2025-03-17")

    assert case_as_of(memory.cases, memory.id, before) is None
    assert timeline_as_of(memory.cases, memory.id, before) is None


async def test_the_log_and_the_views_tell_the_same_timeline(
    desk: StoredDesk, projector: Projector, views: Views
) -> None:
    """Cut at the same moment."""
    desk.open()
    desk.turn_to("2025-04-02")
    desk.until("councils")
    project(projector)
    moment = parse_as_of("2025-03-20")

    assert timeline_as_of(desk.cases, desk.id, moment) == await views.timeline(desk.id, moment)
    assert timeline_as_of(desk.cases, desk.id, desk.now) == await views.timeline(desk.id)


def test_the_ends_of_the_calendar_lie_on_their_own_side() -> None:
    """What is before all time is not taken for what is after it, and both have a Danish date."""
    early = [parse_as_of(text) for text in ("0001-01-01", "0001-01-01T00:00:00+02:00", "0001-01-01T00:00:00Z")]
    late = [parse_as_of(text) for text in ("9999-12-31", "9999-12-31T23:30:00Z", "9999-12-31T23:30:00-12:00")]

    assert {danish_date(moment).year for moment in early} == {1}
    assert {danish_date(moment).year for moment in late} == {9999}


async def test_a_timeline_asks_once_for_all_its_places(desk: StoredDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many events the case has."""
    desk.open()
    monkeypatch.delattr(Cases, "position")
    found = timeline_as_of(desk.cases, desk.id, desk.now)

    assert found is not None
    assert [entry["position"] for entry in found] == sorted({entry["position"] for entry in found})
