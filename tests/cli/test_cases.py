# SPDX-License-Identifier: EUPL-1.2
"""The commands about cases, against a real log and real views."""

from __future__ import annotations

import getpass
import shutil
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from cli.waiting import SECONDS
from domain.commands import Actor, Command
from domain.dates import danish_date
from projections.forecasting import Forecaster
from runtime.clock import real_now
from tests.cli.conftest import Desk
from tests.domain.desk import MIDTJYLLAND
from tests.web.test_commands import NEWER

SECRETARY = Actor("Anna", "secretariat", "cli")
TODAY = danish_date(datetime.now(UTC))
NEXT_MONTH = (TODAY + timedelta(days=30)).isoformat()
NEXT_YEAR = (TODAY + timedelta(days=365)).isoformat()


def test_open_prints_the_case(desk: Desk) -> None:
    """One document, with what the command line said."""
    words = ["--deadline", NEXT_MONTH, "--reference", "CU-1", "--set", "places=12", "--set", "kind=closure"]

    ran = desk("case", "open", "--route", "cu-afrapportering", "--title", "Svar", *words, "--json")

    found = {key: ran.json[key] for key in ("title", "deadline", "reference", "attributes", "status")}
    attributes = {"places": 12, "kind": "closure"}
    assert (ran.code, ran.err) == (0, "")
    assert found == {
        "title": "Svar",
        "deadline": NEXT_MONTH,
        "reference": "CU-1",
        "attributes": attributes,
        "status": "running",
    }


def test_open_asks_the_bodies_that_are_concerned(desk: Desk) -> None:
    """Where the route asks them."""
    case = desk.opens("--concerned", "skive", "--concerned", "lemvig", route="orientering")

    assert [answer["body"] for answer in desk.shows(case)["steps"][0]["answers"]] == ["skive", "lemvig"]


def test_open_takes_papers(desk: Desk, tmp_path: Path) -> None:
    """Each file is a version, in the order given."""
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for file in files:
        file.write_text(file.name)

    case = desk.opens("--paper", str(files[0]), "--paper", str(files[1]), route="orientering")

    assert [(p["number"], p["name"], p["size"]) for p in desk.shows(case)["papers"]] == [
        (1, "a.txt", 5),
        (2, "b.txt", 5),
    ]


def test_a_paper_that_is_not_there_opens_nothing(desk: Desk, tmp_path: Path) -> None:
    """The files are read first."""
    ran = desk("case", "open", "--route", "orientering", "--title", "T", "--paper", str(tmp_path / "none.pdf"))

    assert ran.code == 1
    assert "none.pdf" in ran.err
    assert desk("case", "list", "--json").json["items"] == []


def test_a_refusal_says_what_to_mend(desk: Desk) -> None:
    """Of the domain, with the option's name, and nothing on stdout."""
    ran = desk("case", "open", "--route", "nonesuch", "--title", "T", "--json")

    assert (ran.code, ran.out, ran.problem["field"]) == (1, "", "route")
    assert "orientering" in ran.problem["detail"]


def test_show_counts_the_answers_and_names_who_is_awaited(desk: Desk) -> None:
    """For people: x of y, and bodies by name."""
    case = desk.opens("--concerned", "skive", "--concerned", "lemvig", route="orientering")
    desk("answer", case, "--body", "skive", "--outcome", "noted")

    text = desk("case", "show", case).out

    assert "1 af 2" in text
    assert "Lemvig" in text
    assert "Skive" not in text


def test_show_gives_an_earlier_moment(desk: Desk) -> None:
    """As of a time before the answer."""
    case = desk.opens(route="orientering")
    before = datetime.now(UTC).isoformat()
    desk("answer", case, "--body", "dassos", "--outcome", "noted")

    states = [desk.shows(case, *words)["steps"][0]["answers"][0]["state"] for words in ([], ["--as-of", before])]

    assert states == ["answered", "awaiting"]


def test_a_case_that_was_not_there_yet_is_refused(desk: Desk) -> None:
    """As of a day before it was opened."""
    case = desk.opens(route="orientering")

    assert desk("case", "show", case, "--as-of", "2020-01-01").code == 1
    assert desk("case", "timeline", case, "--as-of", "2020-01-01").code == 1


def test_an_unknown_case_is_refused(desk: Desk) -> None:
    """By every command that names one."""
    for words in (["show"], ["timeline"], ["resume"], ["withdraw", "--reason", "x"]):
        ran = desk("case", words[0], str(uuid4()), *words[1:], "--json")

        assert (ran.code, ran.problem["code"]) == (1, "case_not_found")


def test_timeline_tells_a_sentence_an_event(desk: Desk) -> None:
    """As many lines as events, and the same as JSON."""
    case = desk.opens(route="orientering")

    lines = desk("case", "timeline", case).out.splitlines()
    items = desk("case", "timeline", case, "--json").json["items"]

    assert len(lines) == len(items) == len(list(desk.cases.history(UUID(case))))
    assert all(item["da"] in line for item, line in zip(items, lines, strict=True))


def test_set_alters_what_the_route_asks_about(desk: Desk) -> None:
    """With a reason, and shown to people."""
    case = desk.opens("--set", f"hearing_by={NEXT_MONTH}", route="samarbejdsaftale")

    ran = desk("case", "set", case, f"in_force_on={NEXT_YEAR}", "--reason", "ventes", "--json")

    assert (ran.code, ran.json["attributes"]) == (0, {"hearing_by": NEXT_MONTH, "in_force_on": NEXT_YEAR})
    shown = desk("case", "show", case).out
    assert "Ventes i kraft" in shown
    assert "Erstatter / replaces: aftalen fra 2011" in shown


def test_set_refuses_what_the_route_does_not_ask_about(desk: Desk) -> None:
    """Naming what it does; a pair that is none is bad usage."""
    case = desk.opens("--set", f"hearing_by={NEXT_MONTH}", route="samarbejdsaftale")

    ran = desk("case", "set", case, "places=3", "--reason", "x", "--json")

    assert (ran.code, ran.problem["field"]) == (1, "attribute")
    assert "in_force_on" in ran.problem["detail"]
    assert desk("case", "set", case, "places", "--reason", "x").code == 2


def test_migrate_moves_a_case_or_tells_every_reason(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line each for people, a list in JSON; the show command tells when the follow-up opens."""
    moving, hindered = desk.opens(route="orientering"), desk.opens(route="orientering")
    folder = tmp_path / "vores"
    shutil.copytree(MIDTJYLLAND, folder)
    newer = folder / "routes" / "orientering.v2.toml"
    newer.write_text(NEWER, "utf-8")
    monkeypatch.setenv("SAGSGANG_ORGANISATION", str(folder))
    assert desk("case", "migrate", moving, "--to-version", "2", "--reason", "opfølgning", "--json").code == 0
    desk("answer", moving, "--body", "dassos", "--outcome", "noted")
    desk.moves_on(moving)
    shown = desk("case", "show", moving)
    newer.write_text(NEWER.replace('"note"\nbodies', '"approve"\nbodies').replace('["dassos"]', '["kd-net"]'), "utf-8")

    told, listed = (desk("case", "migrate", hindered, "--to-version", "2", *more) for more in ([], ["--json"]))

    assert desk.shows(moving)["route"]["version"] == 2
    assert "åbner / opens" in shown.out
    assert "Foreløbigt resultat" in shown.out
    assert (told.code, len(told.err.splitlines())) == (1, 3)
    assert [error["field"] for error in listed.problem["errors"]] == ["steps[note]", "steps[note]"]
    assert listed.problem["code"] == "several_conflicts"


def test_list_gives_pages(desk: Desk) -> None:
    """Newest first, with a cursor to the next."""
    first, second = desk.opens(route="orientering"), desk.opens(route="orientering")

    page = desk("case", "list", "--limit", "1", "--json").json
    rest = desk("case", "list", "--cursor", page["next"], "--json").json

    assert [item["id"] for item in (*page["items"], *rest["items"])] == [second, first]
    assert rest["next"] is None


def test_list_is_filtered(desk: Desk) -> None:
    """By who is waited for."""
    case = desk.opens("--concerned", "skive", route="orientering")
    desk.opens(route="orientering")

    found = desk("case", "list", "--waiting-for", "skive", "--json").json["items"]

    assert [item["id"] for item in found] == [case]


def test_list_is_filtered_by_what_is_expected(desk: Desk) -> None:
    """Only what is planned so; a word that is none is refused."""
    late = desk.opens("--deadline", danish_date(real_now()).isoformat())
    desk.opens(route="orientering")
    with closing(Forecaster(desk.url, desk.cases)) as forecaster:
        while forecaster.turn():
            pass
    found = desk("case", "list", "--standing", "late", "--json").json["items"]

    assert [(item["id"], item["forecast"]["standing"]) for item in found] == [(late, "late")]
    assert "For sent / Late" in desk("case", "list").out
    assert desk("case", "list", "--standing", "lost", "--json").code == 2


def test_markup_in_a_title_is_text(desk: Desk) -> None:
    """Of whatever kind."""
    desk("case", "open", "--route", "orientering", "--title", "[red]x")

    assert "[red]x" in desk("case", "list").out


def test_suspend_resume_extend_and_withdraw_move_the_case(desk: Desk) -> None:
    """Each prints the case as it then stands."""
    case = desk.opens("--deadline", NEXT_MONTH)

    suspended = desk("case", "suspend", case, "--reason", "valg", "--json").json
    resumed = desk("case", "resume", case, "--json").json
    extended = desk("case", "extend", case, "--deadline", NEXT_YEAR, "--reason", "aftalt", "--json").json
    withdrawn = desk("case", "withdraw", case, "--reason", "bortfaldet", "--json").json

    states = [document["status"] for document in (suspended, resumed, extended, withdrawn)]
    assert states == ["suspended", "running", "running", "withdrawn"]
    assert extended["deadline"] == NEXT_YEAR


def test_submit_is_refused_before_its_step_is_open(desk: Desk) -> None:
    """With the reason."""
    ran = desk("case", "submit", desk.opens("--deadline", NEXT_MONTH), "--json")

    assert (ran.code, ran.problem["code"]) == (1, "step_not_open")


def test_resubmit_answers_the_open_revision(desk: Desk) -> None:
    """After a rejection the step is asked again."""
    case = desk.opens("--deadline", NEXT_MONTH)
    desk("answer", case, "--body", "dassos", "--outcome", "rejected")
    desk.moves_on(case)

    assert desk("case", "resubmit", case).code == 0
    assert desk.shows(desk.moves_on(case))["steps"][0]["round"] == 1 + 1


def test_paper_add_gives_the_next_version(desk: Desk, tmp_path: Path) -> None:
    """Numbered on."""
    case = desk.opens(route="orientering")
    (tmp_path / "bilag.pdf").write_bytes(b"%PDF")

    papers = desk("case", "paper", "add", case, str(tmp_path / "bilag.pdf"), "--json").json["papers"]

    assert [(paper["number"], paper["name"]) for paper in papers] == [(1, "bilag.pdf")]


def test_a_material_version_is_shown_by_consents(desk: Desk, tmp_path: Path) -> None:
    """Who has answered is asked again; the matrix is a table, or JSON."""
    case = desk.opens("--deadline", NEXT_MONTH)
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    desk("case", "paper", "add", case, str(tmp_path / "a.pdf"))
    desk("answer", case, "--body", "dassos", "--outcome", "approved")
    desk.moves_on(case)
    added = desk("case", "paper", "add", case, str(tmp_path / "a.pdf"), "--material", "--for", "dassos", "--json")
    assert added.json["steps"][0]["asked_again"] == ["dassos"]

    matrix = desk("case", "consents", case, "--json").json
    table = desk("case", "consents", case)

    assert [cell["state"] for cell in matrix["steps"][0]["rows"][0]["cells"]] == ["answered", "asked_again"]
    assert (table.code, "Spurgt igen" in table.out, "Version 2" in table.out) == (0, True, True)


def test_a_version_for_somebody_must_be_material(desk: Desk, tmp_path: Path) -> None:
    """The refusal says so."""
    case = desk.opens(route="orientering")
    (tmp_path / "a.pdf").write_bytes(b"%PDF")

    ran = desk("case", "paper", "add", case, str(tmp_path / "a.pdf"), "--for", "dassos")

    assert (ran.code, "material for nobody" in ran.err) == (1, True)


def test_a_command_is_recorded_as_the_systems_user_by_cli(desk: Desk) -> None:
    """Who did it stays in the log."""
    case = desk.opens(route="orientering")

    opened = next(iter(desk.cases.history(UUID(case))))
    assert opened.actor == {"who": getpass.getuser(), "role": "secretariat", "how": "cli"}


def test_answer_is_dated_today_and_comes_from_the_secretariat(desk: Desk) -> None:
    """Unless the command line says otherwise."""
    case = desk.opens(route="orientering")

    receipt = desk("answer", case, "--body", "dassos", "--outcome", "noted", "--json").json

    answer = desk.shows(case)["steps"][0]["answers"][0]
    assert (receipt["accepted"], receipt["effect"], receipt["case"]) == (True, "counted", case)
    assert (answer["decided_on"], answer["source"]) == (TODAY.isoformat(), "secretariat")


def test_answer_takes_what_the_minutes_tell(desk: Desk) -> None:
    """Where from, when and under which item it was decided, in which words, and who voted against."""
    case = desk.opens(route="orientering")
    words = ["--source", "minutes", "--meeting-on", TODAY.isoformat(), "--agenda-item", "12a", "--wording", "Taget"]
    words += ["--protocol", "P1", "--dissent", "N. Nielsen: For dyrt", "--dissent", "M.", "--reservation", "budget"]

    desk("answer", case, "--body", "dassos", "--outcome", "noted", *words)

    answer = desk.shows(case)["steps"][0]["answers"][0]
    assert (answer["source"], answer["meeting_on"], answer["agenda_item"]) == ("minutes", TODAY.isoformat(), "12a")
    assert (answer["wording"], answer["protocol"], answer["reservation"]) == ("Taget", "P1", "budget")
    assert answer["dissent"] == [{"who": "N. Nielsen", "text": "For dyrt"}, {"who": "M.", "text": None}]


def test_answer_that_minutes_do_not_record_has_no_date(desk: Desk) -> None:
    """Nothing is invented, and the route goes on."""
    case = desk.opens(route="orientering")

    desk("answer", case, "--body", "dassos", "--outcome", "not_recorded", "--source", "minutes")

    step = desk.shows(case)["steps"][0]
    assert (step["answers"][0]["outcome"], step["answers"][0]["decided_on"]) == ("not_recorded", None)


@pytest.mark.parametrize("words", [["--source", "webhook"], ["--also", "discuss"], ["--also", "=discussed"]])
def test_answer_refuses_what_it_cannot_read(desk: Desk, words: list[str]) -> None:
    """As bad usage."""
    assert desk("answer", str(uuid4()), "--body", "dassos", "--outcome", "noted", *words).code == 2


def test_answer_speaks_to_asks_by_name(desk: Desk) -> None:
    """One that the step does not have is refused with those that it has."""
    case = desk.opens(route="orientering")

    ran = desk("answer", case, "--body", "dassos", "--outcome", "noted", "--also", "discuss=discussed", "--json")

    assert (ran.code, ran.problem["field"]) == (1, "also")
    assert desk("answer", case, "--body", "dassos", "--outcome", "noted", "--ask", "note").code == 0


def test_answer_may_be_early(desk: Desk) -> None:
    """A council that decides before it is asked."""
    case = desk.opens("--deadline", NEXT_MONTH)

    assert desk("answer", case, "--body", "lemvig", "--outcome", "noted", "--json").json["effect"] == "early"


def test_answer_delayed_tells_when_it_is_expected(desk: Desk) -> None:
    """No decision, and the body stays awaited."""
    case = desk.opens(route="orientering")

    desk("answer", case, "--body", "dassos", "--outcome", "delayed", "--expected-on", NEXT_MONTH)

    answer = desk.shows(case)["steps"][0]["answers"][0]
    assert (answer["state"], answer["expected_on"]) == ("delayed", NEXT_MONTH)


def test_answer_corrects_an_earlier_one(desk: Desk) -> None:
    """By the id of the one that was wrong."""
    case = desk.opens(route="orientering")
    desk("answer", case, "--body", "dassos", "--outcome", "noted")
    wrong = desk.shows(case)["steps"][0]["answers"][0]["message_id"]

    desk("answer", case, "--body", "dassos", "--outcome", "noted_with_remarks", "--corrects", wrong)

    answer = desk.shows(case)["steps"][0]["answers"][0]
    assert (answer["outcome"], answer["corrected"]) == ("noted_with_remarks", True)


def test_answering_twice_is_refused(desk: Desk) -> None:
    """A second one must be a correction."""
    case = desk.opens(route="orientering")
    words = ["answer", case, "--body", "dassos", "--outcome", "noted", "--json"]
    desk(*words)

    assert desk(*words).problem["code"] == "already_answered"


def test_an_answer_of_no_body_names_the_one_that_may_be_meant(desk: Desk) -> None:
    """There is no such body, which is another fault than a case that does not ask it."""
    case = desk.opens(route="orientering")

    unknown = desk("answer", case, "--body", "dasos", "--outcome", "noted", "--json")
    not_asked = desk("answer", case, "--body", "skive", "--outcome", "noted", "--json")

    assert (unknown.code, unknown.problem["code"]) == (1, "unknown_body")
    assert 'there is no body "dasos"; did you mean "dassos"?' in unknown.problem["detail"]
    assert (not_asked.code, not_asked.problem["code"]) == (1, "body_not_asked")


def test_the_beginning_of_an_id_names_a_case(desk: Desk) -> None:
    """Wherever a command takes an id, in small or capital letters."""
    case = desk.opens(route="orientering")
    desk.opens(route="orientering")

    shown = desk("case", "show", case[:6].upper(), "--json").json
    answered = desk("answer", case[:12], "--body", "dassos", "--outcome", "noted", "--json").json

    assert (shown["id"], answered["case"]) == (case, case)


def test_the_beginning_of_no_id_is_refused(desk: Desk) -> None:
    """As an unknown case is."""
    desk.opens(route="orientering")

    ran = desk("case", "show", "abcdef-", "--json")

    assert (ran.code, ran.problem["code"]) == (1, "case_not_found")
    assert "no case's id begins with 'abcdef-'" in ran.problem["detail"]


def test_a_beginning_that_several_ids_share_is_refused(desk: Desk) -> None:
    """With the ids that begin so."""
    ids = [UUID(f"6f9619ff-8b86-4d01-b42d-00c04fc964f{last}") for last in (1, 2)]
    for case_id in ids:
        taken = desk.cases.open(Command.by(SECRETARY), route="orientering", title="T", case_id=case_id)
    desk.awaits(taken.position)

    ran = desk("case", "show", "6f9619ff-8b", "--json")

    assert ran.code == 1
    assert "2 cases' ids begin with '6f9619ff-8b'" in ran.problem["detail"]
    assert all(str(case_id) in ran.problem["detail"] for case_id in ids)


@pytest.mark.parametrize("words", [["--as-of", "yesterday"], ["--as-of", "2025-05-02T12:00"]])
def test_a_moment_that_is_none_is_bad_usage(desk: Desk, words: list[str]) -> None:
    """As every option's value that cannot be, whatever the case."""
    ran = desk("case", "show", desk.opens(route="orientering"), *words, "--json")

    assert (ran.code, ran.problem["code"]) == (2, "bad_usage")


def test_a_cursor_that_is_none_is_bad_usage(desk: Desk) -> None:
    """Since the list never gave it."""
    assert desk("case", "list", "--cursor", "x", "--json").code == 2


def test_open_shows_the_first_step_open(desk: Desk) -> None:
    """When the parts that move cases along are ready, it waits for them."""
    desk.has_parts("worker", "relay", "projector", "notifier")

    with desk.moving_along():
        opened = desk("case", "open", "--route", "orientering", "--title", "T", "--json").json

    assert (opened["steps"][0]["state"], opened["effect"]) == ("open", "counted")


def test_open_does_not_wait_without_a_worker(desk: Desk) -> None:
    """It shows what there is."""
    desk.has_parts("relay", "projector", "notifier")
    started = time.monotonic()

    opened = desk("case", "open", "--route", "orientering", "--title", "T", "--json").json

    assert opened["steps"][0]["state"] == "waiting"
    assert time.monotonic() - started < SECONDS


def test_body_add_and_release_change_whom_a_step_asks(desk: Desk) -> None:
    """With a reason, which is kept."""
    case = desk.opens()
    words = (case, "--step", "dassos", "--reason", "Berørt")
    added = desk("case", "body", "add", *words, "--body", "skive", "--json").json
    released = desk("case", "body", "release", *words, "--body", "dassos", "--json").json

    assert added["waiting_for"] == ["dassos", "skive"]
    assert released["waiting_for"] == ["skive"]
    assert "Berørt" in desk("case", "timeline", case).out


def test_case_show_takes_the_ends_of_the_calendar(desk: Desk) -> None:
    """The last day shows the newest state; on the first there was no case."""
    case = desk.opens(route="orientering")

    assert desk.shows(case, "--as-of", "9999-12-31T23:30:00Z")["status"] == "running"
    assert desk("case", "show", case, "--as-of", "0001-01-01", "--json").problem["code"] == "case_not_found"
