# SPDX-License-Identifier: EUPL-1.2
"""What a body fills in on the answer page: read, checked as the domain would, and sealed between its two steps."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain import answering
from domain.additions import Added, Addition, Condition, Task
from domain.answering import Message, Reply
from domain.asks import ASKS, POSTPONED, Meaning, Outcome
from domain.case import Answer, AnswerState, Case, Round, Status, StepState
from domain.commands import Actor, Command
from domain.errors import InvalidError
from domain.names import Name
from domain.participation import JOIN, takes_part
from domain.route import INQUIRY, Step
from outgoing.links import AnswerLink

LINK, SIGNED_IN = "link", "signed_in"
"""The ways by which a body answers on these pages: by a link in a letter, or by its own people's sign-in."""
DELAYED = answering.DELAYED
ON_CONDITION = "approved_on_condition"
"""The answer with which a body sets conditions on this page."""
FIELDS = (
    "outcome",
    "decided_on",
    "decided_by",
    "reference",
    "conditions",
    "remark",
    "expected_on",
    "due",
    "supports",
    "version",
)
_KEPT = ("meeting_on", "agenda_item", "wording", "protocol", "dissent", "reservation")
_KEPT_WITH_OUTCOME = ("to", "bodies_due", "effective_on", "persons", "points")
LIMITS = {"reference": 200, "remark": 4000, "conditions": 4000}

MEANINGS = {
    Meaning.CONSENT: Name("Svaret tæller med, og sagen kan gå videre.", "The answer counts, and the case can go on."),
    Meaning.DISSENT: Name(
        "Svaret er et nej. Det bliver registreret, men standser ikke i sig selv sagen.",
        "The answer is a no. It is recorded, but does not by itself stop the case.",
    ),
    Meaning.REJECTION: Name(
        "Sagen kan ikke gå videre, som den er. Den går tilbage til sekretariatet.",
        "The case cannot go on as it is. It goes back to the secretariat.",
    ),
    Meaning.RETURN: Name(
        "Sagen sendes tilbage til sekretariatet med ønske om ændringer. Skriv dem som bemærkning.",
        "The case is sent back to the secretariat for changes. Write them as a remark.",
    ),
    Meaning.OBJECTION: Name(
        "I vil ikke afgøre sagen skriftligt. Den skriftlige procedure slutter, og et møde behandler sagen.",
        "You will not settle the matter in writing. The written procedure ends, and a meeting takes the matter.",
    ),
    Meaning.INTERIM: Name(
        "En foreløbig besked: vi venter stadig på jeres endelige svar.",
        "A word on the way: we still await your final answer.",
    ),
}
OF_OUTCOME = {
    "noted_with_remarks": Name(
        "Svaret tæller med. Skriv bemærkningerne nedenfor.", "The answer counts. Write the remarks below."
    ),
    "approved_with_changes": Name(
        "I godkender, når ændringerne er arbejdet ind. Skriv dem som bemærkning.",
        "You approve once the changes are worked in. Write them as a remark.",
    ),
    ON_CONDITION: Name(
        "I godkender på de betingelser, som I skriver nedenfor.", "You approve on the conditions that you write below."
    ),
    "commented": Name("Skriv høringssvaret som bemærkning.", "Write your comments as a remark."),
    "decided": Name("Jeres endelige afgørelse.", "Your final decision."),
}
"""What single outcomes mean, where their kind alone does not tell."""
FAULTS = {
    "outcome": Name("Vælg et af svarene.", "Choose one of the answers."),
    "decided_on": Name(
        "Skriv den dato, hvor der blev besluttet. Den kan ikke ligge i fremtiden.",
        "Give the date on which it was decided. It cannot lie in the future.",
    ),
    "decided_by": Name("Vælg, hvem der har besluttet, eller lad feltet stå tomt.", "Choose who decided, or nobody."),
    "expected_on": Name("Skriv datoen som åååå-mm-dd, eller lad feltet stå tomt.", "Write the date as YYYY-MM-DD."),
    "due": Name("Skriv, hvornår spørgsmålene skal være besvaret.", "Give the date by which the questions are due."),
    "supports": Name("Sig kun for en afgørelse, om den bakker op.", "Say only of a decision whether it supports."),
    "reference": Name(
        "Referencen er for lang eller indeholder tegn, der ikke kan gemmes.",
        "The reference is too long or holds characters that cannot be kept.",
    ),
    "remark": Name(
        "Bemærkningen er for lang eller indeholder tegn, der ikke kan gemmes.",
        "The remark is too long or holds characters that cannot be kept.",
    ),
}
FAULTS["conditions"] = Name(
    "Skriv hver betingelse kort på en linje for sig.", "Write each condition shortly on a line of its own."
)
FAULTS["seal"] = Name(
    "Siden har været åben for længe, eller noget er ændret. Se svaret igennem igen.",
    "The page was open for too long, or something has changed. Look the answer through again.",
)
FAULTS["state"] = Name(
    "Svaret passer ikke længere med, hvor sagen står. Se siden igennem igen.",
    "The answer does not fit how the case stands any more. Look the page through again.",
)
GENERAL_FAULT = Name("Noget er ikke udfyldt rigtigt.", "Something is not filled in rightly.")
"""What a person is told of a field; the domain's own words are for programs."""


class FormError(Exception):
    """What is filled in cannot be taken: the field, and what to say of it."""

    def __init__(self, field: str) -> None:
        """Say the fault of one field."""
        super().__init__(field)
        self.field = field
        self.words = FAULTS.get(field, GENERAL_FAULT)


@dataclass(frozen=True)
class Seat:
    """From where a body answers one round of one step, and who sits there."""

    id: str
    case_id: UUID
    body: str
    step: str
    round: int
    actor: Actor
    source: str

    @classmethod
    def of_link(cls, link: AnswerLink) -> Seat:
        """The seat that a personal link gives, to whoever holds it."""
        return cls(str(link.id), link.case_id, link.body, link.step, link.round, Actor(link.body, "body", LINK), LINK)

    @classmethod
    def of_person(cls, case: Case, body: str, step: str, actor: Actor) -> Seat | None:
        """The seat of somebody who signed in for a body, in the newest round that asks it; None where none does."""
        asked = [past.number for past in case.rounds.get(step, []) if body in past.answers]
        return cls(body, case.id, body, step, asked[-1], actor, SIGNED_IN) if asked else None


@dataclass(frozen=True)
class Place:
    """Where a body stands: its step and round, what it has said, and whether it may say something now."""

    seat: Seat
    case: Case
    step: Step
    round: Round
    answer: Answer

    @classmethod
    def of(cls, seat: Seat, case: Case) -> Place | None:
        """The place that a seat is about, None if the case has none such (any more)."""
        rounds = case.rounds.get(seat.step, [])
        if not 1 <= seat.round <= len(rounds) or seat.body not in rounds[seat.round - 1].answers:
            return None
        found = _where_it_stands(rounds, seat)
        return cls(seat, case, case.route.step(seat.step), found, found.answers[seat.body])

    @property
    def closed_because(self) -> Name | None:
        """Why nothing can be said (any more) from this seat, None if something can."""
        if self.case.status == Status.WITHDRAWN:
            return Name(
                "Sagen er trukket tilbage. I skal ikke gøre mere.", "The case is withdrawn. Nothing more is to be done."
            )
        if self.answer.state == AnswerState.RELEASED:
            return Name("I skal ikke længere svare i denne sag.", "You need no longer answer in this case.")
        if self.round is not self._newest:
            return Name(
                "Sagen er sendt ud igen i en ny runde. Brug linket i den nyeste besked.",
                "The case has gone out again in a new round. Use the link in the newest message.",
            )
        if self.round.state == StepState.SKIPPED:
            return Name("Trinnet blev ikke nødvendigt. I skal ikke svare.", "The step was not needed.")
        if self.round.state == StepState.WAITING and not ASKS[self.step.ask].may_be_early:
            return Name("Trinnet er ikke åbnet endnu. Kom igen senere.", "The step is not open yet. Come back later.")
        return None

    @property
    def _newest(self) -> Round:
        """The round in which the step asks the body now; inquiries ask others each time."""
        rounds = self.case.rounds[self.step.id]
        own = [past for past in rounds if self.seat.body in past.asked]
        return own[-1] if self.step.id == INQUIRY and own else rounds[-1]

    @property
    def note(self) -> Name | None:
        """What the body should know where the step is not open, or the case stands still."""
        if self.round.state == StepState.WAITING:
            return Name(
                "Trinnet er ikke åbnet endnu. Svarer I allerede nu, tæller svaret, når det åbner.",
                "The step is not open yet. If you answer now, the answer counts when it opens.",
            )
        if self.round.state == StepState.COMPLETED:
            return Name(
                "Trinnet er afsluttet. Et svar eller en rettelse bliver gemt og vist, men ændrer ikke resultatet.",
                "The step is completed. An answer or correction is kept and shown, but does not change the result.",
            )
        if self.case.status == Status.SUSPENDED:
            return Name(
                "Sagen er sat i bero. Svaret tæller, men sagen venter.",
                "The case is suspended. The answer counts, but the case waits.",
            )
        return None

    @property
    def corrects(self) -> str | None:
        """The answer that a further one puts right, None where the body has not answered for good."""
        return self.answer.message_id if self.answer.state == AnswerState.ANSWERED else None

    @property
    def begun(self) -> dict[str, str]:
        """What stands in the form at first: a correction begins with what is to be put right."""
        newest = str(len(self.case.papers) or "")
        if self.corrects is None:
            return dict.fromkeys(FIELDS, "") | {"version": newest}
        said = {name: str(getattr(self.answer, name, None) or "") for name in FIELDS}
        supports = {True: "yes", False: "no", None: ""}[self.answer.supports]
        conditions = "\n".join(one.text or "" for one in self.conditions)
        return said | {
            "supports": supports,
            "conditions": conditions,
            "expected_on": "",
            "version": said["version"] or newest,
        }

    @property
    def has_said(self) -> bool:
        """Whether the body has said anything in this round."""
        answer = self.answer
        return bool(answer.words) or answer.recommendation is not None or answer.state == AnswerState.DELAYED

    @property
    def conditions(self) -> list[Condition]:
        """The conditions that the body's answer has set."""
        return [one for one in self.case.conditions if one.text and self._is_added(one)]

    @property
    def tasks(self) -> list[Task]:
        """The tasks that the body's answer has set."""
        return [one for one in self.case.tasks if self._is_added(one)]

    def _is_added(self, one: Added) -> bool:
        return one.message_id in self.answer.messages and one.withdrawn_by is None

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """What the round lets a body answer: to the asks that it has not settled, or to all when it corrects."""
        missing = [ask for ask in self.step.asks if ask not in self.answer.settled]
        return self.step.choices(self.round.mode, missing or self.step.asks)

    @property
    def choices(self) -> list[tuple[str, Name, Name]]:
        """The allowed answers: each with its name and what it means."""
        found = [(o.id, o.name, OF_OUTCOME.get(o.id) or MEANINGS[o.meaning]) for o in self.outcomes.values()]
        if self.corrects is None:
            what = Name("Vi når ikke datoen", "We will not make the date")
            means = Name(
                "Ikke et svar, men en besked om, at svaret kommer senere. Skriv gerne hvornår.",
                "No answer, but word that it comes later. Tell when, if you can.",
            )
            found.append((DELAYED, what, means))
        return found


def reply_of(place: Place, filled: Mapping[str, str]) -> Reply:
    """What is filled in, as the domain takes it; raises `FormError`."""
    outcome = filled.get("outcome", "")
    if outcome not in {choice[0] for choice in place.choices}:
        raise FormError("outcome")
    for field, most in LIMITS.items():
        if len(filled.get(field, "")) > most:
            raise FormError(field)
    if outcome == DELAYED:
        said: dict[str, Any] = {"expected_on": _day(filled, "expected_on")}
    else:
        said = {"outcome": outcome, "decided_on": _day(filled, "decided_on"), "due": _day(filled, "due")}
        said |= {"decided_by": filled.get("decided_by") or None, "reference": filled.get("reference") or None}
        said |= {"expected_on": _day(filled, "expected_on")} if outcome == POSTPONED and not place.corrects else {}
        said |= {"supports": {"yes": True, "no": False}.get(filled.get("supports", ""))}
        corrects = _corrected(place, outcome)
        said |= {"version": _number(filled, "version"), "corrects": corrects}
        said |= {"conditions": _conditions(place, filled) if outcome == ON_CONDITION else ()}
        said |= _kept(place, outcome, corrects) if corrects else {}
    return Reply(**said, remark=filled.get("remark") or None, step=place.step.id)


def message_of(place: Place, reply: Reply, nonce: str) -> Message:
    """The message of a body that has seen its answer through; the same `nonce` twice is one message."""
    seat = place.seat
    return Message(seat.body, reply, Command.by(seat.actor, command_id(seat, nonce)), seat.source)


def command_id(seat: Seat, nonce: str) -> str:
    """The command of one message from a seat: a repeat is known by it."""
    return f"{seat.source}:{seat.id}:{nonce}"


def act_of(reply: Reply) -> str:
    """The name of the command that a reply means."""
    if reply.outcome is None:
        return "delay"
    return "correct" if reply.corrects else "answer"


def rehearse(place: Place, message: Message, at: datetime) -> str:
    """What a message would do, `counted`, `early` or `late`, without doing it; raises `FormError` and refusals.

    It is played on the place's own copy of the case, which is thrown away.
    """
    try:
        effect: str = getattr(answering, act_of(message.reply))(place.case, at, message)
    except InvalidError as error:
        raise FormError((error.field or "").partition(".")[0]) from None
    return effect


def sealed(key: str, place: Place, nonce: str, filled: Mapping[str, str]) -> str:
    """What shows that exactly this was seen through, as things stood, by the browser that holds the nonce."""
    whose = [str(place.seat.id), nonce, place.corrects]
    text = json.dumps([whose, {name: filled.get(name, "") for name in FIELDS}], sort_keys=True)
    return hmac.new(key.encode(), b"sagsgang answer " + text.encode(), hashlib.sha256).hexdigest()


def _where_it_stands(rounds: list[Round], seat: Seat) -> Round:
    """The newest round to which the seat's body came over without being asked again."""
    found = rounds[seat.round - 1]
    for following in rounds[seat.round :]:
        if following.why is None or seat.body in following.asked_again or seat.body not in following.answers:
            break
        found = following
    return found


def _corrected(place: Place, outcome: str) -> str | None:
    """The message that this one puts right: the newest to the same ask, None where it says something new.

    Who joined and now leaves, or the other way round, says something new.
    """
    if place.corrects is None:
        return None
    if place.step.ask == JOIN and takes_part(place.step, outcome) != takes_part(place.step, place.answer.outcome):
        return None
    ask = _ask_of(place, outcome)
    return next((m for m, asks in reversed(place.answer.messages.items()) if ask in asks), place.corrects)


def _ask_of(place: Place, outcome: str) -> str:
    """Which of the step's asks an outcome answers."""
    return next((a for a in place.step.asks if outcome in place.step.choices(place.round.mode, [a])), place.step.ask)


def _kept(place: Place, outcome: str, corrects: str) -> dict[str, Any]:
    """What the page does not ask for and a correction would take away: it carries all of an answer's facts."""
    said, ask = place.answer, _ask_of(place, outcome)
    asks = place.answer.messages.get(corrects, ())
    also = {other: said.words[other] for other in asks if other != ask and other in said.words}
    is_same = said.words.get(ask) == outcome
    days = {"meeting_on", "bodies_due", "effective_on"}
    facts = {name: getattr(said, name) for name in (*_KEPT, *(_KEPT_WITH_OUTCOME if is_same else ()))}
    kept = {name: date.fromisoformat(value) if name in days else value for name, value in facts.items() if value}
    return {**kept, "also": also or None, "tasks": [_again(task) for task in place.tasks]}


def _conditions(place: Place, filled: Mapping[str, str]) -> list[Addition]:
    """The conditions, one a line; one that was set before stays as it was."""
    lines = [line.strip() for line in filled.get("conditions", "").splitlines() if line.strip()]
    before = {one.text: _again(one) for one in place.conditions}
    return [before.get(line) or Addition(text=line) for line in lines]


def _again(one: Condition | Task) -> Addition:
    """What was added before, as somebody would give it: a correction takes away what it does not list."""
    due, kind = date.fromisoformat(one.due) if one.due else None, one.kind if isinstance(one, Condition) else None
    facts = {name: getattr(one, name) for name in ("responsible", "contact", "meeting")}
    return Addition(text=one.text or "", due=due, kind=kind, **facts)


def _day(filled: Mapping[str, str], field: str) -> date | None:
    text = filled.get(field, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise FormError(field) from None


def _number(filled: Mapping[str, str], field: str) -> int | None:
    text = filled.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else None
