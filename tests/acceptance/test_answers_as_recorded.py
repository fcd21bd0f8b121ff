# SPDX-License-Identifier: EUPL-1.2
"""What minutes and councils really say, with the numbers of the published papers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.answering import Reply
from domain.case import AnswerState, Status
from projections.documents import Document, case_document
from projections.timeline import timeline_entry
from tests.acceptance.test_routes_as_practised import all_answer, ended, opened, rammeaftale
from tests.domain.desk import Desk, midtjylland, midtjylland_with

ITEM = """
id = "own"
version = 1
name = { da = "Punkt på DASSOS", en = "Item of DASSOS" }
source = "At DASSOS: • Drøfter og godkender …"
ending = { status = "approved", result_of = "item" }

[[steps]]
id = "item"
name = { da = "DASSOS drøfter og godkender", en = "DASSOS discusses and approves" }
ask = "approve"
also_asks = ["discuss"]
bodies = ["dassos"]
mode = "meeting"
"""
NOTE_ASKS, SILENT = 30, 13
"""Of 30 items that asked to note, the minutes record no answer to 13."""


def recorded(desk: Desk, body: str, outcome: str, **facts: Any) -> str:
    """The secretariat records what it reads in the minutes; the effect."""
    return desk.commands("answer", body, Reply(outcome, **facts), "minutes").effect


def document(desk: Desk, step: str) -> Document:
    """A step as readers see it."""
    return next(s for s in case_document(desk.case, 1)["steps"] if s["id"] == step)


def sentences(desk: Desk) -> list[tuple[str, str]]:
    """The timeline of the case's answers."""
    before, told = None, []
    for event in desk.cases.history(desk.id):
        if event.TOPIC == "case.answer_recorded":
            entry = timeline_entry(before, event, 1, midtjylland())
            told.append((entry["da"], entry["en"]))
        before = event.mutate(before)
    return told


def test_discussed_and_approved_where_the_minutes_tell_only_of_the_approval() -> None:
    """DASSOS on 25 November 2021: approved, and not a word of the discussion."""
    desk = Desk("2021-11-26", midtjylland_with(ITEM))
    desk.open("own", title="Punkt 5")
    recorded(desk, "dassos", "approved", decided_on=date(2021, 11, 25), meeting_on=date(2021, 11, 25), agenda_item="5")
    assert document(desk, "item")["answers"][0]["also"] == {"discuss": None}
    assert desk.case.waiting_for() == ["dassos"]

    recorded(desk, "dassos", "not_recorded")

    step = document(desk, "item")
    assert (step["result"], step["results"]) == ("approved", {"approve": "approved", "discuss": "not_recorded"})
    (entry,) = step["answers"]
    assert (entry["outcome"], entry["also"], entry["source"]) == ("approved", {"discuss": "not_recorded"}, "minutes")
    assert (entry["meeting_on"], entry["agenda_item"]) == ("2021-11-25", "5")
    assert ended(desk) == (Status.APPROVED, "approved")
    assert sentences(desk) == [
        (
            "DASSOS har godkendt (25. november 2021). Mødet 25. november 2021, punkt 5.",
            "DASSOS approved it (25 November 2021). The meeting of 25 November 2021, item 5.",
        ),
        (
            "DASSOS har intet svar i referatet til »drøfter«.",
            "DASSOS has no answer in the minutes to “discusses”.",
        ),
    ]


def test_thirteen_of_thirty_orientations_are_not_recorded() -> None:
    """Each of them ends, and nothing is invented for the thirteen."""
    results = []
    for number in range(NOTE_ASKS):
        desk = opened("2021-05-04", "orientering")
        if number < SILENT:
            recorded(desk, "dassos", "not_recorded")
        else:
            recorded(desk, "dassos", "noted", decided_on=date(2021, 5, 4))
        results.append(ended(desk))

    assert results.count((Status.COMPLETED, "not_recorded")) == SILENT
    assert results.count((Status.COMPLETED, "noted")) == NOTE_ASKS - SILENT


@pytest.mark.parametrize(("silent", "result"), [(13, "noted"), (30, "not_recorded")])
def test_thirty_bodies_of_which_some_are_silent(silent: int, result: str) -> None:
    """Those who noted it are all that is needed."""
    bodies = [*midtjylland().bodies][:NOTE_ASKS]
    assert len(bodies) == NOTE_ASKS
    desk = opened("2021-05-04", "orientering", concerned=bodies)
    for place, body in enumerate(bodies):
        if place < silent:
            recorded(desk, body, "not_recorded")
        else:
            recorded(desk, body, "noted", decided_on=date(2021, 5, 4))

    assert ended(desk) == (Status.COMPLETED, result)


def test_a_framework_agreement_needs_the_council_itself() -> None:
    """Lemvig's committee says yes on 2 November 2022: a recommendation; the council approves on 23 November."""
    desk = rammeaftale(returned=False)
    desk.let_pass("2022-11-02")
    assert desk.answers("lemvig", "approved", step="approve", decided_by="committee") == "recommendation"

    (entry,) = [a for a in document(desk, "approve")["answers"] if a["body"] == "lemvig"]
    assert (entry["state"], entry["outcome"]) == ("awaiting", None)
    assert (entry["recommendation"]["outcome"], entry["recommendation"]["decided_on"]) == ("approved", "2022-11-02")
    danish, english = sentences(desk)[-1]
    assert danish == (
        "Lemvig Kommune har godkendt i trinnet »Kommunalbestyrelserne og Regionsrådet godkender« (fagudvalget, "
        "2. november 2022) som en anbefaling; kommunalbestyrelsen skal selv træffe afgørelse."
    )
    assert english == (
        "Lemvig Municipality approved it in the step “The councils and the regional council approve” (the committee, "
        "2 November 2022) as a recommendation; the council must decide itself."
    )

    desk.let_pass("2022-11-23")
    assert desk.answers("lemvig", "approved", step="approve", decided_by="council") == "counted"
    for body in desk.case.asked["approve"]:
        if desk.answer_of("approve", body).state != AnswerState.ANSWERED:
            desk.answers(body, "approved", step="approve", decided_by="council")
    assert ended(desk) == (Status.APPROVED, "approved")


def test_without_the_last_council_a_framework_agreement_is_not_approved() -> None:
    """Eighteen councils and Regionsrådet approve, of one only the committee."""
    desk = rammeaftale(returned=False)
    all_answer(desk, "approve", "approved", but=1)
    last = desk.case.asked["approve"][-1]

    desk.answers(last, "approved", step="approve", decided_by="committee")

    assert desk.case.waiting_for() == [last]


def test_an_orientation_may_be_taken_by_the_committee(desk: Desk) -> None:
    """Lemvig, 2 April 2025, before the step opened; the chair alone could not."""
    desk.open()
    desk.turn_to("2025-04-02")

    assert desk.answers("lemvig", "noted", decided_by="committee") == "early"
    assert desk.answers("skive", "noted", decided_by="chair") == "recommendation"

    desk.until("councils")
    assert desk.answer_of("councils", "lemvig").state == AnswerState.ANSWERED
    assert "skive" in desk.case.waiting_for()


@pytest.fixture
def desk() -> Desk:
    """A desk on 18 March 2025."""
    return Desk()


def test_dissent_and_reservation_stand_on_an_approval() -> None:
    """DASSOS approves the rates on 3 September 2025; two are against, and the approval is one."""
    desk = opened("2025-06-16", "takster")
    desk.answers("takstgruppen", "recommended")
    desk.let_pass("2025-09-04")
    recorded(
        desk,
        "dassos",
        "approved",
        decided_on=date(2025, 9, 3),
        meeting_on=date(2025, 9, 3),
        agenda_item="4",
        wording="DASSOS godkendte Takstgruppens anbefaling.",
        protocol="Referat 2025-3",
        dissent=[{"who": "N. Nielsen", "text": "for høj fremskrivning"}, {"who": "M. Madsen"}],
        reservation="budgettet for 2026",
    )

    assert ended(desk) == (Status.APPROVED, "approved")
    danish, english = sentences(desk)[-1]
    assert danish == (
        "DASSOS har godkendt (3. september 2025). Mødet 3. september 2025, punkt 4, protokol Referat 2025-3. "
        "Referatet: »DASSOS godkendte Takstgruppens anbefaling.«. Forbehold: »budgettet for 2026«. "
        "Imod stemte N. Nielsen (»for høj fremskrivning«) og M. Madsen."
    )
    assert english == (
        "DASSOS approved it (3 September 2025). The meeting of 3 September 2025, item 4, protocol Referat 2025-3. "
        "The minutes: “DASSOS godkendte Takstgruppens anbefaling.”. Reservation: “budgettet for 2026”. "
        "Against voted N. Nielsen (“for høj fremskrivning”) and M. Madsen."
    )


def test_signatures_and_drafts_say_what_they_are() -> None:
    """The small agreement: drafted by the secretariat, signed by three persons."""
    desk = opened("2024-09-13", "samarbejdsaftale-underskrift")
    desk.answers("dassos", "supported")
    desk.commands("submit", step="draft")
    for body, who in (("das", "Formanden for DAS"), ("dassos", "Formanden for DASSOS")):
        desk.answers(body, "signed", step="sign", persons=[who])
    desk.answers("region-midtjylland", "signed", step="sign", persons=["Socialdirektøren"])

    assert desk.answer_of("draft", "secretariat").outcome == "drafted"
    assert sentences(desk)[-1][0].endswith(" Underskrevet af Socialdirektøren.")
    assert sentences(desk)[-1][1].endswith(" Signed by Socialdirektøren.")
