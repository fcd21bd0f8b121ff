# SPDX-License-Identifier: EUPL-1.2
"""The commands about routes, which need nothing running."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.route import organisation_folder
from runtime.settings import Settings
from tests.cli.command import sagsgang

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


def test_show_draws_a_flow_chart() -> None:
    """Order as full arrows, what an outcome opens as a broken one."""
    text = sagsgang("route", "show", "cu-afrapportering", "--format", "mermaid").out

    assert text.startswith("flowchart TD\n")
    assert "step-dassos --> step-kd-net" in text
    assert "step-agency -. questions_asked .-> step-reply" in text


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
    bodies = (other / "bodies.toml").read_text("utf-8").replace('"kd-net"', '"kd-net-of-others"')
    (other / "bodies.toml").write_text(bodies, "utf-8")

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
