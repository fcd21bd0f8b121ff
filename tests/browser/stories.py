# SPDX-License-Identifier: EUPL-1.2
"""Further cases of the site, so that with the first ones 20 of all routes stand in all states."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from domain.additions import Addition
from domain.answering import Reply
from domain.commands import Actor, Command

if TYPE_CHECKING:
    from tests.browser.site import Story


def _office() -> Command:
    return Command.by(Actor("Mette", "secretariat", "test"))


def _submit(story: Story, case: UUID, day: str, step: str) -> None:
    """The secretariat has done a step of its own."""
    story.calendar.turn_to(day)
    story.office.cases.submit(case, _office(), step=step)
    story.office.cases.advance(case)


def approved(story: Story) -> UUID:
    """A mandate that was approved."""
    case = story.open("2025-03-20", "Kommissorium for arbejdsgruppen om autisme", route="kommissorium")
    story.say(case, "2025-04-25", "dassos", "approved", decided_by="chair", reference="Punkt 4")
    return case


def rejected(story: Story) -> UUID:
    """A mandate that was not."""
    case = story.open("2025-03-24", "Kommissorium for en ny følgegruppe", route="kommissorium")
    story.say(case, "2025-04-25", "dassos", "rejected", remark="Opgaven løses i den stående gruppe")
    return case


def rates(story: Story) -> UUID:
    """Rates that are recommended, and wait for the steering group."""
    case = story.open("2025-04-29", "Pris- og lønfremskrivning 2026", route="takster", reference="TG 2025-3")
    story.say(case, "2025-05-14", "takstgruppen", "recommended", remark="3,1 procent")
    return case


def not_supported(story: Story) -> UUID:
    """An agreement that nobody wanted."""
    case = story.open("2025-02-17", "Aftale om fælles vagtordning", route="samarbejdsaftale-underskrift")
    story.say(case, "2025-04-25", "dassos", "not_supported", remark="Behovet dækkes lokalt")
    return case


def signing(story: Story) -> UUID:
    """An agreement that one of three has signed."""
    case = story.open("2025-02-10", "Samarbejdsaftale med DAS", route="samarbejdsaftale-underskrift")
    story.say(case, "2025-04-25", "dassos", "supported")
    _submit(story, case, "2025-05-06", "draft")
    story.say(case, "2025-05-13", "das", "signed", persons=("Formanden for DAS",))
    return case


def joining(story: Story) -> UUID:
    """A scheme that some have joined and one has not."""
    deadline = date(2025, 6, 16)
    case = story.open("2025-04-22", "Ungementor, ny periode fra juli", route="tilslutning", deadline=deadline)
    for number, body in enumerate(("favrskov", "horsens", "silkeborg", "viborg", "ikast-brande")):
        story.say(case, f"2025-05-{5 + number:02}", body, "joined", effective_on=date(2025, 7, 1))
    story.say(case, "2025-05-15", "syddjurs", "declined", remark="Egen ordning fra august")
    return case


def input_collected(story: Story) -> UUID:
    """Examples that come in."""
    deadline = date(2025, 5, 26)
    case = story.open("2025-05-05", "Eksempler på god overgang til voksenlivet", route="input", deadline=deadline)
    for number, body in enumerate(("odder", "skive", "samsoe", "herning")):
        story.say(case, f"2025-05-{12 + number}", body, "commented", remark="Se vedlagte eksempel")
    story.say(case, "2025-05-19", "lemvig", "no_comment")
    return case


def framework(story: Story) -> UUID:
    """The framework agreement at its beginning, with most of its way before it."""
    dates = {"report_by": "2025-06-10", "comments_by": "2025-09-01"}
    facts = {"deadline": date(2025, 12, 1), "attributes": dates, "reference": "RA 27-28"}
    case = story.open("2025-04-03", "Rammeaftale 2027-2028", route="rammeaftale", **facts)
    story.say(case, "2025-04-25", "dassos", "approved")
    for number, body in enumerate(("holstebro", "struer", "randers")):
        story.say(case, f"2025-05-{13 + number}", body, "commented")
    return case


def hearing(story: Story) -> UUID:
    """An agreement across sectors that some have been heard about, and the secretariat adjusts."""
    facts = {"deadline": date(2026, 3, 1), "attributes": {"hearing_by": "2025-05-16"}}
    title = "Samarbejdsaftale om mennesker med erhvervet hjerneskade"
    case = story.open("2025-03-10", title, route="samarbejdsaftale", **facts)
    _submit(story, case, "2025-03-28", "draft")
    for number, body in enumerate(("viborg", "aarhus", "horsens", "norddjurs")):
        story.say(case, f"2025-05-{5 + number:02}", body, "commented", remark="Støtter udkastet")
    return case


def noted(story: Story) -> UUID:
    """A change of capacity that was only to be noted, and was."""
    facts = {"attributes": {"kind": "conversion", "places": 6}}
    case = story.open("2025-03-31", "Seks boliger omlagt i Randers", route="kapacitetsaendring", **facts)
    story.say(case, "2025-04-25", "dassos", "noted_with_remarks", remark="Ønsker status om et år")
    return case


def conditional(story: Story) -> UUID:
    """A reply with a condition to meet and a task to do."""
    case = story.open("2025-04-07", "Udmelding om medfødt døvblindhed", deadline=date(2025, 8, 15))
    conditions = (Addition(text="Økonomien beskrives for hver kommune", responsible="secretariat"),)
    tasks = (Addition(text="Eksempler på forløb indsendes", responsible="Kommunerne", due=date(2025, 5, 9)),)
    asked = {"conditions": conditions, "tasks": tasks}
    story.say(case, "2025-04-11", "dassos", "approved_on_condition", remark="God sammenhæng", **asked)
    return case


def corrected(story: Story) -> UUID:
    """A reply about which a body has corrected itself."""
    case = story.open("2025-04-08", "Udmelding om svære synsnedsættelser", deadline=date(2025, 9, 1))
    story.say(case, "2025-04-14", "dassos", "approved")
    story.say(case, "2025-04-28", "kd-net", "approved")
    first = story.office.cases.get(case).answer("kd-net", 1, "kd-net").message_id
    right = Reply("approved_with_changes", date(2025, 4, 28), remark="Med to rettelser", corrects=first)
    story.calendar.turn_to("2025-05-02")
    story.office.cases.correct(case, Command.by(Actor("kd-net", "council", "webhook")), "kd-net", right, "webhook")
    return case


MORE = {
    story.__name__.replace("_", "-"): story
    for story in (
        approved,
        rejected,
        rates,
        not_supported,
        signing,
        joining,
        input_collected,
        framework,
        hearing,
        noted,
        conditional,
        corrected,
    )
}
