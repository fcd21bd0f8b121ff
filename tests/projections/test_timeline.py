# SPDX-License-Identifier: EUPL-1.2
"""The sentences of the timeline."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.additions import Addition
from domain.asks import ASKS, OBJECTED
from domain.case import Case
from domain.commands import Command
from domain.inquiring import Inquiry
from domain.placing import InWriting
from domain.renewing import Renewal
from domain.settling import Unasked
from projections.documents import Document
from projections.phrases import EFFECTS, OUTCOMES, long_date
from projections.timeline import SENTENCES, timeline_entry
from tests.domain.desk import SECRETARIAT, Desk, midtjylland, midtjylland_with
from tests.domain.golden_events import event_classes

REOPENING = """
id = "reopening"
version = 1
name = { da = "Genåbning", en = "Reopening" }
source = "Et trin, som en rettelse åbner igen."
ending = { status = "completed", result_of = "b" }

[[steps]]
id = "a"
name = { da = "Trin", en = "Step" }
ask = "approve"
bodies = ["dassos"]
mode = "meeting"
counts_corrections = true

[[steps]]
id = "b"
name = { da = "Andet trin", en = "Second step" }
ask = "approve"
bodies = ["kkr-midtjylland"]
mode = "meeting"
after = ["a"]
"""
WRITTEN = """
id = "written"
version = 1
name = { da = "Skriftlig", en = "Written" }
source = "Den, der tier, samtykker."
ending = { status = "completed", result_of = "a" }

[[steps]]
id = "a"
name = { da = "Trin", en = "Step" }
ask = "approve"
bodies = ["dassos", "kd-net"]
mode = "written_procedure"
window_days = 7
on_silence = "consent"
"""
BOTH = """
id = "both"
version = 1
name = { da = "Begge", en = "Both" }
source = "At DASSOS drøfter og godkender."
ending = { status = "completed", result_of = "a" }

[[steps]]
id = "a"
name = { da = "Trin", en = "Step" }
ask = "approve"
also_asks = ["discuss"]
bodies = ["dassos"]
mode = "meeting"
"""
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
    assert set(OUTCOMES) == {OBJECTED.id} | {outcome for ask in ASKS.values() for outcome in ask.outcomes}
    assert set(EFFECTS) == {"counted", "early", "late", "recommendation"}


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


def test_a_correction_names_each_fact_that_changed(desk: Desk) -> None:
    """Old and new values stand beside each other."""
    desk.turn_to("2025-04-02")
    desk.answers("lemvig", "noted", "m1", decided_on=date(2025, 4, 1))
    desk.corrects("lemvig", "m1", "noted_with_remarks", remark="Enig")

    (told,) = _sentences(desk, "case.answer_corrected")

    assert told[0] == (
        "Lemvig Kommune har rettet sit svar, før trinnet åbnede: svaret fra »Taget til efterretning« til »Taget til "
        "efterretning med bemærkninger«; beslutningsdatoen fra 1. april 2025 til 2. april 2025; bemærkningen fra ingen "
        "til »Enig«."
    )
    assert told[1] == (
        "Lemvig Municipality corrected its answer, before the step opened: the outcome from “Noted” to “Noted with "
        "remarks”; the date decided from 1 April 2025 to 2 April 2025; the remark from none to “Enig”."
    )


@pytest.mark.parametrize(
    ("wrong", "right", "da", "en"),
    [
        ({"supports": True}, {"supports": False}, "afgørelsen fra »bakker op« til »bakker ikke op«",
         "the decision from “supports it” to “does not support it”"),
        ({"decided_by": "chair"}, {"decided_by": "council"}, "beslutter fra formanden til kommunalbestyrelsen",
         "the decider from the chair to the council"),
        ({"version": 1}, {"version": 2}, "bilagsversionen fra 1 til 2", "the version of the papers from 1 to 2"),
        ({"reference": "A-1"}, {"reference": "A-2"}, "referencen fra A-1 til A-2", "the reference from A-1 to A-2"),
        ({}, {}, "intet er ændret", "nothing changed"),
    ],
)  # fmt: skip
def test_a_correction_of_another_fact_names_it(
    desk: Desk, wrong: dict[str, Any], right: dict[str, Any], da: str, en: str
) -> None:
    """Beside the outcome, which stays."""
    desk.until("agency")
    for name in ("a.pdf", "b.pdf"):
        desk.commands("add_paper", name=name, sha256="0" * 64, size=10)
    desk.answers("social-og-boligstyrelsen", "decided", "m1", **wrong)
    desk.corrects("social-og-boligstyrelsen", "m1", "decided", **right)

    told = _sentences(desk, "case.answer_corrected")[-1]

    assert "har rettet sit svar »Afgjort«" in told[0]
    assert told[0].endswith(f": {da}.")
    assert told[1].endswith(f": {en}.")


def test_a_correction_of_the_reply_date_names_it(desk: Desk) -> None:
    """Of the agency's questions."""
    desk.until("agency")
    desk.answers("social-og-boligstyrelsen", "questions_asked", "m1", due=date(2025, 9, 1))
    desk.corrects("social-og-boligstyrelsen", "m1", "questions_asked", due=date(2025, 9, 5))

    told = _sentences(desk, "case.answer_corrected")[-1]

    assert told[0] == (
        "Social- og Boligstyrelsen har rettet sit svar »Har stillet spørgsmål«: svarfristen fra 1. september 2025 til "
        "5. september 2025."
    )
    assert told[1] == (
        "The Danish Authority of Social Services and Housing corrected its answer “Questions asked”: the reply date "
        "from 1 September 2025 to 5 September 2025."
    )


def test_an_answer_names_its_step_where_the_body_has_a_part_in_several(desk: Desk) -> None:
    """A secretariat that submits and replies, say; the remark and the body's number stand behind."""
    desk.until("councils")
    desk.commands("submit", reference="CU-7")

    submitted = _sentences(desk, "case.answer_recorded")[-1]

    assert submitted[0].startswith("Sekretariatet har indsendt sagen i trinnet »")
    assert submitted[0].endswith(". Reference: CU-7.")
    assert " in the step “" in submitted[1]


def test_an_answer_tells_what_it_adds(desk: Desk) -> None:
    """Each condition and task with its number, kind, who is to do it, and by when or by which meeting."""
    tasks = [
        Addition(text="Eksempler", responsible="takstgruppen", due=date(2025, 5, 25)),
        Addition(text="Oplæg", responsible="Anna", meeting="2026-02-09"),
    ]
    desk.answers("dassos", "approved_on_condition", tasks=tasks)
    desk.answers("kd-net", "approved", conditions=[Addition(text="Stavefejl", kind="editorial", meeting="mødet i maj")])

    first, second = _sentences(desk, "case.answer_recorded")
    assert first == (
        (
            "DASSOS har godkendt på betingelse (18. marts 2025). Betingelse 1 (væsentlig): ikke oplyst. Opgave 1: "
            "»Eksempler«, Takstgruppen, senest 25. maj 2025. Opgave 2: »Oplæg«, Anna, til mødet 9. februar 2026."
        ),
        (
            "DASSOS approved it on condition (18 March 2025). Condition 1 (material): not stated. Task 1: “Eksempler”, "
            "the Rates Group, by 25 May 2025. Task 2: “Oplæg”, Anna, for the meeting 9 February 2026."
        ),
    )
    assert second[0].endswith("Betingelse 2 (redaktionel): »Stavefejl«, til mødet mødet i maj.")


def test_a_correction_tells_what_it_takes_away_and_brings(desk: Desk) -> None:
    """So that no condition is lost without a word."""
    desk.answers("dassos", "approved", "m1", conditions=[Addition(text="x")], tasks=[Addition(text="t")])
    desk.corrects("dassos", "m1", "approved", conditions=[Addition(text="y")])

    (told,) = _sentences(desk, "case.answer_corrected")
    assert told[0].endswith(
        "intet er ændret. Betingelse 2 (væsentlig): »y«. Betingelse 1, »x«, bortfalder. Opgave 1, »t«, bortfalder."
    )
    assert told[1].endswith(
        "nothing changed. Condition 2 (material): “y”. Condition 1, “x”, is withdrawn. Task 1, “t”, is withdrawn."
    )


def test_what_becomes_of_conditions_tasks_and_decisions_is_told() -> None:
    """One sentence an event, in both languages."""
    desk = Desk()
    desk.open("orientering")
    _add_and_settle(desk)

    told = [entry["da"] for entry in _timeline(desk)][-9:]
    assert told == [
        "Betingelserne 1 og 2 strider mod hinanden: Begge kan ikke opfyldes",
        "Modstriden mellem betingelserne 1 og 2 er afklaret, 1 består: Afklaret",
        "Betingelse 1, »x«, er opfyldt i version 1 af sagens papirer.",
        "Betingelse 3, »y«, er frafaldet: Frafaldet",
        "Der er noteret en betingelse fra DASSOS. Betingelse 4 (redaktionel): »z«.",
        "Der er rykket for opgave 1, »x« (1. gang).",
        "Opgave 1, »x«, blev udført 18. marts 2025 af Anna.",
        "KD-Net besluttede »Nyt skema« (18. marts 2025; beslutning 1). Opgave 3 er aflyst.",
        "Opgave 2, »ikke x«, blev aflyst af KD-Net (beslutning 1): Parkeret",
    ]
    english = [entry["en"] for entry in _timeline(desk)][-9:]
    assert english == [
        "The conditions 1 and 2 contradict each other: Begge kan ikke opfyldes",
        "The contradiction between the conditions 1 and 2 is settled, 1 stands: Afklaret",
        "Condition 1, “x”, was met in version 1 of the papers.",
        "Condition 3, “y”, was waived: Frafaldet",
        "A condition was set for DASSOS. Condition 4 (editorial): “z”.",
        "Task 1, “x”, was chased (time 1).",
        "Task 1, “x”, was done on 18 March 2025 by Anna.",
        "KD-Net decided “Nyt skema” (18 March 2025; decision 1). Task 3 is cancelled.",
        "Task 2, “ikke x”, was cancelled by KD-Net (decision 1): Parkeret",
    ]


def test_a_remark_is_quoted_on_one_line_and_shortened(desk: Desk) -> None:
    """At 200 characters."""
    desk.answers("lemvig", "noted", remark="Enig\ni alt")
    desk.answers("skive", "noted", remark="x" * 300)

    lemvig, skive = _sentences(desk, "case.answer_recorded")

    assert lemvig[0].endswith(". Bemærkning: »Enig i alt«.")
    assert lemvig[1].endswith(". Remark: “Enig i alt”.")
    assert f"»{'x' * 199}…«" in skive[0]


def test_the_secretariat_is_a_common_noun_inside_a_sentence(desk: Desk) -> None:
    """Of other bodies only the English article is small."""
    desk.until("councils")
    desk.let_pass("2025-07-01")

    opened = _sentences(desk, "case.step_opened")
    sentences = [(da, en) for da, en in (*opened, *_sentences(desk, "case.due_passed")) if "ekretariatet" in da]

    assert sentences
    assert not [told for told in sentences if "Sekretariatet" in told[0] or "The secretariat" in told[1]]
    assert all(": sekretariatet" in da or " fra sekretariatet" in da for da, _ in sentences)


def test_a_resumption_tells_of_moved_dates_only_if_they_moved(desk: Desk) -> None:
    """After a suspension within a day they have not."""
    desk.commands("suspend", "Afventer")
    desk.commands("resume")
    desk.commands("suspend", "Afventer")
    desk.turn_to("2025-03-19")
    desk.commands("resume")

    assert _sentences(desk, "case.resumed") == [
        ("Sagen blev genoptaget.", "The case was resumed."),
        ("Sagen blev genoptaget; alle frister er flyttet 1 dag.", "The case was resumed; every date moved by 1 day."),
    ]


def test_a_delay_says_the_expected_date(desk: Desk) -> None:
    """When there is one."""
    desk.delays("norddjurs", expected_on=date(2025, 6, 4))

    assert _sentences(desk, "case.delay_reported") == [
        (
            "Norddjurs Kommune har meldt forsinkelse, ventes 4. juni 2025, før trinnet åbnede.",
            "Norddjurs Municipality reported a delay, expected 4 June 2025, before the step opened.",
        )
    ]


def test_one_message_to_several_asks_is_one_sentence() -> None:
    """And a correction says what changed in each."""
    desk = Desk(organisation=midtjylland_with(BOTH))
    desk.open("both")
    desk.answers("dassos", "approved", "m1", also={"discuss": "discussed"}, points=["Økonomi", "Frist"])
    said = {"also": {"discuss": "discussed"}, "points": ["Økonomi"], "meeting_on": date(2025, 3, 17)}
    desk.corrects("dassos", "m1", "approved_with_changes", message_id="m2", **said)
    desk.corrects("dassos", "m2", "approved")

    assert _sentences(desk, "case.answer_recorded") == [
        (
            "DASSOS har godkendt og har drøftet sagen (18. marts 2025). Punkter: »Økonomi«; »Frist«.",
            "DASSOS approved it and discussed it (18 March 2025). Points: “Økonomi”; “Frist”.",
        )
    ]
    whole, part = _sentences(desk, "case.answer_corrected")
    assert whole[0] == (
        "DASSOS har rettet sit svar, efter at trinnet var afsluttet: svaret fra »Godkendt« til »Godkendt med "
        "ændringer«; mødedatoen fra ingen til 17. marts 2025; punkterne fra »Økonomi«; »Frist« til »Økonomi«."
    )
    assert part[1] == (
        "DASSOS corrected its answer, after the step was completed: the outcome from “Approved with changes” to "
        "“Approved”."
    )


def test_a_corrected_recommendation_is_told_as_one() -> None:
    """Compared with what was recommended before, not with the body's own answer."""
    desk = Desk(organisation=midtjylland_with(BOTH.replace('also_asks = ["discuss"]', 'decided_by = ["council"]')))
    desk.open("both")
    desk.answers("dassos", "approved", "m1", decided_by="chair")
    desk.corrects("dassos", "m1", "rejected", decided_by="chair")

    ((danish, english),) = _sentences(desk, "case.answer_corrected")
    assert danish == (
        "DASSOS har rettet sit svar som en anbefaling; DASSOS skal selv træffe afgørelse: svaret fra »Godkendt« til "
        "»Afvist«."
    )
    assert english == (
        "DASSOS corrected its answer as a recommendation; DASSOS must decide itself: the outcome from “Approved” to "
        "“Rejected”."
    )


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
    assert any("19 organer er spurgt" in da and "19 bodies were asked" in en for da, en in opened)


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


AGREEMENT = """
id = "agreement"
version = 1
name = { da = "Aftale", en = "Agreement" }
source = "Aftalen træder i kraft, når DASSOS har godkendt den."
ending = { status = "approved", result_of = "dassos" }
entry_into_force = { on = "in_force_on", provided = ["dassos"], replaces = "aftalen fra 2011" }

[[steps]]
id = "dassos"
name = { da = "DASSOS godkender", en = "DASSOS approves" }
ask = "approve"
bodies = ["dassos"]
mode = "meeting"
"""


def test_an_inquiry_tells_whom_it_asks_what_and_until_when(desk: Desk) -> None:
    """And why it was ended early."""
    desk.commands("inquire", Inquiry(["lemvig", "skive"], "Hvor mange\nborgere?", date(2025, 8, 25)))
    desk.commands("end_inquiry", "Svaret er fundet")

    assert _sentences(desk, "case.inquiry_opened") == [
        (
            "Forespørgsel til Lemvig Kommune og Skive Kommune, frist 25. august 2025: »Hvor mange borgere?«",
            "Inquiry to Lemvig Municipality and Skive Municipality, due 25 August 2025: “Hvor mange borgere?”",
        )
    ]
    assert _sentences(desk, "case.inquiry_ended") == [
        ("Forespørgslen blev afsluttet før tid: Svaret er fundet", "The inquiry was ended early: Svaret er fundet")
    ]


def test_questions_that_go_on_say_so(desk: Desk) -> None:
    """Also where the agency wrote nothing beside them."""
    desk.until("agency")
    desk.answers("social-og-boligstyrelsen", "questions_asked", due=date(2025, 9, 5), to=["lemvig"])

    assert _sentences(desk, "case.inquiry_opened") == [
        (
            "Spørgsmålene er sendt videre til Lemvig Kommune, frist 5. september 2025.",
            "The questions went on to Lemvig Municipality, due 5 September 2025.",
        )
    ]


def test_a_renewed_treatment_is_told_in_both_cases(desk: Desk) -> None:
    """And which steps nobody is concerned by."""
    desk.until("agency")
    desk.answers("social-og-boligstyrelsen", "decided")
    wish = Renewal(["lemvig"], "Styrelsen har bedt om det", date(2025, 12, 1), "Ny runde")
    taken = desk.cases.renew(desk.id, Command.by(SECRETARIAT), wish)
    first = _sentences(desk, "case.renewed")
    desk.id = taken.case_id
    desk.advance()

    assert first == [
        (
            "Sagen behandles på ny i en sag for sig, som spørger Lemvig Kommune igen: Styrelsen har bedt om det",
            (
                "The case is treated anew in a case of its own, which asks Lemvig Municipality again: "
                "Styrelsen har bedt om det"
            ),
        )
    ]
    assert _sentences(desk, "case.opened")[0][0] == (
        "Sagen »Ny runde« blev åbnet som fornyet behandling, frist 1. december 2025."
    )
    assert _sentences(desk, "case.step_skipped")[0] == (
        "Trinnet »DASSOS godkender« blev sprunget over: der er ingen at spørge.",
        "The step “DASSOS approves” was skipped: there is nobody to ask.",
    )


def test_joining_and_leaving_say_from_when(desk: Desk) -> None:
    """And a correction of an earlier word compares with that word."""
    scheme = Desk()
    scheme.open("tilslutning", deadline=date(2025, 6, 1), attributes={"term_start": "2025-07-01"})
    scheme.answers("viborg", "joined", "m1")
    scheme.answers("viborg", "left", effective_on=date(2025, 3, 18))
    scheme.corrects("viborg", "m1", "joined", effective_on=date(2025, 8, 1))

    assert [da for da, _ in _sentences(scheme, "case.answer_recorded")] == [
        "Viborg Kommune har givet tilsagn med virkning fra 1. juli 2025 (18. marts 2025).",
        "Viborg Kommune er udtrådt (18. marts 2025).",
    ]
    assert _sentences(scheme, "case.answer_corrected") == [
        (
            "Viborg Kommune har rettet sit svar »Tilsluttet«: virkningsdatoen fra 1. juli 2025 til 1. august 2025.",
            (
                "Viborg Municipality corrected its answer “Joined”: the date from which it holds from 1 July 2025 to "
                "1 August 2025."
            ),
        )
    ]


def _every_kind_of_event() -> list[Document]:
    """The timelines of a few cases in which everything happens at least once."""
    whole, rejected, simple = Desk(), Desk(), Desk()
    reopened, written = (Desk(organisation=midtjylland_with(route)) for route in (REOPENING, WRITTEN))
    whole.open()
    whole.commands("add_paper", name="svar.pdf", sha256="0" * 64, size=10)
    whole.let_pass("2025-03-28")
    whole.answers("dassos", "approved")
    whole.commands("settle_in_writing", InWriting("kd-net", date(2025, 4, 4), "Der er intet møde"))
    for body in ("kd-net", "kkr-midtjylland"):
        whole.answers(body, "approved")
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
    written.open("written")
    written.commands("add_paper", name="svar.pdf", sha256="0" * 64, size=10)
    written.answers("dassos", "approved")
    written.commands("add_paper", name="svar.pdf", sha256="1" * 64, size=10, change="material")
    written.let_pass("2025-04-01")
    _add_and_settle(simple)
    reopened.open("reopening")
    reopened.commands("add_body", step="a", body="kd-net", reason="Berørt")
    reopened.commands("release_body", step="a", body="kd-net", reason="Ikke berørt alligevel")
    reopened.answers("dassos", "approved", "m1")
    reopened.corrects("dassos", "m1", "postponed")
    whole.cases.renew(whole.id, Command.by(SECRETARIAT), Renewal(["lemvig"], "Styrelsen har bedt om det"))
    reopened.commands("inquire", Inquiry(["kd-net"], "Hvor mange?", date(2025, 4, 1)))
    reopened.commands("end_inquiry", "Svaret er fundet")
    desks = (whole, rejected, simple, reopened, written, _agreement(), _escalated())
    return [entry for desk in desks for entry in _timeline(desk)]


ESCALATING = """
id = "escalating"
version = 1
name = { da = "Påmindelser", en = "Reminders" }
source = "Den, der ikke svarer, mindes om det."
ending = { status = "completed", result_of = "a" }

[[steps]]
id = "a"
name = { da = "Trin", en = "Step" }
ask = "note"
mode = "own_process"
group = "councils"
due = "days"
due_days = 30
reminders = [
  { days_before_due = 7 }, { at_due = true }, { days_after_due = 1, to = "secretariat" },
  { days_after_due = 7, to = "leadership" },
]
"""


def _escalated() -> Desk:
    """Nobody but Aarhus has answered at first; in the end Samsø alone is silent."""
    desk = Desk(organisation=midtjylland_with(ESCALATING))
    desk.open("escalating")
    desk.answers("aarhus", "noted")
    desk.let_pass("2025-04-11")
    for body in desk.case.waiting_for():
        if body not in {"samsoe", "odder"}:
            desk.answers(body, "noted")
    desk.commands("remind")
    desk.let_pass("2025-04-23")
    desk.answers("odder", "noted")
    desk.let_pass("2025-05-01")
    return desk


def test_reminders_say_which_time_it_is_and_escalations_to_whom() -> None:
    """By hand everybody is named, by rule a few."""
    told = [
        (da.removesuffix(", frist 17. april 2025."), en.removesuffix(", due 17 April 2025."))
        for da, en in _sentences(_escalated(), "case.bodies_reminded", "case.escalated")
    ]

    two, both = "Odder Kommune og Samsø Kommune", "Odder Municipality and Samsø Municipality"
    assert told == [
        ("18 organer er mindet om »Trin«", "18 bodies were reminded of “Step”"),
        (
            f"Sekretariatet har rykket {two} for svar på »Trin« for anden gang",
            f"The secretariat has reminded {both} of “Step” for the second time",
        ),
        (f"{two} er mindet om »Trin« for tredje gang", f"{both} were reminded of “Step” for the third time"),
        (
            f"Meldt til sekretariatet: {two} har ikke svaret på »Trin«",
            f"Reported to the secretariat: {both} have not answered “Step”",
        ),
        (
            "Eskaleret til KD-Net: Samsø Kommune har ikke svaret på »Trin«",
            "Escalated to KD-Net: Samsø Municipality has not answered “Step”",
        ),
    ]


def _agreement() -> Desk:
    """An agreement that moves to a new version, misses its day, and enters into force on a later one."""
    desk = Desk("2022-07-01", midtjylland_with(AGREEMENT))
    desk.open("agreement", title="Aftale", attributes={"in_force_on": "2022-08-01"})
    desk.cases.organisation = midtjylland_with(AGREEMENT, AGREEMENT.replace("version = 1", "version = 2"))
    desk.commands("migrate", to_version=2, reason="Ny skabelon")
    desk.let_pass("2022-08-02")
    desk.commands("set_attribute", attribute="in_force_on", value="2022-09-01", reason="Et råd mangler")
    desk.answers("dassos", "approved")
    desk.let_pass("2022-09-01")
    return desk


def test_an_agreement_tells_of_its_entry_into_force() -> None:
    """The version that it follows, the day that was missed and moved, and what it replaces."""
    desk = _agreement()

    assert _sentences(desk, "case.migrated") == [
        (
            "Sagen følger nu version 2 af sit forløb: Ny skabelon",
            "The case now follows version 2 of its route: Ny skabelon",
        )
    ]
    assert _sentences(desk, "case.entry_into_force_missed") == [
        (
            "Ikrafttrædelsen 1. august 2022 blev ikke nået; der mangler »DASSOS godkender«.",
            "The entry into force on 1 August 2022 was missed; “DASSOS approves” is lacking.",
        )
    ]
    assert _sentences(desk, "case.attribute_set") == [
        (
            "»in_force_on« blev ændret fra 1. august 2022 til 1. september 2022: Et råd mangler",
            "“in_force_on” was changed from 1 August 2022 to 1 September 2022: Et råd mangler",
        )
    ]
    assert _sentences(desk, "case.entered_into_force") == [
        (
            "»Aftale« trådte i kraft 1. september 2022 og erstatter aftalen fra 2011.",
            "“Aftale” entered into force on 1 September 2022 and replaces aftalen fra 2011.",
        )
    ]


def test_a_case_that_ends_early_says_with_what() -> None:
    """The step and its result, also where another step was dropped because of it."""
    desk = Desk("2024-08-12")
    desk.open("samarbejdsaftale-underskrift", title="Aftale")
    desk.answers("dassos", "not_supported")

    assert _sentences(desk, "case.step_skipped")[0] == (
        "Trinnet »Aftalen udarbejdes« bortfaldt, fordi »DASSOS bakker op« endte med »Ikke bakket op«.",
        "The step “The agreement is drafted” was dropped, because “DASSOS supports” ended with “Not supported”.",
    )
    assert _sentences(desk, "case.closed") == [
        (
            "Sagen blev afvist: Ikke bakket op i trinnet »DASSOS bakker op«.",
            "The case was rejected: Not supported in the step “DASSOS supports”.",
        )
    ]


def _add_and_settle(desk: Desk) -> None:
    """Conditions and tasks of every fate, and an unasked decision, in a case that asks DASSOS."""
    desk.commands("add_paper", name="svar.pdf", sha256="0" * 64, size=10)
    added = [Addition(text=text) for text in ("x", "ikke x", "y")]
    desk.answers("dassos", "noted", "m1", conditions=added, tasks=added)
    desk.commands("mark_contradiction", [1, 2], "Begge kan ikke opfyldes")
    desk.commands("settle_contradiction", 1, stand=[1], reason="Afklaret")
    desk.commands("meet_condition", 1, 1)
    desk.commands("waive_condition", 3, "Frafaldet")
    desk.commands("set_condition", "dassos", Addition(text="z", kind="editorial"))
    desk.commands("chase_task", 1)
    desk.commands("finish_task", 1, done_by="Anna")
    desk.commands("decide", Unasked(body="kd-net", text="Nyt skema", decided_on=date(2025, 3, 18), cancels=[3]))
    desk.commands("cancel_task", 2, reason="Parkeret", decision=1)


def _timeline(desk: Desk) -> list[Document]:
    case: Case | None = None
    entries = []
    for event in desk.cases.history(desk.id):
        entries.append(timeline_entry(case, event, event.originator_version, midtjylland()))
        case = event.mutate(case)
    return entries


def _sentences(desk: Desk, *topics: str) -> list[tuple[str, str]]:
    return [(entry["da"], entry["en"]) for entry in _timeline(desk) if entry["type"] in topics]
