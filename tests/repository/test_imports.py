# SPDX-License-Identifier: EUPL-1.2
"""What the domain imports from outside: an allow-list, which an import contract cannot express."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from tests.repository.files import ROOT, pyproject

ALLOWED_IN_DOMAIN = {"domain", "eventsourcing", "holidays"}


def test_domain_imports_only_eventsourcing_and_holidays() -> None:
    """The domain imports itself, eventsourcing, holidays and the standard library: no database, HTTP or Temporal."""
    imported = {name for file in (ROOT / "domain").rglob("*.py") for name in _imported(file.read_text("utf-8"))}

    assert imported - sys.stdlib_module_names <= ALLOWED_IN_DOMAIN


def test_every_room_is_installed_and_under_contract() -> None:
    """Every folder with code is a package of the project and stands in the import contract."""
    config = pyproject()["tool"]
    rooms = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"tests", "bench"}

    assert rooms == set(config["importlinter"]["root_packages"])
    assert {f"{room}*" for room in rooms} == set(config["setuptools"]["packages"]["find"]["include"])


def test_every_folder_with_code_is_a_package() -> None:
    """Every folder of a room that holds code has an `__init__.py`, so that it is installed with it."""
    rooms = pyproject()["tool"]["importlinter"]["root_packages"]
    bare = {
        file.parent.relative_to(ROOT)
        for room in rooms
        for file in (ROOT / room).rglob("*.py")
        if not (file.parent / "__init__.py").exists()
    }

    assert bare == set()


def _imported(source: str) -> Iterator[str]:
    """Yield the top-level name of each module that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
