# SPDX-License-Identifier: EUPL-1.2
"""The case's papers come in and go out unchanged."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import pytest

from domain.errors import InvalidError
from domain.versions import MAX_PAPER
from runtime.database import connect
from tests.web.office import API, Office, decision
from web.contents import Content, forget_abandoned, store_paper

PDF = b"%PDF-1.7 \x00\xff content"


async def test_a_paper_comes_out_as_it_came_in(office: Office) -> None:
    """With its name, SHA-256 and size in the case's list."""
    case, token = office.open_case(), office.token()
    files = {"file": ("C:\\mappe\\Bilag æøå.pdf", PDF, "application/pdf")}
    added = await office.client.post(f"{API}/cases/{case}/papers", files=files, headers=token)
    content = await office.client.get(added.headers["location"], headers=token)
    listed = await office.client.get(f"{API}/cases/{case}/papers", headers=token)

    assert added.status_code == 201
    assert (content.status_code, content.content) == (200, PDF)
    assert content.headers["content-disposition"] == "attachment; filename*=UTF-8''Bilag%20%C3%A6%C3%B8%C3%A5.pdf"
    expected = {"number": 1, "name": "Bilag æøå.pdf", "sha256": hashlib.sha256(PDF).hexdigest(), "size": len(PDF)}
    assert added.json()["paper"] == expected
    assert expected.items() <= listed.json()["items"][0].items()


async def test_versions_are_numbered(office: Office) -> None:
    """Also when the content is the same."""
    case, token = office.open_case(), office.token()
    added = [
        await office.client.post(f"{API}/cases/{case}/papers", files={"file": ("a.txt", b"x")}, headers=token)
        for _ in range(2)
    ]

    assert [answer.json()["paper"]["number"] for answer in added] == [1, 2]


async def test_a_repeated_upload_is_one_version(office: Office) -> None:
    """Its boundary differs from try to try; the paper does not."""
    case, token = office.open_case(), {**office.token(), "Idempotency-Key": "k"}
    files = {"file": ("a.txt", b"x")}
    first, second = [
        await office.client.post(f"{API}/cases/{case}/papers", files=files, headers=token) for _ in range(2)
    ]

    assert second.json() == first.json()
    assert len(office.cases.get(case).papers) == 1


async def noted_case(office: Office) -> str:
    """A case with papers that two councils have noted."""
    case, token = office.open_case("dassos", "kd-net", "kkr-midtjylland"), office.token()
    await office.client.post(f"{API}/cases/{case}/papers", files={"file": ("a.pdf", PDF)}, headers=token)
    for body in ("lemvig", "skive"):
        assert (await office.send(body, decision(case, "noted"))).status_code == 200
    return str(case)


async def test_a_material_version_asks_the_named_bodies_again(office: Office) -> None:
    """The fields stand beside the file, a field a body; the case's document and the matrix say who."""
    case, token = await noted_case(office), office.token()
    data = {"change": "material", "material_for": ["lemvig", "samsoe"]}
    files = {"file": ("b.pdf", PDF + b"2")}
    added = await office.client.post(f"{API}/cases/{case}/papers", data=data, files=files, headers=token)
    assert (added.status_code, added.json()["effect"]) == (201, "counted")

    shown = (await office.client.get(f"{API}/cases/{case}", headers=token)).json()
    councils = next(step for step in shown["steps"] if step["id"] == "councils")
    entries = {answer["body"]: answer for answer in councils["answers"]}
    assert (councils["round"], councils["why"], councils["asked_again"]) == (2, "version", ["lemvig"])
    assert (entries["skive"]["stands_from"], entries["skive"]["concerned_version"]) == (1, 1)
    assert (shown["papers"][1]["change"], shown["papers"][1]["material_for"]) == ("material", ["lemvig", "samsoe"])


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"change": "stor"}, "change"),
        ({"material_for": ["lemvig"]}, "material_for"),
        ({"change": "material", "material_for": ["takstgruppen"]}, "material_for"),
        ({"change": "material", "material_for": ["\x00"]}, "material_for"),
    ],
)
async def test_a_change_that_cannot_be_is_refused_with_its_field(
    office: Office, data: dict[str, Any], field: str
) -> None:
    """And no content is left behind."""
    case, token = await noted_case(office), office.token()
    files = {"file": ("b.pdf", PDF + b"3")}
    refused = await office.client.post(f"{API}/cases/{case}/papers", data=data, files=files, headers=token)

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert len(office.cases.get(UUID(case)).papers) == 1


async def test_the_matrix_is_read_by_every_role_as_of_any_moment(office: Office) -> None:
    """Rows are bodies, columns versions; before the case was opened there is none."""
    case = await noted_case(office)
    for role in ("secretariat", "leadership", "auditor"):
        answer = await office.client.get(f"{API}/cases/{case}/consents", headers=office.token(role))
        rows = {row["body"]: row["cells"] for step in answer.json()["steps"] for row in step["rows"]}
        assert answer.status_code == 200
        assert rows["lemvig"] == [{"version": 1, "state": "answered", "outcome": "noted", "round": 1}]
        assert rows["samsoe"][0]["state"] == "awaiting"

    early = await office.client.get(f"{API}/cases/{case}/consents?as_of=1999-01-01", headers=office.token())
    assert early.status_code == 404


async def test_a_paper_over_25_mib_is_too_large(office: Office) -> None:
    """And one of just 25 MiB is not."""
    case, token = office.open_case(), office.token()
    statuses = [
        (
            await office.client.post(
                f"{API}/cases/{case}/papers", files={"file": ("a.bin", b"x" * size)}, headers=token
            )
        ).status_code
        for size in (MAX_PAPER, MAX_PAPER + 1, MAX_PAPER + 100_000)
    ]

    assert statuses == [201, 413, 413]


@pytest.mark.parametrize(
    ("content_type", "content", "status"),
    [
        ("application/pdf", PDF, 415),
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=", b"x", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n", 400),
        ("multipart/form-data; boundary=x; charset=nonsense", b"--x--\r\n", 422),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 422),
        ("multipart/form-data; boundary=x", b"", 400),
    ],
)
async def test_a_form_that_cannot_be_read_is_refused(
    office: Office, content_type: str, content: bytes, status: int
) -> None:
    """Never with a 500."""
    headers = {**office.token(), "content-type": content_type}
    response = await office.client.post(f"{API}/cases/{office.open_case()}/papers", content=content, headers=headers)

    assert response.status_code in {status, 400, 422}, response.text


@pytest.mark.parametrize(("name", "content"), [("a.txt", b""), ("x" * 201, b"x"), ("../", b"x")])
async def test_a_paper_without_name_or_content_is_refused(office: Office, name: str, content: bytes) -> None:
    """And so is one whose name is no name."""
    files: Any = {"file": (name, content)}
    response = await office.client.post(f"{API}/cases/{office.open_case()}/papers", files=files, headers=office.token())

    assert response.status_code == 422


@pytest.mark.parametrize("number", ["2", "0", "x", "99999999999999999999"])
async def test_a_version_that_is_not_there_is_not_found(office: Office, number: str) -> None:
    """Or refused as no number of a version."""
    response = await office.client.get(f"{API}/cases/{office.open_case()}/papers/{number}", headers=office.token())

    assert response.status_code in {404, 422}


def contents(office: Office) -> int:
    """How many contents are stored, with the uploads that have not ended."""
    with connect(office.url) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM office.paper_contents) + (SELECT count(*) FROM office.paper_uploads)"
        ).fetchone()
    assert row is not None
    return int(row[0])


async def test_a_refused_paper_leaves_no_content(office: Office) -> None:
    """It may hold what nobody should keep."""
    case, token = office.open_case(), office.token()
    office.cases.withdraw(case, office.command(), "x")
    refused = await office.client.post(f"{API}/cases/{case}/papers", files={"file": ("a.pdf", PDF)}, headers=token)

    assert (refused.status_code, contents(office)) == (409, 0)


def refused_late(office: Office, content: bytes) -> None:
    """Upload to a case that seems open until its content is stored, as when it is withdrawn in between."""
    case = office.open_case()
    paper = Content("", content)  # a paper without a name is refused by the domain, after it was stored
    with pytest.raises(InvalidError):
        store_paper(office.url, office.cases, case, office.command(), paper)


async def test_a_paper_refused_after_its_storing_leaves_no_content(office: Office) -> None:
    """The content is taken away again."""
    refused_late(office, PDF)

    assert contents(office) == 0


async def test_content_that_another_case_names_is_kept(office: Office) -> None:
    """A refusal takes away only what nobody needs."""
    store_paper(office.url, office.cases, office.open_case(), office.command(), Content("a.pdf", PDF))
    refused_late(office, PDF)

    assert contents(office) == 1


async def test_content_that_another_upload_needs_is_kept(office: Office) -> None:
    """Its event may come at any moment."""
    with connect(office.url) as connection:
        connection.execute(
            "INSERT INTO office.paper_uploads (id, sha256) VALUES (gen_random_uuid(), %s)", (Content("", PDF).sha256,)
        )
    refused_late(office, PDF)

    assert contents(office) == 2


@pytest.mark.parametrize(("named", "left"), [(False, 0), (True, 1)])
async def test_an_upload_that_was_given_up_is_cleared_away(office: Office, *, named: bool, left: int) -> None:
    """With its content, unless the event was written before its process died."""
    paper = Content("a.pdf", PDF)
    with connect(office.url) as connection:
        connection.execute("INSERT INTO office.paper_contents (sha256, content) VALUES (%s, %b)", (paper.sha256, PDF))
        connection.execute(
            "INSERT INTO office.paper_uploads (id, sha256, begun_at) "
            "VALUES (gen_random_uuid(), %s, now() - interval '2 hours')",
            (paper.sha256,),
        )
    if named:
        office.cases.add_paper(office.open_case(), office.command(), **paper.facts)
    forgotten = forget_abandoned(office.url)

    assert (forgotten, contents(office)) == (1, left)


async def test_a_repeated_upload_is_answered_after_the_case_has_ended(office: Office) -> None:
    """Also when its key was lost: it is the first one's command."""
    case, token = office.open_case(), {**office.token(), "Idempotency-Key": "k"}
    files = {"file": ("a.txt", b"x")}
    first = await office.client.post(f"{API}/cases/{case}/papers", files=files, headers=token)
    office.cases.withdraw(case, office.command(), "x")
    with connect(office.url) as connection:
        connection.execute("DELETE FROM office.idempotency_keys")
    again = await office.client.post(f"{API}/cases/{case}/papers", files=files, headers=token)

    assert (again.status_code, again.json()) == (201, first.json())
