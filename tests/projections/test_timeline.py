# SPDX-License-Identifier: EUPL-1.2
"""The sentences of the timeline."""

from __future__ import annotations

from datetime import date

import pytest

from domain.asks import ASKS
from domain.case import Case
from projections.documents import Document
from projections.phrases import EFFECTS, OUTCOMES, long_date
from projections.timeline import SENTENCES, timeline_entry
from tests.domain.desk import Desk, midtjylland
from tests.domain.golden_events import event_classes

ENTRY_KEYS = {
    "position", "version", "recorded_at", "type", "step", "round", "body", "actor", "decided_on", "da", "en",
}  # fmt: skip


@pytest.fixture
def desk() -> Desk:
    """A desk in memory on 18 March 2025, a CU case opened."""
    desk = Desk()
    desk.open()
    return desk


def test_every_kind_of_event_has_a_sentence() -> None:
    """A new kind of event cannot be forgotten."""
    assert set(SENTENCES) == set(event_classes())


def test_every_outcome_and_effect_has_its_words() -> None:
    """A new outcome cannot be forgotten."""
    assert set(OUTCOMES) == {outcome for ask in ASKS.values() for outcome in ask.outcomes}
    assert set(EFFECTS) == {"counted", "early", "late"}


def test_every_event_of_a_whole_case_is_told(desk: Desk) -> None:
    """Every kind of event that a case can have gives an entry with all keys and both languages."""
    told = _every_kind_of_event()

    assert {entry["type"] for entry in told} == {kind.TOPIC for kind in event_classes()}
    assert all(entry.keys() >= ENTRY_KEYS for entry in told)
    assert all(entry["da"] and entry["en"] and entry["da"] != entry["en"] for entry in told)


def test_an_early_answer_says_so(desk: Desk) -> None:
    """Who decided, when, and that the step was not open."""
    desk.turn_to("2025-04-02")
    desk.answers("lemvig", "noted", decided_by="committee")

    assert _sentences(desk, "case.answer_recorded") == [
        (
            "Lemvig Kommune har taget til efterretning (fagudvalget, 2. april 2025), før trinnet åbnede.",
            "Lemvig Municipality noted it (the committee, 2 April 2025), before the step opened.",
        )
    ]


def test_a_late_answer_says_so(desk: Desk) -> None:
    """The step was completed by the submission."""
    desk.until("agency")
    desk.answers("norddjurs", "noted")

    assert _sentences(desk, "case.answer_recorded")[-1] == (
        "Norddjurs Kommune har taget til efterretning (18. marts 2025), efter at trinnet var afsluttet.",
        "Norddjurs Municipality noted it (18 March 2025), after the step was completed.",
    )


def test_a_correction_says_what_was_wrong_and_what_is_right(desk: Desk) -> None:
    """Old and new values stand beside each other."""
    desk.turn_to("2025-04-02")
    desk.answers("lemvig", "noted", "m1", decided_on=date(2025, 4, 1))
    desk.corrects("lemvig", "m1", "noted_with_remarks")

    (told,) = _sentences(desk, "case.answer_corrected")

    assert told[0] == (
        "Lemvig Kommune har rettet »Taget til efterretning« (1. april 2025) til »Taget til efterretning med "
        "bemærkninger« (2. april 2025), før trinnet åbnede."
    )
    assert told[1] == (
        "Lemvig Municipality corrected “Noted” (1 April 2025) to “Noted with remarks” (2 April 2025), before the "
        "step opened."
    )


def test_a_delay_says_the_expected_date(desk: Desk) -> None:
    """When there is one."""
    desk.delays("norddjurs", expected_on=date(2025, 6, 4))

    assert _sentences(desk, "case.delay_reported") == [
        (
            "Norddjurs Kommune har meldt forsinkelse, ventes 4. juni 2025, før trinnet åbnede.",
            "Norddjurs Municipality reported a delay, expected 4 June 2025, before the step opened.",
        )
    ]


def test_the_agencys_questions_carry_their_due_date(desk: Desk) -> None:
    """So that the reader sees by when to reply."""
    desk.until("agency")
    desk.answers("social-og-boligstyrelsen", "questions_asked", due=date(2025, 9, 5))

    assert _sentences(desk, "case.answer_recorded")[-1] == (
        "Social- og Boligstyrelsen har stillet spørgsmål med frist 5. september 2025 (18. marts 2025).",
        "The Danish Authority of Social Services and Housing asked questions, due 5 September 2025 (18 March 2025).",
    )


def test_many_bodies_are_counted_and_few_are_named(desk: Desk) -> None:
    """The 19 councils are a number, DASSOS a name."""
    desk.until("councils")

    opened = _sentences(desk, "case.step_opened")

    assert opened[0] == (
        "Trinnet »DASSOS godkender« åbnede: DASSOS er spurgt, frist 25. marts 2025.",
        "The step “DASSOS approves” opened: DASSOS was asked, due 25 March 2025.",
    )
    assert any("19 parter er spurgt" in da and "19 bodies were asked" in en for da, en in opened)


def test_bodies_are_called_by_their_name_of_the_day() -> None:
    """The agency had another name before."""
    desk = Desk("2021-06-01")
    desk.open(deadline=date(2021, 12, 1))
    desk.until("agency")
    desk.answers("social-og-boligstyrelsen", "received")

    assert _sentences(desk, "case.answer_recorded")[-1][0].startswith("Socialstyrelsen har modtaget sagen")


@pytest.mark.parametrize(
    ("day", "da", "en"),
    [("2025-04-02", "2. april 2025", "2 April 2025"), ("2025-12-31", "31. december 2025", "31 December 2025")],
)
def test_dates_are_written_as_people_write_them(day: str, da: str, en: str) -> None:
    """In Danish with a dot behind the day and a small month."""
    assert (long_date(day).da, long_date(day).en) == (da, en)


def _every_kind_of_event() -> list[Document]:
    """The timelines of a few cases in which everything happens at least once."""
    whole, rejected, simple = Desk(), Desk(), Desk()
    whole.open()
    whole.commands("add_paper", name="svar.pdf", sha256="0" * 64, size=10)
    whole.let_pass("2025-03-28")
    whole.until("councils")
    whole.commands("extend", date(2025, 6, 30), "Styrelsen har givet længere frist")
    whole.delays("norddjurs")
    whole.answers("lemvig", "noted", "m1")
    whole.corrects("lemvig", "m1", "noted_with_remarks")
    whole.commands("submit")
    whole.answers("social-og-boligstyrelsen", "decided", supports=True)
    rejected.open()
    rejected.answers("dassos", "rejected")
    rejected.commands("resubmit")
    rejected.commands("suspend", "Afventer")
    rejected.commands("resume")
    rejected.commands("withdraw", "Udmeldingen er trukket tilbage")
    simple.open("orientering")
    return [entry for desk in (whole, rejected, simple) for entry in _timeline(desk)]


def _timeline(desk: Desk) -> list[Document]:
    case: Case | None = None
    entries = []
    for event in desk.cases.history(desk.id):
        entries.append(timeline_entry(case, event, event.originator_version, midtjylland()))
        case = event.mutate(case)
    return entries


def _sentences(desk: Desk, topic: str) -> list[tuple[str, str]]:
    return [(entry["da"], entry["en"]) for entry in _timeline(desk) if entry["type"] == topic]
