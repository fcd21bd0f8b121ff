# SPDX-License-Identifier: EUPL-1.2
"""The form for an answer that a body told by other means, or that puts an earlier one right."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain import answering
from domain.additions import ON_CONDITION
from domain.answering import Reply
from domain.asks import ASKS, DECIDERS, OUTCOMES, Meaning
from domain.cases import Cases, Taken
from domain.commands import Command
from domain.minutes import MAX_ENTRIES, MAX_ITEM, MAX_LINE, MAX_WORDS, MINUTES_FIELDS
from domain.names import Name
from domain.participation import JOIN, takes_part
from domain.route import Step
from projections.documents import Document
from projections.phrases import SUPPORTS
from web import words
from web.action import MAIN, Action, Form, is_not_withdrawn, name_of_step
from web.added_fields import condition_fields, said_again, task_fields
from web.additions import facts_of
from web.commands import DELAYED, Told
from web.fields import Choice, Field, Values, entries_of, maybe
from web.reading import MAX_TEXT

SECRETARIAT_SOURCES = {source: words.SOURCES[source] for source in answering.SECRETARIAT_SOURCES}
OWN_ASKS = frozenset({"submit", "revise"})
"""What the secretariat answers by actions of their own."""

_OF_THE_OUTCOME = ("to", "bodies_due", "effective_on", "persons", "points")
_OF_ANY_OUTCOME = ("version", *(fact for fact in MINUTES_FIELDS if fact not in _OF_THE_OUTCOME))
_LATE = Name("Når ikke fristen (forsinket)", "Will not make the date (delayed)")
_MINUTES = Name("Fra referatet", "From the minutes")
_DISSENT = Name("Hvem der stemte imod", "Who voted against")
_MORE = Name("Reference, kilde og version", "Reference, source and version")


def _fields(form: Form) -> Sequence[Field]:
    """Step and body first; once they are known, what this body may answer there."""
    steps = tuple((s["id"], name_of_step(s)) for s in form.case["steps"] if s["ask"] not in OWN_ASKS)
    step = form.step
    if step is None or step["ask"] in OWN_ASKS:
        return (Field("step", Name("Trin", "Step"), "choice", choices=steps, leads=True),)
    where = Field("step", Name("Trin", "Step"), "fixed", choices=((step["id"], name_of_step(step)),))
    bodies = form.body_choices(_asked(form, step))
    chosen = bodies if len(bodies) == 1 else tuple(one for one in bodies if one[0] == form.values.get("body"))
    if not chosen:
        return (where, Field("body", Name("Organ", "Body"), "choice", choices=bodies, leads=True))
    who = Field("body", Name("Organ", "Body"), "fixed", choices=chosen)
    return (where, who, *_reply(form, step, _earlier(step, chosen[0][0])))


def _reply(form: Form, step: Document, earlier: Document | None) -> Iterator[Field]:
    corrected = _corrected(form, step, earlier)
    if corrected is not None:
        said = OUTCOMES[corrected["outcome"]].name if corrected["outcome"] in OUTCOMES else Name("", "")
        label = Name("Retter svaret", "Corrects the answer")
        yield Field("corrects", label, "fixed", choices=((corrected["message_id"], said),))
    yield from _outcomes(form, step, earlier, is_correction=corrected is not None)
    yield _day(form, "decided_on", Name("Besluttet den", "Decided on"), value=form.today)
    deciders = tuple(DECIDERS.items())
    yield Field("decided_by", Name("Besluttet af", "Decided by"), "choice", required=False, choices=deciders)
    if corrected is None:
        hint = Name("Kun ved forsinkelse eller udsættelse", "Only with a delay or postponement")
        yield Field("expected_on", Name("Ventes den", "Expected on"), "date", required=False, hint=hint)
    if step["ask"] == "receive":
        yield from _agency(form)
    if step["ask"] == JOIN:
        hint = Name("Uden dato gælder beslutningens dag.", "Without a date the day of the decision holds.")
        label = Name("Med virkning fra", "Takes effect on")
        yield Field("effective_on", label, "date", required=False, hint=hint)
    yield Field("remark", Name("Bemærkning", "Remark"), "text", required=False, most=MAX_TEXT)
    if any(ON_CONDITION in _allowed(form, step, ask) for ask in (step["ask"], *step["also_asks"])):
        yield from condition_fields(form)
    yield from task_fields(form)
    yield from _minutes(form, step)
    yield from _details(form)


def _outcomes(form: Form, step: Document, earlier: Document | None, *, is_correction: bool) -> Iterator[Field]:
    """One choice for each ask that is not settled, the first of which must be made."""
    asks = [step["ask"], *step["also_asks"]]
    is_begun = earlier is not None and not is_correction and earlier["state"] != "answered"
    missing = [ask for ask in asks if not (is_begun and earlier and _is_settled(form, step, ask, earlier))] or asks
    first, *others = missing
    delay = () if is_correction else ((DELAYED, _LATE),)
    label = Name("Svar", "Answer")
    yield Field(
        "outcome",
        _of_ask(label, first) if len(asks) > 1 else label,
        "choice",
        choices=(*_names(form, step, first), *delay),
    )
    if len(asks) > 1:
        yield Field("ask", Name("Svarer på", "Answers"), "fixed", choices=((first, ASKS[first].name),))
    for ask in others:
        yield Field(f"also.{ask}", _of_ask(label, ask), "choice", required=False, choices=_names(form, step, ask))


def _agency(form: Form) -> Iterator[Field]:
    asked, decided = Name("Kun ved spørgsmål", "Only with questions"), Name("Kun ved afgørelse", "Only when decided")
    supports = tuple((str(value).lower(), name) for value, name in SUPPORTS.items())
    yield Field("supports", Name("Bakker op", "Supports it"), "choice", required=False, hint=decided, choices=supports)
    yield Field("due", Name("Spørgsmål besvares senest", "Questions due on"), "date", required=False, hint=asked)
    group = Name("Giv spørgsmål videre til organer", "Pass questions on to bodies")
    label = Name("Organer, der skal svare", "Bodies that are to answer")
    yield Field("to", label, "checks", required=False, choices=form.body_choices(), group=group)
    label = Name("Organerne svarer senest", "The bodies answer by")
    yield Field("bodies_due", label, "date", required=False, group=group)


def _minutes(form: Form, step: Document) -> Iterator[Field]:
    asks = {step["ask"], *step["also_asks"]}
    yield _day(form, "meeting_on", Name("Mødets dato", "The meeting's date"), group=_MINUTES)
    rest: dict[str, Any] = {"group": _MINUTES}
    yield maybe("agenda_item", Name("Punkt nummer", "Item number"), most=MAX_ITEM, **rest)
    yield maybe("wording", Name("Referatets ord", "The minutes' words"), "text", most=MAX_WORDS, **rest)
    yield maybe("protocol", Name("Protokol", "Protocol"), most=MAX_LINE, **rest)
    yield maybe("reservation", Name("Forbehold", "Reservation"), "text", most=MAX_WORDS, **rest)
    hint = Name("Én på hver linje", "One a line")
    label = Name("Udpegede eller underskrivere", "Who was appointed, or signed")
    if asks & {"appoint", "sign"}:
        yield maybe("persons", label, "lines", most=MAX_TEXT, hint=hint, **rest)
    if "discuss" in asks:
        yield maybe(
            "points", Name("Punkter, der blev drøftet", "Points discussed"), "lines", most=MAX_TEXT, hint=hint, **rest
        )
    yield from entries_of("dissent", Name("Imod", "Against"), form.values, MAX_ENTRIES, _dissenter)


def _dissenter(at: str) -> Iterator[Field]:
    yield maybe(f"{at}who", Name("Hvem stemte imod", "Who voted against"), most=MAX_LINE, group=_DISSENT)
    yield maybe(f"{at}text", Name("Med disse ord", "In these words"), "text", most=MAX_WORDS, group=_DISSENT)


def _details(form: Form) -> Iterator[Field]:
    yield Field("reference", Name("Organets reference", "The body's reference"), required=False, group=_MORE)
    sources = tuple(SECRETARIAT_SOURCES.items())
    yield Field("source", Name("Kilde", "Source"), "choice", required=False, choices=sources, group=_MORE)
    papers = tuple(
        (str(p["number"]), Name(f"{p['number']}: {p['name']}", f"{p['number']}: {p['name']}"))
        for p in form.case["papers"]
    )
    if papers:
        label = Name("Svaret gælder version", "The answer is about version")
        yield Field("version", label, "choice", required=False, choices=papers, of_number=True, group=_MORE)


def _filled(form: Form) -> Values:
    """What was filled in; beside a correction that was not seen before, what the answer said already."""
    step = form.step
    earlier = _earlier(step, form.values.get("body", "")) if step else None
    if step is None or earlier is None or _corrected(form, step, earlier) is None or "corrects" in form.values:
        return form.values
    same = form.values.get("outcome") in {None, earlier["outcome"]}
    return {**_said_before(form.case, earlier, same=same), **form.values}


def _said_before(case: Document, earlier: Document, *, same: bool) -> dict[str, str]:
    """What a correction says again, as fields: what it leaves out would be withdrawn.

    It is the version, the tasks, what was said to further asks and what the minutes tell, and of the same outcome its
    conditions, whom questions went to, and from when it holds.
    """
    first = ("outcome", "decided_on", "decided_by", "remark", "reference", "due") if same else ("remark", "reference")
    facts = {name: earlier[name] for name in (*first, *_OF_ANY_OUTCOME, *(_OF_THE_OUTCOME if same else ()))}
    facts |= {f"also.{ask}": outcome for ask, outcome in earlier["also"].items()}
    if same and earlier["supports"] is not None:
        facts["supports"] = str(earlier["supports"]).lower()
    lists = {
        "conditions": said_again(case["conditions"], earlier["conditions"] if same else ()),
        "tasks": said_again(case["tasks"], earlier["tasks"]),
        "dissent": facts.pop("dissent") or (),
    }
    return {name: _written(value) for name, value in facts.items() if value} | dict(_listed(lists))


def _listed(lists: Mapping[str, Collection[Mapping[str, Any]]]) -> Iterator[tuple[str, str]]:
    for name, entries in lists.items():
        for place, entry in enumerate(entries):
            yield from ((f"{name}.{place}.{fact}", str(value)) for fact, value in entry.items() if value)


def _written(value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _record(cases: Cases, case: UUID, command: Command, told: Told) -> Taken:
    facts = facts_of(told, leave_out="body")
    source, reply = facts.pop("source"), Reply(**facts)
    method = cases.delay if told.outcome == DELAYED else cases.correct if told.corrects else cases.answer
    return method(case, command, told.body, reply, source)


def _asked(form: Form, step: Document) -> list[str]:
    """The bodies that may answer in a step: those that it asks, and those that may join unasked."""
    known = _known(form, step)
    group = form.shared.organisation.groups.get(known.open_to or "") if known else None
    joining = group.members_on(form.shared.today()) if group else ()
    return [*(a["body"] for a in step["answers"] if a["state"] != "released"), *joining]


def _earlier(step: Document, body: str) -> Document | None:
    return next((answer for answer in step["answers"] if answer["body"] == body), None)


def _corrected(form: Form, step: Document, earlier: Document | None) -> Document | None:
    """The answer that this one puts right: who joined and now leaves, or the other way round, says something new."""
    if earlier is None or earlier["state"] != "answered":
        return None
    known, outcome = _known(form, step), form.values.get("outcome")
    is_change = step["ask"] == JOIN and known is not None and outcome is not None
    return (
        None if is_change and known and takes_part(known, outcome) != takes_part(known, earlier["outcome"]) else earlier
    )


def _is_settled(form: Form, step: Document, ask: str, earlier: Document) -> bool:
    outcome = earlier["outcome"] if ask == step["ask"] else earlier["also"].get(ask)
    found = _allowed(form, step, ask).get(outcome or "")
    return found is not None and found.meaning != Meaning.INTERIM


def _names(form: Form, step: Document, ask: str) -> tuple[Choice, ...]:
    return tuple((key, outcome.name) for key, outcome in _allowed(form, step, ask).items())


def _allowed(form: Form, step: Document, ask: str) -> Mapping[str, Any]:
    """What an ask of the step allows, and what else its route does."""
    known = _known(form, step)
    return known.outcomes_in(step["mode"], ask) if known and ask in known.asks else ASKS[ask].outcomes


def _known(form: Form, step: Document) -> Step | None:
    route = form.route
    return next((s for s in route.all_steps if s.id == step["id"]), None) if route else None


def _of_ask(label: Name, ask: str) -> Name:
    return Name(f"{label.da}: {ASKS[ask].name.da}", f"{label.en}: {ASKS[ask].name.en}")


def _day(form: Form, name: str, label: Name, value: str = "", group: Name | None = None) -> Field:
    return Field(name, label, "date", required=False, value=value, latest=form.today, group=group)


ANSWER = Action(
    id="answer",
    name=Name("Registrér et svar", "Record an answer"),
    done=Name("Svaret er registreret.", "The answer is recorded."),
    about=Name(
        "Et svar, som er kommet på mail, telefon eller i et referat. Et forkert svar rettes; det slettes ikke.",
        "An answer that came by mail, telephone or minutes. A wrong answer is corrected; it is not deleted.",
    ),
    fits=is_not_withdrawn,
    fields=lambda form: tuple(_fields(form)),
    filled=_filled,
    model=Told,
    give=_record,
    place=MAIN,
)
