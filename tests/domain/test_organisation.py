# SPDX-License-Identifier: EUPL-1.2
"""An organisation's texts become bodies, groups and routes, or one error that lists every fault of every file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import pytest

from domain.faults import InvalidDataError
from domain.names import Name
from domain.organisation import Decides, Organisation, UnknownBodyError, UnknownGroupError, UnknownRouteError

ORGANISATION = 'id = "proeve"\nname = { da = "Prøve", en = "Trial" }\n'
SECRETARIAT = """
[[body]]
id = "secretariat"
names = [{ da = "Sekretariatet", en = "The secretariat" }]
kind = "secretariat"
decides = ["runs"]
sort_key = "9"
"""
ODDER = """
[[body]]
id = "odder"
names = [{ da = "Odder Kommune", en = "Odder Municipality" }]
kind = "city_council"
decides = ["own_process"]
sort_key = "1"
authority_code = "727"
cvr = "32264328"
seats = [{ number = 19, valid_from = 2026-01-01, valid_until = 2029-12-31 }]
"""
SKIVE = """
[[body]]
id = "skive"
names = [{ da = "Skive Kommune", en = "Skive Municipality" }]
kind = "city_council"
decides = ["own_process", "meetings"]
sort_key = "2"
authority_code = "779"
"""
AGENCY = """
[[body]]
id = "agency"
names = [
    { da = "Nyt navn", en = "New name", valid_from = 2022-07-01 },
    { da = "Gammelt navn", en = "Old name", valid_until = 2022-06-30 },
]
kind = "agency"
decides = ["receives"]
sort_key = "3"
valid_from = 2010-01-01
valid_until = 2030-12-31
"""
GROUPS = """
[[group]]
id = "councils"
name = { da = "Byråd", en = "Councils" }
members = [{ body = "skive", valid_from = 2026-03-01, valid_until = 2026-03-31 }, { body = "odder" }]
"""
BODIES = ODDER + SKIVE + AGENCY + SECRETARIAT
SOUND = {"organisation.toml": ORGANISATION, "bodies.toml": BODIES, "groups.toml": GROUPS}
ROUTE = """
id = "orientering"
version = 1
name = { da = "Orientering", en = "Orientation" }
source = "Tager til efterretning"
binds = "note"

[[steps]]
id = "note"
name = { da = "Efterretning", en = "Note" }
ask = "note"
bodies = ["odder"]
mode = "own_process"

[ending]
status = "completed"
result_of = "note"
"""


def faults_of(files: Mapping[str, str]) -> list[str]:
    """The lines of the error that the files raise."""
    with pytest.raises(InvalidDataError) as caught:
        Organisation.parse(files)
    return str(caught.value).splitlines()


def faults_with(file: str, old: str, new: str) -> list[str]:
    """The faults when one place of a sound file reads otherwise."""
    assert old in SOUND[file]
    return faults_of({**SOUND, file: SOUND[file].replace(old, new, 1)})


@pytest.fixture
def organisation() -> Organisation:
    """The sound organisation."""
    return Organisation.parse(SOUND)


def test_the_organisation_has_an_id_and_a_name(organisation: Organisation) -> None:
    """Id and name are those of organisation.toml."""
    assert (organisation.id, organisation.name) == ("proeve", Name("Prøve", "Trial"))


def test_a_body_carries_what_its_table_says(organisation: Organisation) -> None:
    """Code, CVR, kind and ways of deciding come from bodies.toml."""
    odder, skive = organisation.body("odder"), organisation.body("skive")

    assert (odder.kind, odder.authority_code, odder.cvr) == ("city_council", "727", "32264328")
    assert (skive.decides, skive.cvr, skive.full_name) == ((Decides.OWN_PROCESS, Decides.MEETINGS), None, None)


def test_a_full_name_is_kept() -> None:
    """A body may have a full name beside the short one."""
    full = 'full_name = { da = "Odder Byråd", en = "Odder City Council" }\n'

    organisation = Organisation.parse({**SOUND, "bodies.toml": SECRETARIAT + AGENCY + SKIVE + ODDER + full})

    assert organisation.body("odder").full_name == Name("Odder Byråd", "Odder City Council")


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(1999, 1, 1), "Gammelt navn"),
        (date(2022, 6, 30), "Gammelt navn"),
        (date(2022, 7, 1), "Nyt navn"),
        (date(2040, 1, 1), "Nyt navn"),
    ],
)
def test_a_name_holds_on_its_dates(organisation: Organisation, day: date, name: str) -> None:
    """The name is that of the day, whatever the order of the names in the file."""
    assert organisation.name_of("agency", day).da == name


def test_a_body_has_its_first_name_before_any_is_known() -> None:
    """A body always has a name, also on a day before its first name's date."""
    text = BODIES.replace('en = "Odder Municipality"', 'en = "Odder Municipality", valid_from = 2007-01-01')

    organisation = Organisation.parse({**SOUND, "bodies.toml": text})

    assert organisation.name_of("odder", date(2000, 1, 1)).da == "Odder Kommune"


@pytest.mark.parametrize(
    ("day", "valid"),
    [
        (date(2009, 12, 31), False),
        (date(2010, 1, 1), True),
        (date(2030, 12, 31), True),
        (date(2031, 1, 1), False),
    ],
)
def test_a_body_is_valid_on_its_first_and_last_day(organisation: Organisation, day: date, *, valid: bool) -> None:
    """Both dates are included."""
    assert organisation.body("agency").valid_on(day) is valid


def test_a_body_without_dates_is_always_valid(organisation: Organisation) -> None:
    """No date means no end."""
    odder = organisation.body("odder")

    assert [odder.valid_on(date.min), odder.valid_on(date.max)] == [True, True]


@pytest.mark.parametrize(("day", "seats"), [(date(2025, 12, 31), None), (date(2026, 1, 1), 19)])
def test_seats_are_known_for_their_term(organisation: Organisation, day: date, seats: int | None) -> None:
    """Outside the terms that the data tells, the number of seats is not known."""
    assert organisation.body("odder").seats_on(day) == seats


@pytest.mark.parametrize(
    ("day", "members"),
    [
        (date(2026, 2, 28), ("odder",)),
        (date(2026, 3, 1), ("odder", "skive")),
        (date(2026, 3, 31), ("odder", "skive")),
        (date(2026, 4, 1), ("odder",)),
    ],
)
def test_a_group_has_the_members_of_the_day(organisation: Organisation, day: date, members: tuple[str, ...]) -> None:
    """Members stand in the order of the bodies' sort keys, not of the file."""
    assert organisation.group("councils").members_on(day) == members


def test_bodies_are_sorted_by_their_sort_keys(organisation: Organisation) -> None:
    """The order is that of the data, for a choice of bodies and for all."""
    assert organisation.sorted_bodies(["secretariat", "skive", "odder"]) == ("odder", "skive", "secretariat")
    assert list(organisation.bodies) == ["odder", "skive", "agency", "secretariat"]


def test_an_unknown_body_is_absent(organisation: Organisation) -> None:
    """The refusal names the nearest body."""
    with pytest.raises(UnknownBodyError, match=r'^there is no body "oder"; did you mean "odder"\?$'):
        organisation.body("oder")


def test_an_unknown_group_is_absent(organisation: Organisation) -> None:
    """The refusal names the nearest group."""
    with pytest.raises(UnknownGroupError, match=r'^there is no group "council"; did you mean "councils"\?$'):
        organisation.group("council")


def test_the_newest_version_of_a_route_is_the_routes() -> None:
    """Of several versions of a route a new case takes the highest, whatever the files are called."""
    files = {f"routes/{n}.toml": ROUTE.replace("version = 1", f"version = {v}") for n, v in (("a", 2), ("b", 10))}

    organisation = Organisation.parse({**SOUND, **files, "routes/c.toml": ROUTE})

    assert {route.id: route.version for route in organisation.routes.values()} == {"orientering": 10}


def test_every_version_of_a_route_is_known() -> None:
    """By its number, the oldest first; without one the newest is meant."""
    files = {f"routes/{n}.toml": ROUTE.replace("version = 1", f"version = {v}") for n, v in (("a", 2), ("b", 10))}
    organisation = Organisation.parse({**SOUND, **files, "routes/c.toml": ROUTE})

    assert list(organisation.versions_of("orientering")) == [1, 2, 10]
    assert [organisation.route("orientering", v).version for v in (None, 2)] == [10, 2]
    assert organisation.versions_of("none") == {}


@pytest.mark.parametrize(
    ("route", "version", "message"),
    [
        ("orienterin", None, 'there is no route "orienterin"; did you mean "orientering"?'),
        ("orientering", 3, 'the route "orientering" has no version 3; choose one of 1'),
    ],
)
def test_a_route_or_version_that_is_not_there_is_absent(route: str, version: int | None, message: str) -> None:
    """The refusal names what there is."""
    with pytest.raises(UnknownRouteError, match=re.escape(message)):
        Organisation.parse({**SOUND, "routes/a.toml": ROUTE}).route(route, version)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'sort_key = "2"',
            'sort_key "2"',
            "line 17: expected '=' after a key in a key/value pair; mend the TOML at column 10",
        ),
        (
            'cvr = "32264328"\n',
            'cvr = "32264328"\nseat = 19\n',
            'body[odder].seat: is an unknown key; did you mean "seats"?',
        ),
        ("[[body]]", '[[boby]]\nid = "x"\n[[body]]', 'boby: is an unknown key; did you mean "body"?'),
        ('sort_key = "1"\n', "", 'body[odder].sort_key: is missing; write sort_key = "…"'),
        ('id = "agency"\n', "", 'body[3].id: is missing; write id = "…"'),
        (
            'sort_key = "1"',
            "sort_key = 1",
            'body[odder].sort_key: is a whole number, must be text; write sort_key = "…"',
        ),
        (
            "valid_from = 2010-01-01",
            'valid_from = "2010-01-01"',
            "body[agency].valid_from: is text, must be a date; write valid_from = 2026-01-31",
        ),
        (
            "valid_until = 2030-12-31",
            "valid_until = 2009-12-31",
            (
                "body[agency].valid_until: is 2009-12-31, before valid_from 2010-01-01; "
                "write the last day that is included"
            ),
        ),
        (
            "valid_until = 2029-12-31",
            "valid_until = 2025-12-31",
            (
                "body[odder].seats[1].valid_until: is 2025-12-31, before valid_from 2026-01-01; "
                "write the last day that is included"
            ),
        ),
        (
            "valid_until = 2022-06-30",
            "valid_until = 2022-07-01",
            (
                "body[agency].names: has two entries that hold on 2022-07-01; "
                "end the earlier one before the later begins, by valid_until and valid_from"
            ),
        ),
        (
            ", valid_until = 2022-06-30",
            "",
            (
                "body[agency].names: has two entries that hold on 2022-07-01; "
                "end the earlier one before the later begins, by valid_until and valid_from"
            ),
        ),
        (
            ", valid_from = 2022-07-01",
            "",
            (
                "body[agency].names: has two entries that hold on the same days; "
                "end the earlier one before the later begins, by valid_until and valid_from"
            ),
        ),
        (
            "valid_until = 2022-06-30",
            "valid_until = 2022-05-31",
            (
                "body[agency].names: has no entry that holds from 2022-06-01 until 2022-06-30; "
                "let one begin where the other ends"
            ),
        ),
        (
            'id = "agency"',
            'id = "skive"',
            'body[skive].id: is "skive", as in entry 2 already; write another, or remove one entry',
        ),
        (
            'sort_key = "2"',
            'sort_key = "1"',
            'body[skive].sort_key: is "1", as in entry 1 already; write another, or remove one entry',
        ),
        (
            'authority_code = "779"',
            'authority_code = "727"',
            'body[skive].authority_code: is "727", as in entry 1 already; write another, or remove one entry',
        ),
        (
            'authority_code = "727"',
            'authority_code = "72"',
            'body[odder].authority_code: is "72"; write the three digits, as "751"',
        ),
        (
            'authority_code = "727"\n',
            "",
            'body[odder].authority_code: is missing; write the municipality\'s code, as authority_code = "751"',
        ),
        (
            'cvr = "32264328"',
            'cvr = "3226432"',
            'body[odder].cvr: is "3226432"; write the eight digits, as "55133018"',
        ),
        (
            'cvr = "32264328"',
            'cvr = "32264382"',
            'body[odder].cvr: is "32264382", whose check digit is wrong; compare it with the CVR register',
        ),
        (
            'id = "agency"',
            'id = "Agency_1"',
            'body[3].id: is "Agency_1"; write it with a-z, 0-9 and single hyphens only',
        ),
        (
            'kind = "agency"',
            'kind = "agancy"',
            'body[agency].kind: is "agancy"; did you mean "agency"?',
        ),
        (
            'decides = ["receives"]',
            'decides = ["recieves"]',
            'body[agency].decides: is "recieves"; did you mean "receives"?',
        ),
        (
            'kind = "secretariat"',
            'kind = "forum"',
            'body: has none with id "secretariat" and kind "secretariat"; write the secretariat, which runs the cases',
        ),
    ],
)
def test_a_fault_of_the_bodies_says_where_and_how_to_mend_it(old: str, new: str, fault: str) -> None:
    """Each fault in bodies.toml is one exact line."""
    found = faults_with("bodies.toml", old, new)

    assert found == [f"bodies.toml:{fault}"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'body = "odder"',
            'body = "oder"',
            'group[councils].members[2].body: is the unknown body "oder"; did you mean "odder"?',
        ),
        (
            'members = [{ body = "skive", valid_from = 2026-03-01, valid_until = 2026-03-31 }, { body = "odder" }]',
            "members = []",
            "group[councils].members: is an empty list; write members = [{ … }]",
        ),
        (
            'body = "odder"',
            'body = "skive"',
            (
                'group[councils].members: has two entries of "skive" that hold on 2026-03-01; '
                "end the earlier one before the later begins, by valid_until and valid_from"
            ),
        ),
        (
            'body = "odder"',
            'body = "agency", valid_from = 2010-01-01',
            (
                'group[councils].members[2].valid_until: lets "agency" be a member after the body has ended; '
                "write valid_until = 2030-12-31 or earlier"
            ),
        ),
        (
            'body = "odder"',
            'body = "agency", valid_until = 2030-12-31',
            (
                'group[councils].members[2].valid_from: lets "agency" be a member before the body has begun; '
                "write valid_from = 2010-01-01 or later"
            ),
        ),
        (
            "valid_until = 2026-03-31",
            "valid_until = 2026-02-28",
            (
                "group[councils].members[1].valid_until: is 2026-02-28, before valid_from 2026-03-01; "
                "write the last day that is included"
            ),
        ),
        (
            "[[group]]",
            '[[group]]\nid = "councils"\nname = { da = "To", en = "Two" }\nmembers = [{ body = "odder" }]\n[[group]]',
            'group[councils].id: is "councils", as in entry 1 already; write another, or remove one entry',
        ),
        (', en = "Councils"', "", 'group[councils].name.en: is missing; write en = "…"'),
    ],
)
def test_a_fault_of_the_groups_says_where_and_how_to_mend_it(old: str, new: str, fault: str) -> None:
    """Each fault in groups.toml is one exact line."""
    found = faults_with("groups.toml", old, new)

    assert found == [f"groups.toml:{fault}"]


@pytest.mark.parametrize(
    ("file", "holds"),
    [
        ("organisation.toml", "id and name"),
        ("bodies.toml", "one [[body]] a body"),
        ("groups.toml", "one [[group]] a group"),
    ],
)
def test_an_empty_file_is_one_fault(file: str, holds: str) -> None:
    """An empty file is its only fault: what other files name in it is not reported."""
    files = {**SOUND, "routes/o.toml": ROUTE, file: ""}

    assert faults_of(files) == [f"{file}:file: is empty; write {holds} there"]


@pytest.mark.parametrize(
    ("file", "holds"),
    [
        ("organisation.toml", "id and name"),
        ("bodies.toml", "one [[body]] a body"),
        ("groups.toml", "one [[group]] a group"),
    ],
)
def test_a_missing_file_is_one_fault(file: str, holds: str) -> None:
    """A file that must be there is reported by name."""
    files = {name: text for name, text in SOUND.items() if name != file}

    assert faults_of(files) == [f"{file}:file: is missing; write it with {holds}"]


def test_a_file_that_nothing_reads_is_a_fault() -> None:
    """A misspelt file name does not pass unseen."""
    assert faults_of({**SOUND, "group.toml": GROUPS}) == [
        'group.toml:file: is no file of an organisation; did you mean "groups.toml"?'
    ]


def test_a_route_s_own_faults_are_listed() -> None:
    """A route that names an unknown body is reported with its own file."""
    found = faults_of({**SOUND, "routes/o.toml": ROUTE.replace('bodies = ["odder"]', 'bodies = ["oder"]')})

    assert found == ['routes/o.toml:steps[note].bodies: names the unknown body "oder"; did you mean "odder"?']


def test_a_version_of_a_route_stands_in_one_file() -> None:
    """The same route and version twice would leave open which one holds."""
    assert faults_of({**SOUND, "routes/a.toml": ROUTE, "routes/b.toml": ROUTE}) == [
        (
            'routes/b.toml:version: is 1 for route "orientering", as in routes/a.toml; '
            "give one of the two another version or id"
        )
    ]


def test_all_faults_of_all_files_are_listed_at_once() -> None:
    """Nobody mends one fault only to hear of the next."""
    files = {
        "organisation.toml": 'id = "Prøve"\n',
        "bodies.toml": BODIES.replace('"32264328"', '"12345678"').replace('kind = "agency"', "kind = 1"),
        "groups.toml": GROUPS.replace('body = "odder"', 'body = "viborg"'),
        "routes/o.toml": ROUTE.replace("version = 1", "version = 0"),
    }

    assert faults_of(files) == [
        'organisation.toml:id: is "Prøve"; write it with a-z, 0-9 and single hyphens only',
        "organisation.toml:name: is missing; write name = { … }",
        'bodies.toml:body[odder].cvr: is "12345678", whose check digit is wrong; compare it with the CVR register',
        'bodies.toml:body[agency].kind: is a whole number, must be text; write kind = "…"',
        (
            'groups.toml:group[councils].members[2].body: is the unknown body "viborg"; '
            "known here: agency, odder, secretariat, skive"
        ),
        "routes/o.toml:version: is 0; write a whole number of at least 1",
    ]
