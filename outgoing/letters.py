# SPDX-License-Identifier: EUPL-1.2
"""What a message says: the letter that people read, in Danish with English beside it, and the event for systems."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from domain.asks import ASKS
from domain.case import AnswerState, Case, Round
from domain.cases import Cases
from domain.dates import danish_date
from domain.names import Name
from domain.organisation import Organisation, UnknownBodyError
from outgoing.deliveries import Delivery
from outgoing.kinds import ALL_KINDS, ASKING, ESCALATION, INVITATION, RECEIPT
from projections.documents import instant
from projections.folding import after
from projections.phrases import long_date
from projections.timeline import timeline_entry
from runtime.clock import real_now

TYPE_PREFIX = "dk.sagsgang."
"""What the types of our outgoing CloudEvents begin with."""
LONGEST_SUBJECT_TITLE = 120
FOLDER = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True)
class Matter:
    """What a delivery tells of: the case after the event, the event, its sentence in the timeline, and the case now."""

    case: Case
    event: Case.Event
    sentence: Name
    now: Case

    @property
    def round(self) -> Round | None:
        """The round of the step that the event concerns, if it concerns one."""
        return self._round(self.case)

    @property
    def round_now(self) -> Round | None:
        """The same round as it stands now."""
        return self._round(self.now)

    def silent(self, receiver: str) -> list[str]:
        """Of an escalation: those that the receiver is to be told of and that have said nothing until now."""
        told = self.event.told.get(receiver, ()) if isinstance(self.event, Case.Escalated) else ()
        answers = self.round_now.answers if self.round_now else {}
        return [body for body in told if body not in answers or answers[body].state == AnswerState.AWAITING]

    def _round(self, case: Case) -> Round | None:
        step, number = getattr(self.event, "step", None), getattr(self.event, "round", None)
        return case.round(step, number) if step and number else None


@dataclass(frozen=True)
class Letter:
    """A letter to people, not yet in any form."""

    subject: str
    heading: Name
    paragraphs: tuple[Name, ...]
    facts: tuple[tuple[Name, Name], ...] = ()
    papers: tuple[str, ...] = ()
    action: Name | None = None
    url: str | None = None
    ending: Name | None = None


def read_matter(cases: Cases, case_id: UUID, version: int) -> Matter:
    """The event of a case at a version, and the case as it was then and is now; raises `CaseNotFoundError`."""
    now = cases.get(case_id)
    case: Case | None = None
    for event in cases.history(case_id):
        if event.originator_version == version:
            entry = timeline_entry(case, event, 0, cases.organisation)
            return Matter(after(case, event), event, Name(entry["da"], entry["en"]), now)
        case = after(case, event)
    raise LookupError(f"the case {case_id} has no version {version}")


def letter_of(delivery: Delivery, matter: Matter, organisation: Organisation, url: str | None) -> Letter:
    """The letter about a case's event; `url` is the personal link where there is one."""
    body, case = _name(organisation, delivery.body, matter), matter.case
    asks = delivery.kind in ASKING
    return Letter(
        subject=f"{ALL_KINDS[delivery.kind].da}: {_short(case.title)}",
        heading=Name(case.title, case.title),
        paragraphs=tuple(_paragraphs(delivery, matter, organisation, body)),
        facts=tuple(_facts(matter, body)),
        papers=tuple(paper.name for paper in case.papers) if asks else (),
        action=Name("Læs og svar her", "Read and answer here") if asks and url else _again(url),
        url=url,
        ending=_ending(delivery.kind, url),
    )


def confirmation(body: Name, url: str) -> Letter:
    """The letter that asks whether an address is right."""
    return Letter(
        subject="Bekræft e-mailadressen til Sagsgang / Confirm the address",
        heading=Name("Bekræft denne e-mailadresse", "Confirm this e-mail address"),
        paragraphs=(
            Name(
                f"Sekretariatet har noteret adressen som den, hvor {body.da} får besked om sager. "
                "Den bliver først brugt, når den er bekræftet.",
                f"The secretariat has noted the address as the one where {body.en} is told of cases. "
                "It is not used before it is confirmed.",
            ),
        ),
        action=Name("Bekræft adressen her", "Confirm the address here"),
        url=url,
        ending=Name(
            "Kender I ikke til det, så gør ingenting: så sendes der ikke mere hertil.",
            "If you know nothing of it, do nothing: then nothing more is sent here.",
        ),
    )


def confirmation_event(delivery: Delivery, source: str) -> bytes:
    """The CloudEvent that asks whether an endpoint is right; it tells of no case, and any 2xx confirms."""
    text = Name(
        "Denne adresse er noteret for beskeder om sager. Et svar med en kode fra 200 til 299 bekræfter den.",
        "This address was noted for messages about cases. An answer with a code from 200 to 299 confirms it.",
    )
    data = {"body": delivery.body, "channel": str(delivery.channel), "text": vars(text)}
    return _cloud_event(delivery, source, delivery.body, delivery.created_at, data)


def mail_of(letter: Letter, delivery_id: UUID, sender: str, recipient: str) -> EmailMessage:
    """The letter as a mail; its Message-ID is the same at every attempt, so that receivers know a repeat."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, letter.subject
    mail["Date"], mail["Message-ID"] = format_datetime(real_now()), f"<{delivery_id}@{domain}>"
    mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"] = "auto-generated", "All"
    mail["Content-Language"] = "da, en"
    mail.set_content(_templates().get_template("letter.txt").render(letter=letter))
    mail.add_alternative(_templates().get_template("letter.html").render(letter=letter), subtype="html")
    return mail


def event_of(delivery: Delivery, matter: Matter, source: str) -> bytes:
    """The message as a CloudEvent in JSON, whose id is the delivery's."""
    case, place = matter.case, matter.round
    data: dict[str, Any] = {
        "case": str(case.id),
        "title": case.title,
        "reference": case.reference,
        "route": case.route.id,
        "status": str(case.status),
        "deadline": _iso(case.deadline),
        "body": delivery.body,
        "text": vars(matter.sentence),
        "version": matter.event.originator_version,
    }
    if place is not None:
        step = case.route.step(place.step)
        data |= {
            "step": step.id,
            "round": place.number,
            "ask": step.ask,
            "also_asks": list(step.also_asks),
            "outcomes": list(step.choices(place.mode, step.asks)),
        }
        data |= {"due": _iso(place.due), "result": place.result, "question": place.question}
    if isinstance(matter.event, Case.Escalated) and place is not None:
        data |= {"silent": matter.silent(delivery.body), "asked_at": instant(place.opened_at)}
    if delivery.kind in ASKING:
        data["papers"] = [{"number": p.number, "name": p.name, "sha256": p.sha256, "size": p.size} for p in case.papers]
    return _cloud_event(delivery, source, str(case.id), matter.event.timestamp, data)


def _cloud_event(delivery: Delivery, source: str, subject: str, at: datetime, data: dict[str, Any]) -> bytes:
    found = {
        "specversion": "1.0",
        "id": str(delivery.id),
        "source": source,
        "type": TYPE_PREFIX + delivery.kind,
        "subject": subject,
        "time": instant(at),
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(found, ensure_ascii=False).encode()


def _paragraphs(delivery: Delivery, matter: Matter, organisation: Organisation, body: Name) -> Iterator[Name]:
    if delivery.kind in ASKING:
        yield from _asking(delivery.kind, matter, body)
    elif delivery.kind == ESCALATION:
        yield from _escalating(delivery, matter, organisation)
    else:
        yield from _telling(delivery.kind, matter)


def _escalating(delivery: Delivery, matter: Matter, organisation: Organisation) -> Iterator[Name]:
    """Who has not answered, of those that the receiver is told of, and since when they are asked and late."""
    place = matter.round
    if place is None or place.opened_at is None:
        return
    names = [_name(organisation, silent, matter) for silent in matter.silent(delivery.body)]
    asked = long_date(danish_date(place.opened_at).isoformat())
    yield Name(
        f"Vi mangler svar fra: {', '.join(name.da for name in names)}.",
        f"We lack answers from: {', '.join(name.en for name in names)}.",
    )
    yield Name(f"Trinnet åbnede den {asked.da}.", f"The step opened on {asked.en}.")
    if place.due:
        yield _late(place.due, danish_date(matter.event.timestamp))


def _late(due: date, today: date) -> Name:
    day = long_date(due.isoformat())
    if due < today:
        return Name(f"De er over tid siden fristen den {day.da}.", f"They are late since the due date, {day.en}.")
    return Name(f"Fristen er den {day.da}.", f"The due date is {day.en}.")


def _asking(kind: str, matter: Matter, body: Name) -> Iterator[Name]:
    if matter.round is None:
        return
    ask = ASKS[matter.case.route.step(matter.round.step).ask].name
    if kind == INVITATION:
        yield Name(f"{body.da} er bedt om at svare i denne sag.", f"{body.en} is asked to answer in this case.")
    else:
        yield Name(f"Vi mangler stadig svar fra {body.da}.", f"We still lack an answer from {body.en}.")
    if matter.round.question:
        question = matter.round.question
        yield Name(f"Spørgsmålet er: {question}", f"The question is: {question}")
    yield Name(f"Det indstilles, at {body.da} {ask.da}.", f"It is recommended that {body.en} {ask.en}.")


def _telling(kind: str, matter: Matter) -> Iterator[Name]:
    if kind == RECEIPT:
        yield Name("Tak. Jeres svar er modtaget og registreret.", "Thank you. Your answer has been taken and recorded.")
    yield matter.sentence


def _facts(matter: Matter, body: Name) -> Iterator[tuple[Name, Name]]:
    case, place = matter.case, matter.round
    yield Name("Til", "To"), body
    yield Name("Forløb", "Route"), case.route.name
    if case.reference:
        yield Name("Reference", "Reference"), Name(case.reference, case.reference)
    if place is not None:
        yield Name("Trin", "Step"), case.route.step(place.step).name
    if place is not None and place.due:
        yield Name("Svar senest", "Answer by"), long_date(place.due.isoformat())
    elif case.deadline:
        yield Name("Sagens frist", "The case's deadline"), long_date(case.deadline.isoformat())


def _again(url: str | None) -> Name | None:
    return Name("Se eller ret svaret her", "See or correct the answer here") if url else None


def _ending(kind: str, url: str | None) -> Name | None:
    if url:
        return Name(
            "Linket er personligt for jer og gælder kun denne sag. At åbne det ændrer ingenting.",
            "The link is yours alone and for this case only. Opening it changes nothing.",
        )
    if kind in ASKING:
        return Name(
            "Svar gennem jeres eget system, hvis det er forbundet med Sagsgang, eller skriv til sekretariatet.",
            "Answer through your own system if it is connected to Sagsgang, or write to the secretariat.",
        )
    return None


def _name(organisation: Organisation, body: str, matter: Matter) -> Name:
    return name_of(organisation, body, danish_date(matter.event.timestamp))


def name_of(organisation: Organisation, body: str, day: date) -> Name:
    """What a body is called on a day; one that is no longer known keeps its id."""
    try:
        return organisation.name_of(body, day)
    except UnknownBodyError:
        return Name(body, body)


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_SUBJECT_TITLE else f"{title[: LONGEST_SUBJECT_TITLE - 1].rstrip()}…"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
