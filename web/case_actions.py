# SPDX-License-Identifier: EUPL-1.2
"""The forms for what is done with a whole case: its state, deadline, bodies, attributes, inquiries, route, renewal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from domain.case import Status
from domain.cases import Cases, Taken
from domain.commands import Command
from domain.inquiring import Inquiry
from domain.names import Name
from domain.organisation import SECRETARIAT
from domain.renewing import STAYING, Renewal
from domain.route import INQUIRY, Route
from projections.documents import Document
from web.action import MAIN, MORE, REASON, SUBJECT, Action, Form, is_open, name_of_step
from web.agency_loop import Asked, Renewed
from web.attribute_fields import attribute_field, attribute_fields
from web.commands import Asking, Extension, Migration, Nothing, Reasoned, Setting, Submission
from web.fields import Field, Values, maybe
from web.reading import MAX_TEXT, Given, Identifier
from web.route_changes import changes_between


class ChosenBody(Given):
    """One body, or nobody in particular."""

    body: Identifier | None = None


_STEP, _BODY = Name("Trin", "Step"), Name("Organ", "Body")
_WAITING = {"waiting", "open"}


def _has(*asks: str) -> Callable[[Form], bool]:
    """Whether a step with one of these asks is open."""

    def fits(form: Form) -> bool:
        return is_open(form) and any(s["state"] == "open" and s["ask"] in asks for s in form.case["steps"])

    return fits


def _reason(_form: Form) -> Sequence[Field]:
    return (REASON,)


def _extension(form: Form) -> Sequence[Field]:
    now = form.case["deadline"]
    hint = Name("Trin, der har sagens frist, følger med.", "Steps that are due on it follow.")
    return (Field("deadline", Name("Ny frist", "New deadline"), "date", value=now or "", hint=hint), REASON)


def _submission(form: Form) -> Sequence[Field]:
    steps = form.step_choices("open", ask="submit")
    return (
        Field("step", Name("Hvad der er indsendt", "What was submitted"), "choice", choices=steps),
        Field("submitted_on", Name("Indsendt den", "Submitted on"), "date", value=form.today, latest=form.today),
        Field("reference", Name("Reference", "Reference"), required=False),
    )


def _own_work(form: Form) -> Sequence[Field]:
    steps = tuple((s["id"], name_of_step(s)) for s in form.case["steps"] if _is_own_work(s))
    return (
        Field("step", Name("Hvad der er gjort", "What was done"), "choice", choices=steps),
        Field("submitted_on", Name("Færdigt den", "Done on"), "date", value=form.today, latest=form.today),
        Field("reference", Name("Reference", "Reference"), required=False),
    )


def _is_own_work(step: Document) -> bool:
    return step["state"] == "open" and step["ask"] in {"draft", "gather"}


def _adding(form: Form) -> Sequence[Field]:
    steps = form.step_choices("waiting", "open")
    return (
        Field("step", _STEP, "choice", choices=steps),
        Field("body", _BODY, "choice", choices=form.body_choices()),
        REASON,
    )


def _reminding(form: Form) -> Sequence[Field]:
    """Nobody chosen means all that have said nothing; the next page names them."""
    hint = Name("Uden valg: alle, der endnu intet har sagt.", "None chosen: all that have said nothing yet.")
    choices = form.body_choices(answer["body"] for answer in _awaited(form))
    return (maybe("body", _BODY, "choice", hint=hint, choices=choices),)


def _awaited(form: Form) -> list[Document]:
    """The entries in open steps of those who have not answered."""
    opened = [step for step in form.case["steps"] if step["state"] == "open"]
    return [a for step in opened for a in step["answers"] if a["state"] in {"awaiting", "delayed"}]


def _may_remind(form: Form) -> bool:
    others = [answer for answer in _awaited(form) if answer["body"] != SECRETARIAT]
    return form.case["status"] == Status.RUNNING and bool(others)


def _remind(cases: Cases, case: UUID, command: Command, asked: ChosenBody) -> Taken:
    return cases.remind(case, command, [asked.body] if asked.body else [])


def _releasing(form: Form) -> Sequence[Field]:
    steps = [step for step in form.case["steps"] if step["state"] in _WAITING and len(step["answers"]) > 1]
    waiting = [a["body"] for s in steps for a in s["answers"] if a["state"] not in {"answered", "released"}]
    names = tuple((step["id"], name_of_step(step)) for step in steps)
    return (
        Field("step", _STEP, "choice", choices=names),
        Field("body", _BODY, "choice", choices=form.body_choices(waiting)),
        REASON,
    )


def _can_release(form: Form) -> bool:
    several = any(step["state"] in _WAITING and len(step["answers"]) > 1 for step in form.case["steps"])
    return is_open(form) and several


def _setting(form: Form) -> Iterator[Field]:
    """The attribute first; once it is known, its value as the route takes it."""
    if form.route is None:
        return
    names = tuple((name, form.route.words_of(name).name) for name in form.route.attributes)
    chosen = tuple(one for one in names if one[0] == form.values.get("attribute"))
    label = Name("Oplysning", "Fact")
    if not chosen:
        yield Field("attribute", label, "choice", choices=names, leads=True)
        return
    name = chosen[0][0]
    value = attribute_field(form.route, name, "value")
    now = form.case["attributes"].get(name)
    yield Field("attribute", label, "fixed", choices=chosen)
    yield replace(value, required=True, value="" if now is None else str(now))
    yield REASON


def _newer(form: Form) -> list[Route]:
    """The versions of the case's route that are newer than its own, the newest first."""
    versions = form.shared.organisation.versions_of(form.case["route"]["id"])
    return [
        route for version, route in sorted(versions.items(), reverse=True) if version > form.case["route"]["version"]
    ]


def _migrating(form: Form) -> Sequence[Field]:
    now = form.case["route"]["version"]
    versions = tuple((str(r.version), Name(f"version {r.version}", f"version {r.version}")) for r in _newer(form))
    hint = Name(f"Sagen følger version {now}.", f"The case follows version {now}.")
    return (
        Field("to_version", Name("Ny version", "New version"), "choice", hint=hint, choices=versions, of_number=True),
        Field("reason", REASON.label, "text", required=False, most=MAX_TEXT),
    )


def _told_of_migration(form: Form, asked: Migration) -> Sequence[Name]:
    new = next((route for route in _newer(form) if route.version == asked.to_version), None)
    return changes_between(form.route, new) if form.route and new else ()


def _inquiring(form: Form) -> Iterator[Field]:
    label = Name("Organer, der skal svare", "Bodies that are to answer")
    yield Field("bodies", label, "checks", choices=form.body_choices())
    yield Field("question", Name("Spørgsmål", "Question"), "text", most=MAX_TEXT)
    yield Field("due", Name("Svar senest", "Answers by"), "date")
    own = form.step_choices("open", ask="submit")
    if own:
        hint = Name("Når det er indsendt, slutter forespørgslen.", "When that is submitted, the inquiry ends.")
        yield maybe("about", Name("Til brug for", "For the use of"), "choice", hint=hint, choices=own)


def _has_inquiry(form: Form) -> bool:
    return any(step["id"] == INQUIRY and step["state"] == "open" for step in form.case["steps"])


def _renewing(form: Form) -> Iterator[Field]:
    label, hint = (
        Name("Organer, der skal tage stilling igen", "Bodies that are to decide again"),
        Name("Trin, som ingen af dem er med i, springes over.", "Steps in which none of them takes part are skipped."),
    )
    deciding = [
        step for step in form.case["steps"] if step["ask"] not in {*STAYING, "revise"} and step["id"] != INQUIRY
    ]
    asked = [answer["body"] for step in deciding for answer in step["answers"]]
    yield Field("concerned", label, "checks", hint=hint, choices=form.body_choices(asked))
    yield REASON
    yield Field("deadline", Name("Frist", "Deadline"), "date", required=False)
    default = Name(
        "Uden titel hedder den »Fornyet behandling: …«.", "Without one it is called “Fornyet behandling: …”."
    )
    yield Field("title", Name("Titel", "Title"), required=False, hint=default, most=300)
    newest = form.shared.organisation.routes.get(form.case["route"]["id"])
    yield from attribute_fields(newest) if newest else ()


def _renewed_values(form: Form) -> Values:
    """What was filled in, beside the first case's attributes."""
    known = {f"attributes.{name}": str(value) for name, value in form.case["attributes"].items()}
    return {**known, **form.values} if "reason" not in form.values else form.values


def _can_renew(form: Form) -> bool:
    is_decided = not is_open(form) or form.case["outcome_so_far"] is not None
    has_route = form.case["route"]["id"] in form.shared.organisation.routes
    return form.case["status"] != Status.WITHDRAWN and is_decided and has_route


CASE_ACTIONS = (
    Action(
        id="submit",
        name=Name("Indsend", "Submit"),
        done=Name("Indsendelsen er registreret.", "The submission is recorded."),
        about=Name("Registrér, at sekretariatet har indsendt.", "Record that the secretariat has submitted."),
        fits=_has("submit"),
        fields=_submission,
        model=Submission,
        give=lambda cases, case, command, asked: cases.submit(case, command, **dict(asked)),
        place=MAIN,
    ),
    Action(
        id="own-work",
        name=Name("Meld eget trin færdigt", "Own step is done"),
        done=Name("Trinnet er meldt færdigt.", "The step is reported done."),
        about=Name(
            "Registrér, at sekretariatet har udarbejdet eller samlet det, som trinnet beder om.",
            "Record that the secretariat has written or gathered what the step asks for.",
        ),
        fits=_has("draft", "gather"),
        fields=_own_work,
        model=Submission,
        give=lambda cases, case, command, asked: cases.submit(case, command, **dict(asked)),
        place=MAIN,
    ),
    Action(
        id="resubmit",
        name=Name("Genfremsæt", "Resubmit"),
        done=Name("Sagen er genfremsat.", "The case is resubmitted."),
        about=Name("Sagen er rettet til og fremsættes igen.", "The case is revised and put forward again."),
        fits=_has("revise"),
        model=Nothing,
        give=lambda cases, case, command, _asked: cases.resubmit(case, command),
        place=MAIN,
    ),
    Action(
        id="remind",
        name=Name("Ryk nu", "Remind now"),
        done=Name("Påmindelsen er på vej.", "The reminder is on its way."),
        about=Name(
            "En påmindelse med det samme. Den gælder som dagens: forløbets egen kommer ikke oveni.",
            "A reminder at once. It counts as the day's: the route's own does not come on top.",
        ),
        fits=_may_remind,
        fields=_reminding,
        model=ChosenBody,
        give=_remind,
        place=MAIN,
    ),
    Action(
        id="extend",
        name=Name("Flyt fristen", "Move the deadline"),
        done=Name("Fristen er flyttet.", "The deadline is moved."),
        about=Name("Sagen får en ny frist.", "The case gets a new deadline."),
        fits=is_open,
        fields=_extension,
        model=Extension,
        give=lambda cases, case, command, asked: cases.extend(case, command, asked.deadline, asked.reason),
        place=MAIN,
    ),
    Action(
        id="suspend",
        name=Name("Sæt i bero", "Suspend"),
        done=Name("Sagen er sat i bero.", "The case is suspended."),
        about=Name(
            "Sagens ure står stille: ingen påmindelser og ingen frister. Svar modtages stadig.",
            "The case's clocks stand still: no reminders and no due dates. Answers are still taken.",
        ),
        fits=lambda form: form.case["status"] == Status.RUNNING,
        fields=_reason,
        model=Reasoned,
        give=lambda cases, case, command, asked: cases.suspend(case, command, asked.reason),
        place=MAIN,
    ),
    Action(
        id="resume",
        name=Name("Genoptag", "Resume"),
        done=Name("Sagen er genoptaget.", "The case is resumed."),
        about=Name(
            "Sagen går videre, og alle frister flyttes med de dage, den stod stille.",
            "The case goes on, and every date moves by the days that it stood still.",
        ),
        fits=lambda form: form.case["status"] == Status.SUSPENDED,
        model=Nothing,
        give=lambda cases, case, command, _asked: cases.resume(case, command),
        place=MAIN,
    ),
    Action(
        id="renew",
        name=Name("Behandl på ny", "Treat anew"),
        done=Name("Den fornyede behandling er åbnet.", "The renewed treatment is opened."),
        about=Name(
            "En ny sag, der hænger sammen med denne, og som kun spørger dem, sagen stadig berører.",
            "A new case that belongs with this one, and that asks only those whom the matter still concerns.",
        ),
        fits=_can_renew,
        fields=lambda form: tuple(_renewing(form)),
        filled=_renewed_values,
        model=Renewed,
        give=lambda cases, case, command, asked: cases.renew(case, command, Renewal(**dict(asked))),
        place=MAIN,
    ),
    Action(
        id="inquire",
        name=Name("Spørg organer undervejs", "Ask bodies on the way"),
        done=Name("Forespørgslen er sendt.", "The inquiry is sent."),
        about=Name(
            "Et spørgsmål til bestemte organer med egen svarfrist. Sagens øvrige trin går videre imens.",
            "A question to named bodies, with a due date of its own. The case's other steps go on meanwhile.",
        ),
        fits=lambda form: form.case["status"] == Status.RUNNING and not _has_inquiry(form),
        fields=lambda form: tuple(_inquiring(form)),
        model=Asked,
        give=lambda cases, case, command, asked: cases.inquire(case, command, Inquiry(**dict(asked))),
    ),
    Action(
        id="end-inquiry",
        name=Name("Afslut forespørgslen", "End the inquiry"),
        done=Name("Forespørgslen er afsluttet.", "The inquiry is ended."),
        about=Name(
            "Forespørgslen slutter med de svar, der er kommet. Hvad der kommer senere, gemmes som for sent.",
            "The inquiry ends with the answers that have come. What comes later is kept as late.",
        ),
        fits=lambda form: form.case["status"] == Status.RUNNING and _has_inquiry(form),
        fields=_reason,
        model=Reasoned,
        give=lambda cases, case, command, asked: cases.end_inquiry(case, command, asked.reason),
        place=SUBJECT,
    ),
    Action(
        id="add-body",
        name=Name("Spørg et organ mere", "Ask one more body"),
        done=Name("Organet er kommet med.", "The body is asked too."),
        about=Name("Et trin spørger et organ mere.", "A step asks one more body."),
        fits=is_open,
        fields=_adding,
        model=Asking,
        give=lambda cases, case, command, asked: cases.add_body(case, command, **dict(asked)),
    ),
    Action(
        id="release-body",
        name=Name("Fritag et organ", "Release a body"),
        done=Name("Organet er fritaget.", "The body is released."),
        about=Name("Et trin venter ikke længere på et organ.", "A step no longer waits for a body."),
        fits=_can_release,
        fields=_releasing,
        model=Asking,
        give=lambda cases, case, command, asked: cases.release_body(case, command, **dict(asked)),
    ),
    Action(
        id="set-attribute",
        name=Name("Ret sagens oplysninger", "Set the case's facts"),
        done=Name("Oplysningen er sat.", "The fact is set."),
        about=Name(
            "Det, som sagens forløb spørger om. Trin, der er begyndt, beholder deres gang; åbne frister følger med.",
            "What the case's route asks about. Steps that have begun keep their course; open due dates follow.",
        ),
        fits=lambda form: is_open(form) and form.route is not None and bool(form.route.attributes),
        fields=lambda form: tuple(_setting(form)),
        model=Setting,
        give=lambda cases, case, command, asked: cases.set_attribute(case, command, **dict(asked)),
    ),
    Action(
        id="migrate",
        name=Name("Skift til en nyere version af forløbet", "Move to a newer version of the route"),
        done=Name("Sagen følger nu den nye version.", "The case now follows the new version."),
        about=Name(
            "Sagen går videre ad en nyere version af sit forløb. Det, der er sket, bliver stående.",
            "The case goes on along a newer version of its route. What has happened stands.",
        ),
        fits=lambda form: is_open(form) and bool(_newer(form)),
        fields=_migrating,
        model=Migration,
        tell=_told_of_migration,
        give=lambda cases, case, command, asked: cases.migrate(case, command, **dict(asked)),
    ),
    Action(
        id="withdraw",
        name=Name("Træk tilbage", "Withdraw"),
        done=Name("Sagen er trukket tilbage.", "The case is withdrawn."),
        about=Name(
            "Sagen slutter uden resultat, og det kan ikke gøres om. Hvem der svarer bagefter, får det at vide.",
            "The case ends without a result, and that cannot be undone. Whoever answers afterwards is told so.",
        ),
        fits=is_open,
        fields=_reason,
        model=Reasoned,
        give=lambda cases, case, command, asked: cases.withdraw(case, command, asked.reason),
        place=MORE,
    ),
)
