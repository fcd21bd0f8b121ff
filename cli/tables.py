# SPDX-License-Identifier: EUPL-1.2
"""Cases, timelines, inboxes and bodies as people read them in a terminal: Danish first, English beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rich.columns import Columns
from rich.console import Group
from rich.table import Table
from rich.text import Text

from domain.asks import ASKS, result_name
from domain.dates import COPENHAGEN, danish_date
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
    "released": "dim",
    "silent": "dim",
    "stands": "green",
    "asked_again": "bold yellow",
    "informed": "dim",
    "skipped": "dim",
    "stopped": "red",
    "running": "bold yellow",
    "suspended": "magenta",
    "withdrawn": "red",
    "rejected": "red",
    "approved": "bold green",
    "met": "green",
    "done": "green",
    "unsettled": "bold yellow",
}
MARKS = {"not_asked": "·", "awaiting": "○", "delayed": "◔", "answered": "●", "released": "–", "silent": "◌"}
NARROWEST = {"Svar / Answers": len("19 af 19"), "Frist / Due": len("30. november 2026")}
"""Columns that lose their meaning when a narrow terminal cuts them."""
LENGTH_OF_ID = 36
WIDE_ENOUGH = 160
"""From so many columns on a terminal shows the English sentence beside the Danish one."""
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
    for fact in _entry(document):
        console.print(Text(fact))
    console.print(steps_table(document["steps"], names, document["status"]))
    for step in document["steps"]:
        awaited = [names(a["body"]) for a in _awaited(step, document["status"])]
        if len(step["answers"]) >= SEVERAL and awaited:
            console.print(Text(f"{step['name']['da']} venter på / waits for: {', '.join(awaited)}"))
        for coming in step["coming_reminders"][:1]:
            to = words.COMING_REMINDERS[coming["to"]]
            about = f"{to.da} / {to.en}: {danish(coming['at'][:10])} ({len(coming['bodies'])})"
            console.print(Text(f"{step['name']['da']}: {about}"))
        if step["question"]:
            console.print(Text(f"{step['name']['da']}: {clean(step['question'])}"))
        if "participation" in step:
            console.print(_scheme(step["name"]["da"], step["participation"], names))
    for words_, ids in _links(document):
        console.print(Text(f"{words_}: {', '.join(ids)}"))
    for line in _additions(document, names):
        console.print(line, soft_wrap=True)
    for paper in document["papers"]:
        console.print(Text(f"Bilag / paper {paper['number']}: {clean(paper['name'])}, {paper['size']} bytes"))


def print_cases(console: Console, page: Document) -> None:
    """Print one page of the list of cases."""
    table = _table_of_cases("Id", "Titel / Title", "Status", "Frist / Due", "Udsigt / Outlook", "Venter på / Waits for")
    for item in page["items"]:
        waits = item["waiting_for"]
        shown = ", ".join(waits[:SEVERAL]) + (f" +{len(waits) - SEVERAL}" if len(waits) > SEVERAL else "")
        due = Text(danish(item["deadline"]), style="bold red" if item["overdue"] else "")
        forecast = item["forecast"]
        outlook = named(words.STANDINGS, forecast["standing"]) if forecast else ""
        table.add_row(
            item["id"], Text(clean(item["title"])), named(words.STATUSES, item["status"]), due, outlook, shown
        )
    console.print(table if page["items"] else "Ingen sager / no cases")
    if page["next"]:
        console.print(f"Flere / more: --cursor {page['next']}", soft_wrap=True)


def print_timeline(console: Console, items: Sequence[Document]) -> None:
    """Print what happened, a sentence a line, in Danish; a wide terminal has room for English as well."""
    both = console.is_terminal and console.width >= WIDE_ENOUGH
    for item in items:
        english = Text(f"  {clean(item['en'])}" if both else "", style="dim")
        console.print(Text.assemble(sentence(item, timed=True), english), soft_wrap=True)


def print_consents(console: Console, matrix: Document, names: Names) -> None:
    """Print who has consented to which version, a table a step."""
    for step in matrix["steps"]:
        titles = [f"Version {version['number']}" for version in matrix["versions"]]
        table = Table("Organ / Body", *titles, title=Text(step["name"]["da"]), title_justify="left")
        for row in step["rows"]:
            table.add_row(Text(names(row["body"])), *(_consent(cell) for cell in row["cells"]))
        console.print(table)
    if not matrix["steps"]:
        console.print("Ingen er spurgt endnu / nobody is asked yet")


def print_participation(console: Console, document: Document, names: Names) -> None:
    """Print the schemes of a case on a day: how each stands, who takes part, and every word by which that came."""
    console.print(Text(danish(document["on"]), style="bold"))
    for scheme in document["schemes"]:
        console.print(_scheme(scheme["name"]["da"], scheme, names))
        for body in scheme["participants"]:
            console.print(Text(f"{MARKS['answered']} {names(body)}"))
        for change in scheme["changes"]:
            since, said = danish(change["effective_on"]), result_name(change["outcome"])
            console.print(Text(f"  {since}: {names(change['body'])}, {said.da} / {said.en}", style="dim"))


def print_inbox(console: Console, name: str, items: Sequence[Document], meetings: Sequence[Document]) -> None:
    """Print what waits for a body, and what is on its meetings."""
    table = _table_of_cases("Sag / Case", "Titel / Title", "Trin / Step", "Skal / Is to", "Frist / Due")
    table.title = Text(name)
    for item in items:
        asks = [ASKS[ask].name for ask in (item["ask"], *item.get("also_asks", ()))]
        title, asked = Text(clean(item["title"])), f"{', '.join(a.da for a in asks)} / {', '.join(a.en for a in asks)}"
        table.add_row(item["case"], title, item["step"], asked, danish(item["due"]))
    console.print(table if items else f"Intet venter på {name} / nothing waits for it")
    for meeting in meetings:
        console.print(_meeting_line(meeting))
        for number, entry in enumerate(meeting["items"], start=1):
            console.print(Text(f"  {number}. {clean(entry['title'])} ({entry['step']}) {entry['case']}"))


def _meeting_line(meeting: Document) -> Text:
    """A meeting's day, hour and place, and by when its papers must be in, or that its minutes are awaited."""
    parts = [danish(meeting["date"]), meeting["time"], meeting["place"] and clean(meeting["place"])]
    line = Text(f"Møde / Meeting {', '.join(part for part in parts if part)}", style="bold")
    if meeting["held"]:
        line.append(" · afventer referat / minutes awaited", "yellow")
    elif meeting["papers_in_by"]:
        line.append(f" · papirer senest / papers by {danish(meeting['papers_in_by'])}", "dim")
    return line


def print_bodies(console: Console, items: Sequence[Document]) -> None:
    """Print the organisation's bodies."""
    table = Table("Id", "Navn / Name", "Art / Kind", "Venter på / Cases waiting")
    for item in items:
        table.add_row(item["id"], item["name"]["da"], item["kind"], str(item.get("waiting", "")))
    console.print(table)


def heading(document: Document) -> Text:
    """The title of a case with its status."""
    result = f" ({result_name(document['result']).da})" if document["result"] else ""
    return Text.assemble(
        (clean(document["title"]), "bold"), "  ", named(words.STATUSES, document["status"]), (result, "bold green")
    )


def steps_table(steps: Sequence[Document], names: Names, status: str = "running") -> Table:
    """The steps of a case of this status: where each stands, how many have answered, who is awaited, what came out."""
    table = Table()
    for title in ("Trin / Step", "Tilstand / State"):
        table.add_column(title)
    for title in ("Svar / Answers", "Frist / Due"):
        table.add_column(title, no_wrap=True)
    table.add_column("Venter på · resultat")
    for step in steps:
        shown, state = words.step_state(step["state"], status)
        again = f" ({step['round']}. gang / round)" if step["round"] > 1 else ""
        due = "" if shown == "stopped" else danish(step["due"])
        table.add_row(
            Text(step["name"]["da"] + again),
            _in_colour(state, shown),
            _counted(step),
            Text(due, style="bold red" if step["due_passed"] else ""),
            _standing(step, names, status),
        )
    return table


def answers_grid(step: Document, names: Names) -> RenderableType:
    """The bodies of one step in their order, each with its state as colour, mark and word."""
    cells = [_cell(answer, names) for answer in step["answers"]]
    return Group(Text(step["name"]["da"], style="bold"), Columns(cells, equal=True, column_first=True, padding=(0, 2)))


def sentence(item: Document, *, timed: bool = False) -> Text:
    """One event of a timeline: its Danish date, its time of day where wanted, and its sentence."""
    moment = datetime.fromisoformat(item["recorded_at"]).astimezone(COPENHAGEN)
    time = f" kl. {moment:%H.%M}" if timed else ""
    return Text.assemble((f"{danish(moment.date())}{time}  ", "cyan"), clean(item["da"]))


def named(known: Mapping[str, Name], key: str) -> Text:
    """A state in words and colour."""
    return _in_colour(known.get(key, Name(key, key)), key)


def danish(day: date | str | None) -> str:
    """A date as Danes write it, `28. maj 2025`; nothing for none."""
    return long_date(str(day)).da if day else ""


def clean(text: str) -> str:
    """A text from outside without what could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _scheme(name: str, scheme: Document, names: Names) -> Text:
    """How a scheme stands, in one line."""
    least = "" if scheme["minimum"] is None else f" af mindst / of at least {scheme['minimum']}"
    missing = ", ".join(names(body) for body in scheme["missing_must_have"])
    lacks = f", mangler / missing {missing}" if missing else ""
    verdict = words.SUSTAINABLE[scheme["sustainable"]]
    count = f"{scheme['number']} deltagere / participants{least}{lacks}"
    return Text(f"{name}: {count}: {verdict.da.lower()} / {verdict.en.lower()}")


def _links(document: Document) -> list[tuple[str, list[str]]]:
    """The cases that a case renews or was renewed by."""
    renews = [document["renews"]] if document["renews"] else []
    links = [("Fornyet behandling af / renews", renews), ("Fornyet i / renewed by", document["renewed_by"])]
    return [(said, ids) for said, ids in links if ids]


def _additions(document: Document, names: Names) -> Iterator[Text]:
    """What is blocked, and the conditions, contradictions, tasks and unasked decisions, a line each."""
    for block in document["blocked"]:
        what = next((s["name"]["da"] for s in document["steps"] if s["id"] == block["step"]), "Sagens afslutning")
        by = [f"betingelse {n}" for n in block["conditions"]] + [f"modstrid {n}" for n in block["contradictions"]]
        yield Text(f"{what} er spærret af / is blocked by: {', '.join(by)}", style="bold yellow")
    for one in document["conditions"]:
        kind = words.CONDITION_KINDS[one["kind"]].da
        yield _added(f"Betingelse / condition {one['number']} ({kind})", one, names)
    for one in document["contradictions"]:
        state = _in_colour(words.CONTRADICTION_STATES[one["state"]], one["state"])
        between = " ↔ ".join(str(number) for number in one["conditions"])
        yield Text.assemble(f"Modstrid / contradiction {one['number']}: {between}  ", state)
    for one in document["tasks"]:
        late = " · over tid / overdue" if one.get("overdue") else ""
        yield _added(f"Opgave / task {one['number']}{late}", one, names)
    for one in document["decisions"]:
        text, day = clean(one["text"]), danish(one["decided_on"])
        yield Text(f"Beslutning / decision {one['number']}: {names(one['body'])}, {day}: {text}")


def _added(what: str, one: Document, names: Names) -> Text:
    """A condition or task: what it says, who set it, who is to do it, and by when."""
    text = clean(one["text"]) if one["text"] else "ikke oplyst / not stated"
    doing = [clean(names(one["responsible"]))] if one["responsible"] else []
    by = [word for word in (danish(one["due"]), clean(one["meeting"] or "")) if word]
    facts = ", ".join([names(one["body"]), *(f"→ {name}" for name in doing), *by])
    return Text.assemble(f"{what}: {text} ({facts})  ", _in_colour(words.ADDITION_STATES[one["state"]], one["state"]))


def _entry(document: Document) -> list[str]:
    """The outcome of a case that runs on, when it enters into force, and what it replaces."""
    lines, entry, old = [], document["entry_into_force"], document["replaces"]
    if document["outcome_so_far"] and not document["closed_at"]:
        lines.append(f"Foreløbigt resultat / outcome so far: {result_name(document['outcome_so_far']).da}")
    if entry and entry["on"]:
        lines.append(f"I kraft / in force: {danish(entry['on'])}")
    elif entry and entry["expected_on"]:
        missed = " (ikke nået / missed)" if entry["missed"] else ""
        lines.append(f"Ventes i kraft / expected in force: {danish(entry['expected_on'])}{missed}")
    if old:
        lines.append(f"Erstatter / replaces: {clean(old['text'])}")
    return lines


def _facts(document: Document) -> str:
    opened = danish(danish_date(datetime.fromisoformat(document["opened_at"])))
    deadline = f" · frist / deadline {danish(document['deadline'])}" if document["deadline"] else ""
    reference = f" · {clean(document['reference'])}" if document["reference"] else ""
    return f"åbnet / opened {opened}{deadline}{reference}"


def _table_of_cases(*titles: str) -> Table:
    """A table whose first column holds ids of cases, which are never cut: whoever reads them wants to use them."""
    table = Table()
    table.add_column(titles[0], no_wrap=True, min_width=LENGTH_OF_ID, overflow="fold")
    for title in titles[1:]:
        table.add_column(title)
    return table


def _in_colour(name: Name, key: str) -> Text:
    return Text(f"{name.da} / {name.en}", style=STYLES.get(key, ""))


def _counted(step: Document) -> str:
    """How many of those asked have answered; nothing of a step that was not needed."""
    asked = [a["state"] for a in step["answers"] if a["state"] != "released"]
    return "" if step["state"] == "skipped" else f"{asked.count('answered')} af {len(asked)}"


def _awaited(step: Document, status: str) -> list[Document]:
    """The answers that a step of a case of this status waits for."""
    is_open = words.step_state(step["state"], status)[0] == "open"
    return [a for a in step["answers"] if is_open and a["state"] in {"awaiting", "delayed"}]


def _standing(step: Document, names: Names, status: str) -> Text:
    if step["result"]:
        verdicts = "".join(_verdict(answer) for answer in step["answers"])
        further = "".join(f", {result_name(r).da}" for r in _further_results(step))
        return Text(result_name(step["result"]).da + further + verdicts, style="green")
    if step["opens_on"] or step["awaits_date"]:
        when = danish(step["opens_on"]) or f"– datoen / the date {step['awaits_date']} mangler"
        return Text(f"åbner / opens {when}")
    waits = _awaited(step, status)
    if len(waits) >= SEVERAL:
        return Text(f"{len(waits)} organer / bodies", style="yellow")
    return Text(", ".join(_said(answer, names) for answer in waits), style="yellow")


def _further_results(step: Document) -> list[str]:
    """The results of what was asked beside the main ask."""
    return [result for ask in step["also_asks"] if (result := step["results"][ask])]


def _said(answer: Document, names: Names) -> str:
    said = [outcome for outcome in (answer["outcome"], *answer["also"].values()) if outcome]
    told = [f"{', '.join(result_name(outcome).da for outcome in said)}{_verdict(answer)}"] if said else []
    told += [words.RECOMMENDED.da] if answer["recommendation"] else []
    return names(answer["body"]) + (f" ({'; '.join(told)})" if told else "")


def _verdict(answer: Document) -> str:
    """Whether a deciding authority supports the matter."""
    return "" if answer["supports"] is None else f", {words.SUPPORTS[answer['supports']].da}"


def _consent(cell: Document) -> Text:
    """What a body has done with a version, in Danish."""
    state = cell["state"]
    if state is None:
        return Text("")
    outcome = result_name(cell["outcome"]).da if cell["outcome"] else ""
    said = "" if state == "answered" else words.CONSENTS[state].da
    return Text(": ".join(filter(None, (said, outcome))), style=STYLES[state])


def _cell(answer: Document, names: Names) -> Text:
    state, late = answer["state"], ", rettet for sent" if answer["corrected"] else ", for sent"
    effect = {"early": ", før tid", "late": late}.get(answer["effect"] or "", "")
    recommended = f", {words.RECOMMENDED.da}" if answer["recommendation"] else ""
    word = words.ANSWER_STATES[state].da.lower() + effect + recommended + _verdict(answer)
    # In a list of municipalities the word is noise that costs a column.
    name = names(answer["body"]).removesuffix(" Kommune")
    return Text.assemble((f"{MARKS[state]} {name}", STYLES[state]), (f" {word}", "dim"), no_wrap=True)
