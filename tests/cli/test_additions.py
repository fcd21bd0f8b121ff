# SPDX-License-Identifier: EUPL-1.2
"""The commands about conditions, tasks and unasked decisions, against a real log and real views."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Desk


def test_everything_about_conditions_and_tasks(desk: Desk, tmp_path: Path) -> None:
    """Each command shows the case as it then stands."""
    file = tmp_path / "a.txt"
    file.write_text("a")
    case = desk.opens("--paper", str(file), route="orientering")
    conditions = ["--condition", "x", "--condition", "ikke x | kind=editorial | contact=Anna"]
    tasks = ["--task", "Eksempler | responsible=Kommunerne | due=2021-05-25", "--task", "u | meeting=DASSOS i maj"]
    desk("answer", case, "--body", "dassos", "--outcome", "noted", *conditions, *tasks)
    for words in (
        ["condition", "add", case, "--body", "dassos", "--text", "z", "--kind", "editorial", "--due", "2025-05-01"],
        ["condition", "contradict", case, "1", "2", "--reason", "Begge kan ikke"],
        ["condition", "settle", case, "1", "--stands", "1", "--reason", "Afklaret"],
        ["condition", "meet", case, "1", "--version", "1"],
        ["condition", "waive", case, "3", "--reason", "Frafaldet"],
        ["task", "chase", case, "1"],
        ["task", "done", case, "1", "--done-on", "2021-05-25", "--done-by", "Kommunerne"],
        ["decision", "add", case, "--body", "kd-net", "--text", "Parkeres", "--task", "t", "--reference", "4"],
        ["task", "cancel", case, "2", "--reason", "Parkeret", "--decision", "1"],
    ):
        ran = desk("case", *words, "--json")
        assert (ran.code, ran.err) == (0, ""), words

    found = desk.shows(case)
    assert [(c["text"], c["kind"], c["state"]) for c in found["conditions"]] == [
        ("x", "material", "met"),
        ("ikke x", "editorial", "waived"),
        ("z", "editorial", "waived"),
    ]
    first, second, third = found["tasks"]
    assert (first["state"], first["done_on"], first["chased"]) == ("done", "2021-05-25", 1)
    assert (second["meeting"], second["state"], second["cancelled_by"]) == ("DASSOS i maj", "cancelled", "kd-net")
    assert (third["text"], third["decision"], third["overdue"]) == ("t", 1, False)


def test_show_tells_conditions_tasks_and_what_is_blocked(desk: Desk) -> None:
    """A line each, Danish first."""
    case = desk.opens("--set", "hearing_by=2040-01-31", route="samarbejdsaftale")
    desk("answer", case, "--body", "dassos", "--outcome", "approved_on_condition", "--task", "t | due=2021-05-25")

    out = desk("case", "show", case).out

    assert "Sagens afslutning er spærret af / is blocked by: betingelse 1" in out
    assert "Betingelse / condition 1 (væsentlig): ikke oplyst / not stated (DASSOS)  Åben / Open" in out
    assert "Opgave / task 1 · over tid / overdue: t (DASSOS, 25. maj 2021)" in out


@pytest.mark.parametrize("task", ["t | dure=2021-05-25", "t | due=snart", "t | kind=editorial", "t | x"])
def test_a_task_that_cannot_be_read_is_bad_usage(desk: Desk, task: str) -> None:
    """Nothing is guessed."""
    case = desk.opens(route="orientering")

    assert desk("answer", case, "--body", "dassos", "--outcome", "noted", "--task", task).code == 2


def test_a_refusal_names_what_is_wrong(desk: Desk) -> None:
    """With exit code 1."""
    case = desk.opens(route="orientering")
    ran = desk("case", "task", "chase", case, "1", "--json")

    assert (ran.code, ran.problem["field"]) == (1, "task")
