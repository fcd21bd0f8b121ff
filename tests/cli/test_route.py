# SPDX-License-Identifier: EUPL-1.2
"""The commands about routes, which need nothing running."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cli.route import organisation_folder
from runtime.settings import Settings
from tests.cli.command import Ran, sagsgang

MIDTJYLLAND = Path(__file__).parents[2] / "organisations" / "midtjylland"
CU = MIDTJYLLAND / "routes" / "cu-afrapportering.toml"


@pytest.fixture
def route(tmp_path: Path) -> Path:
    """A copy of a sound route, outside any organisation's folder."""
    return Path(shutil.copy(CU, tmp_path / "own.toml"))


def test_list_gives_the_routes_as_one_document() -> None:
    """`--json` behind the command."""
    found = sagsgang("route", "list", "--json").json

    assert {"cu-afrapportering", "orientering"} <= {item["id"] for item in found["items"]}


@pytest.mark.parametrize(
    "words", [["--json", "route", "list"], ["route", "--json", "list"], ["route", "list", "--json"]]
)
def test_json_may_stand_before_or_behind_the_command(words: list[str]) -> None:
    """All places mean the same."""
    assert sagsgang(*words).json["items"]


def test_list_is_a_table_for_people() -> None:
    """Danish first."""
    assert "Svar på central udmelding" in sagsgang("route", "list").out


def test_show_names_every_step_in_order() -> None:
    """The steps of the CU route."""
    steps = [step["id"] for step in sagsgang("route", "show", "cu-afrapportering", "--json").json["steps"]]

    assert steps == ["dassos", "kd-net", "kkr", "councils", "submit", "agency", "reply"]


def test_show_tells_people_who_is_asked_what() -> None:
    """Bodies by name, asks in words."""
    text = sagsgang("route", "show", "cu-afrapportering").out

    assert "KKR Midtjylland: godkender / approves" in text
    assert "frist / due: 7 dage" in text
    assert "afgøres af kommunalbestyrelsen eller fagudvalget" in text


def test_show_tells_who_must_decide() -> None:
    """A framework agreement needs the council itself."""
    agreement = sagsgang("route", "show", "rammeaftale", "--json").json["steps"][-1]

    assert (agreement["also_asks"], agreement["decided_by"]) == ([], ["council"])
    assert "afgøres af kommunalbestyrelsen" in sagsgang("route", "show", "rammeaftale", "--format", "bpmn").out


def test_show_tells_what_blocks_the_ending() -> None:
    """In words, and in the document."""
    out = sagsgang("route", "show", "rammeaftale").out
    shown = sagsgang("route", "show", "rammeaftale", "--json").json

    assert (
        "Afslutningen spærres af åbne betingelser fra / is blocked by open conditions of: finish, kkr, approve" in out
    )
    assert shown["ending"]["blocked_by"] == ["finish", "kkr", "approve"]


def test_show_draws_a_flow_chart() -> None:
    """Order as full arrows, what an outcome opens as a broken one."""
    text = sagsgang("route", "show", "cu-afrapportering", "--format", "mermaid").out

    assert text.startswith("flowchart TD\n")
    assert "step-dassos --> step-kd-net" in text
    assert 'step-agency -.->|"Har stillet spørgsmål"| step-reply' in text


def test_show_draws_a_bpmn_diagram() -> None:
    """One XML document with a shape for each step."""
    root = ET.fromstring(sagsgang("route", "show", "cu-afrapportering", "--format", "bpmn").out)  # noqa: S314 -- ours
    drawn = {shape.get("bpmnElement") for shape in root.iter("{http://www.omg.org/spec/BPMN/20100524/DI}BPMNShape")}

    assert {"step_dassos", "step_councils", "step_reply", "case_start", "case_end"} <= drawn


def test_show_refuses_an_unknown_route() -> None:
    """The known ones are named."""
    ran = sagsgang("route", "show", "cu-afraporting", "--json")

    assert (ran.code, ran.out) == (1, "")
    assert "cu-afrapportering" in ran.problem["detail"]


def test_check_accepts_what_ships() -> None:
    """Every route of the organisation is sound, checked against its own bodies."""
    files = [str(file) for file in (MIDTJYLLAND / "routes").glob("*.toml")]

    ran = sagsgang("route", "check", *files)

    assert (ran.code, ran.err) == (0, "")


def test_check_gives_one_line_a_fault_with_the_file_as_given(route: Path) -> None:
    """An unknown key and an unknown body are two faults, two lines."""
    text = route.read_text("utf-8").replace('bodies = ["dassos"]', 'bodies = ["dasos"]').replace("binds", "bind")
    route.write_text(text, "utf-8")

    ran = sagsgang("route", "check", route.name, folder=route.parent)

    lines = ran.out.splitlines()
    assert ran.code == 1
    assert all(line.startswith(f"{route.name}:") and "; " in line for line in lines)
    assert [line for line in lines if "steps[dassos].bodies" in line and 'did you mean "dassos"?' in line]
    assert [line for line in lines if ":bind: is an unknown key" in line]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"id = \n", "line 1"), (b"\xff\xfe", "is not UTF-8"), (None, "is missing")],
    ids=["empty", "no TOML", "no UTF-8", "no file"],
)
def test_check_tells_what_is_no_route_file_at_all(content: bytes | None, said: str, tmp_path: Path) -> None:
    """One fault line each, never a trace."""
    file = tmp_path / "route.toml"
    if content is not None:
        file.write_bytes(content)

    ran = sagsgang("route", "check", str(file))

    assert (ran.code, len(ran.out.splitlines())) == (1, 1)
    assert ran.out.startswith(f"{file}:")
    assert said in ran.out


def test_check_takes_a_folder_for_a_fault(tmp_path: Path) -> None:
    """A folder is no file."""
    ran = sagsgang("route", "check", str(tmp_path))

    assert (ran.code, len(ran.out.splitlines())) == (1, 1)


def test_check_asks_the_organisation_whose_folder_the_file_lies_in(tmp_path: Path) -> None:
    """A body that only the configured organisation knows is unknown in another one's folder."""
    other = tmp_path / "organisations" / "other"
    shutil.copytree(MIDTJYLLAND, other)
    for file in (other / "bodies.toml", other / "organisation.toml"):
        file.write_text(file.read_text("utf-8").replace('"kd-net"', '"kd-net-of-others"'), "utf-8")

    ran = sagsgang("route", "check", str(other / "routes" / CU.name))

    assert ran.code == 1
    assert "steps[kd-net].bodies" in ran.out


def test_check_gives_the_faults_as_one_document(tmp_path: Path) -> None:
    """`--json` holds the parts of each line."""
    file = tmp_path / "empty.toml"
    file.touch()

    ran = sagsgang("route", "check", str(file), "--json")

    assert ran.code == 1
    assert [fault["file"] for fault in ran.json["faults"]] == [str(file)]


def test_the_folder_of_the_organisation_is_the_settings_one() -> None:
    """Route commands read it without the settings' library; both must mean the same folder."""
    assert organisation_folder() == Settings().organisation


def test_check_prints_warnings_and_goes_on(route: Path) -> None:
    """A line that says so, a part of its own in JSON, and exit code 0."""
    route.write_text(route.read_text("utf-8").replace('binds = "submit"\n', ""), "utf-8")

    ran, document = (sagsgang("route", "check", str(route), *more) for more in ([], ["--json"]))

    assert ran.code == 0
    assert ran.out.startswith(f"{route}:binds: warning: is missing though ")
    assert document.json["faults"] == []
    assert [warning["key"] for warning in document.json["warnings"]] == ["binds"]


def test_simulate_tells_what_happens_in_danish_with_dates() -> None:
    """Up to the end."""
    lines = sagsgang("route", "simulate", "cu-afrapportering", "--start", "2025-03-18").out.splitlines()

    assert lines[0].startswith("2025-03-18  Sagen »Svar på central udmelding« blev åbnet")
    assert "DASSOS har godkendt" in "\n".join(lines)
    assert lines[-1].startswith("Sagen blev afsluttet / the case was completed (supported)")


def test_simulate_takes_chosen_answers() -> None:
    """One for each time that the body is asked."""
    chosen = ["dassos.dassos=returned", "dassos.dassos=rejected", "councils.samsoe=delayed"]

    words = [word for answer in chosen for word in ("--answer", answer)]
    timeline = sagsgang("route", "simulate", "cu-afrapportering", *words, "--json").json["timeline"]

    answered = [entry["da"] for entry in timeline if entry["step"] == "dassos" and entry["body"]]
    assert [part for part in ("sendt sagen tilbage", "afvist", "godkendt") if part in " ".join(answered)] == [
        "sendt sagen tilbage",
        "afvist",
        "godkendt",
    ]
    assert [entry["body"] for entry in timeline if entry["type"] == "case.delay_reported"] == ["samsoe"]


def test_simulate_gives_one_document() -> None:
    """With what was invented, and the same for the same seed."""
    words = ("route", "simulate", "orientering", "--seed", "3", "--start", "2025-03-18", "--json")
    one, other = sagsgang(*words).json, sagsgang(*words).json

    assert (one["ended"], one["status"], one["seed"], one["waiting_for"]) == (True, "completed", 3, [])
    assert one["concerned"] == other["concerned"]
    assert [e["da"] for e in one["timeline"]] == [e["da"] for e in other["timeline"]]


def test_simulate_says_what_a_case_waits_for() -> None:
    """Where a body stays silent."""
    ran = sagsgang("route", "simulate", "orientering", "--answer", "note.dassos=silent", "--concerned", "dassos")

    assert ran.code == 0
    assert ran.out.splitlines()[-1] == (
        "Sagen er ikke slut; den venter på DASSOS / the case has not ended; it waits for DASSOS"
    )


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ("dassos=approved", 2, "write --answer STEP.BODY=OUTCOME"),
        ("dassos.dassos=noted", 1, "choose one of approved"),
        ("dasos.dassos=approved", 1, 'did you mean "dassos"?'),
    ],
    ids=["no answer", "an outcome of another ask", "no such step"],
)
def test_simulate_refuses_answers_that_cannot_be(answer: str, code: int, said: str) -> None:
    """With the mend, never a trace."""
    ran = sagsgang("route", "simulate", "cu-afrapportering", "--answer", answer)

    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_list_and_show_know_every_version(tmp_path: Path) -> None:
    """The list names them; show takes the newest, or the one that is named."""
    folder = tmp_path / "vores"
    shutil.copytree(MIDTJYLLAND, folder)
    (folder / "routes" / "cu.v2.toml").write_text(CU.read_text("utf-8").replace("version = 1", "version = 2"), "utf-8")
    environment = {"SAGSGANG_ORGANISATION": str(folder)}

    def ran(*words: str) -> Ran:
        return sagsgang("route", *words, "--json", environment=environment)

    listed = {item["id"]: item["versions"] for item in ran("list").json["items"]}
    shown = [ran("show", "cu-afrapportering", *more).json["version"] for more in ([], ["--version", "1"])]
    assert listed["cu-afrapportering"] == [1, 2]
    assert shown == [2, 1]
    assert "choose one of 1, 2" in ran("show", "cu-afrapportering", "--version", "3").problem["detail"]


EVERYTHING = """
id = "alt"
version = 1
name = { da = "Alt", en = "Everything" }
source = "Kilde."
binds = "a"
ending = { status = "approved", result_of = "a", rejected_by = ["not_enough"] }
entry_into_force = { date = 2022-08-01, provided = ["a"], replaces = "aftalen fra 2011" }

[[steps]]
id = "a"
name = { da = "A", en = "A" }
ask = "approve"
bodies = ["dassos", "kd-net"]
mode = "written_procedure"
window_days = 7
complete = "enough"
at_least = 1
must_have = ["dassos"]
counts = { noted = "dissent" }
counts_corrections = true
ends_on = ["rejected", "not_enough"]
reminders = [{ days_before_due = 2 }, { days_after_due = 1 }]

[[steps]]
id = "b"
name = { da = "B", en = "B" }
ask = "receive"
bodies = ["social-og-boligstyrelsen"]
mode = "own_process"
after = ["a"]
opens_after_days = 180
due = "days"
due_days = 30
when = [{ attribute = "kind", is = "closure" }]

[[steps]]
id = "c"
name = { da = "C", en = "C" }
ask = "approve"
bodies = ["dassos"]
mode = "meeting"
after = ["b"]
opens_on = "held_on"
due = "attribute"
due_on = "held_by"
returned_to = "b"
closes = [{ step = "d", result = "closed" }]

[[steps]]
id = "d"
name = { da = "D", en = "D" }
ask = "note"
bodies = ["dassos"]
mode = "meeting"
opened_by = { step = "b", outcome = "plan_requested" }
keeps_case_open = true
due = "asked"
"""


def test_show_tells_everything_that_a_route_says(tmp_path: Path) -> None:
    """Every key of the file has its words."""
    folder = tmp_path / "vores"
    shutil.copytree(MIDTJYLLAND, folder)
    (folder / "routes" / "alt.toml").write_text(EVERYTHING, "utf-8")

    text = sagsgang("route", "show", "alt", environment={"SAGSGANG_ORGANISATION": str(folder)}).out

    for words in (
        "skriftlig godkendelse",
        "mindst 1; heraf dassos; afsluttes straks, når det er nok",
        "tæller / counts: Taget til efterretning = dissent",
        "rettelser tæller også bagefter",
        "sagen afvises ved / the case ends as rejected by: Afvist (rejected), Ikke nok (not_enough)",
        "frist / due: 7 dage efter åbningen",
        "tavshed / silence: ",
        "påmindes / reminded: 2 dage før fristen",
        "påmindes / reminded: 1 dage efter fristen",
        "åbner efter / opens after: 180 dage",
        "frist / due: 30 dage efter åbningen",
        "kun hvis kind er closure",
        "åbner på datoen / opens on the date: held_on",
        "frist / due: datoen / the date held_by",
        "igen fra / sent back, it goes again from: b",
        "afslutter / closes: d (closed)",
        "åbnes af / opened by: b, plan_requested",
        "holder sagen åben",
        "frist / due: den stillede frist",
        "sagens frist gælder / the deadline binds: a",
        "tilrettes af / revised by: secretariat",
        "ender som / ends as: approved, resultat af / result of: a",
        "ender som afvist ved / ends as rejected by: Ikke nok (not_enough)",
        "træder i kraft / enters into force: 2022-08-01, hvis / if: a",
        "erstatter / replaces: aftalen fra 2011",
    ):
        assert words in text, words
