# SPDX-License-Identifier: EUPL-1.2
"""A case's file from the command line: the same as over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest
from pypdf import PdfReader

from tests.cli.conftest import Desk


def test_a_case_is_written_as_pdf(desk: Desk, tmp_path: Path) -> None:
    """In Danish or English, and it says where it is."""
    case, file = desk.opens(route="orientering"), tmp_path / "sag.pdf"
    danish = desk("case", "file", case, "--to", str(file), "--json")
    text = " ".join(page.extract_text() for page in PdfReader(file).pages)
    english = desk("case", "file", case, "--to", str(file), "--language", "en")
    told = " ".join(page.extract_text() for page in PdfReader(file).pages)

    assert (danish.code, danish.json["file"]) == (0, str(file))
    assert "Hvad der er sket" in text
    assert (english.code, "What has happened" in told) == (0, True)
    assert str(file) in english.out


def test_a_case_is_written_as_json(desk: Desk, tmp_path: Path) -> None:
    """Whole, with its timeline and its plan, which an earlier moment has not."""
    case, file = desk.opens(route="orientering"), tmp_path / "sag.json"
    desk("case", "file", case, "--to", str(file))
    now = json.loads(file.read_text("utf-8"))
    desk("case", "file", case, "--to", str(file), "--as-of", now["exported_at"])
    then = json.loads(file.read_text("utf-8"))

    assert now["case"]["id"] == case
    assert now["timeline"]
    assert (now["plan"] is None, then["plan"] is None) == (False, True)
    assert then["as_of"] == now["exported_at"]


@pytest.mark.parametrize(
    ("words", "what"),
    [(["--to", "sag.docx"], "neither a PDF nor JSON"), (["--to", "sag.pdf", "--language", "de"], "no language 'de'")],
)
def test_what_cannot_be_written_is_refused(desk: Desk, words: list[str], what: str) -> None:
    """With the reason."""
    ran = desk("case", "file", str(uuid4()), *words)

    assert (ran.code, what in ran.err) == (1, True)


def test_a_case_that_is_not_there_has_no_file(desk: Desk, tmp_path: Path) -> None:
    """And none is written."""
    file = tmp_path / "sag.pdf"

    assert desk("case", "file", str(uuid4()), "--to", str(file)).code == 1
    assert not file.exists()
