# SPDX-License-Identifier: EUPL-1.2
"""Cases, timelines, inboxes and bodies as people read them in a terminal: Danish first, English beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rich.columns import Columns
from rich.console import Group
from rich.table import Table
from rich.text import Text

from domain.asks import ASKS
from domain.dates import danish_date
from domain.names import Name
from projections.phrases import long_date
from web import words

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from domain.organisation import Organisation

Document = dict[str, Any]

STYLES = {
    "open": "bold yellow",
    "awaiting": "yellow",
    "delayed": "bold magenta",
    "answered": "green",
    "completed": "green",
    "waiting": "dim",
    "not_asked": "dim",
    "skipped": "dim",
    "running": "bold yellow",
    "suspended": "magenta",
    "withdrawn": "red",
    "rejected": "red",
    "approved": "bold green",
}
MARKS = {"not_asked": "·", "awaiting": "○", "delayed": "◔", "answered": "●"}
NARROWEST = {"Svar / Answers": len("19 af 19"), "Frist / Due": len("30. november 2026")}
"""Columns that lose their meaning when a narrow terminal cuts them."""
SEVERAL = 3
"""From so many bodies on a step's answers are counted, and the awaited ones named below the table."""


@dataclass(frozen=True)
class Names:
    """What bodies are called on a Danish date."""

    organisation: Organisation
    day: date

    def __call__(self, body: str) -> str:
        """The Danish name; a body that is no longer known keeps its id."""
        known = body in self.organisation.bodies
        return self.organisation.name_of(body, self.day).da if known else body


def print_case(console: Console, document: Document, names: Names) -> None:
    """Print how a case stands: its head, its steps, who is awaited, its papers."""
    console.print(heading(document))
    console.print(Text(f"{document['id']} · {clean(document['route']['name']['da'])} · {_facts(document)}"))
    console.print(steps_table(document["steps"], names))
    for step in document["steps"]:
        awaited = [names(a["body"]) for a in step["answers"] if a["state"] in {"awaiting", "delayed"}]
        if len(step["answers"]) >= SEVERAL and step["state"] == "open" and awaited:
            console.print(Text(f"{step['name']['da']} venter på / waits for: {', '.join(awaited)}"))
    for paper in document["papers"]:
        console.print(Text(f"Bilag / paper {paper['number']}: {clean(paper['name'])}, {paper['size']} bytes"))


def print_cases(console: Console, page: Document) -> None:
    """Print one page of the list of cases."""
    table = Table("Id", "Titel / Title", "Status", "Frist / Due", "Venter på / Waits for")
    for item in page["items"]:
        waits = item["waiting_for"]
        shown = ", ".join(waits[:SEVERAL]) + (f" +{len(waits) - SEVERAL}" if len(waits) > SEVERAL else "")
        due = Text(danish(item["deadline"]), style="bold red" if item["overdue"] else "")
        table.add_row(item["id"], Text(clean(item["title"])), named(words.STATUSES, item["status"]), due, shown)
    console.print(table if page["items"] else "Ingen sager / no cases")
    if page["next"]:
        console.print(f"Flere / more: --cursor {page['next']}", soft_wrap=True)


def print_timeline(console: Console, items: Sequence[Document]) -> None:
    """Print what happened, a sentence a line."""
    for item in items:
        console.print(sentence(item), soft_wrap=True)


def print_inbox(console: Console, name: str, items: Sequence[Document]) -> None:
    """Print what waits for a body."""
    table = Table("Sag / Case", "Titel / Title", "Trin / Step", "Skal / Is to", "Frist / Due", title=Text(name))
    for item in items:
        ask = ASKS[item["ask"]].name
        title = Text(clean(item["title"]))
        table.add_row(item["case"], title, item["step"], f"{ask.da} / {ask.en}", danish(item["due"]))
    console.print(table if items else f"Intet venter på {name} / nothing waits for it")


def print_bodies(console: Console, items: Sequence[Document]) -> None:
    """Print the organisation's bodies."""
    table = Table("Id", "Navn / Name", "Art / Kind", "Venter på / Cases waiting")
    for item in items:
        table.add_row(item["id"], item["name"]["da"], item["kind"], str(item.get("waiting", "")))
    console.print(table)


def heading(document: Document) -> Text:
    """The title of a case with its status."""
    result = f" ({words.outcome(document['result']).da})" if document["result"] else ""
    return Text.assemble(
        (clean(document["title"]), "bold"), "  ", named(words.STATUSES, document["status"]), (result, "bold green")
    )


def steps_table(steps: Sequence[Document], names: Names) -> Table:
    """A case's steps: where each stands, how many have answered, until when, and who is awaited or what came out."""
    table = Table()
    for title in ("Trin / Step", "Tilstand / State"):
        table.add_column(title)
    for title in ("Svar / Answers", "Frist / Due"):
        table.add_column(title, no_wrap=True)
    table.add_column("Venter på · resultat")
    for step in steps:
        answered = sum(a["state"] == "answered" for a in step["answers"])
        again = f" ({step['round']}. gang / round)" if step["round"] > 1 else ""
        table.add_row(
            Text(step["name"]["da"] + again),
            named(words.STEP_STATES, step["state"]),
            f"{answered} af {len(step['answers'])}",
            Text(danish(step["due"]), style="bold red" if step["due_passed"] else ""),
            _standing(step, names),
        )
    return table


def answers_grid(step: Document, names: Names) -> RenderableType:
    """The bodies of one step in their order, each with its state as colour, mark and word."""
    cells = [_cell(answer, names) for answer in step["answers"]]
    return Group(Text(step["name"]["da"], style="bold"), Columns(cells, equal=True, column_first=True, padding=(0, 2)))


def sentence(item: Document) -> Text:
    """One event of a timeline: its Danish date and its sentence."""
    day = danish_date(datetime.fromisoformat(item["recorded_at"]))
    return Text.assemble((f"{danish(day)}  ", "cyan"), clean(item["da"]))


def named(known: dict[str, Name], key: str) -> Text:
    """A state in words and colour."""
    name = known.get(key, Name(key, key))
    return Text(f"{name.da} / {name.en}", style=STYLES.get(key, ""))


def danish(day: date | str | None) -> str:
    """A date as Danes write it, `28. maj 2025`; nothing for none."""
    return long_date(str(day)).da if day else ""


def clean(text: str) -> str:
    """A text from outside without what could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _facts(document: Document) -> str:
    opened = danish(danish_date(datetime.fromisoformat(document["opened_at"])))
    deadline = f" · frist / deadline {danish(document['deadline'])}" if document["deadline"] else ""
    reference = f" · {clean(document['reference'])}" if document["reference"] else ""
    return f"åbnet / opened {opened}{deadline}{reference}"


def _standing(step: Document, names: Names) -> Text:
    if step["result"]:
        return Text(words.outcome(step["result"]).da, style="green")
    waits = [a for a in step["answers"] if a["state"] in {"awaiting", "delayed"}] if step["state"] == "open" else []
    if len(waits) >= SEVERAL:
        return Text(f"{len(waits)} organer / bodies", style="yellow")
    return Text(", ".join(_awaited(answer, names) for answer in waits), style="yellow")


def _awaited(answer: Document, names: Names) -> str:
    interim = f" ({words.outcome(answer['outcome']).da})" if answer["outcome"] else ""
    return names(answer["body"]) + interim


def _cell(answer: Document, names: Names) -> Text:
    state = answer["state"]
    effect = {"early": ", før tid", "late": ", for sent"}.get(answer["effect"] or "", "")
    word = words.ANSWER_STATES[state].da.lower() + effect
    # In a list of municipalities the word is noise that costs a column.
    name = names(answer["body"]).removesuffix(" Kommune")
    return Text.assemble((f"{MARKS[state]} {name}", STYLES[state]), (f" {word}", "dim"), no_wrap=True)
