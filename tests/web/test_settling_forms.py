# SPDX-License-Identifier: EUPL-1.2
"""Conditions, tasks, decisions, inquiries, renewals and the rest by form: told beforehand, done once."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from domain.additions import Addition
from domain.answering import Reply
from tests.domain.desk import MIDTJYLLAND
from tests.fixtures.servers import Database
from tests.web.conftest import running_office
from tests.web.filling import coming, confirm, do, fill_in, form_of
from tests.web.office import OPENED_ON, Office
from tests.web.test_access import sign_in
from tests.web.test_commands import NEWER
from tests.web.test_pages import APPROVED, check

PDF = {"sha256": "0" * 64, "size": 10}
KREDIT = Reply(
    "approved_on_condition",
    OPENED_ON,
    conditions=(Addition(text="Økonomi beskrives"), Addition(text="Takster udgår")),
    tasks=(Addition(text="Send skema", responsible="aarhus", due=date(2025, 4, 1)),),
)


@pytest.fixture
async def case(office: Office) -> UUID:
    """A case that DASSOS has approved on two conditions, with a task, and that has a paper."""
    found = office.open_case()
    office.cases.add_paper(found, office.command(), name="a.pdf", **PDF)
    office.cases.answer(found, office.command(), "dassos", KREDIT, "secretariat")
    office.cases.advance(found)
    office.project()
    await sign_in(office)
    return found


def to(case: UUID, action: str) -> str:
    """Where a form is."""
    return f"/cases/{case}/actions/{action}"


async def test_conditions_are_met_and_waived_where_they_stand(office: Office, case: UUID) -> None:
    """Each by the link beside it, which names it."""
    page = (await office.client.get(f"/cases/{case}")).text
    met = await do(office, to(case, "meet-condition?condition=1"), version="1")
    office.project()
    waived = await do(office, to(case, "waive-condition?condition=2"), reason="Frafaldet på mødet")
    found = office.cases.get(case)

    assert f'href="/cases/{case}/actions/meet-condition?condition=1"' in page
    assert len(met) >= 1
    assert "Frafaldet på mødet" in " ".join(waived)
    assert [str(one.state) for one in found.conditions] == ["met", "waived"]
    assert found.conditions[0].version == 1


async def test_a_confirmation_never_turns_to_another_condition(office: Office, case: UUID) -> None:
    """The one that was confirmed is gone meanwhile: the one that is left is not taken in its place."""
    told = await fill_in(office, to(case, "waive-condition?condition=1"), reason="Frafaldet")
    office.cases.waive_condition(case, office.command(), 1, "Af en anden")
    office.project()
    late = await office.client.post(to(case, "waive-condition"), data=form_of(told))

    assert late.status_code == 422
    assert office.cases.get(case).conditions[1].is_open


async def test_a_contradiction_is_marked_and_settled(office: Office, case: UUID) -> None:
    """Which conditions stand is ticked off."""
    await do(office, to(case, "mark-contradiction"), conditions=["1", "2"], reason="Kan ikke begge")
    office.project()
    await do(office, to(case, "settle-contradiction?contradiction=1"), stand=["2"], reason="Drøftet")
    found = office.cases.get(case)

    assert found.contradictions[0].stand == [2]
    assert [one.is_open for one in found.conditions] == [False, True]


async def test_one_condition_contradicts_nothing(office: Office, case: UUID) -> None:
    """It is said at the field, in Danish, and what was ticked stays so."""
    page = await fill_in(office, to(case, "mark-contradiction"), conditions=["1"])

    assert page.status_code == 422
    assert 'id="error-conditions"' in page.text
    assert "Vælg mindst to" in page.text
    assert form_of(page)["conditions"] == ["1"]


async def test_a_condition_is_added_afterwards(office: Office, case: UUID) -> None:
    """For a body that has answered."""
    await do(office, to(case, "set-condition"), body="dassos", text="Bilag 2 rettes", kind="editorial")
    added = office.cases.get(case).conditions[-1]

    assert (added.text, added.kind, added.body) == ("Bilag 2 rettes", "editorial", "dassos")


async def test_a_task_is_chased_and_done(office: Office, case: UUID) -> None:
    """By whom is chosen by a body's name, or written."""
    await do(office, to(case, "chase-task?task=1"))
    office.project()
    await do(office, to(case, "finish-task?task=1"), done_by="Aarhus Kommune")
    task = office.cases.get(case).tasks[0]

    assert (task.chased, str(task.state), task.done_on, task.done_by) == (1, "done", "2025-03-18", "aarhus")


async def test_a_task_is_called_off(office: Office, case: UUID) -> None:
    """By the body that no longer wants it."""
    await do(office, to(case, "cancel-task?task=1"), body="dassos", reason="Parkeret")

    assert office.cases.get(case).tasks[0].cancelled_by == "dassos"


async def test_a_decision_is_recorded_with_its_tasks(office: Office, case: UUID) -> None:
    """There is room for one more task without a script; what it calls off is called off."""
    address = to(case, "decide")
    filled = {"body": "dassos", "text": "Skemaet skal revideres", "tasks__0__text": "Revidér", "more": "tasks"}
    longer = await fill_in(office, address, **filled)
    form = form_of(longer) | {"tasks.1.text": ["Send ud"], "tasks.1.responsible": ["Skive Kommune"], "cancels": ["1"]}
    told = await office.client.post(address, data=form)
    done = await confirm(office, address, told)
    found = office.cases.get(case)

    assert "tasks.1.text" in form_of(longer)
    assert any("Skemaet skal revideres" in line for line in coming(told))
    assert done.status_code == 303
    assert [(t.text, t.responsible, t.is_open) for t in found.tasks] == [
        ("Send skema", "aarhus", False),
        ("Revidér", None, True),
        ("Send ud", "skive", True),
    ]


async def test_an_inquiry_is_asked_and_ended(office: Office, case: UUID) -> None:
    """Of the bodies that are ticked off; one at a time."""
    told = await do(office, to(case, "inquire"), bodies=["aarhus", "skive"], question="Hvor mange?", due="2025-04-10")
    office.project()
    again = await office.client.get(to(case, "inquire"))
    ended = await do(office, to(case, "end-inquiry"), reason="Fundet i papirerne")

    assert any("Aarhus Kommune" in line for line in told)
    assert again.status_code == 409
    assert ended != []
    assert office.cases.get(case).open_inquiry is None


async def test_a_decided_case_is_treated_anew(office: Office) -> None:
    """A linked case is told of, opened once, and shown."""
    case, _ = office.open_case(route="orientering"), await sign_in(office)
    office.cases.answer(case, office.command(), "dassos", Reply("noted", OPENED_ON), "secretariat")
    office.cases.advance(case)
    office.project()
    told = await fill_in(office, to(case, "renew"), concerned=["dassos"], reason="Nye oplysninger")
    done = [await confirm(office, to(case, "renew"), told) for _ in range(2)]
    found = office.cases.get(case)

    assert len(coming(told)) > 2
    assert len(found.renewed_by) == 1
    assert {answer.headers["location"].partition("?")[0] for answer in done} >= {f"/cases/{found.renewed_by[0]}"}
    assert office.cases.get(UUID(found.renewed_by[0])).renews == str(case)


async def test_an_attribute_is_set_as_its_route_takes_it(office: Office) -> None:
    """Chosen first, then filled in with what it is now."""
    case, _ = (
        office.open_case(route="kapacitetsaendring", attributes={"kind": "new", "places": 4}),
        await sign_in(office),
    )
    office.project()
    address = to(case, "set-attribute?attribute=places")
    form = form_of(await office.client.get(address))
    await do(office, address, value="12", reason="Rettet")

    assert form["value"] == ["4"]
    assert office.cases.get(case).attributes["places"] == 12


async def test_bodies_own_work_is_reported_done(office: Office) -> None:
    """A step in which the secretariat writes or gathers."""
    case, _ = office.open_case(route="samarbejdsaftale", attributes={"hearing_by": "2025-05-01"}), await sign_in(office)
    office.project()
    await do(office, to(case, "own-work?step=draft"))

    assert office.events(case)[-1] == "case.answer_recorded"


async def test_a_link_is_shown_once_and_withdrawn(office: Office, case: UUID) -> None:
    """It opens the answer page until then; a repeat makes no second one."""
    told = await fill_in(office, to(case, "make-link?step=kd-net"), body="kd-net")
    made = [await office.client.post(to(case, "make-link"), data=form_of(told)) for _ in range(2)]
    url = (
        form_of(made[0])["made"]
        if "made" in form_of(made[0])
        else [made[0].text.split('readonly value="')[1].split('"')[0]]
    )
    path = url[0].removeprefix("http://test")
    opens = await office.client.get(path)
    page = (await office.client.get(f"/cases/{case}")).text
    listed = page.split("withdraw-link?link=")[1].split('"')[0]
    await do(office, to(case, f"withdraw-link?link={listed}"))

    assert made[0].text.count(path) == made[1].text.count(path) == 1
    assert path not in page
    assert page.count("withdraw-link?link=") == 1
    assert opens.status_code == 200
    assert (await office.client.get(path)).status_code == 410


async def test_an_answer_carries_conditions_tasks_and_minutes(office: Office) -> None:
    """All of it filled in by one form, the rare things folded away."""
    case, _ = office.open_case(), await sign_in(office)
    office.project()
    address = to(case, "answer?step=dassos&body=dassos")
    empty = await office.client.get(address)
    await do(
        office,
        address,
        outcome="approved_on_condition",
        decided_by="chair",
        conditions__0__text="Økonomi",
        conditions__0__responsible="Sekretariatet",
        tasks__0__text="Skriv",
        meeting_on="2025-03-17",
        agenda_item="4a",
        wording="DASSOS godkendte",
        dissent__0__who="Lemvig",
        dissent__0__text="Er imod",
        source="minutes",
    )
    found = office.cases.get(case)
    said = found.answer("dassos", 1, "dassos")

    assert "<details" in empty.text
    assert '<details class="rare" open' not in empty.text
    assert [c.text for c in found.conditions] == ["Økonomi"]
    assert [t.text for t in found.tasks] == ["Skriv"]
    assert (said.decided_by, said.agenda_item, said.wording, said.source) == (
        "chair",
        "4a",
        "DASSOS godkendte",
        "minutes",
    )
    assert said.dissent == [{"who": "Lemvig", "text": "Er imod"}]
    assert str(said.meeting_on) == "2025-03-17"


async def test_a_correction_shows_what_was_said(office: Office, case: UUID) -> None:
    """And what is changed there is changed, the rest stays."""
    address = to(case, "answer?step=dassos&body=dassos")
    form = form_of(await office.client.get(address))
    await do(office, address, conditions__1__text="", wording="Godkendt på betingelse")
    found = office.cases.get(case)

    assert form["outcome"] == ["approved_on_condition"]
    assert form["conditions.1.text"] == ["Takster udgår"]
    assert form["tasks.0.responsible"] == ["Aarhus Kommune"]
    assert [str(c.state) for c in found.conditions] == ["open", "withdrawn"]
    assert [(t.responsible, t.is_open) for t in found.tasks] == [("aarhus", True)]


async def test_the_agencys_questions_go_on_to_bodies(office: Office) -> None:
    """Those that are ticked off are asked in an inquiry."""
    case = office.open_case(*APPROVED, deadline=date(2025, 6, 1))
    await sign_in(office)
    office.cases.submit(case, office.command())
    office.cases.advance(case)
    office.project()
    told = await do(
        office,
        to(case, "answer?step=agency&body=social-og-boligstyrelsen"),
        outcome="questions_asked",
        due="2025-05-01",
        to=["aarhus", "skive"],
        bodies_due="2025-04-20",
    )
    office.cases.advance(case)

    assert any("Skive Kommune" in line for line in told)
    assert sorted(office.cases.get(case).open_inquiry.asked) == ["aarhus", "skive"]  # type: ignore[union-attr]


async def test_who_only_reads_sees_no_links_to_forms(office: Office, case: UUID) -> None:
    """Nor does anybody who looks at a past day."""
    past = (await office.client.get(f"/cases/{case}?as_of=2025-03-18")).text
    await sign_in(office, "leadership")
    page = (await office.client.get(f"/cases/{case}")).text

    check(page)
    assert "/actions/" not in page
    assert "/actions/" not in past


async def test_who_joined_leaves_by_a_new_answer(office: Office) -> None:
    """It corrects nothing: that it took part stands."""
    case, _ = office.open_case(route="tilslutning", deadline=date(2025, 3, 20)), await sign_in(office)
    office.cases.answer(case, office.command(), "skive", Reply("joined", OPENED_ON), "secretariat")
    office.cases.advance(case)
    office.project()
    address = to(case, "answer?step=join&body=skive")
    form = await office.client.get(address)
    told = await do(office, address, outcome="left")

    assert "Retter svaret" in form.text
    assert told != []
    assert "case.answer_corrected" not in office.events(case)


async def test_several_asks_are_answered_at_once(database: Database, tmp_path: Path) -> None:
    """One choice for each; the first must be made."""
    route = (MIDTJYLLAND / "routes" / "orientering.toml").read_text("utf-8")
    folder = tmp_path / "organisation"
    shutil.copytree(MIDTJYLLAND, folder)
    more = route.replace('ask = "note"', 'ask = "note"\nalso_asks = ["discuss"]')
    (folder / "routes" / "orientering.toml").write_text(more, "utf-8")
    async with running_office(database.service_url, tmp_path / "data", organisation=folder) as office:
        case, _ = office.open_case(route="orientering"), await sign_in(office)
        office.project()
        address = to(case, f"answer?step={office.cases.get(case).route.steps[0].id}&body=dassos")
        await do(office, address, outcome="noted", also__discuss="discussed", points="Økonomi\nTakster")
        said = office.cases.get(case).answer(office.cases.get(case).route.steps[0].id, 1, "dassos")

        assert said.words == {"note": "noted", "discuss": "discussed"}
        assert said.points == ["Økonomi", "Takster"]


async def test_a_case_moves_to_a_newer_version(database: Database, tmp_path: Path) -> None:
    """What is otherwise there is told beforehand."""
    folder = tmp_path / "organisation"
    shutil.copytree(MIDTJYLLAND, folder)
    async with running_office(database.service_url, tmp_path / "data", organisation=folder) as office:
        case = office.open_case(route="orientering")
    (folder / "routes" / "orientering.v2.toml").write_text(NEWER, "utf-8")
    async with running_office(database.service_url, tmp_path / "data", organisation=folder) as office:
        await sign_in(office)
        office.project()
        told = await do(office, to(case, "migrate"), to_version="2")

        assert "Nyt trin: »Følger op«." in told
        assert office.cases.get(case).route.version == 2


async def test_a_material_paper_asks_those_again_who_are_ticked_off(office: Office, case: UUID) -> None:
    """By the form for a paper, which says what it does before the file is sent."""
    form = form_of(await office.client.get(to(case, "paper")))
    data = {**form, "change": ["material"], "material_for": ["dassos"], "sure": ["true"]}
    taken = await office.client.post(f"/cases/{case}/papers", data=data, files={"file": ("b.pdf", b"b")})
    found = office.cases.get(case).papers[-1]

    assert taken.status_code == 303
    assert (found.change, list(found.material_for or [])) == ("material", ["dassos"])
