# SPDX-License-Identifier: EUPL-1.2
"""Matters on the agendas of meetings: where they go, and how they follow what happens to the meeting."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from domain.case import AnswerState, Case
from domain.commands import Command
from domain.dates import danish_date
from domain.errors import RefusalError
from domain.items import Item, ItemWhy
from domain.matters import WhatIf, changed, matter_of_case
from domain.meeting_changes import Meetings, Move, NewMeeting
from domain.placing import InWriting, Placing
from domain.planning import plan
from domain.simulating import Wishes, simulate
from tests.domain.desk import SECRETARIAT, Desk, midtjylland, midtjylland_with

KKR = "kkr-midtjylland"
APRIL, OCTOBER = "kkr-midtjylland-2025-04-08", "kkr-midtjylland-2025-10-20"

CALENDAR = """
[[bodies]]
id = "dassos"

[[bodies.meetings]]
id = "dassos-2025-04-25"
date = 2025-04-25
assumed = true
"""

ONE_MEETING = """
id = "one"
version = 1
name = { da = "Ét møde", en = "One meeting" }
source = "x"

[[steps]]
id = "a"
name = { da = "DASSOS godkender", en = "DASSOS approves" }
ask = "approve"
bodies = ["dassos"]
mode = "meeting"

[ending]
status = "completed"
result_of = "a"
"""


class Planned(Desk):
    """A desk whose secretariat can change the meetings."""

    def __init__(self, day: str = "2025-03-18", **facts: Any) -> None:
        """Begin with the meetings that ship."""
        super().__init__(day, **facts)
        self.meetings = Meetings(organisation=self.cases.organisation, clock=lambda: self.now)
        self.cases.calendars = self.meetings.calendars

    def changes(self, method: str, *values: Any) -> None:
        """The secretariat changes a meeting, and the process looks at its case."""
        getattr(self.meetings, method)(Command.by(SECRETARIAT), *values)
        self.advance()

    def item(self, step: str = "kkr", body: str = KKR) -> Item:
        """Where a body's item stands."""
        return self.round(step).items[body]

    def stands(self, step: str = "kkr", body: str = KKR) -> tuple[str, ItemWhy]:
        """On which meeting an item stands, and why there."""
        item = self.item(step, body)
        assert not item.is_off
        return item.meeting, item.why


@pytest.fixture
def desk() -> Planned:
    """Give a desk at which the matter is open at KKR since 28 March 2025."""
    desk = Planned()
    desk.open()
    for day, body in (("2025-03-25", "dassos"), ("2025-03-28", "kd-net")):
        desk.let_pass(day)
        desk.answers(body, "approved")
    return desk


def test_a_step_goes_on_the_next_meeting_that_can_still_take_it(desk: Planned) -> None:
    """As the papers of 2025 have it: KD-Net on 28 March, KKR on 8 April; a written procedure is on no meeting."""
    kd_net = desk.item("kd-net", "kd-net")

    assert (kd_net.day, kd_net.why) == (date(2025, 3, 28), ItemWhy.NEXT)
    assert (desk.item().meeting, desk.item().papers_in_by) == (APRIL, date(2025, 3, 28))
    assert desk.round("dassos").items == {}


def test_a_meeting_whose_papers_date_has_passed_takes_nothing_more() -> None:
    """DASSOS meets on 3 September with its papers in by 20 August."""
    in_time, late = Planned("2025-08-20"), Planned("2025-08-21")
    for desk in (in_time, late):
        desk.open("orientering")

    assert in_time.stands("note", "dassos") == ("dassos-2025-09-03", ItemWhy.NEXT)
    assert late.stands("note", "dassos") == ("dassos-2025-11-04", ItemWhy.NEXT)


def test_a_body_without_meetings_has_no_item() -> None:
    """It is awaited as before."""
    desk = Desk(organisation=midtjylland_with(ONE_MEETING))
    desk.open("one")

    assert desk.round("a").items == {}
    assert desk.case.waiting_for() == ["dassos"]


def test_the_day_of_a_meeting_moves_nothing(desk: Planned) -> None:
    """The minutes come days later: the item stays where it was dealt with."""
    desk.let_pass("2025-05-20")

    assert desk.stands() == (APRIL, ItemWhy.NEXT)
    assert desk.answer_of("kkr", KKR).state == AnswerState.AWAITING


def test_a_moved_meeting_takes_its_items_along(desk: Planned) -> None:
    """With the new date, although another meeting now comes first."""
    desk.changes("add", NewMeeting(body=KKR, day=date(2025, 4, 30), papers_in_by=date(2025, 3, 1)))
    desk.changes("move", APRIL, Move(day=date(2025, 5, 6), reason="Lokalet er optaget", at=time(10)))

    assert desk.stands() == (APRIL, ItemWhy.MOVED)
    assert (desk.item().day, desk.item().at) == (date(2025, 5, 6), time(10))


def test_a_cancelled_meeting_passes_its_items_on(desk: Planned) -> None:
    """To the next that can take them: the one that its rhythm makes likely."""
    desk.changes("cancel", APRIL, "For få punkter")

    meeting, why = desk.stands()
    assert (meeting, why) == ("kkr-midtjylland-2025-06-10", ItemWhy.CANCELLED)


def test_a_meeting_in_place_of_a_cancelled_one_takes_its_items(desk: Planned) -> None:
    """Whose papers were in on time for it."""
    desk.changes("cancel", APRIL, "For få punkter")
    desk.changes("add", NewMeeting(body=KKR, day=date(2025, 4, 15), papers_in_by=date(2025, 4, 1)))

    assert desk.stands() == ("kkr-midtjylland-2025-04-15", ItemWhy.NEXT)


def test_an_item_without_a_meeting_waits_for_one() -> None:
    """Where every known meeting is cancelled, it stands on none; as soon as there is one, it goes on that."""
    desk = Planned(organisation=midtjylland_with(ONE_MEETING, calendar=CALENDAR))
    desk.open("one")
    desk.changes("cancel", "dassos-2025-04-25", "Aflyst")
    off = desk.item("a", "dassos")
    desk.changes("add", NewMeeting(body="dassos", day=date(2025, 6, 2)))

    assert off.is_off
    assert desk.topics().count("case.item_taken_off") == 1
    assert desk.stands("a", "dassos") == ("dassos-2025-06-02", ItemWhy.NEXT)


def test_an_earlier_meeting_that_is_added_takes_the_item(desk: Planned) -> None:
    """If its papers were in on time; else it stays."""
    desk.changes("add", NewMeeting(body=KKR, day=date(2025, 4, 2), papers_in_by=date(2025, 3, 27)))
    before = desk.stands()
    desk.changes("add", NewMeeting(body=KKR, day=date(2025, 4, 3), papers_in_by=date(2025, 3, 28)))

    assert before == (APRIL, ItemWhy.NEXT)
    assert desk.stands() == ("kkr-midtjylland-2025-04-03", ItemWhy.NEXT)


def test_a_meeting_that_the_secretariat_has_chosen_is_kept(desk: Planned) -> None:
    """Whatever is added before it; if it is cancelled, a later one takes the item."""
    desk.commands("place_item", Placing(KKR, OCTOBER, reason="Regionen vil høres først"))
    desk.changes("add", NewMeeting(body=KKR, day=date(2025, 4, 30)))
    chosen = desk.stands()
    desk.changes("cancel", OCTOBER, "Aflyst")

    assert chosen == (OCTOBER, ItemWhy.CHOSEN)
    assert desk.stands()[1] == ItemWhy.CANCELLED
    assert desk.item().day > date(2025, 10, 20)


def test_what_is_postponed_goes_on_the_next_meeting(desk: Planned) -> None:
    """The body is still awaited; the postponement is kept, and counted."""
    desk.let_pass("2025-04-10")
    desk.answers(KKR, "postponed")

    answer = desk.answer_of("kkr", KKR)
    assert (answer.state, answer.outcome) == (AnswerState.AWAITING, "postponed")
    assert desk.stands() == ("kkr-midtjylland-2025-06-10", ItemWhy.POSTPONED)
    assert desk.item().postponed == 1


def test_what_is_postponed_twice_moves_twice(desk: Planned) -> None:
    """The second time to the meeting that the body names, which the plan then expects."""
    desk.let_pass("2025-04-08")
    desk.answers(KKR, "postponed")
    desk.let_pass("2025-06-11")
    desk.answers(KKR, "postponed", expected_on=date(2025, 10, 20))

    assert desk.stands() == (OCTOBER, ItemWhy.POSTPONED)
    assert desk.item().postponed == 2
    assert desk.answer_of("kkr", KKR).expected_on == "2025-10-20"


def test_a_correction_of_the_date_postponed_to_moves_the_item(desk: Planned) -> None:
    """One that leaves the date alone does not."""
    desk.let_pass("2025-04-08")
    desk.answers(KKR, "postponed", "m1")
    desk.corrects(KKR, "m1", "postponed", remark="Udvalget vil se tal", message_id="m2")
    before = desk.stands()
    desk.corrects(KKR, "m2", "postponed", expected_on=date(2025, 10, 20))

    assert before == ("kkr-midtjylland-2025-06-10", ItemWhy.POSTPONED)
    assert desk.stands() == (OCTOBER, ItemWhy.POSTPONED)


def test_nothing_else_that_is_answered_is_expected_on_a_day(desk: Planned) -> None:
    """And what is postponed is so to a day to come."""
    for outcome, day in (("approved", date(2025, 10, 20)), ("postponed", date(2025, 3, 27))):
        with pytest.raises(RefusalError) as refused:
            desk.answers(KKR, outcome, expected_on=day)
        assert refused.value.field == "expected_on"


def test_a_late_item_is_forced_on_with_a_reason(desk: Planned) -> None:
    """The papers' date of 28 March has passed; without a reason it is refused."""
    desk.commands("place_item", Placing(KKR, OCTOBER))
    desk.let_pass("2025-04-01")
    with pytest.raises(RefusalError) as refused:
        desk.commands("place_item", Placing(KKR, APRIL))
    desk.commands("place_item", Placing(KKR, APRIL, reason="Formanden har sagt ja"))

    assert refused.value.field == "reason"
    assert desk.stands() == (APRIL, ItemWhy.FORCED)
    assert desk.item().reason == "Formanden har sagt ja"


@pytest.mark.parametrize(
    ("wish", "what"),
    [
        (Placing(KKR, "kkr-midtjylland-2022-12-02"), "was on 2022-12-02"),
        (Placing(KKR, "dassos-2025-09-03"), "is not one of"),
        (Placing(KKR, "kkr-midtjylland-2025-04-30"), "is cancelled"),
        (Placing(KKR, "no-such"), "there is no meeting"),
        (Placing(KKR, APRIL), "is on that meeting already"),
        (Placing("dassos", "dassos-2025-09-03"), "nothing waits for"),
        (Placing(KKR, OCTOBER, step="councils"), "nothing waits for"),
    ],
)
def test_an_item_goes_on_no_meeting_that_cannot_take_it(desk: Planned, wish: Placing, what: str) -> None:
    """The refusal says what is wrong with it and names meetings that can."""
    desk.changes("add", NewMeeting(body=KKR, day=date(2025, 4, 30)))
    desk.changes("cancel", "kkr-midtjylland-2025-04-30", "Aflyst")
    with pytest.raises(RefusalError) as refused:
        desk.commands("place_item", wish)

    assert what in refused.value.what
    assert refused.value.mend


def test_a_suspended_case_places_nothing(desk: Planned) -> None:
    """And cannot be placed; when it goes on, an item whose meeting passed meanwhile goes on the next."""
    desk.commands("suspend", "Afventer ny vejledning")
    desk.changes("move", APRIL, Move(day=date(2025, 4, 10), reason="Flyttet"))
    with pytest.raises(RefusalError, match="suspended"):
        desk.commands("place_item", Placing(KKR, OCTOBER))
    still = desk.item().day
    desk.let_pass("2025-05-02")
    desk.commands("resume")

    assert still == date(2025, 4, 8)
    assert desk.stands() == ("kkr-midtjylland-2025-06-12", ItemWhy.SUSPENDED)


def test_a_meeting_after_a_suspension_keeps_its_item(desk: Planned) -> None:
    """The papers were in before it."""
    desk.commands("suspend", "Afventer ny vejledning")
    desk.let_pass("2025-04-07")
    desk.commands("resume")

    assert desk.stands() == (APRIL, ItemWhy.NEXT)


def test_after_a_suspension_papers_come_in_anew(desk: Planned) -> None:
    """A meeting whose papers' date lay in it is not the next that can take the item."""
    desk.commands("suspend", "Afventer ny vejledning")
    desk.let_pass("2025-06-05")
    desk.commands("resume")

    assert desk.item().day > date(2025, 6, 10)


def test_a_meeting_is_replaced_by_a_written_procedure(desk: Planned) -> None:
    """The item is taken off; everybody is asked by the end of the window, and may object."""
    desk.commands("settle_in_writing", InWriting("kkr", date(2025, 4, 4), "Der er intet møde før fristen"))

    current = desk.round("kkr")
    assert (current.mode, current.due, current.items) == ("written_procedure", date(2025, 4, 4), {})
    assert desk.topics()[-3:] == ["case.item_taken_off", "case.step_asked_again", "case.bodies_invited"]
    assert desk.case.current("kkr").pending == [KKR]


def test_an_objection_brings_the_matter_back_to_the_meeting(desk: Planned) -> None:
    """To the next that can take it."""
    desk.commands("settle_in_writing", InWriting("kkr", date(2025, 4, 4), "Det haster"))
    desk.answers(KKR, "objected")

    assert desk.round("kkr").mode == "meeting"
    assert desk.stands() == (APRIL, ItemWhy.NEXT)


def test_silence_brings_the_matter_back_to_the_meeting(desk: Planned) -> None:
    """At the window's end; the meeting whose papers' date has passed takes it no more."""
    desk.commands("settle_in_writing", InWriting("kkr", date(2025, 4, 4), "Det haster"))
    desk.let_pass("2025-04-05")

    assert desk.round("kkr").mode == "meeting"
    assert desk.stands() == ("kkr-midtjylland-2025-06-10", ItemWhy.NEXT)


def test_an_approval_in_writing_ends_the_step(desk: Planned) -> None:
    """As at a meeting."""
    desk.commands("settle_in_writing", InWriting("kkr", date(2025, 4, 4), "Det haster"))
    desk.answers(KKR, "approved")

    assert desk.round("kkr").result == "approved"
    assert desk.case.waiting_for()[0] != KKR


def test_a_material_version_keeps_the_window(desk: Planned) -> None:
    """Whoever is asked again in writing has the days that are left."""
    desk = Planned(organisation=midtjylland_with(ONE_MEETING, calendar=CALENDAR))
    desk.open("one")
    desk.commands("add_body", step="a", body="kd-net", reason="Berørt")
    desk.commands("add_paper", name="a.pdf", sha256="0" * 64, size=10)
    desk.commands("settle_in_writing", InWriting("a", date(2025, 4, 4), "Det haster"))
    desk.answers("kd-net", "approved")
    desk.commands("add_paper", name="b.pdf", sha256="1" * 64, size=10, change="material")

    assert (desk.round("a").mode, desk.round("a").due) == ("written_procedure", date(2025, 4, 4))


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (InWriting("kkr", date(2025, 3, 27), "Det haster"), "due"),
        (InWriting("kkr", date(2025, 4, 4), " "), "reason"),
        (InWriting("councils", date(2025, 4, 4), "Det haster"), "step"),
        (InWriting("unknown", date(2025, 4, 4), "Det haster"), "step"),
    ],
)
def test_only_an_open_meeting_is_replaced(desk: Planned, wish: InWriting, field: str) -> None:
    """By a window that has not ended, for a reason."""
    with pytest.raises(RefusalError) as refused:
        desk.commands("settle_in_writing", wish)

    assert refused.value.field == field


def test_a_meeting_takes_no_objection(desk: Planned) -> None:
    """Only a written procedure does."""
    with pytest.raises(RefusalError, match="at a meeting"):
        desk.answers(KKR, "objected")


def test_items_of_others_stay_when_a_version_asks_one_again() -> None:
    """Whoever is still awaited keeps its meeting."""
    desk = Planned(organisation=midtjylland_with(ONE_MEETING, calendar=CALENDAR))
    desk.open("one")
    desk.commands("add_body", step="a", body="kd-net", reason="Berørt")
    desk.commands("add_paper", name="a.pdf", sha256="0" * 64, size=10)
    desk.answers("kd-net", "approved")
    placed = desk.topics().count("case.item_placed")
    desk.commands("add_paper", name="b.pdf", sha256="1" * 64, size=10, change="material")

    assert desk.stands("a", "dassos") == ("dassos-2025-04-25", ItemWhy.NEXT)
    assert desk.topics().count("case.item_placed") == placed


def test_a_body_that_is_asked_later_has_its_papers_in_later() -> None:
    """The meeting whose papers' date has passed by then takes the others' item, not its."""
    desk = Planned("2025-08-18")
    desk.open("orientering")
    desk.let_pass("2025-08-25")
    desk.commands("add_body", step="note", body=KKR, reason="Berørt")
    desk.commands("place_item", Placing("dassos", "dassos-2025-11-04"))

    assert desk.item("note", KKR).papers_in_on == date(2025, 8, 25)
    assert desk.item("note", "dassos").papers_in_on == date(2025, 8, 18)


def test_advancing_looks_again_when_a_meeting_was_changed_meanwhile(desk: Planned) -> None:
    """The meeting is cancelled just after the process has read the calendars: it goes on once more."""
    reads: list[object] = []

    def calendars() -> Any:
        found = desk.meetings.calendars()
        reads.append(found)
        if len(reads) == 1:
            desk.meetings.cancel(Command.by(SECRETARIAT), APRIL, "Aflyst")
        return found

    desk.cases.calendars = calendars
    desk.advance()

    assert desk.stands()[1] == ItemWhy.CANCELLED
    assert len(reads) == 3


# Plans


def test_a_plan_expects_a_step_at_the_meeting_that_it_is_on(desk: Planned) -> None:
    """Whatever meeting comes first; to think that one moved moves it."""
    desk.commands("place_item", Placing(KKR, OCTOBER))

    expected = _expected(desk)
    moved = _expected(desk, WhatIf(moved={OCTOBER: date(2025, 11, 3)}))
    cancelled = _expected(desk, WhatIf(cancelled=[OCTOBER]))

    assert (expected, moved) == (date(2025, 10, 20), date(2025, 11, 3))
    assert cancelled is not None
    assert cancelled < date(2025, 10, 20)


def test_a_plan_knows_that_a_late_item_was_forced_on(desk: Planned) -> None:
    """No rule would have put it there."""
    desk.commands("place_item", Placing(KKR, OCTOBER))
    desk.let_pass("2025-04-01")
    desk.commands("place_item", Placing(KKR, APRIL, reason="Formanden har sagt ja"))

    assert _expected(desk) == date(2025, 4, 8)


def test_a_plan_awaits_the_minutes_of_a_meeting_that_was_held(desk: Planned) -> None:
    """The decision is expected any day, not at the next meeting."""
    desk.let_pass("2025-04-10")

    assert _expected(desk) == date(2025, 4, 10)


def test_a_plan_of_a_suspended_case_is_as_if_it_went_on_today(desk: Planned) -> None:
    """Its meeting passed meanwhile, and its papers come in anew: on the very meeting where it then stands."""
    desk.commands("suspend", "Afventer ny vejledning")
    desk.let_pass("2025-06-05")
    expected = _expected(desk)
    desk.commands("resume")

    assert expected == desk.item().day


def test_a_simulated_body_answers_on_the_day_of_its_meeting() -> None:
    """Where it has meetings."""
    simulated = simulate(midtjylland(), "cu-afrapportering", Wishes(date(2025, 3, 18)))

    placed = {e.body: e.date for e in simulated.events if isinstance(e, Case.ItemPlaced)}
    answered = {e.body: danish_date(e.timestamp) for e in simulated.events if isinstance(e, Case.AnswerRecorded)}
    assert {"kd-net", KKR} <= placed.keys()
    assert {body: answered[body].isoformat() for body in placed} == placed


def _expected(desk: Planned, what_if: WhatIf | None = None) -> date | None:
    """When a plan expects KKR's step."""
    matter = matter_of_case(desk.case, danish_date(desk.now))
    matter, calendars = changed(matter, desk.meetings.calendars(), what_if or WhatIf())
    return next(step.expected for step in plan(matter, calendars).steps if step.step == "kkr")
