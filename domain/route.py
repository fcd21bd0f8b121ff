# SPDX-License-Identifier: EUPL-1.2
"""Routes: which bodies a kind of case goes through, what each is asked, and what follows (docs/reference/routes.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from domain.asks import ASKS, DECIDERS, NEGATIVE, NOT_RECORDED, OBJECTED, OUTCOMES, SUBMITTED, Meaning, Outcome
from domain.attribute_tests import AttributeTests, any_holds, read_attribute_tests
from domain.attribute_words import AttributeWords, attribute_word_faults, read_attribute_words
from domain.entry_into_force import REPLACES, EntryIntoForce, read_entry_into_force
from domain.faults import Fault, InvalidDataError, TableReader, did_you_mean, quoted, raise_faults
from domain.names import Name, read_name

REVISION = "revise"
"""The id of the step that opens when a body rejects or returns the matter; every route has it."""

INQUIRY = "inquiry"
"""The id of the step in which named bodies are asked a question on the way; every route has it."""

MODES = ("meeting", "written_procedure", "own_process")
DUES = ("none", "window", "days", "deadline", "asked", "attribute")
MEETING, WRITTEN = "meeting", "written_procedure"
OWN_ASKS = (*SUBMITTED, "receive", "revise")
"""The asks of the secretariat and the agency themselves: nobody consents to anything in them."""
SILENCES = ("stay_open", "consent", "meeting", "close")
COUNTED = tuple(meaning for meaning in Meaning if meaning != Meaning.OBJECTION)
"""What an outcome may count as; only an objection is an objection."""
COMPLETIONS = ("all", "enough", "at_due")
NOT_ENOUGH = "not_enough"
"""The result of a step in which too few have consented."""
NO_ANSWER = "no_answer"
"""The result of a step that was due before anybody had answered."""
MAJORITY = "majority"
BODIES = "bodies"
REMINDED = (BODIES, "secretariat", "leadership")
"""To whom a reminder may go."""
LONGEST_DAYS = 3650
"""The longest window or wait, and the furthest reminder from its due date."""
ENDINGS = ("completed", "approved")


@dataclass(frozen=True)
class Opening:
    """An interim outcome of another step that opens a round of this one."""

    step: str
    outcome: str


@dataclass(frozen=True)
class Reminder:
    """When it is said that bodies have not answered, and to whom."""

    days: int
    """From the step's due date, negative before it."""
    to: str = BODIES
    """`bodies`: they themselves are reminded; `secretariat` or `leadership`: that one is told who is silent."""


@dataclass(frozen=True)
class Step:
    """One step of a route."""

    id: str
    name: Name
    ask: str
    bodies: tuple[str, ...]
    group: str | None = None
    also_asks: tuple[str, ...] = ()
    """What is asked beside `ask`, each with an outcome and a result of its own."""
    decided_by: tuple[str, ...] = tuple(DECIDERS)
    """Who in a body may decide here; what another one says is kept as a recommendation."""
    asks_concerned: bool = False
    """Whether the bodies named when the case opens are asked instead of `bodies`."""
    mode: str = "own_process"
    after: tuple[str, ...] = ()
    """The steps that must be completed before this one opens."""
    opens_after_days: int | None = None
    """How many days after the last of `after` is done, or the case was opened, the step opens; None: at once."""
    opens_on: str | None = None
    """The case's attribute that holds the day on which the step opens, if `after` is done by then."""
    opened_by: Opening | None = None
    keeps_case_open: bool = False
    """Whether a round that an outcome opened is to be done although the asking step is over."""
    due: str = "none"
    due_on: str | None = None
    """The case's attribute that holds the due date, where `due` is `attribute`."""
    window_days: int | None = None
    """How long a written procedure is open, in calendar days."""
    due_days: int | None = None
    """How many days after its opening the step is due, where `due` is `days`."""
    on_silence: str = SILENCES[0]
    """What happens at the end of a written procedure's window to those who were not heard."""
    complete: str = COMPLETIONS[0]
    """Whether the step waits for `all` answers, for `enough` consents, or until it is due (`at_due`)."""
    at_least: int | str | None = None
    """How many consents are enough: a number, or `majority`; None means those of all."""
    must_have: tuple[str, ...] = ()
    """The bodies without whose consent no number is enough."""
    counts: Mapping[str, Meaning] = field(default_factory=dict)
    """What outcomes mean here where it is not what the ask says; outcomes of other asks are thereby allowed."""
    when: tuple[AttributeTests, ...] = ()
    """Tests of the case's attributes of which one must hold, or the step is skipped; without any it never is."""
    unless: tuple[AttributeTests, ...] = ()
    """Tests of which none may hold, or the step is skipped."""
    returned_to: str | None = None
    """The earlier step that is asked again first when this one is sent back; None: only this one is."""
    counts_corrections: bool = False
    """Whether a correction in the completed step changes its result; else it is late."""
    blocked_by: tuple[str, ...] = ()
    """The steps whose open material conditions keep this one from opening and from going on."""
    closes: Mapping[str, str] = field(default_factory=dict)
    """Steps that end with this one, each with the result it then gets."""
    ends_on: tuple[str, ...] = ()
    """Results of this step with which the case ends as rejected, there and then."""
    reminders: tuple[Reminder, ...] = ()
    open_to: str | None = None
    """The group whose members may join unasked."""
    starts_on: str | None = None
    """The case's attribute that holds the date before which nobody's joining or leaving takes effect."""

    @property
    def is_on_demand(self) -> bool:
        """Whether the step is opened by what happens on the way, not by the route's order."""
        return self.opened_by is not None or self.id in {REVISION, INQUIRY}

    @property
    def has_clock(self) -> bool:
        """Whether the step opens by its clock, some time after the steps before it are done."""
        return self.opens_after_days is not None or self.opens_on is not None

    @property
    def days_to_due(self) -> int | None:
        """How many days after its opening the step is due, None where that is said in another way or it is not."""
        return {"window": self.window_days, "days": self.due_days}.get(self.due)

    @property
    def bad_results(self) -> tuple[str, ...]:
        """The results without consent that the answers of this step can give."""
        counted = self.at_least is not None or bool(self.must_have)
        found = [key for key, outcome in self.outcomes.items() if outcome.meaning in NEGATIVE]
        dissent = [key for key, outcome in self.outcomes.items() if outcome.meaning == Meaning.DISSENT]
        few = [NOT_ENOUGH] if counted else dissent
        none = self.on_silence == "close" or (self.complete == "at_due" and not counted)
        return (*found, *few, *([NO_ANSWER] if none else []))

    @property
    def asks(self) -> tuple[str, ...]:
        """Everything that is asked, the main ask first."""
        return (self.ask, *self.also_asks)

    @cached_property
    def outcomes_by_ask(self) -> dict[str, dict[str, Outcome]]:
        """The outcomes that each ask allows, with what they mean here; the plain consent stands first.

        An outcome of an ask that the step does not have, allowed by `counts`, belongs to the main ask.
        """
        own = {ask: dict(ASKS[ask].outcomes) for ask in self.asks}
        known = {key for outcomes in own.values() for key in outcomes}
        own[self.ask] |= {key: OUTCOMES[key] for key in self.counts if key in OUTCOMES and key not in known}
        if self.mode in {WRITTEN, MEETING} and self.is_decided:
            own[self.ask][OBJECTED.id] = OBJECTED
        return {
            ask: {key: replace(one, meaning=self.counts.get(key, one.meaning)) for key, one in outcomes.items()}
            for ask, outcomes in own.items()
        }

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """Every outcome that this step allows, with what it means to the first ask that allows it."""
        allowed: dict[str, Outcome] = {}
        for outcomes in self.outcomes_by_ask.values():
            allowed = {**allowed, **{key: one for key, one in outcomes.items() if key not in allowed}}
        return allowed

    @property
    def is_decided(self) -> bool:
        """Whether bodies decide in the step, so that their answers are bound to a version of the papers."""
        return self.ask not in OWN_ASKS and self.id != INQUIRY

    def is_written(self, mode: str | None) -> bool:
        """Whether a round is a written procedure that is held in a mode of its own or (None) the step's."""
        return (mode or self.mode) == WRITTEN

    def outcomes_in(self, mode: str | None, ask: str) -> dict[str, Outcome]:
        """The outcomes that a round allows to an ask: only a written procedure takes an objection."""
        outcomes, takes_objection = self.outcomes_by_ask[ask], self.is_written(mode)
        return {key: one for key, one in outcomes.items() if takes_objection or one.meaning != Meaning.OBJECTION}

    def choices(self, mode: str | None, asks: Iterable[str]) -> dict[str, Outcome]:
        """What a body itself may answer to some of the asks: that minutes are silent is for their reader to say."""
        found = [self.outcomes_in(mode, ask) for ask in asks]
        return {key: one for outcomes in found for key, one in outcomes.items() if key != NOT_RECORDED}

    def is_needed(self, attributes: Mapping[str, Any]) -> bool:
        """Whether a case with these attributes goes through the step."""
        return (not self.when or any_holds(self.when, attributes)) and not any_holds(self.unless, attributes)

    def sends_back(self, result: str | None) -> bool:
        """Whether a result sends the matter back to be revised."""
        outcome = self.outcomes.get(result or "")
        return outcome is not None and outcome.meaning in NEGATIVE

    def enough(self, asked: int, left_out: int = 0) -> int:
        """How many consents of so many bodies asked are enough; those left out were not heard and are not among all."""
        if self.at_least == MAJORITY:
            return asked // 2 + 1
        if self.at_least is None and self.complete == "at_due":
            return 0
        return asked - left_out if self.at_least is None else int(self.at_least)


_INQUIRY_STEP = Step(
    INQUIRY,
    Name("Forespørgsel", "Inquiry"),
    ask="comment",
    bodies=(),
    due="asked",
    reminders=(Reminder(-7), Reminder(-1)),
)


@dataclass(frozen=True)
class Ending:
    """How a case ends that came to the end of its route."""

    status: str
    result_of: tuple[str, ...]
    """The steps whose result is the case's: of the last of them that the case has gone through."""
    rejected_by: tuple[str, ...] = ()
    """The results with which the case ends as rejected."""
    blocked_by: tuple[str, ...] = ()
    """The steps whose open material conditions keep the case from ending."""


@dataclass(frozen=True)
class Route:
    """A kind of case: its steps in order."""

    id: str
    version: int
    name: Name
    source: str
    """The papers' own words that the route follows, in Danish."""
    binds: str | None
    """The step that the case's deadline binds."""
    steps: tuple[Step, ...]
    revision: Step
    ending: Ending
    entry: EntryIntoForce | None
    """What the case brings into force, if anything."""
    text: str
    words: tuple[AttributeWords, ...] = ()
    """What the attributes are called that the route asks about."""
    inquiry: Step = _INQUIRY_STEP

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """The route's own steps in order, then the engine's, which open when something happens on the way."""
        return (*self.steps, self.inquiry, self.revision)

    def step(self, step_id: str) -> Step:
        """The step with an id, the engine's own included; raises KeyError if there is none."""
        found = next((s for s in self.all_steps if s.id == step_id), None)
        if found is None:
            raise KeyError(step_id)
        return found

    @cached_property
    def clock_attributes(self) -> tuple[str, ...]:
        """The case's attributes that hold dates of its process: what steps are due or open on, and its entry's day."""
        named = [name for step in self.steps for name in (step.due_on, step.opens_on)]
        return tuple(dict.fromkeys(name for name in (*named, self.entry and self.entry.on) if name))

    @cached_property
    def dated_attributes(self) -> tuple[str, ...]:
        """Every attribute of the case that holds a date: those of its clocks, and on which a scheme's term starts."""
        starts = [step.starts_on for step in self.steps if step.starts_on]
        return tuple(dict.fromkeys((*self.clock_attributes, *starts)))

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute of a case that the route asks about."""
        tests = [test for step in self.steps for all_of in (*step.when, *step.unless) for test in all_of.tests]
        tested = [test.attribute for test in tests]
        return tuple(dict.fromkeys((*tested, *self.dated_attributes, *([REPLACES] if self.entry else []))))

    def words_of(self, attribute: str) -> AttributeWords:
        """What an attribute is called; one that the route has no words for is called by its id."""
        plain = attribute.replace("_", " ").capitalize()
        found = (words for words in self.words if words.id == attribute)
        return next(found, AttributeWords(attribute, Name(plain, plain)))

    def way_back(self, step: Step) -> tuple[Step, ...]:
        """The steps to be asked again when `step` is sent back, in the route's order, itself the last."""
        if step.returned_to is None:
            return (step,)
        before = self.before(step.id)
        return tuple(s for s in self.steps if s.id == step.id or (s.id in before and self._leads(step.returned_to, s)))

    def _leads(self, earlier: str, step: Step) -> bool:
        return step.id == earlier or earlier in self.before(step.id)

    def asker_in_order(self, step: Step) -> Step | None:
        """The step of the route's order that `step` belongs to: itself, or the one whose outcomes lead to it.

        None if steps that open one another are never opened from the route's order.
        """
        seen = set[str]()
        while step.opened_by is not None:
            if step.id in seen:
                return None
            seen.add(step.id)
            step = self.step(step.opened_by.step)
        return step

    def before(self, step_id: str) -> set[str]:
        """Every step that must be completed before another, over however many in between."""
        after = {step.id: step.after for step in self.steps}
        reached, queue = set[str](), list(after.get(step_id, ()))
        while queue:
            reached.add(queue[0])
            queue += [s for s in after.get(queue.pop(0), ()) if s not in reached]
        return reached

    @classmethod
    def parse(
        cls,
        text: str,
        file: str,
        known_bodies: Collection[str] | None = None,
        known_groups: Collection[str] | None = None,
    ) -> Route:
        """Read a route file's text; raises `InvalidDataError` with every fault.

        Bodies and groups are checked against the known ones where these are given.
        """
        faults: list[Fault] = []
        table = TableReader.of_text(text, file, faults, holds="a route's id, version, name, source, steps and ending")
        if table is None:
            raise InvalidDataError(faults)
        route = _read_route(table, text)
        _check_references(route, file, faults)
        _check_known(route, file, faults, known_bodies, known_groups)
        raise_faults(faults)
        return route


@lru_cache(maxsize=256)
def parse_route(text: str) -> Route:
    """The route of a text that was checked before, as a case's first event carries it."""
    return Route.parse(text, "route")


def _read_route(table: TableReader, text: str) -> Route:
    route_id, version = table.identifier("id"), table.number("version", minimum=1)
    name, source = read_name(table.table("name")), table.text("source")
    binds = table.optional_text("binds")
    steps = tuple(_read_step(step) for step in table.tables("steps"))
    revision = _read_revision(table.optional_text("revised_by") or "secretariat")
    ending = _read_ending(table.table("ending"))
    entry, words = read_entry_into_force(table), read_attribute_words(table)
    table.done()
    return Route(route_id, version, name, source, binds, steps, revision, ending, entry, text, words)


def _read_step(table: TableReader) -> Step:
    mode = table.one_of("mode", MODES)
    step = Step(
        id=table.identifier("id"),
        name=read_name(table.table("name")),
        ask=table.one_of("ask", tuple(ASKS)),
        also_asks=table.optional_some_of("also_asks", tuple(ASKS)),
        decided_by=table.optional_some_of("decided_by", tuple(DECIDERS)) or tuple(DECIDERS),
        bodies=table.optional_texts("bodies") or (),
        group=table.optional_text("group"),
        asks_concerned=table.flag("asks_concerned"),
        mode=mode,
        after=table.optional_texts("after") or (),
        opens_after_days=table.optional_number("opens_after_days", minimum=1, maximum=LONGEST_DAYS),
        opens_on=table.optional_text("opens_on"),
        opened_by=_read_opening(table),
        keeps_case_open=table.flag("keeps_case_open"),
        due=table.optional_one_of("due", DUES) or ("window" if mode == WRITTEN else "none"),
        due_on=table.optional_text("due_on"),
        window_days=table.optional_number("window_days", minimum=1, maximum=LONGEST_DAYS),
        due_days=table.optional_number("due_days", minimum=1, maximum=LONGEST_DAYS),
        on_silence=table.optional_one_of("on_silence", SILENCES) or SILENCES[0],
        complete=table.optional_one_of("complete", COMPLETIONS) or COMPLETIONS[0],
        at_least=_read_at_least(table),
        must_have=table.optional_texts("must_have") or (),
        counts=_read_counts(table),
        when=read_attribute_tests(table, "when"),
        unless=read_attribute_tests(table, "unless"),
        returned_to=table.optional_text("returned_to"),
        counts_corrections=table.flag("counts_corrections"),
        blocked_by=table.optional_texts("blocked_by") or (),
        closes=_read_closes(table),
        ends_on=table.optional_texts("ends_on") or (),
        reminders=tuple(_read_reminder(r) for r in table.optional_tables("reminders") or ()),
        open_to=table.optional_text("open_to"),
        starts_on=table.optional_text("starts_on"),
    )
    _check_step(step, table)
    _check_silence(step, table)
    table.done()
    return step


def _check_step(step: Step, table: TableReader) -> None:
    if step.ask in step.also_asks:
        table.fault("also_asks", f"repeats the main ask {quoted(step.ask)}", "remove it there")
    if table.has("bodies") == table.has("group"):
        table.fault("bodies", "does not say who is asked in one way", "write either bodies = […] or group = …")
    if (step.due == "window") != (step.window_days is not None):
        table.fault(
            "window_days", "does not fit the step's due", 'write window_days with due = "window" and only there'
        )
    if (step.due == "days") != (step.due_days is not None):
        table.fault("due_days", "does not fit the step's due", 'write due_days with due = "days" and only there')
    if (step.due == "attribute") != (step.due_on is not None):
        table.fault("due_on", "does not fit the step's due", 'write it where due = "attribute" and only there')
    if step.complete == "at_due" and step.due == "none":
        table.fault("complete", 'is "at_due" in a step without a due date', "write due, or another completion")
    if step.complete == "enough" and step.at_least is None:
        table.fault("at_least", 'is missing beside complete = "enough"', "write how many consents are enough")
    if step.due == "asked" and step.opened_by is None:
        table.fault("due", 'is "asked" in a step that no outcome opens', "write opened_by, or another due")
    if step.reminders and step.due == "none":
        table.fault("reminders", "cannot be counted from a step without a due date", "write due, or remove reminders")
    _check_opening(step, table)


def _check_opening(step: Step, table: TableReader) -> None:
    if step.opened_by and step.after:
        table.fault("after", "stands beside opened_by", "remove one of the two")
    if step.opens_on is not None and step.opens_after_days is not None:
        table.fault("opens_on", "stands beside opens_after_days", "remove one of the two")
    if step.opened_by and step.has_clock:
        key = "opens_on" if step.opens_on is not None else "opens_after_days"
        table.fault(key, "stands beside opened_by", "remove one of the two")
    if step.keeps_case_open and step.opened_by is None:
        table.fault("keeps_case_open", "stands in a step that no outcome opens", "write opened_by, or remove it")
    _check_joining(step, table)


def _check_joining(step: Step, table: TableReader) -> None:
    for key in ("open_to", "starts_on"):
        if getattr(step, key) and step.ask != "join":
            table.fault(key, "stands in a step that nobody joins", 'write ask = "join", or remove it')


def _check_silence(step: Step, table: TableReader) -> None:
    if step.on_silence == SILENCES[0]:
        return
    if step.mode != WRITTEN or step.due == "none" or not step.is_decided:
        what = f"is {quoted(step.on_silence)} where no written procedure ends"
        mend = f'write mode = "{WRITTEN}" with a due date and an ask that bodies decide, or "{SILENCES[0]}"'
        table.fault("on_silence", what, mend)
    if step.complete == "at_due":
        table.fault("on_silence", 'stands beside complete = "at_due"', "remove one of the two")


def _read_at_least(table: TableReader) -> int | str | None:
    """A whole number, or the text `majority`."""
    if table.is_text("at_least"):
        return table.one_of("at_least", (MAJORITY,))
    return table.optional_number("at_least", minimum=1)


def _read_counts(table: TableReader) -> dict[str, Meaning]:
    """Outcomes with what each means in this step."""
    inner = table.optional_table("counts")
    if inner is None:
        return {}
    read = {key: inner.optional_one_of(key, COUNTED) for key in OUTCOMES if inner.has(key)}
    inner.done()
    return {key: meaning for key, meaning in read.items() if meaning}


def _read_opening(table: TableReader) -> Opening | None:
    inner = table.optional_table("opened_by")
    if inner is None:
        return None
    opening = Opening(inner.text("step"), inner.text("outcome"))
    inner.done()
    return opening


def _read_closes(table: TableReader) -> dict[str, str]:
    return dict(_read_closing(inner) for inner in table.optional_tables("closes") or ())


def _read_closing(table: TableReader) -> tuple[str, str]:
    closing = table.text("step"), table.text("result")
    table.done()
    return closing


def _read_reminder(table: TableReader) -> Reminder:
    before = table.optional_number("days_before_due", maximum=LONGEST_DAYS)
    after = table.optional_number("days_after_due", minimum=1, maximum=LONGEST_DAYS)
    said = [table.flag("at_due"), table.has("days_before_due"), table.has("days_after_due")]
    if said.count(True) != 1:
        mend = "write one of days_before_due, at_due = true and days_after_due"
        table.fault("days_before_due", "does not say one day", mend)
    to = table.optional_one_of("to", REMINDED) or BODIES
    table.done()
    return Reminder(-before if before is not None else after or 0, to)


def _read_revision(body: str) -> Step:
    return Step(REVISION, Name("Tilretning", "Revision"), ask="revise", bodies=(body,))


def _read_ending(table: TableReader) -> Ending:
    status = table.one_of("status", ENDINGS)
    result_of = (table.text("result_of"),) if table.is_text("result_of") else table.texts("result_of")
    rejected_by, blocked_by = table.optional_texts("rejected_by") or (), table.optional_texts("blocked_by") or ()
    ending = Ending(status, result_of, rejected_by, blocked_by)
    table.done()
    return ending


def _check_references(route: Route, file: str, faults: list[Fault]) -> None:
    ids = [step.id for step in route.steps]
    twice = dict.fromkeys(i for i in ids if ids.count(i) > 1)
    faults += [Fault(file, f"steps[{i}].id", "stands twice", "give each step an id of its own") for i in twice]
    for own in (i for i in (REVISION, INQUIRY) if i in ids):
        faults.append(Fault(file, f"steps[{own}].id", "is the name of the engine's own step", "choose another id"))
    faults += [
        Fault(file, f"steps[{step.id}].closes.step", "closes itself", "name the steps that end with this one")
        for step in route.steps
        if step.id in step.closes
    ]
    for key, named in _references(route):
        if named not in ids:
            faults.append(Fault(file, key, f"names the unknown step {quoted(named)}", did_you_mean(named, ids)))
    _check_openings(route, file, faults)
    _check_ends(route, file, faults)
    _check_order(route, file, faults)
    faults += attribute_word_faults(route.words, route.attributes, file)


def _references(route: Route) -> list[tuple[str, str]]:
    found = [("ending.result_of", step) for step in route.ending.result_of]
    found += [("ending.blocked_by", step) for step in route.ending.blocked_by]
    found += [("binds", route.binds)] if route.binds else []
    found += [("entry_into_force.provided", step) for step in route.entry.provided] if route.entry else []
    for step in route.steps:
        at = f"steps[{step.id}]"
        found += [(f"{at}.after", named) for named in step.after]
        found += [(f"{at}.blocked_by", named) for named in step.blocked_by]
        found += [(f"{at}.closes.step", named) for named in step.closes]
        found += [(f"{at}.opened_by.step", step.opened_by.step)] if step.opened_by else []
    return found


def _check_openings(route: Route, file: str, faults: list[Fault]) -> None:
    """A step is opened by an interim outcome, since a final one would end the step that is to open it."""
    asked = {step.id: step for step in route.steps}
    for step in route.steps:
        opening = step.opened_by
        if opening is None or opening.step not in asked:
            continue
        outcomes = asked[opening.step].outcomes
        interim = [key for key, outcome in outcomes.items() if outcome.meaning == Meaning.INTERIM]
        if opening.outcome not in interim:
            known = "the final" if opening.outcome in outcomes else "the unknown"
            what = f"names {known} outcome {quoted(opening.outcome)}"
            faults.append(
                Fault(file, f"steps[{step.id}].opened_by.outcome", what, did_you_mean(opening.outcome, interim))
            )


def _check_ends(route: Route, file: str, faults: list[Fault]) -> None:
    """A case ends early only with a result without consent that its step can have, by its answers or another's end."""
    for step in route.steps:
        closed = [other.closes[step.id] for other in route.steps if step.id in other.closes]
        known = (*step.bad_results, *closed)
        for result in step.ends_on:
            if result not in known:
                consents = result in step.outcomes
                what = f"names {quoted(result)}, {'which is a consent' if consents else 'which the step cannot have'}"
                faults.append(Fault(file, f"steps[{step.id}].ends_on", what, did_you_mean(result, known)))


def _check_order(route: Route, file: str, faults: list[Fault]) -> None:
    """A step that waits for itself, over however many others, could never open; back goes only to an earlier one."""
    for step in route.steps:
        before = route.before(step.id)
        if step.id in before:
            faults.append(Fault(file, f"steps[{step.id}].after", "waits for the step itself", "break the circle"))
        if step.returned_to is not None and step.returned_to not in before:
            what = f"names {quoted(step.returned_to)}, which does not come before it"
            faults.append(Fault(file, f"steps[{step.id}].returned_to", what, did_you_mean(step.returned_to, before)))


def _check_known(
    route: Route,
    file: str,
    faults: list[Fault],
    bodies: Collection[str] | None,
    groups: Collection[str] | None,
) -> None:
    for step in (*route.steps, route.revision):
        key = "revised_by" if step.id == REVISION else f"steps[{step.id}].bodies"
        faults += _unknown(file, key, "body", step.bodies, bodies)
        for group in ("group", "open_to"):
            named = getattr(step, group)
            faults += _unknown(file, f"steps[{step.id}].{group}", "group", (named,) if named else (), groups)


def _unknown(file: str, key: str, kind: str, named: tuple[str, ...], known: Collection[str] | None) -> Iterator[Fault]:
    for name in named:
        if known is not None and name not in known:
            yield Fault(file, key, f"names the unknown {kind} {quoted(name)}", did_you_mean(name, known))
