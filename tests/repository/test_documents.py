# SPDX-License-Identifier: EUPL-1.2
"""The documents are complete and agree with the repository."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repository.files import (
    ROOT,
    development_dependencies,
    pyproject,
    runtime_dependencies,
    setup_dependencies,
)
from web.assets import packages

DOCUMENTS = sorted(file.relative_to(ROOT) for file in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LICENCE_SHA256 = "57fb42fbcd0b037ce528ed8f72f1ec095d67bc6825ecf1448ff39be1fe68a4b4"
SECTIONS = ["**Status:**", "## Context", "## Decision", "## Alternatives considered", "## Consequences"]


def read(file: str | Path) -> str:
    """Return a document's text."""
    return (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_leads_somewhere(document: Path) -> None:
    """A link or picture of a document that names a file of the repository finds it."""
    targets = re.findall(r"\]\((?!\w+:|#)([^)#]+)", read(document))

    assert [target for target in targets if not (ROOT / document.parent / target).exists()] == []


def test_every_dependency_has_its_reason() -> None:
    """Each dependency has a line with a reason, and no line outlives its dependency."""
    named = re.findall(r"(?m)^\| `([^`]+)` \| \S.+ \|$", read("docs/dependencies.md"))
    build = [re.split(r"\W", line)[0] for line in pyproject()["build-system"]["requires"]]

    python = runtime_dependencies() + development_dependencies() + setup_dependencies()

    assert sorted(named) == sorted([*(one.name for one in python), *build, *packages()])


def test_every_decision_is_in_the_index() -> None:
    """The index of decisions lists each one under its own title."""
    index = read("docs/adr/README.md")
    decisions = [file for file in (ROOT / "docs/adr").glob("*.md") if file.name != "README.md"]
    titles = {file.name: read(file).splitlines()[0].removeprefix(f"# {file.name[:4]}: ") for file in decisions}

    assert titles
    assert {name for name, title in titles.items() if f"({name}) | {title} |" not in index} == set()


def test_every_decision_has_the_same_form() -> None:
    """A decision has its five parts in order, and numbered points."""
    for file in (ROOT / "docs/adr").glob("0*.md"):
        text = read(file)
        places = [text.find(section) for section in SECTIONS]

        assert places == sorted(places), file.name
        assert min(places) > 0, file.name
        assert "- **D1. " in text, file.name


def test_the_changelog_and_publiccode_know_the_version() -> None:
    """The version of pyproject.toml is the newest of the changelog, or not released yet."""
    version = pyproject()["project"]["version"]
    released = re.findall(r"(?m)^## \[(\d[^\]]*)\]", read("CHANGELOG.md"))

    assert "## [Unreleased]" in read("CHANGELOG.md")
    assert not released or released[0] == version
    assert publiccode()["softwareVersion"] == version


def test_the_licence_is_the_whole_eupl() -> None:
    """The licence is the EUPL 1.2 in its official English text, all fifteen articles and the appendix."""
    text = read("LICENSE")

    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\nEUPL © the European Union 2007, 2016\n")
    assert [int(number) for number in re.findall(r"(?m)^(\d+)\.[A-Z]", text)] == list(range(1, 16))
    assert hashlib.sha256(text.encode()).hexdigest() == LICENCE_SHA256


def test_publiccode_has_what_its_standard_requires() -> None:
    """The file publiccode.yml has the mandatory keys of version 0.4, with texts of the lengths that it allows."""
    data = publiccode()

    assert data.keys() >= {"name", "url", "platforms", "developmentStatus", "softwareType", "description", "legal"}
    assert data["publiccodeYmlVersion"] == "0.4"
    assert data["legal"]["license"] == pyproject()["project"]["license"]
    assert data["maintenance"]["type"] == "community"
    assert all(contact["name"] for contact in data["maintenance"]["contacts"])
    assert data["localisation"]["localisationReady"] is True
    assert set(data["localisation"]["availableLanguages"]) == set(data["description"])


@pytest.mark.parametrize("language", ["da", "en"])
def test_publiccode_describes_in_both_languages(language: str) -> None:
    """A description is short where it must be, long where it must be, and names features."""
    text = publiccode()["description"][language]

    assert len(text["shortDescription"]) <= 150
    assert 150 <= len(text["longDescription"]) <= 10_000
    assert text["features"]


def test_every_make_target_is_explained() -> None:
    """A target that people call is explained at the head of the Makefile."""
    text = read("Makefile")
    phony = set(re.findall(r"(?m)^\.PHONY: (.+)$", text)[0].split()) - {".venv"}

    assert set(re.findall(r"(?m)^#   make (\w+)", text)) == phony


@pytest.mark.skipif(not shutil.which("openssl"), reason="the example signs with openssl")
def test_the_example_for_councils_signs_rightly() -> None:
    """The shell function in the how-to makes the signature of the Standard Webhooks example."""
    guide = read("docs/howto/connect-a-council.md")
    function = re.findall(r"(?ms)^sign\(\) \{.*?^\}$", guide)[0]
    vector = re.findall(
        r"secret `(.+?)`, the id `(.+?)`, the time stamp `(.+?)` and the body `(.+?)` it is `(.+?)`", guide
    )[0]
    *arguments, expected = vector

    done = subprocess.run(
        ["bash", "-euc", f'{function}\nsign "$@"', "sign", *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == expected


def publiccode() -> dict[str, Any]:
    """Return publiccode.yml as read."""
    return dict(yaml.safe_load(read("publiccode.yml")))
