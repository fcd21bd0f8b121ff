# SPDX-License-Identifier: EUPL-1.2
"""The commands that change meetings and make calendars' links."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Desk

AUTUMN = ("meeting", "list", "--body", "dassos", "--from", "2025-09-01", "--until", "2025-09-30", "--json")
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//DA
BEGIN:VEVENT
UID:abc@example.dk
DTSTART;TZID=Europe/Copenhagen:20270611T093000
LOCATION:Viborg
SUMMARY:KD-Net
END:VEVENT
END:VCALENDAR
"""


def test_a_meeting_is_added_moved_and_cancelled(desk: Desk) -> None:
    """Each shows the meeting as it then stands."""
    added = desk("meeting", "add", "--body", "dassos", "--date", "2025-09-24", "--time", "09:30", "--place", "Viborg")
    moved = desk("meeting", "move", "dassos-2025-09-24", "--to", "2025-09-25", "--reason", "Ferie", "--json").json
    cancelled = desk("meeting", "cancel", "dassos-2025-09-03", "--reason", "For få punkter")
    found = {item["id"]: item for item in desk(*AUTUMN).json["items"]}
    then = desk(*AUTUMN, "--as-of", "2025-01-01").json["items"]

    assert added.out.startswith("Tilføjet / Added  dassos-2025-09-24  2025-09-24 09:30 Viborg")
    assert [(item["state"], item["date"], item["time"]) for item in moved["items"]] == [
        ("moved", "2025-09-25", "09:30")
    ]
    assert cancelled.out.startswith("Aflyst / Cancelled")
    assert [found[one]["state"] for one in ("dassos-2025-09-03", "dassos-2025-09-24")] == ["cancelled", "moved"]
    assert [(item["id"], item["state"]) for item in then] == [("dassos-2025-09-03", "planned")]
    assert "Aflyst / Cancelled" in desk(*AUTUMN[:-1]).out


def test_plans_count_with_the_change(desk: Desk) -> None:
    """Of a route not opened yet, and of a case."""
    report = ("plan", "--route", "cu-afrapportering", "--deadline", "2025-05-31", "--start", "2025-03-18", "--json")
    before = desk(*report).json
    desk("meeting", "move", "kkr-midtjylland-2025-04-08", "--to", "2025-06-17", "--reason", "Ferie")

    assert (before["feasible"], desk(*report).json["feasible"]) == (True, False)


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("kd.csv", "date,place\n2027-06-11,Viborg\n", "id,date,place\nkd-net-2027-06-11,2027-06-18,Viborg\n"),
        ("kd.ics", ICS, ICS.replace("20270611", "20270618")),
    ],
)
def test_a_file_is_imported(desk: Desk, tmp_path: Path, name: str, first: str, second: str) -> None:
    """New ones are added, changed ones moved, and a second time there is nothing to do."""
    states, file = [], tmp_path / name
    for text in (first, second, second):
        file.write_text(text, "utf-8")
        items = desk("meeting", "import", str(file), "--body", "kd-net", "--json").json["items"]
        states.append([(item["state"], item["date"]) for item in items])

    assert states == [[("added", "2027-06-11")], [("moved", "2027-06-18")], []]


def test_a_meeting_that_is_cancelled_in_the_file_is_cancelled(desk: Desk, tmp_path: Path) -> None:
    """As a calendar program writes it when it exports anew; the history says by which file, once."""
    states, file = [], tmp_path / "kd.ics"
    for text in (ICS, called_off := ICS.replace("END:VEVENT", "STATUS:CANCELLED\nEND:VEVENT"), called_off):
        file.write_text(text, "utf-8")
        items = desk("meeting", "import", str(file), "--body", "kd-net", "--json").json["items"]
        states.append([(item["state"], item["history"][-1]["reason"]) for item in items])

    assert states == [[("added", None)], [("cancelled", "import: kd.ics")], []]


def test_a_file_with_faults_is_not_imported(desk: Desk, tmp_path: Path) -> None:
    """All faults are told, and no meeting is taken."""
    file = tmp_path / "kd.csv"
    file.write_text("id,date\nnew,2027-06-11\nx,2999-01-01\ndassos-2025-09-03,2027-06-12\n", "utf-8")
    refused = desk("meeting", "import", str(file), "--body", "kd-net")

    assert refused.code == 1
    assert "kd.csv:x: the date 2999-01-01 cannot be" in refused.err
    assert 'kd.csv:dassos-2025-09-03: is a meeting of "dassos"' in refused.err
    assert desk("meeting", "cancel", "new", "--reason", "x").code == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["add", "--body", "dassoss", "--date", "2025-09-24"], 1, 'did you mean "dassos"'),
        (["add", "--body", "dassos", "--date", "2025-09-03"], 1, "already"),
        (["add", "--body", "dassos", "--date", "2025-09-24", "--time", "9"], 2, "write it as HH:MM"),
        (["move", "dassos-2025-09-04", "--to", "2025-09-24", "--reason", "x"], 1, 'did you mean "dassos-2025-09-03"'),
        (["move", "dassos-2025-09-03", "--to", "2025-09-24"], 2, "--reason"),
        (["import", "kd.xlsx", "--body", "kd-net"], 2, "neither a .csv nor an .ics file"),
        (["import", "missing.csv", "--body", "kd-net"], 1, "missing.csv:file: is missing"),
    ],
)
def test_what_cannot_be_is_refused(desk: Desk, words: list[str], code: int, said: str) -> None:
    """With the mend."""
    ran = desk("meeting", *words)

    assert (ran.code, said in ran.err) == (code, True), ran.err


def test_a_calendar_link_is_made_listed_and_withdrawn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address is shown once."""
    monkeypatch.setenv("SAGSGANG_SECRET_KEY", "only-for-tests-0123456789-0123456789")
    made = desk("calendar", "link", "--body", "dassos", "--json").json
    whole = desk("calendar", "link", "--secretariat", "--json").json
    listed = desk("calendar", "list", "--json")
    withdrawn = desk("calendar", "withdraw", made["id"], "--json").json

    assert made["url"].endswith(".ics")
    assert [item["body"] for item in listed.json["items"]] == ["dassos", "secretariat"]
    assert not {made["url"], whole["url"]} & set(listed.out.split('"'))
    assert withdrawn["withdrawn_at"] is not None
    assert desk("calendar", "link").code == desk("calendar", "link", "--body", "dassos", "--secretariat").code == 2
    assert desk("calendar", "link", "--body", "x").code == 1
