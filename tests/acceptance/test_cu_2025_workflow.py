# SPDX-License-Identifier: EUPL-1.2
"""The CU report of spring 2025 through the real workflow, moved by 28 years: the same dates on the same weekdays."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType

from domain.case import Case
from domain.cases import Taken
from domain.dates import at_danish_time, end_of_day
from tests.acceptance.cu_2025 import Expected, Script, moment, play, read_script, standing
from tests.workflows.stage import SkippingStage, skipping_stage

# Temporal's clock cannot go back, and after 28 years (1,461 weeks) every date has its weekday again.
SCRIPT = read_script().moved(weeks=1461)
YEAR = SCRIPT.deadline.year
PUNCTUAL = timedelta(seconds=1)
LONGEST_HISTORY = 210
"""Events of the whole case with each of its 29 entries signalled alone and six reminders."""


@dataclass
class Seen:
    """What could be seen at the end of a day."""

    standing: Expected
    attributes: dict[str, Any]
    details: str


@dataclass
class Played:
    """The case as it was played: what was seen on which day, and all that was recorded."""

    opened: Taken
    seen: dict[date, Seen] = field(default_factory=dict)
    effects: dict[tuple[str, date], str] = field(default_factory=dict)
    events: list[Case.Event] = field(default_factory=list)
    kinds: list[EventType.ValueType] = field(default_factory=list)

    def on(self, month: int, day: int) -> Seen:
        """What was seen on a day of the year."""
        return self.seen[date(YEAR, month, day)]

    def recorded(self, kind: type[Case.Event], step: str | None = None) -> list[Any]:
        """The case's events of one kind, of one step where one is given."""
        return [e for e in self.events if type(e) is kind and step in {None, getattr(e, "step", None)}]


@pytest.fixture(scope="module")
def played() -> Played:
    """Play the case once for all tests."""
    return asyncio.run(_play(SCRIPT))


@pytest.fixture(scope="module")
def unsubmitted() -> Played:
    """Play the case in which everybody falls silent after KKR's approval, until after the last reminder."""
    return asyncio.run(_play(SCRIPT, last=date(YEAR, 4, 8), look_on=date(YEAR, 6, 10)))


@pytest.mark.parametrize("expected", SCRIPT.expected, ids=lambda expected: expected.day.strftime("%d-%b"))
def test_case_stands_as_the_papers_say(played: Played, expected: Expected) -> None:
    """At the end of each day that contract.md names, the case stands as its table says."""
    assert expected == played.seen[expected.day].standing


@pytest.mark.parametrize("expected", SCRIPT.expected, ids=lambda expected: expected.day.strftime("%d-%b"))
def test_case_stands_the_same_in_hindsight(played: Played, expected: Expected) -> None:
    """Folding the events recorded by the end of a day gives what stood then."""
    case: Case | None = None
    for event in played.events:
        if event.timestamp < end_of_day(expected.day):
            case = event.mutate(case)

    assert case is not None
    assert expected == standing(case, expected.day)


def test_every_entry_has_its_effect(played: Played) -> None:
    """Lemvig's answer is early, Norddjurs' second word is late, everybody else's counts."""
    taken = [e for e in SCRIPT.entries if e.what != "met"]

    assert {(e.body, e.day): e.effect for e in taken} == played.effects


def test_reminders_go_out_on_their_working_days(played: Played) -> None:
    """Only steps that still wait are reminded, each on the morning of the working day that its route plans."""
    planned = [(e.step, e.planned_for) for e in played.recorded(Case.BodiesReminded)]

    assert planned == [
        ("dassos", _morning(3, 21)),
        ("councils", _morning(5, 14)),  # the 16th is that year's closing day after Ascension Day
        ("submit", _morning(5, 23)),
        ("councils", _morning(5, 28)),
        ("reply", _morning(8, 29)),
        ("reply", _morning(9, 4)),
    ]


def test_reminders_are_recorded_at_the_planned_time(played: Played) -> None:
    """A reminder is recorded within a second of its planned time, and never before."""
    late = [e.timestamp - e.planned_for for e in played.recorded(Case.BodiesReminded)]

    assert all(timedelta() <= each < PUNCTUAL for each in late), late


def test_passing_of_the_deadline_is_recorded_when_the_day_is_over(unsubmitted: Played) -> None:
    """The deadline's day is included: it has passed at midnight after it, for the councils and the submission."""
    passed = {e.step: e.timestamp - end_of_day(SCRIPT.deadline) for e in unsubmitted.recorded(Case.DuePassed)}

    assert {"councils", "submit"} == passed.keys()
    assert all(timedelta() <= each < PUNCTUAL for each in passed.values()), passed


def test_silent_councils_are_reminded_after_the_deadline(unsubmitted: Played) -> None:
    """A week after the deadline comes a Saturday, so the last reminder goes out on the Monday."""
    reminders = [e.planned_for for e in unsubmitted.recorded(Case.BodiesReminded, "councils")]

    assert [_morning(5, 14), _morning(5, 28), _morning(6, 9)] == reminders


def test_search_attributes_show_how_the_case_stands(played: Played) -> None:
    """On 2 May the case can be looked up by its status, route, those awaited and the due date."""
    expected = SCRIPT.expected_on(5, 2)

    shown = played.on(5, 2).attributes

    assert (shown["SagsgangStatus"], shown["SagsgangRoute"]) == ("running", "cu-afrapportering")
    assert expected.waiting_for == set(shown["SagsgangWaitingFor"])
    assert end_of_day(SCRIPT.deadline) - timedelta(seconds=1) == datetime.fromisoformat(shown["SagsgangDue"])


def test_search_attributes_of_a_closed_case_wait_for_nobody(played: Played) -> None:
    """At its end the case shows its status, and neither a body nor a date."""
    shown = played.on(10, 3).attributes

    assert tuple(shown[name] for name in ("SagsgangStatus", "SagsgangWaitingFor", "SagsgangDue")) == (
        "completed",
        None,
        None,
    )


def test_details_tell_the_story(played: Played) -> None:
    """On 2 May Temporal's own UI tells what is done, how many have answered, who is awaited and until when."""
    details = played.on(5, 2).details

    assert f"**{SCRIPT.title}**" in details
    assert "- **DASSOS godkender**: godkendt" in details
    assert f"- **Kommunerne tager til efterretning**: åben, 7 af 19 har svaret, frist {SCRIPT.deadline}" in details
    assert "Samsø Kommune, Skanderborg Kommune, Syddjurs Kommune, Aarhus Kommune" in details


def test_workflow_ends_with_the_case(played: Played) -> None:
    """The workflow's one run completes when the agency has decided."""
    assert played.kinds[-1] == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED


def test_history_stays_short(played: Played) -> None:
    """A whole case with every answer signalled alone needs few events in Temporal."""
    assert len(played.kinds) < LONGEST_HISTORY


async def _play(script: Script, *, last: date = date.max, look_on: date | None = None) -> Played:
    """Play the entries up to a last day, look at the end of the expected days, and then once more."""
    async with skipping_stage() as stage:
        played: Played | None = None
        days = [expected.day for expected in script.expected]
        for entry in script.entries:
            if played and entry.day <= last:
                while days[0] < entry.day:
                    await _look(stage, played, days.pop(0))
            if entry.day <= last:
                await stage.until(moment(entry.day))
                opened = played.opened if played else None
                taken = await stage.do(lambda e=entry, o=opened: play(stage.cases, e, o, script))  # type: ignore[misc]
                await stage.settle()
                if taken:
                    played = played or Played(taken)
                    played.effects[entry.body, entry.day] = taken.effect
        assert played is not None
        return await _finished(stage, played, look_on or days[-1])


async def _look(stage: SkippingStage, played: Played, day: date) -> None:
    """Remember what is to be seen in the last second of a day."""
    await stage.until(end_of_day(day) - timedelta(seconds=1))
    case_id = played.opened.case_id
    now = standing(stage.cases.get(case_id), day)
    played.seen[day] = Seen(now, await stage.shown(case_id), await stage.details(case_id))


async def _finished(stage: SkippingStage, played: Played, day: date) -> Played:
    """Look a last time, and remember all that was recorded."""
    await _look(stage, played, day)
    played.events = list(stage.cases.history(played.opened.case_id))
    played.kinds = [event.event_type for event in await stage.history(played.opened.case_id)]
    return played


def _morning(month: int, day: int) -> datetime:
    """The instant at which a day's reminders go out."""
    return at_danish_time(date(YEAR, month, day), time(8))
