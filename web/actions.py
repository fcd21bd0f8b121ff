# SPDX-License-Identifier: EUPL-1.2
"""What the secretariat can do with a case by form: the fields, the words, and the command that each gives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from domain import answering
from domain.answering import Reply
from domain.asks import ASKS, DECIDERS, OUTCOMES
from domain.case import OPEN_STATUSES, Status
from domain.cases import Cases
from domain.commands import Command
from domain.meetings import Calendars, Meeting
from domain.minutes import MINUTES_FIELDS
from domain.names import Name
from domain.organisation import SECRETARIAT
from domain.route import MEETING
from projections.documents import Document
from projections.phrases import SUPPORTS, long_date
from web import words
from web.additions import facts_of
from web.agendas import Item, Window
from web.commands import DELAYED, Asking, Extension, Nothing, Reasoned, Submission, Told
from web.reading import MAX_REFERENCE, MAX_TEXT, Given, Identifier
from web.services import Services
from web.standing import in_order, name_of

Choice = tuple[str, Name]
"""What can be chosen: the value that is sent, and its name."""
Values = Mapping[str, str]
_OF_THE_OUTCOME = ("to", "bodies_due", "effective_on", "persons", "points")
_OF_ANY_OUTCOME = ("version", *(fact for fact in MINUTES_FIELDS if fact not in _OF_THE_OUTCOME))
SECRETARIAT_SOURCES = {source: words.SOURCES[source] for source in answering.SECRETARIAT_SOURCES}
_ADDED = ("text", "responsible", "contact", "due", "meeting")


_MEETINGS_AHEAD = timedelta(days=2 * 366)
"""How far ahead meetings are offered."""


@dataclass(frozen=True)
class Field:
    """One field of a form: `kind` is `line`, `text`, `date`, `choice` or `fixed`."""

    name: str
    label: Name
    kind: str = "line"
    required: bool = True
    hint: Name | None = None
    choices: tuple[Choice, ...] = ()
    value: str = ""
    most: int = MAX_REFERENCE
    latest: str = ""
    """The latest day that may be chosen."""

    def shown(self, value: str) -> str | Name:
        """What was filled in, as a reader knows it."""
        return next((name for key, name in self.choices if key == value), value)


class ChosenBody(Given):
    """One body, or nobody in particular."""

    body: Identifier | None = None


@dataclass(frozen=True)
class Action:
    """One thing to do with a case."""

    id: str
    name: Name
    done: Name
    about: Name
    """What it means, for who has not done it before."""
    fits: Callable[[Document], bool]
    """Whether it may be done to a case as it stands."""
    fields: Callable[[Form], tuple[Field, ...]]
    model: type[BaseModel]
    give: Callable[[Cases, UUID, Command, Any], object]
    """Gives the command to the cases, with the model of what was filled in."""


@dataclass(frozen=True)
class Form:
    """What the fields of a form are made from: the case, and what the address or the form says already."""

    shared: Services
    case: Document
    values: Values
    calendars: Calendars = field(default_factory=Calendars)
    """The bodies' meetings as they stand."""

    @property
    def today(self) -> str:
        """The Danish date as an ISO day."""
        return self.shared.today().isoformat()

    @property
    def step(self) -> Document | None:
        """The step that was chosen."""
        return next((step for step in self.case["steps"] if step["id"] == self.values.get("step")), None)

    def body_choices(self, bodies: list[str]) -> tuple[Choice, ...]:
        """Bodies to choose from, in their order."""
        day = self.shared.today()
        return tuple((body, name_of(self.shared, body, day)) for body in in_order(self.shared, bodies))

    def step_choices(self, *states: str, ask: str | None = None) -> tuple[Choice, ...]:
        """The steps in these states to choose from."""
        steps = [s for s in self.case["steps"] if s["state"] in states and (ask is None or s["ask"] == ask)]
        return tuple((step["id"], Name(**step["name"])) for step in steps)


def actions_for(case: Document) -> list[Action]:
    """What may be done to a case as it stands."""
    return [action for action in ACTIONS.values() if action.fits(case)]


def _is_open(case: Document) -> bool:
    return case["status"] in OPEN_STATUSES


def _has(*asks: str) -> Callable[[Document], bool]:
    """Whether a step with one of these asks is open."""

    def fits(case: Document) -> bool:
        return _is_open(case) and any(s["state"] == "open" and s["ask"] in asks for s in case["steps"])

    return fits


def _reason(_form: Form) -> tuple[Field, ...]:
    return (REASON,)


def _nothing(_form: Form) -> tuple[Field, ...]:
    return ()


def _extension(form: Form) -> tuple[Field, ...]:
    now = form.case["deadline"]
    hint = Name("Trin, der har sagens frist, følger med.", "Steps that are due on it follow.")
    return (Field("deadline", Name("Ny frist", "New deadline"), "date", value=now or "", hint=hint), REASON)


def _submission(form: Form) -> tuple[Field, ...]:
    steps = form.step_choices("open", ask="submit")
    return (
        Field("step", Name("Hvad der er indsendt", "What was submitted"), "choice", choices=steps),
        Field("submitted_on", Name("Indsendt den", "Submitted on"), "date", value=form.today, latest=form.today),
        Field("reference", Name("Reference", "Reference"), required=False),
    )


def _adding(form: Form) -> tuple[Field, ...]:
    bodies = form.body_choices(list(form.shared.organisation.bodies))
    steps = form.step_choices("waiting", "open")
    return (
        Field("step", Name("Trin", "Step"), "choice", choices=steps),
        Field("body", Name("Organ", "Body"), "choice", choices=bodies),
        REASON,
    )


def _reminding(form: Form) -> tuple[Field, ...]:
    """Nobody chosen means all that have said nothing; the next page names them."""
    awaited = list(dict.fromkeys(a["body"] for a in _open_answers(form.case, "awaiting", "delayed")))
    hint = Name("Uden valg: alle, der endnu intet har sagt.", "None chosen: all that have said nothing yet.")
    choices = form.body_choices(awaited)
    return (Field("body", Name("Organ", "Body"), "choice", required=False, hint=hint, choices=choices),)


def _open_answers(case: Document, *states: str) -> list[Document]:
    """The entries in open steps that are in one of these states."""
    return [a for s in case["steps"] if s["state"] == "open" for a in s["answers"] if a["state"] in states]


def _may_remind(case: Document) -> bool:
    others = [a for a in _open_answers(case, "awaiting", "delayed") if a["body"] != SECRETARIAT]
    return case["status"] == Status.RUNNING and bool(others)


def _remind(cases: Cases, case: UUID, command: Command, asked: ChosenBody) -> object:
    return cases.remind(case, command, [asked.body] if asked.body else [])


def _at_meetings(case: Document) -> list[Document]:
    """The steps that are open at a meeting, where the case runs."""
    found = [step for step in case["steps"] if step["state"] == "open" and step["mode"] == MEETING]
    return found if case["status"] == Status.RUNNING else []


def _placing(form: Form) -> tuple[Field, ...]:
    """The body, where several are waited for at meetings, and the meetings ahead."""
    steps = _at_meetings(form.case)
    waiting = [a["body"] for s in steps for a in s["answers"] if a["state"] in {"awaiting", "delayed"}]
    bodies = form.body_choices([body for body in dict.fromkeys(waiting) if form.calendars.meets(body)])
    today = form.shared.today()
    hint = Name(
        "Uden begrundelse kun et møde, hvis papirfrist ikke er overskredet.",
        "Without a reason only a meeting whose papers' date has not passed.",
    )
    meetings = [m for body, _ in bodies for m in form.calendars.meetings(body, today, today + _MEETINGS_AHEAD)]
    name_of_body = dict(bodies)
    choices = tuple((m.id, _meeting_name(m, name_of_body[m.body], alone=len(bodies) == 1)) for m in meetings)
    kind = "fixed" if len(bodies) == 1 else "choice"
    names = tuple((step["id"], Name(**step["name"])) for step in steps)
    which = (Field("step", Name("Trin", "Step"), "choice", choices=names),) if len(names) > 1 else ()
    return (
        *which,
        Field("body", Name("Organ", "Body"), kind, choices=bodies),
        Field("meeting", Name("Møde", "Meeting"), "choice", choices=choices, hint=hint),
        Field("reason", Name("Begrundelse", "Reason"), "text", required=False, most=MAX_TEXT),
    )


def _meeting_name(meeting: Meeting, body: Name, *, alone: bool) -> Name:
    """A meeting to choose, with the date by which its papers must be in."""
    day = long_date(meeting.day.isoformat())
    by = long_date((meeting.papers_in_by or meeting.day).isoformat())
    likely = Name(" (forventet)", " (expected)") if meeting.uncertain_days else Name("", "")
    who = Name("", "") if alone else Name(f"{body.da}: ", f"{body.en}: ")
    return Name(
        f"{who.da}{day.da}{likely.da}, papirer senest {by.da}", f"{who.en}{day.en}{likely.en}, papers by {by.en}"
    )


def _writing(form: Form) -> tuple[Field, ...]:
    steps = tuple((step["id"], Name(**step["name"])) for step in _at_meetings(form.case))
    hint = Name("Den sidste dag, organerne kan svare.", "The last day on which the bodies may answer.")
    return (
        Field("step", Name("Trin", "Step"), "fixed" if len(steps) == 1 else "choice", choices=steps),
        Field("due", Name("Svarfrist", "Due date"), "date", hint=hint),
        REASON,
    )


def _releasing(form: Form) -> tuple[Field, ...]:
    steps = [step for step in form.case["steps"] if step["state"] in {"waiting", "open"} and len(step["answers"]) > 1]
    waiting = {a["body"] for s in steps for a in s["answers"] if a["state"] not in {"answered", "released"}}
    names = tuple((step["id"], Name(**step["name"])) for step in steps)
    return (
        Field("step", Name("Trin", "Step"), "choice", choices=names),
        Field("body", Name("Organ", "Body"), "choice", choices=form.body_choices(list(waiting))),
        REASON,
    )


def _answering(form: Form) -> tuple[Field, ...]:
    """Step and body first; once they are known, what this body may answer there."""
    step = form.step
    if step is None:
        steps = tuple((s["id"], Name(**s["name"])) for s in form.case["steps"] if s["ask"] not in {"submit", "revise"})
        return (Field("step", Name("Trin", "Step"), "choice", choices=steps),)
    bodies = form.body_choices([a["body"] for a in step["answers"] if a["state"] != "released"])
    who = Field("body", Name("Organ", "Body"), "choice", choices=bodies)
    where = Field("step", Name("Trin", "Step"), "fixed", choices=((step["id"], Name(**step["name"])),))
    return (where, who, *_reply(form, step))


def _reply(form: Form, step: Document) -> tuple[Field, ...]:
    earlier = next((a for a in step["answers"] if a["body"] == form.values.get("body")), None)
    correcting = earlier is not None and earlier["state"] == "answered"
    outcomes = _outcomes(form, step)
    delay = () if correcting else ((DELAYED, Name("Når ikke fristen (forsinket)", "Will not make the date (delayed)")),)
    deciders = tuple(DECIDERS.items())
    supports = tuple((str(value).lower(), name) for value, name in SUPPORTS.items())
    fields = [
        Field("outcome", Name("Svar", "Answer"), "choice", choices=(*outcomes, *delay)),
        Field(
            "decided_on",
            Name("Besluttet den", "Decided on"),
            "date",
            required=False,
            value=form.today,
            latest=form.today,
        ),
        Field("decided_by", Name("Besluttet af", "Decided by"), "choice", required=False, choices=deciders),
        Field("remark", Name("Bemærkning", "Remark"), "text", required=False, most=MAX_TEXT),
        Field("reference", Name("Organets reference", "The body's reference"), required=False),
        Field("source", Name("Kilde", "Source"), "choice", required=False, choices=tuple(SECRETARIAT_SOURCES.items())),
    ]
    if not correcting:
        hint = Name("Kun ved forsinkelse eller udsættelse", "Only with a delay or postponement")
        fields.append(Field("expected_on", Name("Ventes den", "Expected on"), "date", required=False, hint=hint))
    if step["ask"] == "receive":
        asked, decided = (
            Name("Kun ved spørgsmål", "Only with questions"),
            Name("Kun ved afgørelse", "Only when decided"),
        )
        fields.append(
            Field("due", Name("Spørgsmål besvares senest", "Questions due on"), "date", required=False, hint=asked)
        )
        name = Name("Bakker op", "Supports it")
        fields.append(Field("supports", name, "choice", required=False, hint=decided, choices=supports))
    if correcting and earlier:
        name = Name("Retter svaret", "Corrects the answer")
        said = OUTCOMES[earlier["outcome"]].name if earlier["outcome"] in OUTCOMES else Name("", "")
        fields.append(Field("corrects", name, "fixed", choices=((earlier["message_id"], said),)))
    return tuple(fields)


def carried_over(form: Form) -> dict[str, Any]:
    """What a correction says again, since the form has no place for it, and what it leaves out would be withdrawn.

    It is the version, the tasks, what was said to further asks and what the minutes tell, and of the same outcome its
    conditions, whom questions went to, and from when it holds.
    """
    answers = form.step["answers"] if form.step else ()
    earlier = next((a for a in answers if a["body"] == form.values.get("body")), None)
    if earlier is None or earlier["state"] != "answered":
        return {}
    same = earlier["outcome"] == form.values.get("outcome")
    kept: dict[str, Any] = {
        "conditions": _said_again(form.case["conditions"], earlier["conditions"] if same else (), "kind"),
        "tasks": _said_again(form.case["tasks"], earlier["tasks"]),
    }
    kept |= {name: earlier[name] for name in (*_OF_ANY_OUTCOME, *(_OF_THE_OUTCOME if same else ()))}
    kept["also"] = {ask: outcome for ask, outcome in earlier["also"].items() if outcome}
    return {name: said for name, said in kept.items() if said}


def _said_again(added: Sequence[Document], numbers: Collection[int], *more: str) -> list[dict[str, Any]]:
    facts = (*_ADDED, *more)
    chosen = [one for one in added if one["number"] in numbers and one["text"]]
    return [{key: one[key] for key in facts if one.get(key)} for one in chosen]


def _outcomes(form: Form, step: Document) -> tuple[Choice, ...]:
    """What the step's ask allows, and what else its route does."""
    route = form.shared.organisation.routes.get(form.case["route"]["id"])
    known = next((s for s in route.steps if s.id == step["id"]), None) if route else None
    allowed = known.outcomes_in(step["mode"], step["ask"]) if known else ASKS[step["ask"]].outcomes
    return tuple((key, outcome.name) for key, outcome in allowed.items())


def _record(cases: Cases, case: UUID, command: Command, told: Told) -> object:
    facts = facts_of(told, leave_out="body")
    source, reply = facts.pop("source"), Reply(**facts)
    method = cases.delay if told.outcome == DELAYED else cases.correct if told.corrects else cases.answer
    return method(case, command, told.body, reply, source)


REASON = Field("reason", Name("Begrundelse", "Reason"), "text", most=MAX_TEXT)

PAPER = Action(
    "paper",
    Name("Tilføj bilag", "Add a paper"),
    Name("Bilaget er tilføjet.", "The paper is added."),
    Name(
        "En ny version af sagens papirer. Alle kan hente den.", "A new version of the papers. Everybody can fetch it."
    ),
    lambda case: case["status"] in OPEN_STATUSES,
    lambda _form: (),
    Nothing,
    lambda _cases, _case, _command, _asked: None,
)
"""It has a page of its own, since a file cannot wait for its confirmation."""

ACTIONS = {
    action.id: action
    for action in (
        Action(
            "answer",
            Name("Registrér et svar", "Record an answer"),
            Name("Svaret er registreret.", "The answer is recorded."),
            Name(
                "Et svar, som er kommet på mail, telefon eller i et referat. Et forkert svar rettes; det slettes ikke.",
                "An answer that came by mail, telephone or minutes. A wrong answer is corrected; it is not deleted.",
            ),
            lambda case: case["status"] != Status.WITHDRAWN,
            _answering,
            Told,
            _record,
        ),
        Action(
            "submit",
            Name("Indsend", "Submit"),
            Name("Indsendelsen er registreret.", "The submission is recorded."),
            Name("Registrér, at sekretariatet har indsendt.", "Record that the secretariat has submitted."),
            _has("submit"),
            _submission,
            Submission,
            lambda cases, case, command, asked: cases.submit(case, command, **dict(asked)),
        ),
        Action(
            "resubmit",
            Name("Genfremsæt", "Resubmit"),
            Name("Sagen er genfremsat.", "The case is resubmitted."),
            Name("Sagen er rettet til og fremsættes igen.", "The case is revised and put forward again."),
            _has("revise"),
            _nothing,
            Nothing,
            lambda cases, case, command, _asked: cases.resubmit(case, command),
        ),
        Action(
            "remind",
            Name("Ryk nu", "Remind now"),
            Name("Påmindelsen er på vej.", "The reminder is on its way."),
            Name(
                "En påmindelse med det samme. Den gælder som dagens: forløbets egen kommer ikke oveni.",
                "A reminder at once. It counts as the day's: the route's own does not come on top.",
            ),
            _may_remind,
            _reminding,
            ChosenBody,
            _remind,
        ),
        Action(
            "extend",
            Name("Flyt fristen", "Move the deadline"),
            Name("Fristen er flyttet.", "The deadline is moved."),
            Name("Sagen får en ny frist.", "The case gets a new deadline."),
            _is_open,
            _extension,
            Extension,
            lambda cases, case, command, asked: cases.extend(case, command, asked.deadline, asked.reason),
        ),
        Action(
            "add-body",
            Name("Spørg et organ mere", "Ask one more body"),
            Name("Organet er kommet med.", "The body is asked too."),
            Name("Et trin spørger et organ mere.", "A step asks one more body."),
            _is_open,
            _adding,
            Asking,
            lambda cases, case, command, asked: cases.add_body(case, command, **dict(asked)),
        ),
        Action(
            "release-body",
            Name("Fritag et organ", "Release a body"),
            Name("Organet er fritaget.", "The body is released."),
            Name("Et trin venter ikke længere på et organ.", "A step no longer waits for a body."),
            lambda case: (
                _is_open(case)
                and any(step["state"] in {"waiting", "open"} and len(step["answers"]) > 1 for step in case["steps"])
            ),
            _releasing,
            Asking,
            lambda cases, case, command, asked: cases.release_body(case, command, **dict(asked)),
        ),
        Action(
            "place",
            Name("Sæt på et møde", "Put on a meeting"),
            Name("Sagen er sat på mødet.", "The case is on the meeting."),
            Name(
                "Sagen behandles på et andet af organets møder. Et sent punkt kræver en begrundelse.",
                "Another of the body's meetings deals with the case. A late item needs a reason.",
            ),
            lambda case: any(step["items"] for step in _at_meetings(case)),
            _placing,
            Item,
            lambda cases, case, command, asked: cases.place_item(case, command, asked.wish),
        ),
        Action(
            "write",
            Name("Behandl skriftligt", "Settle in writing"),
            Name("Sagen behandles skriftligt.", "The case is settled in writing."),
            Name(
                "Trinnet tages af mødet og behandles skriftligt. Gør et organ indsigelse, eller svarer ikke alle inden "
                "fristen, kommer det på næste møde igen.",
                "The step is taken off the meeting and settled in writing. If a body objects, or not all answer in "
                "time, it goes back to the next meeting.",
            ),
            lambda case: bool(_at_meetings(case)),
            _writing,
            Window,
            lambda cases, case, command, asked: cases.settle_in_writing(case, command, asked.wish),
        ),
        PAPER,
        Action(
            "suspend",
            Name("Sæt i bero", "Suspend"),
            Name("Sagen er sat i bero.", "The case is suspended."),
            Name(
                "Sagens ure står stille: ingen påmindelser og ingen frister. Svar modtages stadig.",
                "The case's clocks stand still: no reminders and no due dates. Answers are still taken.",
            ),
            lambda case: case["status"] == Status.RUNNING,
            _reason,
            Reasoned,
            lambda cases, case, command, asked: cases.suspend(case, command, asked.reason),
        ),
        Action(
            "resume",
            Name("Genoptag", "Resume"),
            Name("Sagen er genoptaget.", "The case is resumed."),
            Name(
                "Sagen går videre, og alle frister flyttes med de dage, den stod stille.",
                "The case goes on, and every date moves by the days that it stood still.",
            ),
            lambda case: case["status"] == Status.SUSPENDED,
            _nothing,
            Nothing,
            lambda cases, case, command, _asked: cases.resume(case, command),
        ),
        Action(
            "withdraw",
            Name("Træk tilbage", "Withdraw"),
            Name("Sagen er trukket tilbage.", "The case is withdrawn."),
            Name(
                "Sagen slutter uden resultat, og det kan ikke gøres om. Hvem der svarer bagefter, får det at vide.",
                "The case ends without a result, and that cannot be undone. Whoever answers afterwards is told so.",
            ),
            _is_open,
            _reason,
            Reasoned,
            lambda cases, case, command, asked: cases.withdraw(case, command, asked.reason),
        ),
    )
}
"""Everything that can be done by form, in the order in which it is offered."""
