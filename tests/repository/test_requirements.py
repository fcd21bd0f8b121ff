# SPDX-License-Identifier: EUPL-1.2
"""The requirements files are in step with pyproject.toml; mended by `make requirements`."""

from __future__ import annotations

import re

import pytest
from packaging.utils import canonicalize_name

from tests.repository.files import ROOT, development_dependencies, pinned, runtime_dependencies

FILES = ["requirements.txt", "requirements-production.txt", "requirements-assets.txt"]


def test_every_dependency_is_pinned_as_asked() -> None:
    """Each dependency of pyproject.toml stands in requirements.txt at a version that satisfies it."""
    versions = pinned("requirements.txt")
    wrong = [
        str(one)
        for one in runtime_dependencies() + development_dependencies()
        if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"))
    ]

    assert wrong == [], "run: make requirements"


def test_production_has_every_runtime_dependency() -> None:
    """Each runtime dependency stands in the production file."""
    missing = {canonicalize_name(one.name) for one in runtime_dependencies()} - pinned(FILES[1]).keys()

    assert missing == set(), "run: make requirements"


def test_production_runs_the_tested_versions() -> None:
    """The production file pins nothing that the tests did not run with."""
    untested = pinned(FILES[1]).items() - pinned(FILES[0]).items()

    assert untested == set(), "run: make requirements"


def test_production_has_no_tool_of_development() -> None:
    """What only work on the product needs is not in the production image, but for what its own packages need too."""
    tools = {canonicalize_name(one.name) for one in development_dependencies()}

    assert tools & pinned(FILES[1]).keys() <= {"packaging", "psutil"}


@pytest.mark.parametrize("file", FILES)
def test_no_address_stands_in_a_requirements_file(file: str) -> None:
    """A requirements file names packages, versions and hashes, and no place to fetch them from."""
    text = (ROOT / file).read_text(encoding="utf-8")
    addresses = re.findall(r"(?m)\w+://\S+|^\s*(?:-i|-f|--\S*(?:index|find-links|trusted-host)\S*).*$", text)

    assert addresses == []


@pytest.mark.parametrize("file", FILES)
def test_every_pin_has_a_hash(file: str) -> None:
    """Each package can be installed with --require-hashes."""
    blocks = re.split(r"(?m)^(?=\w)", (ROOT / file).read_text(encoding="utf-8"))[1:]

    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
