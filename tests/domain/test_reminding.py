# SPDX-License-Identifier: EUPL-1.2
"""Reminders and escalations: when, to whom, and never twice for one thing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import CUSTOMARY
from domain.case import Case
from domain.dates import COPENHAGEN, danish_date
from domain.errors import CaseEndedError, ConflictError, InvalidError
from domain.faults import InvalidDataError
from domain.organisation import Organisation
from domain.reminding import planned
from tests.domain.desk import MIDTJYLLAND, Desk, midtjylland_with

BODIES = ("dassos", "kd-net", "kkr-midtjylland")
Told = tuple[str, str, list[str]]
"""A Danish day and time, what went out or to whom, and of which bodies."""


def route(reminders: str, *, rest: str = 'due = "deadline"', more: str = "") -> str:
    """A route whose only step asks three bodies, with these reminders."""
    asked = ", ".join(f'"{body}"' for body in BODIES)
    return f"""
id = "own"
version = 1
name = {{ da = "Egen", en = "Own" }}
source = "Kilde."
binds = "a"
ending = {{ status = "completed", result_of = "a" }}

[[steps]]
id = "a"
name = {{ da = "Trin", en = "Step" }}
ask = "note"
mode = "own_process"
bodies = [{asked}]
{rest}
reminders = [{reminders}]
{more}
"""


LATER = """
[[steps]]
id = "b"
name = { da = "Senere", en = "Later" }
ask = "note"
mode = "own_process"
bodies = ["lemvig"]
after = ["a"]
"""
STEPS = """
{ days_before_due = 14 }, { at_due = true }, { days_after_due = 3, to = "secretariat" },
{ days_after_due = 7, to = "leadership" }"""


def opened(
    reminders: str = STEPS,
    *,
    day: str = "2025-09-01",
    deadline: str | None = "2025-10-01",
    rest: str = 'due = "deadline"',
    **facts: Any,
) -> Desk:
    """A case along such a route."""
    desk = Desk(day, midtjylland_with(route(reminders, rest=rest)))
    desk.open("own", deadline=deadline and date.fromisoformat(deadline), **facts)
    return desk


def told(desk: Desk) -> list[Told]:
    """What went out, in order."""
    found: list[Told] = []
    for event in desk.cases.history(desk.id):
        when = f"{event.timestamp.astimezone(COPENHAGEN):%Y-%m-%d %H:%M}"
        if isinstance(event, Case.BodiesReminded):
            found.append((when, "by hand" if event.by_hand else "reminded", event.bodies))
        if isinstance(event, Case.Escalated):
            found.append((when, f"{event.level}: {', '.join(event.told)}", event.bodies))
    return found


def days(desk: Desk) -> list[tuple[str, str]]:
    """The days on which what went out."""
    return [(when.partition(" ")[0], what.partition(":")[0]) for when, what, _ in told(desk)]


def test_every_rule_goes_out_on_its_day_to_its_audience() -> None:
    """Before, at and after the due date; the last falls on a working day after a weekend."""
    desk = opened()

    desk.let_pass("2025-12-01")

    assert told(desk) == [
        ("2025-09-17 08:00", "reminded", list(BODIES)),
        ("2025-10-01 08:00", "reminded", list(BODIES)),
        ("2025-10-06 08:00", "secretariat: secretariat", list(BODIES)),
        ("2025-10-08 08:00", "leadership: kd-net, kkr-midtjylland", list(BODIES)),
    ]


def test_who_answered_or_is_delayed_is_neither_reminded_nor_escalated() -> None:
    """From the very moment on."""
    desk = opened()
    desk.let_pass("2025-09-18")
    desk.answers("dassos", "noted")
    desk.delays("kd-net")

    desk.let_pass("2025-12-01")

    assert [bodies for _, _, bodies in told(desk)] == [list(BODIES), *[["kkr-midtjylland"]] * 3]


def test_nothing_is_escalated_of_bodies_that_have_said_something() -> None:
    """When the last of them has, nobody wakes for it."""
    desk = opened()
    for body in BODIES:
        desk.delays(body)

    assert (days(desk), desk.wake_at and danish_date(desk.wake_at)) == ([], date(2025, 10, 2))


def organised(file: str = "", old: str = "", new: str = "") -> Organisation:
    """The organisation that ships with the route of this test, and with one change to one of its files."""
    names = ("organisation.toml", "bodies.toml", "groups.toml")
    files = {name: (MIDTJYLLAND / name).read_text("utf-8") for name in names}
    if file:
        assert old in files[file]
        files[file] = files[file].replace(old, new, 1)
    return Organisation.parse({**files, "routes/own.toml": route(STEPS)})


@pytest.mark.parametrize(
    ("of_all", "told_of"),
    [
        ('leadership = "dassos"', {"dassos": ["dassos", "kd-net"], "kkr-midtjylland": ["kkr-midtjylland"]}),
        ("", {"secretariat": ["dassos", "kd-net"], "kkr-midtjylland": ["kkr-midtjylland"]}),
    ],
)
def test_leadership_is_whom_the_organisation_says(of_all: str, told_of: dict[str, list[str]]) -> None:
    """A body's own, else everybody's, else the secretariat; each is told of its own only."""
    desk = Desk("2025-09-01", organised("organisation.toml", 'leadership = "kd-net"', of_all))
    desk.open("own", deadline=date(2025, 10, 1))

    desk.let_pass("2025-10-09")

    (event,) = [e for e in desk.cases.history(desk.id) if isinstance(e, Case.Escalated) and e.level == "leadership"]
    assert event.told == told_of


@pytest.mark.parametrize(
    ("file", "line", "fault"),
    [
        (
            "organisation.toml",
            'leadership = "kdnet"',
            'organisation.toml:leadership: names the unknown body "kdnet"; did',
        ),
        (
            "bodies.toml",
            'leadership = "dasos"',
            'body[kkr-midtjylland].leadership: names the unknown body "dasos"; did',
        ),
        ("organisation.toml", "leadership = 1", "organisation.toml:leadership: is a whole number, must be text"),
    ],
)
def test_a_leadership_that_is_no_body_is_a_fault(file: str, line: str, fault: str) -> None:
    """With the place where it stands, and how to mend it."""
    known = 'leadership = "kd-net"' if file == "organisation.toml" else 'leadership = "kkr-midtjylland"'

    with pytest.raises(InvalidDataError) as caught:
        organised(file, known, line)

    assert fault in str(caught.value)


def test_a_suspension_stops_reminders_and_moves_those_to_come() -> None:
    """What went out before is not repeated for the moved date; the rest keeps its distance to it."""
    desk = opened()
    desk.let_pass("2025-09-24")
    desk.commands("suspend", "afventer")
    desk.let_pass("2025-10-20")
    assert days(desk) == [("2025-09-17", "reminded")]
    assert desk.wake_at is None

    desk.commands("resume")
    desk.let_pass("2025-12-31")

    assert desk.round("a").due == date(2025, 10, 27)
    assert days(desk)[1:] == [("2025-10-27", "reminded"), ("2025-10-30", "secretariat"), ("2025-11-03", "leadership")]


def test_a_rule_from_before_the_opening_does_not_come_with_a_suspension() -> None:
    """The moved date has no reminder that the first one did not have."""
    desk = opened("{ days_before_due = 14 }", day="2025-09-24")
    desk.commands("suspend", "afventer")
    desk.let_pass("2025-10-24")
    desk.commands("resume")

    desk.let_pass("2025-12-01")

    assert days(desk) == []


@pytest.mark.parametrize("resumed", ["2025-09-26", "2025-09-27"])
def test_a_reminder_moved_before_the_resumption_goes_out_on_the_working_day_after(resumed: str) -> None:
    """Resumed on a Friday at ten, or a Saturday, for whose morrow it was then planned: the Friday's morning is gone."""
    desk = opened("{ days_before_due = 5 }", day="2025-09-22", deadline="2025-09-28")
    desk.commands("suspend", "afventer")
    desk.turn_to(resumed)
    desk.commands("resume")

    desk.let_pass("2025-10-10")

    assert told(desk) == [("2025-09-29 08:00", "reminded", list(BODIES))]


def test_a_further_deadline_has_reminders_of_its_own_from_then_on() -> None:
    """What its rules would have said before nobody knew of it is not said."""
    desk = opened("{ days_before_due = 14 }, { days_before_due = 2 }")
    desk.let_pass("2025-09-30")
    desk.commands("extend", date(2025, 10, 10), "udsat")

    desk.let_pass("2025-12-01")

    assert days(desk) == [("2025-09-17", "reminded"), ("2025-09-29", "reminded"), ("2025-10-08", "reminded")]


def test_a_corrected_date_of_questions_has_reminders_of_its_own() -> None:
    """The agency had given a wrong one, of which the secretariat was reminded already."""
    desk = Desk()
    desk.open()
    desk.until("agency")
    desk.answers("social-og-boligstyrelsen", "questions_asked", "q1", due=date(2025, 4, 30))
    desk.let_pass("2025-04-24")

    desk.corrects("social-og-boligstyrelsen", "q1", "questions_asked", due=date(2025, 6, 20))
    desk.let_pass("2025-07-01")

    assert days(desk) == [("2025-04-23", "reminded"), ("2025-06-13", "reminded"), ("2025-06-19", "reminded")]


def test_after_an_outage_only_the_newest_to_each_audience_goes_out_on_a_working_day() -> None:
    """The process is back on a Saturday; it tells each on Monday, once."""
    desk = opened()

    desk.turn_to("2025-10-11")
    desk.advance()
    assert days(desk) == []
    desk.let_pass("2025-12-01")

    assert told(desk) == [
        ("2025-10-13 08:00", "reminded", list(BODIES)),
        ("2025-10-13 08:00", "secretariat: secretariat", list(BODIES)),
        ("2025-10-13 08:00", "leadership: kd-net, kkr-midtjylland", list(BODIES)),
    ]


def test_a_body_added_later_is_not_reminded_for_days_before_it_was_asked() -> None:
    """Not even where the others have all said that they are delayed."""
    desk = opened()
    for body in BODIES:
        desk.delays(body)
    desk.let_pass("2025-09-20")
    desk.commands("add_body", step="a", body="lemvig", reason="berørt")

    desk.let_pass("2025-10-02")

    assert told(desk) == [("2025-10-01 08:00", "reminded", ["lemvig"])]


def test_a_step_opened_again_by_a_correction_repeats_nothing() -> None:
    """What its rules would have said while it was completed is not said afterwards."""
    text = route("{ days_before_due = 14 }, { days_before_due = 2 }", more="counts_corrections = true")
    desk = Desk("2025-09-01", midtjylland_with(text.replace('ask = "note"', 'ask = "receive"') + LATER))
    desk.open("own", deadline=date(2025, 10, 1))
    for body in BODIES:
        desk.answers(body, "decided", message_id=f"m-{body}", supports=True)
    desk.let_pass("2025-09-20")
    assert desk.round("a").state == "completed"

    desk.corrects("dassos", "m-dassos", "received")
    desk.let_pass("2025-10-02")

    assert told(desk) == [("2025-09-29 08:00", "reminded", ["dassos"])]


def test_by_hand_everybody_silent_is_reminded_now() -> None:
    """In the secretariat's name, whatever the route's rules."""
    desk = opened()
    desk.answers("dassos", "noted")
    desk.delays("kd-net")

    desk.commands("remind")

    assert told(desk) == [("2025-09-01 10:00", "by hand", ["kkr-midtjylland"])]


def test_by_hand_a_named_body_is_reminded_also_when_it_is_delayed() -> None:
    """The secretariat knows why."""
    desk = opened()
    desk.delays("kd-net")

    desk.commands("remind", ["kd-net"])

    assert told(desk) == [("2025-09-01 10:00", "by hand", ["kd-net"])]


def test_by_hand_counts_as_that_days_reminder() -> None:
    """The rule then reminds the others alone, and nobody the day after."""
    desk = opened()
    desk.turn_to("2025-09-17", 7)
    desk.commands("remind", ["dassos"])

    desk.let_pass("2025-09-25")

    assert told(desk) == [
        ("2025-09-17 07:00", "by hand", ["dassos"]),
        ("2025-09-17 08:00", "reminded", ["kd-net", "kkr-midtjylland"]),
    ]


def test_by_hand_for_all_leaves_the_days_rule_nothing() -> None:
    """And its next one goes out as ever."""
    desk = opened()
    desk.turn_to("2025-09-17", 7)
    desk.commands("remind")

    desk.let_pass("2025-10-02")

    assert days(desk) == [("2025-09-17", "by hand"), ("2025-10-01", "reminded")]


def test_nobody_is_reminded_by_hand_twice_on_a_day() -> None:
    """Nor after the rule has reminded it; the next day it can be."""
    desk = opened()
    desk.let_pass("2025-09-17")
    with pytest.raises(ConflictError, match="was reminded today already"):
        desk.commands("remind")
    with pytest.raises(ConflictError, match="dassos was reminded today already"):
        desk.commands("remind", ["dassos"])

    desk.turn_to("2025-09-18")
    desk.commands("remind", ["dassos"])

    assert days(desk)[-1] == ("2025-09-18", "by hand")


def test_by_hand_is_refused_where_nobody_is_awaited() -> None:
    """A body that has answered, a step that is not open, a case that is suspended or has ended."""
    desk = opened()
    desk.answers("dassos", "noted")
    with pytest.raises(ConflictError, match="the body 'dassos' is not awaited"):
        desk.commands("remind", ["dassos"])
    with pytest.raises(InvalidError, match="no step 'b' is open"):
        desk.commands("remind", [], "b")
    desk.commands("suspend", "afventer")
    with pytest.raises(ConflictError, match="the case is suspended"):
        desk.commands("remind")
    desk.commands("withdraw", "bortfaldet")
    with pytest.raises(CaseEndedError):
        desk.commands("remind")


def test_the_secretariat_reminds_itself_only_by_name() -> None:
    """Its own open steps are none that it reminds others of."""
    desk = Desk()
    desk.open()
    desk.until("councils")

    desk.commands("remind")
    assert {len(bodies) for _, what, bodies in told(desk) if what == "by hand"} == {19}

    desk.commands("remind", ["secretariat"])
    assert told(desk)[-1][2] == ["secretariat"]


def test_events_of_before_rules_were_told_keep_their_reminders_from_coming_again() -> None:
    """Only their planned moment is known."""
    desk = opened("{ days_before_due = 14 }, { days_before_due = 2 }")
    desk.let_pass("2025-09-18")
    case = desk.case
    case.current("a").reminding.done.clear()

    facts = desk.cases.calendars()
    coming = planned(case, case.route.step("a"), case.current("a"), desk.now, facts.working_days)
    assert [danish_date(one.moment) for one in coming] == [date(2025, 9, 29)]


ACTS = ("answer", "delay", "suspend", "resume", "extend", "remind", "wait")
RULES = st.lists(
    st.tuples(st.integers(-40, 40), st.sampled_from(["bodies", "secretariat", "leadership"])),
    min_size=1,
    max_size=5,
    unique=True,
)


def rules_text(rules: list[tuple[int, str]]) -> str:
    """The rules as a route file says them."""
    return ", ".join(
        f'{{ {"days_before_due" if days <= 0 else "days_after_due"} = {abs(days)}, to = "{to}" }}' for days, to in rules
    )


def act(desk: Desk, name: str, body: str) -> None:
    """Do one thing to the case; what cannot be done now is refused and changes nothing."""
    with contextlib.suppress(ConflictError, CaseEndedError):
        if name in {"answer", "delay"}:
            (desk.answers(body, "noted") if name == "answer" else desk.delays(body))
        elif name == "extend":
            desk.commands("extend", danish_date(desk.now) + timedelta(days=45), "udsat")
        elif name in {"suspend", "resume", "remind"}:
            desk.commands(name, *(["afventer"] if name == "suspend" else []))


@settings(deadline=None)
@given(
    RULES,
    st.integers(0, 60),
    st.integers(0, 364),
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from(ACTS), st.sampled_from(BODIES)), max_size=8),
)
def test_whatever_happens_nobody_is_told_at_a_wrong_time_or_twice(
    rules: list[tuple[int, str]], due_in: int, start: int, acts: list[tuple[int, str, str]]
) -> None:
    """Every rule speaks at 8 on a working day, of silent bodies alone, not while suspended, and once for a due date."""
    today = date(2025, 1, 1) + timedelta(days=start)
    desk = opened(rules_text(rules), day=f"{today}", deadline=f"{today + timedelta(days=due_in)}")
    for gap, name, body in acts:
        today += timedelta(days=gap)
        desk.let_pass(f"{today}")
        act(desk, name, body)
    act(desk, "resume", "dassos")
    desk.let_pass(f"{today + timedelta(days=400)}")

    said = list(desk.cases.history(desk.id))
    check(said)
    if not {"suspend", "extend", "remind"} & {name for _, name, _ in acts}:
        assert_complete(desk, said, rules)


def check(said: Sequence[Case.Event]) -> None:
    """No event says what it must not."""
    quiet, is_suspended, due_dates, once = set[str](), False, 0, set[tuple[object, ...]]()
    for event in said:
        quiet |= {event.body} if isinstance(event, (Case.AnswerRecorded, Case.DelayReported)) else set()
        is_suspended = isinstance(event, Case.Suspended) or (is_suspended and not isinstance(event, Case.Resumed))
        due_dates += isinstance(event, Case.DeadlineExtended)
        if isinstance(event, Case.BodiesReminded | Case.Escalated):
            assert not is_suspended
            assert not quiet & set(event.bodies)
            if event.days is not None:
                what = event.level if isinstance(event, Case.Escalated) else "bodies"
                new = {(due_dates, what, event.days, body) for body in event.bodies}
                assert not once & new
                once |= new
                assert event.timestamp == event.planned_for
                local = event.timestamp.astimezone(COPENHAGEN)
                assert local.time() == time(8)
                assert CUSTOMARY.include(local.date())


def assert_complete(desk: Desk, said: Sequence[Case.Event], rules: list[tuple[int, str]]) -> None:
    """A body that never says anything hears, and is told of by, every rule that lay ahead, once each."""
    silent = [body for body, entry in desk.round("a").answers.items() if entry.state == "awaiting"]
    due, began = desk.round("a").due, desk.round("a").opened_at
    assert due is not None
    assert began is not None
    mornings = {(to, morning(due, days)) for days, to in rules}
    ahead = sorted((to, moment) for to, moment in mornings if moment > began)
    for body in silent:
        heard = [e for e in said if isinstance(e, Case.BodiesReminded | Case.Escalated) and body in e.bodies]
        assert ahead == sorted((e.level if isinstance(e, Case.Escalated) else "bodies", e.timestamp) for e in heard)


def morning(due: date, days: int) -> datetime:
    """When a rule speaks, reckoned apart from the code under test."""
    day = due + timedelta(days=days)
    while not CUSTOMARY.include(day):
        day += timedelta(days=1 if days > 0 else -1)
    return datetime.combine(day, time(8), COPENHAGEN).astimezone(UTC)
