# SPDX-License-Identifier: EUPL-1.2
"""Another joint secretariat, with eleven councils and a route of its own, runs from a data folder alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from domain.case import Status
from organisations.load import load_organisation
from tests.domain.desk import MIDTJYLLAND, Desk

COUNCILS = (
    ("broenderslev", "Brønderslev", "810", "29189501"),
    ("frederikshavn", "Frederikshavn", "813", "29189498"),
    ("hjoerring", "Hjørring", "860", "29189382"),
    ("jammerbugt", "Jammerbugt", "849", "29189439"),
    ("laesoe", "Læsø", "825", "45973328"),
    ("mariagerfjord", "Mariagerfjord", "846", "29189455"),
    ("morsoe", "Morsø", "773", "41333014"),
    ("rebild", "Rebild", "840", "29189463"),
    ("thisted", "Thisted", "787", "29189560"),
    ("vesthimmerland", "Vesthimmerland", "820", "29189471"),
    ("aalborg", "Aalborg", "851", "29189420"),
)

ORGANISATION = """
id = "nordjylland"
name = { da = "Nordjylland", en = "North Jutland" }
"""
ROUTE = """
id = "udviklingsstrategi"
version = 1
name = { da = "Udviklingsstrategi", en = "Development strategy" }
source = "DAS indstiller, og mindst ni kommuner, heriblandt Aalborg, godkender."
binds = "councils"
ending = { status = "approved", result_of = "councils", rejected_by = ["not_enough"] }

[[steps]]
id = "das"
name = { da = "DAS indstiller", en = "DAS recommends" }
ask = "recommend"
bodies = ["das"]
mode = "meeting"

[[steps]]
id = "councils"
name = { da = "Kommunerne godkender", en = "The municipalities approve" }
ask = "approve"
group = "councils"
mode = "own_process"
after = ["das"]
due = "deadline"
at_least = 9
must_have = ["aalborg"]
counts = { noted = "dissent" }
"""


def write_organisation(folder: Path) -> Path:
    """The data folder of the other secretariat."""
    (folder / "routes").mkdir(parents=True)
    (folder / "organisation.toml").write_text(ORGANISATION, "utf-8")
    (folder / "bodies.toml").write_text("".join(_bodies()), "utf-8")
    members = ", ".join(f'{{ body = "{body}" }}' for body, *_ in COUNCILS)
    group = f'[[group]]\nid = "councils"\nname = {{ da = "Kommuner", en = "Municipalities" }}\nmembers = [{members}]\n'
    (folder / "groups.toml").write_text(group, "utf-8")
    (folder / "routes" / "udviklingsstrategi.toml").write_text(ROUTE, "utf-8")
    (folder / "routes" / "kommissorium.toml").write_text(
        (MIDTJYLLAND / "routes" / "kommissorium.toml").read_text("utf-8").replace('"dassos"', '"das"'), "utf-8"
    )
    return folder


def _bodies() -> list[str]:
    councils = [
        f'[[body]]\nid = "{body}"\nnames = [{{ da = "{name}", en = "{name}" }}]\nkind = "city_council"\n'
        f'decides = ["own_process"]\nauthority_code = "{code}"\ncvr = "{cvr}"\nsort_key = "{number:02}"\n\n'
        for number, (body, name, code, cvr) in enumerate(COUNCILS)
    ]
    others = [
        f'[[body]]\nid = "{body}"\nnames = [{{ da = "{name}", en = "{name}" }}]\nkind = "{kind}"\n'
        f'decides = ["{how}"]\nsort_key = "{key}"\n\n'
        for body, name, kind, how, key in (
            ("das", "DAS", "steering_group", "meetings", "a"),
            ("secretariat", "Sekretariatet", "secretariat", "own_process", "b"),
        )
    ]
    return [*councils, *others]


def test_another_organisation_runs_a_route_of_its_own(tmp_path: Path) -> None:
    """Nine of eleven, among them Aalborg, carry the strategy; two only note it."""
    desk = Desk("2025-01-06", load_organisation(write_organisation(tmp_path / "nordjylland")))
    desk.open("udviklingsstrategi", title="Strategi 2026", deadline=date(2025, 6, 30))
    desk.answers("das", "recommended")
    assert len(desk.case.waiting_for()) == 11

    for number, body in enumerate(desk.case.waiting_for()):
        desk.answers(body, "noted" if number < 2 else "approved")

    assert (desk.case.status, desk.case.result) == (Status.APPROVED, "approved")


def test_a_route_of_the_first_organisation_serves_the_second_with_its_own_body(tmp_path: Path) -> None:
    """Only the body's name in the data differs."""
    desk = Desk("2025-01-06", load_organisation(write_organisation(tmp_path / "nordjylland")))
    desk.open("kommissorium", title="Kommissorium")
    desk.answers("das", "approved")

    assert desk.case.status == Status.APPROVED
