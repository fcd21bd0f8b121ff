# SPDX-License-Identifier: EUPL-1.2
"""Plans and meetings as people read them in a terminal: Danish first, English beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from cli.tables import Names, clean, danish
from domain.planning import Standing
from projections.plans import MEETING_STATES, STANDINGS

if TYPE_CHECKING:
    from rich.console import Console

    from domain.organisation import Organisation

Document = dict[str, Any]
_STYLES = {"on_track": "bold green", "at_risk": "bold yellow", "late": "bold red"}


def print_plan(console: Console, document: Document, names: Names) -> None:
    """Print whether the deadline holds and why, and the steps; beside a plan with something changed that of today."""
    standing = STANDINGS[Standing(document["standing"])]
    console.print(Text(f"{standing.da} / {standing.en}", style=_STYLES[document["standing"]]))
    console.print(Text(clean(document["reason"])), soft_wrap=True)
    console.print(Text(clean(document["reason_en"]), style="dim"), soft_wrap=True)
    console.print(Text(_plan_facts(document)), soft_wrap=True)
    today = {step["id"]: step for step in document.get("today", {}).get("steps", ())}
    titles = ("Trin / Step", "Organ / Body", "Inde senest / Papers by", "Senest / Latest", "Ventet / Expected")
    table = Table(*titles, *(["I dag / Today"] if today else []))
    for step in document["steps"]:
        bodies = [names(body) for body in step["bodies"]]
        asked = bodies[0] if len(bodies) == 1 else f"{len(bodies)} organer / bodies"
        days = [danish(step[key]) for key in ("papers_in_by", "latest", "expected")]
        days[-1] += " *" if step["assumed"] else ""
        now = [danish(today[step["id"]]["expected"]) if step["id"] in today else "–"] if today else []
        table.add_row(Text(step["name"]["da"]), asked, *days, *now)
    console.print(table)
    if document["assumed"]:
        console.print("* bygger på formodede møder eller tider / rests on assumed meetings or times")


def print_meetings(console: Console, items: Sequence[Document], organisation: Organisation) -> None:
    """Print meetings with their ids, by which a plan can be asked what would be without them."""
    titles = ("Dato / Date", "Organ / Body", "Inde senest / Papers by", "Sted / Place", "Tilstand / State", "Id")
    table = Table(*titles)
    for item in items:
        name = organisation.name_of(item["body"], date.fromisoformat(item["date"])).da
        time = f" kl. {item['time']}" if item["time"] else ""
        papers = danish(item["papers_in_by"]) + (" *" if item["papers_assumed"] else "")
        table.add_row(danish(item["date"]) + time, name, papers, clean(item["place"] or ""), _state(item), item["id"])
    console.print(table if items else "Ingen møder / no meetings")
    if any(item["papers_assumed"] for item in items):
        console.print("* regnet ud fra organets sædvanlige frist / counted by the body's usual lead time")


def _state(item: Document) -> str:
    """Whether a meeting is as it was planned, and if not, what was done to it."""
    state = MEETING_STATES[item["state"]]
    assumed = " (formodet / assumed)" if item["assumed"] and item["state"] != "likely" else ""
    return f"{state.da} / {state.en}{assumed}"


def _plan_facts(document: Document) -> str:
    """What the head of a plan says in one line."""
    deadline = danish(document["deadline"])
    if document["practical_deadline"] != document["deadline"]:
        deadline += f" (i praksis / in practice {danish(document['practical_deadline'])})"
    earliest, latest = document["range"]
    told = [
        ("frist / deadline", deadline),
        ("ventet slut / expected end", danish(document["expected_end"])),
        ("mellem / between", f"{danish(earliest)} – {danish(latest)}" if earliest != latest else ""),
        ("senest begyndt / latest start", danish(document["latest_start"])),
    ]
    return " · ".join(f"{what} {said}" for what, said in told if said)
