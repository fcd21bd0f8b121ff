# SPDX-License-Identifier: EUPL-1.2
"""A case's whole file as a document to be set: what it is, every answer, what was added, papers, plan and timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.asks import result_name
from domain.dates import danish_date
from domain.names import Name
from domain.organisation import Organisation
from domain.planning import Standing
from projections.documents import Document
from projections.plans import STANDINGS
from web import words
from web.rendering import said, written_day, written_moment
from web.standing import name_in

Cell = str | list[str]
"""A cell's text, or its lines."""

_ANSWER_HEAD = (
    Name("Organ", "Body"),
    Name("Svar", "Answer"),
    Name("Besluttet", "Decided"),
    Name("Bemærkninger", "Remarks"),
)
_ADDED_HEAD = (
    Name("Nr.", "No."),
    Name("Tilstand", "State"),
    Name("Hvad", "What"),
    Name("Organ", "Body"),
    Name("Senest", "By"),
)
_DECISION_HEAD = (
    Name("Nr.", "No."),
    Name("Besluttet", "Decided"),
    Name("Organ", "Body"),
    Name("Hvad", "What"),
)
_PLAN_HEAD = (
    Name("Trin", "Step"),
    Name("Papirer inde senest", "Papers in by"),
    Name("Senest", "At the latest"),
    Name("Ventes", "Expected"),
)


@dataclass(frozen=True)
class Pen:
    """Writes in one language, and knows what the bodies are called."""

    language: str
    called: Callable[[str], Name]

    @classmethod
    def of(cls, language: str, organisation: Organisation, moment: datetime) -> Pen:
        """One that knows the bodies of an organisation by the names that they had at a moment (aware)."""
        return cls(language, lambda body: name_in(organisation, body, danish_date(moment)))

    def say(self, name: Name | Document) -> str:
        """A name."""
        return said(name, self.language)

    def both(self, danish: str, english: str) -> str:
        """A text that stands in both languages."""
        return said(Name(danish, english), self.language)

    def body(self, body: str) -> str:
        """What a body is called."""
        return self.say(self.called(body))

    def bodies(self, bodies: Iterable[str]) -> str:
        """Several, with commas."""
        return ", ".join(self.body(body) for body in bodies)

    def day(self, value: date | datetime | str | None) -> str:
        """A date as people write it, empty for none."""
        return written_day(value, self.language)

    def moment(self, value: datetime | str | None) -> str:
        """An instant in Danish time, empty for none."""
        return written_moment(value, self.language)

    def heads(self, names: Iterable[Name]) -> list[str]:
        """The heads of a table's columns."""
        return [self.say(name) for name in names]

    def labelled(self, *pairs: tuple[str, str, str | int | None]) -> list[str]:
        """`Label: text` for each label, Danish and English, that has a text."""
        return [f"{self.both(da, en)}: {text}" for da, en, text in pairs if text not in {None, ""}]


def case_on_paper(pen: Pen, owner: Name, found: Document, moment: datetime) -> Document:
    """The document of a case as it stood at `moment` (aware), of the organisation `owner`; see `web.typesetting`.

    `found` holds the `case`, its `timeline`, and its `plan` or None.
    """
    case = found["case"]
    stood = pen.both("Sagen, som den stod", "The case as it stood")
    return {
        "language": pen.language,
        "title": case["title"],
        "author": f"Sagsgang · {pen.say(owner)}",
        "running": case["reference"] or case["id"],
        "stamp": f"{stood} {pen.moment(moment)}",
        "page": pen.both("Side {page} af {pages}", "Page {page} of {pages}"),
        "sections": [
            _section(pen.both("Sagen", "The case"), [_facts(pen, case)]),
            _section(pen.both("Trin og svar", "Steps and answers"), []),
            *(_step(pen, case, step, shown) for step in case["steps"] for shown in (*step["earlier"], step)),
            *_additions(pen, case),
            _section(pen.both("Bilag", "Papers"), [_papers(pen, case)]),
            *_plan(pen, found["plan"]),
            _section(pen.both("Hvad der er sket", "What has happened"), [_timeline(pen, found["timeline"])]),
        ],
    }


def _section(title: str, blocks: list[Document], level: int = 1) -> Document:
    return {"title": title, "level": level, "blocks": blocks}


def _table(head: Sequence[str], columns: Sequence[int], rows: Iterable[Sequence[Cell]]) -> Document:
    return {"kind": "table", "head": list(head), "columns": list(columns), "rows": [list(row) for row in rows]}


def _text(text: str) -> Document:
    return {"kind": "text", "text": text}


def _facts(pen: Pen, case: Document) -> Document:
    """What the case is and how it stands."""
    status = pen.say(words.STATUSES[case["status"]])
    route = f"{pen.say(case['route']['name'])}, {pen.both('version', 'version')} {case['route']['version']}"
    entry, result = case["entry_into_force"] or {}, case["result"] or case["outcome_so_far"]
    rows = [
        ("Status", "Status", f"{status}, {pen.say(words.OVERDUE).lower()}" if case["overdue"] else status),
        ("Resultat", "Result", pen.say(result_name(result)) if case["closed_at"] and result else ""),
        ("Venter på", "Waiting for", pen.bodies(case["waiting_for"])),
        ("Næste frist", "Next due", pen.day(case["next_due"]) if not case["closed_at"] else ""),
        ("Sagens frist", "Deadline", pen.day(case["deadline"])),
        ("Forløb", "Route", route),
        ("Reference", "Reference", case["reference"]),
        ("Åbnet", "Opened", pen.moment(case["opened_at"])),
        ("Sat i bero", "Suspended", pen.moment(case["suspended_at"])),
        ("Afsluttet", "Closed", pen.moment(case["closed_at"])),
        ("Trådt i kraft", "In force since", pen.day(entry.get("on"))),
        ("Ventes i kraft", "Expected in force", pen.day(entry.get("expected_on")) if not entry.get("on") else ""),
        ("Erstatter", "Replaces", (case["replaces"] or {}).get("text")),
        ("Sagens id", "Case id", case["id"]),
        ("Hændelser", "Events", str(case["version"])),
    ]
    return {"kind": "facts", "rows": [[pen.both(da, en), value] for da, en, value in rows if value]}


def _step(pen: Pen, case: Document, step: Document, shown: Document) -> Document:
    """One round of a step with everybody's answer."""
    several = step["round"] > 1
    title = pen.say(step["name"]) + (f" ({pen.both('runde', 'round')} {shown['round']})" if several else "")
    rows = [_answer(pen, case, shown, answer) for answer in shown["answers"]]
    table = [_table(pen.heads(_ANSWER_HEAD), (4, 4, 4, 7), rows)] if rows else []
    return _section(title, [_text(_state(pen, case, shown)), *table], 2)


def _state(pen: Pen, case: Document, shown: Document) -> str:
    """How a step stands, in one line."""
    _, state = words.step_state(shown["state"], case["status"])
    results = [shown["result"], *(r for ask, r in shown["results"].items() if r and ask != shown["ask"])]
    parts = [
        pen.say(state),
        *(pen.say(result_name(result)) for result in results if result),
        *pen.labelled(
            ("Åbnet", "Opened", pen.day(shown["opened_at"])),
            ("Åbner", "Opens", pen.day(shown["opens_on"])),
            ("Frist", "Due", pen.day(shown["due"])),
            ("Gennemført", "Completed", pen.day(shown["completed_at"])),
            ("Spørgsmål", "Question", shown["question"]),
        ),
    ]
    if shown["skipped_because"] in words.SKIPPED_BECAUSE:
        parts.append(pen.say(words.SKIPPED_BECAUSE[shown["skipped_because"]]))
    return " · ".join(parts)


def _answer(pen: Pen, case: Document, shown: Document, answer: Document) -> list[Cell]:
    """A row of a step's table."""
    stepped, _ = words.step_state(shown["state"], case["status"])
    state = words.answer_state(answer["state"], stepped)
    lines = _said(pen, answer) or ([pen.say(state)] if state else [])
    recommended = answer["recommendation"]
    remarks = [*_remarks(pen, answer), *_hanging(pen, answer)]
    if recommended:
        remarks += [f"{pen.both('Anbefaling', 'Recommendation')}: {', '.join(_said(pen, recommended))}"]
        remarks += _remarks(pen, recommended)
    return [pen.body(answer["body"]), lines, _decided(pen, answer), remarks]


def _said(pen: Pen, answer: Document) -> list[str]:
    """What a body has answered to each of its asks, and what is to be told of that."""
    if not answer["outcome"]:
        return []
    outcome = pen.say(result_name(answer["outcome"]))
    if answer["corrected"]:
        outcome += f" ({pen.both('rettet', 'corrected')})"
    effect = words.effect(answer)
    supports = words.SUPPORTS[answer["supports"]] if answer["supports"] is not None else None
    others = [result_name(other) for other in answer["also"].values() if other]
    return [outcome, *(pen.say(name) for name in (*others, supports, effect) if name)]


def _decided(pen: Pen, answer: Document) -> list[str]:
    """When and by whom it was decided, and how we know."""
    decider = words.DECIDERS.get(answer["decided_by"] or "")
    source = words.SOURCES.get(answer["source"] or "")
    dates = [pen.day(answer["decided_on"]), pen.say(decider) if decider else "", pen.say(source) if source else ""]
    later = answer["effective_on"] if answer["effective_on"] != answer["decided_on"] else None
    further = pen.labelled(("Med virkning fra", "With effect from", pen.day(later)))
    return [text for text in (*dates, *further) if text]


def _remarks(pen: Pen, answer: Document) -> list[str]:
    """What a body has written, and what its minutes tell."""
    against = [f"{one['who']}: {one['text']}" if one.get("text") else one["who"] for one in answer["dissent"] or []]
    return [
        *([answer["remark"]] if answer["remark"] else []),
        *pen.labelled(
            ("Reference", "Reference", answer["reference"]),
            ("Svar senest", "Answer by", pen.day(answer["due"])),
            ("Møde", "Meeting", pen.day(answer["meeting_on"])),
            ("Punkt", "Item", answer["agenda_item"]),
            ("Referat", "Minutes", answer["wording"]),
            ("Personer", "Persons", ", ".join(answer["persons"] or [])),
            ("Drøftet", "Discussed", "; ".join(answer["points"] or [])),
            ("Forbehold", "Reservation", answer["reservation"]),
            ("Imod", "Against", "; ".join(against)),
            ("Protokol", "Protocol", answer["protocol"]),
        ),
    ]


def _hanging(pen: Pen, answer: Document) -> list[str]:
    """What hangs on an answer, or what is said of one that has not come."""
    delayed = answer["expected_on"] if answer["state"] == "delayed" else None
    return pen.labelled(
        ("Ventes", "Expected", pen.day(delayed)),
        ("Betingelse", "Condition", ", ".join(str(number) for number in answer["conditions"])),
        ("Opgave", "Task", ", ".join(str(number) for number in answer["tasks"])),
        ("Står fra runde", "Stands from round", answer["stands_from"]),
    )


def _additions(pen: Pen, case: Document) -> list[Document]:
    """Conditions, tasks, and what was decided unasked; those of which there are none are left out."""
    conditions, tasks = case["conditions"], case["tasks"]
    found = [
        (pen.both("Betingelser", "Conditions"), [_added(pen, conditions)] if conditions else []),
        (pen.both("Opgaver", "Tasks"), [_added(pen, tasks)] if tasks else []),
        (pen.both("Beslutninger uden for dagsordenen", "Decisions outside the agenda"), _decisions(pen, case)),
    ]
    return [_section(title, blocks) for title, blocks in found if blocks]


def _added(pen: Pen, added: Sequence[Document]) -> Document:
    rows = [[str(one["number"]), *_added_cells(pen, one)] for one in added]
    return _table(pen.heads(_ADDED_HEAD), (1, 3, 8, 4, 3), rows)


def _added_cells(pen: Pen, one: Document) -> list[Cell]:
    doing = one["responsible"]
    what = [one["text"] or pen.both("Ikke oplyst", "Not told")]
    what += pen.labelled(
        ("Ansvarlig", "Responsible", pen.body(doing) if doing else None),
        ("Kontakt", "Contact", one["contact"]),
        ("Udført", "Done", pen.day(one.get("done_on"))),
        ("Begrundelse", "Reason", one["reason"]),
    )
    state = pen.say(words.ADDITION_STATES[one["state"]])
    due = [text for text in (pen.day(one["due"]), one["meeting"] or "") if text]
    return [[state, pen.say(words.OVERDUE)] if one.get("overdue") else state, what, pen.body(one["body"]), due]


def _decisions(pen: Pen, case: Document) -> list[Document]:
    rows = [[str(d["number"]), pen.day(d["decided_on"]), pen.body(d["body"]), d["text"]] for d in case["decisions"]]
    return [_table(pen.heads(_DECISION_HEAD), (1, 4, 4, 10), rows)] if rows else []


def _papers(pen: Pen, case: Document) -> Document:
    if not case["papers"]:
        return _text(pen.both("Ingen bilag.", "No papers."))
    head = ["Version", pen.both("Tilføjet", "Added"), pen.both("Navn og SHA-256", "Name and SHA-256")]
    rows = [_paper(pen, paper) for paper in case["papers"]]
    return _table(head, (3, 4, 12), rows)


def _paper(pen: Pen, paper: Document) -> list[Cell]:
    change = [pen.say(words.PAPER_CHANGES[paper["change"]])] if paper["number"] > 1 else []
    size = pen.both(f"{paper['size']} byte", f"{paper['size']} bytes")
    return [[str(paper["number"]), *change], pen.moment(paper["added_at"]), [paper["name"], size, paper["sha256"]]]


def _plan(pen: Pen, plan: Document | None) -> list[Document]:
    """What is left of the case, by when; left out where there is no plan."""
    if plan is None:
        return []
    rows = [
        (pen.both("Står", "Stands"), pen.say(STANDINGS[Standing(plan["standing"])])),
        (pen.both("Ventet slut", "Expected end"), pen.day(plan["expected_end"])),
        (pen.both("Begrundelse", "Reason"), pen.both(plan["reason"], plan["reason_en"])),
    ]
    steps = [
        [pen.say(s["name"]), pen.day(s["papers_in_by"]), pen.day(s["latest"]), pen.day(s["expected"])]
        for s in plan["steps"]
    ]
    facts = {"kind": "facts", "rows": [list(row) for row in rows if row[1]]}
    table = [_table(pen.heads(_PLAN_HEAD), (7, 4, 4, 4), steps)] if steps else []
    return [_section("Plan", [facts, *table])]


def _timeline(pen: Pen, timeline: Sequence[Document]) -> Document:
    head = [pen.both("Registreret", "Recorded"), pen.both("Hvad", "What")]
    rows = [[pen.moment(entry["recorded_at"]), entry[pen.language]] for entry in timeline]
    return _table(head, (5, 14), rows)
