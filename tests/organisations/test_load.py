# SPDX-License-Identifier: EUPL-1.2
"""The folder of an organisation is read whole, and what cannot be read is a fault like any other."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from domain.faults import InvalidDataError
from domain.organisation import BodyKind, Organisation
from organisations.load import load_organisation, read_text

MIDTJYLLAND = Path(__file__).parents[2] / "organisations" / "midtjylland"
DANISH_LETTERS = "abcdefghijklmnopqrstuvwxyzæøå"
SMALL = {
    "organisation.toml": 'id = "x"\nname = { da = "X", en = "X" }\n',
    "bodies.toml": '[[body]]\nid = "secretariat"\nnames = [{ da = "S", en = "S" }]\nkind = "secretariat"\n'
    'decides = ["runs"]\nsort_key = "1"\n',
    "groups.toml": '[[group]]\nid = "all"\nname = { da = "A", en = "A" }\nmembers = [{ body = "secretariat" }]\n',
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A sound folder."""
    for name, text in SMALL.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def midtjylland() -> Organisation:
    """The organisation that comes with the program."""
    return load_organisation(MIDTJYLLAND)


def in_danish_order(word: str) -> list[int]:
    """The places of a word's letters in the Danish alphabet, where Aa counts as Å."""
    return [DANISH_LETTERS.find(letter) for letter in word.lower().replace("aa", "å")]


def faults_of(folder: Path) -> list[str]:
    """The lines of the error that a folder raises."""
    with pytest.raises(InvalidDataError) as caught:
        load_organisation(folder)
    return str(caught.value).splitlines()


def test_midtjylland_asks_19_councils(midtjylland: Organisation) -> None:
    """The group of councils has every city council, from before the case of 2025 on."""
    councils = {body.id for body in midtjylland.bodies.values() if body.kind is BodyKind.CITY_COUNCIL}

    members = midtjylland.group("councils").members_on(date(2025, 3, 18))

    assert (len(members), set(members)) == (19, councils)


def test_midtjylland_s_councils_stand_in_danish_order(midtjylland: Organisation) -> None:
    """Æ, Ø and Å come last, and Aarhus as if written with Å."""
    day = date(2026, 1, 1)
    names = [midtjylland.name_of(body, day).da for body in midtjylland.group("councils").members_on(day)]

    assert names == sorted(names, key=in_danish_order)
    assert names[-1] == "Aarhus Kommune"


def test_midtjylland_s_councils_have_code_and_cvr(midtjylland: Organisation) -> None:
    """Every council can be found in the registers."""
    councils = [midtjylland.body(body) for body in midtjylland.group("councils").members_on(date(2026, 1, 1))]

    assert all(council.authority_code and council.cvr and council.seats for council in councils)


def test_midtjylland_has_every_body_of_the_papers(midtjylland: Organisation) -> None:
    """Beside the councils there are 13 bodies."""
    others = {body.id for body in midtjylland.bodies.values() if body.kind is not BodyKind.CITY_COUNCIL}

    assert others == {
        "das",
        "dassos",
        "hjerneskadesamraadet",
        "kd-net",
        "kkr-midtjylland",
        "kl-koordinationsforum",
        "region-midtjylland",
        "regionsraadet",
        "secretariat",
        "social-og-boligstyrelsen",
        "sundhedskoordinationsudvalget",
        "sundhedsstyregruppen",
        "takstgruppen",
    }


def test_the_agency_had_another_name_before(midtjylland: Organisation) -> None:
    """An answer of 2021 came from Socialstyrelsen, one of 2025 from Social- og Boligstyrelsen."""
    names = [midtjylland.name_of("social-og-boligstyrelsen", date(year, 11, 25)).da for year in (2021, 2025)]

    assert names == ["Socialstyrelsen", "Social- og Boligstyrelsen"]


def test_midtjylland_has_the_two_first_routes(midtjylland: Organisation) -> None:
    """Both routes of the first version are there."""
    assert {"cu-afrapportering", "orientering"} <= set(midtjylland.routes)


def test_a_file_with_a_byte_order_mark_is_read(small: Path) -> None:
    """What an editor on Windows puts before the text does no harm."""
    (small / "organisation.toml").write_text(SMALL["organisation.toml"], encoding="utf-8-sig")

    assert load_organisation(small).id == "x"


def test_a_file_that_is_no_toml_is_left_alone(small: Path) -> None:
    """A note beside the data does no harm."""
    (small / "README.md").write_text("A note.", encoding="utf-8")

    assert load_organisation(small).id == "x"


def test_a_file_that_is_not_utf_8_is_one_fault(small: Path) -> None:
    """The line of the first wrong byte is named, and what else is wrong is still found."""
    (small / "bodies.toml").write_bytes('# one\nx = "Samsø"\n'.encode("latin-1"))
    (small / "groups.toml").write_text("", encoding="utf-8")

    assert faults_of(small) == [
        "bodies.toml:line 2: is not UTF-8; save the file as UTF-8",
        "groups.toml:file: is empty; write one [[group]] a group there",
    ]


def test_a_folder_in_the_place_of_a_file_is_a_fault(small: Path) -> None:
    """A file that the system does not let us read is reported with the system's reason."""
    (small / "groups.toml").unlink()
    (small / "groups.toml").mkdir()

    assert faults_of(small) == ["groups.toml:file: cannot be read (Is a directory); let this program read the file"]


def test_a_missing_folder_is_a_fault(tmp_path: Path) -> None:
    """The setting that names the folder is part of the mend."""
    folder = tmp_path / "nowhere"

    assert faults_of(folder) == [
        f"{folder}:file: is no folder; name the folder of an organisation by SAGSGANG_ORGANISATION"
    ]


def test_a_missing_file_is_a_fault_with_the_name_that_was_given(tmp_path: Path) -> None:
    """A single file that is checked is called as the caller calls it."""
    line = "r.toml:file: is missing; name a file that is there"

    with pytest.raises(InvalidDataError, match=f"^{re.escape(line)}$"):
        read_text(tmp_path / "r.toml", "r.toml")
