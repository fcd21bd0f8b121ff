# SPDX-License-Identifier: EUPL-1.2
"""What the letters say, for every kind of message that there is."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import pytest

from domain.answering import Reply
from domain.commands import Actor, Command
from domain.names import Name
from outgoing.deliveries import Delivery
from outgoing.kinds import ALL_KINDS, CONFIRMATION, told
from outgoing.letters import confirmation, event_of, letter_of, mail_of, read_matter
from outgoing.sending import WITH_LINK
from runtime.clock import real_now
from tests.domain.desk import Desk, midtjylland_with
from web import words

SENDER = "Sekretariatet <sagsgang@example.dk>"


@pytest.fixture
def desk() -> Desk:
    """A case in which everything has happened that somebody is told of."""
    desk = Desk()
    desk.open()
    desk.let_pass("2025-03-26")
    desk.commands("add_paper", name="rapport.pdf", sha256="0" * 64, size=1)
    desk.answers("dassos", "approved")
    desk.commands("suspend", "afventer")
    desk.commands("resume")
    desk.commands("extend", date(2025, 6, 13), "udsættelse")
    desk.answers("kd-net", "approved")
    desk.answers("kkr-midtjylland", "approved")
    reply = Reply(expected_on=date(2025, 6, 1))
    command = Command.by(Actor("samsoe", "body", "link"))
    desk.cases.delay(desk.id, command, "samsoe", reply, "link")
    desk.commands("release_body", step="councils", body="lemvig", reason="ikke berørt")
    desk.commands("submit")
    desk.answers("social-og-boligstyrelsen", "decided", supports=True)
    return desk


def deliveries(desk: Desk) -> list[Delivery]:
    """Every delivery that the case's events ask for, as if each body had a channel."""
    found = []
    for event in desk.cases.history(desk.id):
        case = desk.cases.get(desk.id, version=event.originator_version)
        found += [
            Delivery(
                id=uuid4(),
                kind=kind,
                body=body,
                case_id=desk.id,
                version=event.originator_version,
                channel=uuid4(),
                channel_kind="email",
                state="waiting",
                attempts=0,
                resends=0,
                last_error=None,
                created_at=real_now(),
                attempted_at=None,
                sent_at=None,
                handed_at=None,
            )
            for kind, body in told(event, case)
        ]
    return found


def test_every_letter_can_be_written(desk: Desk) -> None:
    """In both languages, as text and HTML, with one Message-ID; and each as an event for systems."""
    made = deliveries(desk)
    assert {d.kind for d in made} == ALL_KINDS.keys() - {CONFIRMATION, "papers", "task", "escalation"}
    for delivery in made:
        matter = read_matter(desk.cases, desk.id, delivery.version or 0)
        letter = letter_of(delivery, matter, desk.cases.organisation, "https://example.dk/svar/x")
        mail = mail_of(letter, delivery.id, SENDER, "a@example.dk")
        plain = mail.get_body(("plain",))
        assert plain is not None
        text = plain.get_content()
        assert letter.paragraphs
        for name in letter.paragraphs:
            assert text.index(name.da) < text.index("In English") <= text.rindex(name.en)
        assert mail["Subject"] == f"{ALL_KINDS[delivery.kind].da}: Afrapportering 2025"
        assert len(event_of(delivery, matter, "https://example.dk")) < 20_000


def test_what_the_letters_say_is_plain_danish(desk: Desk) -> None:
    """Sentences as somebody would write them."""
    said: dict[str, list[str]] = {}
    for delivery in deliveries(desk):
        matter = read_matter(desk.cases, desk.id, delivery.version or 0)
        letter = letter_of(delivery, matter, desk.cases.organisation, None)
        said.setdefault(delivery.kind, [paragraph.da for paragraph in letter.paragraphs])

    assert said["invitation"] == ["DASSOS er bedt om at svare i denne sag.", "Det indstilles, at DASSOS godkender."]
    assert said["reminder"][0] == "Vi mangler stadig svar fra DASSOS."
    assert said["receipt"][0] == "Tak. Jeres svar er modtaget og registreret."
    assert said["delay"] == ["Samsø Kommune har meldt forsinkelse, ventes 1. juni 2025."]
    assert said["deadline"][0].startswith("Fristen blev flyttet fra")
    assert said["standing"] == ["Sagen blev sat i bero: afventer"]
    assert said["release"][0].startswith("Lemvig Kommune skal ikke længere svare på »")


ESCALATING = """
id = "escalating"
version = 1
name = { da = "Påmindelser", en = "Reminders" }
source = "Ledelsen får besked om den, der ikke svarer."
ending = { status = "completed", result_of = "a" }

[[steps]]
id = "a"
name = { da = "Trin", en = "Step" }
ask = "note"
mode = "own_process"
bodies = ["lemvig", "samsoe", "kkr-midtjylland"]
due = "days"
due_days = 10
reminders = [{ at_due = true, to = "secretariat" }, { days_after_due = 1, to = "leadership" }]
"""


def test_an_escalation_lists_who_is_silent_and_since_when() -> None:
    """To each those that it leads and no others, without anybody's personal link; a system gets them by their ids."""
    desk = Desk(organisation=midtjylland_with(ESCALATING))
    desk.open("escalating")
    desk.let_pass("2025-04-01")
    escalations = [d for d in deliveries(desk) if d.kind == "escalation"]
    said = {}
    for delivery in escalations:
        matter = read_matter(desk.cases, desk.id, delivery.version or 0)
        letter = letter_of(delivery, matter, desk.cases.organisation, None)
        event = json.loads(event_of(delivery, matter, "https://example.dk"))
        assert event["type"] == "dk.sagsgang.escalation"
        assert (event["data"]["due"], event["data"]["asked_at"][:10]) == ("2025-03-28", "2025-03-18")
        assert "papers" not in event["data"]
        said[delivery.body] = ([p.da for p in letter.paragraphs], event["data"]["silent"])

    opened, late = "Trinnet åbnede den 18. marts 2025.", "De er over tid siden fristen den 28. marts 2025."
    assert said == {
        "secretariat": (
            [
                "Vi mangler svar fra: Lemvig Kommune, Samsø Kommune, KKR Midtjylland.",
                opened,
                "Fristen er den 28. marts 2025.",
            ],
            ["lemvig", "samsoe", "kkr-midtjylland"],
        ),
        "kd-net": (["Vi mangler svar fra: Lemvig Kommune, Samsø Kommune.", opened, late], ["lemvig", "samsoe"]),
        "kkr-midtjylland": (["Vi mangler svar fra: KKR Midtjylland.", opened, late], ["kkr-midtjylland"]),
    }
    assert "escalation" not in WITH_LINK


def test_a_confirmation_names_the_body() -> None:
    """And says what to do if one knows nothing of it."""
    letter = confirmation(Name("Skive Kommune", "Skive Municipality"), "https://example.dk/bekraeft/x")
    mail = mail_of(letter, uuid4(), SENDER, "a@example.dk")
    body = mail.get_body(("plain",))
    assert body is not None

    assert "https://example.dk/bekraeft/x" in body.get_content()
    assert "Skive Kommune" in body.get_content()


def test_a_title_cannot_forge_headers_or_markup() -> None:
    """What a person writes stays text."""
    desk = Desk()
    desk.open(title="Rapport <script>alert(1)</script> {{ 7 * 7 }}")
    (delivery, *_) = deliveries(desk)
    letter = letter_of(delivery, read_matter(desk.cases, desk.id, delivery.version or 0), desk.cases.organisation, None)
    mail = mail_of(letter, delivery.id, SENDER, "a@example.dk")
    html = mail.get_body(("html",))
    assert html is not None

    assert "<script>" not in html.get_content()
    assert "{{ 7 * 7 }}" in html.get_content()


def test_every_kind_has_words_on_the_page() -> None:
    """The page of deliveries names each."""
    assert words.ALL_KINDS == ALL_KINDS
