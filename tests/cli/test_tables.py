# SPDX-License-Identifier: EUPL-1.2
"""What people read in a terminal: tables of cases, one case, its timeline."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from cli.tables import LENGTH_OF_ID, Names, print_case, print_cases, print_inbox, print_timeline
from domain.case import Case
from projections.documents import Document, case_document
from projections.timeline import timeline_entry
from tests.domain.desk import Desk, midtjylland

AGENCY = "social-og-boligstyrelsen"
TODAY = date(2025, 3, 18)


@pytest.fixture
def desk() -> Desk:
    """A desk in memory on 18 March 2025, a CU case opened."""
    desk = Desk()
    desk.open()
    return desk


def printed(show: Callable[[Console], None], width: int = 160, *, terminal: bool = False) -> str:
    """What `show` prints on so many columns, without colours."""
    file = StringIO()
    show(Console(file=file, width=width, force_terminal=terminal, no_color=True, color_system=None))
    return file.getvalue()


def shown(desk: Desk) -> str:
    """What `case show` prints of the desk's case."""
    return printed(lambda console: print_case(console, case_document(desk.case, 1), Names(midtjylland(), TODAY)), 240)


def timeline(desk: Desk) -> list[Document]:
    """The entries of the case's timeline."""
    case: Case | None = None
    entries = []
    for event in desk.cases.history(desk.id):
        entries.append(timeline_entry(case, event, event.originator_version, midtjylland()))
        case = event.mutate(case)
    return entries


@pytest.mark.parametrize("width", [80, 60, 160])
def test_ids_are_never_cut(desk: Desk, width: int) -> None:
    """In the list of cases and in an inbox, however long the title and narrow the terminal."""
    item = {**case_document(desk.case, 1), "title": "Afrapportering " * 9, "overdue": False, "forecast": None}
    waits = {"case": str(desk.id), "title": item["title"], "step": "dassos", "ask": "approve", "due": "2025-05-31"}

    listed = printed(lambda console: print_cases(console, {"items": [item], "next": None}), width)
    inbox = printed(lambda console: print_inbox(console, "DASSOS", [waits], []), width)

    assert len(str(desk.id)) == LENGTH_OF_ID
    assert str(desk.id) in listed
    assert str(desk.id) in inbox


@pytest.mark.parametrize(("supports", "words"), [(True, "bakker op"), (False, "bakker ikke op")])
def test_the_agencys_verdict_is_shown(desk: Desk, *, supports: bool, words: str) -> None:
    """Behind the result of its step."""
    desk.until("agency")
    desk.answers(AGENCY, "decided", supports=supports)

    assert f"Afgjort, {words}" in " ".join(shown(desk).split())


def test_a_withdrawn_case_waits_for_nobody(desk: Desk) -> None:
    """Its steps stopped with the withdrawal or were not reached."""
    desk.until("councils")
    desk.commands("withdraw", "Bortfaldet")

    text = shown(desk)

    assert "Stopped with the withdrawal" in text
    assert "Åben / Open" not in text
    assert "organer / bodies" not in text
    assert "venter på" not in text


def test_a_skipped_step_counts_no_answers() -> None:
    """It is not needed, and nobody was asked."""
    desk = Desk()
    desk.open()
    document = case_document(desk.case, 1)
    document["steps"][-1]["state"] = "skipped"

    text = printed(lambda console: print_case(console, document, Names(midtjylland(), TODAY)))

    (line,) = [line for line in text.splitlines() if "Ikke nødvendig" in line]
    assert " af " not in line


def test_what_could_steer_a_terminal_is_blanked(desk: Desk) -> None:
    """As in cases of other programs; markup is text."""
    item = {**case_document(desk.case, 1), "title": "[red]x\x1b[2J", "overdue": False, "forecast": None}

    assert "[red]x [2J" in printed(lambda console: print_cases(console, {"items": [item], "next": None}))


def test_the_timeline_tells_the_time_of_day(desk: Desk) -> None:
    """In Denmark, as Danes write it."""
    lines = printed(lambda console: print_timeline(console, timeline(desk))).splitlines()

    assert lines[0].startswith("18. marts 2025 kl. 10.00  Sagen »Afrapportering 2025« blev åbnet")


@pytest.mark.parametrize(("width", "terminal", "both"), [(160, True, True), (159, True, False), (160, False, False)])
def test_the_english_sentence_stands_beside_on_a_wide_terminal(
    desk: Desk, *, width: int, terminal: bool, both: bool
) -> None:
    """And only there: what is piped stays one Danish sentence a line."""
    text = printed(lambda console: print_timeline(console, timeline(desk)), width, terminal=terminal)

    assert ("was opened" in text) is both
