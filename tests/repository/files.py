# SPDX-License-Identifier: EUPL-1.2
"""What the tests of the repository read: its folder, its tools and its pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def pyproject() -> dict[str, Any]:
    """Return pyproject.toml as read."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def runtime_dependencies() -> list[Requirement]:
    """Return what the product itself needs."""
    return [Requirement(line) for line in pyproject()["project"]["dependencies"]]


def development_dependencies() -> list[Requirement]:
    """Return what only work on the product needs."""
    return [Requirement(line) for line in pyproject()["dependency-groups"]["dev"]]


def setup_dependencies() -> list[Requirement]:
    """Return what only the set-up needs, and only where the machine lacks it."""
    return [Requirement(line) for line in pyproject()["dependency-groups"]["assets"]]


def pinned(file: str) -> dict[str, str]:
    """Return the version of each package that a requirements file pins, by canonical name."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line.partition(" \\")[0]) for line in lines if line[:1].isalnum()]
    return {canonicalize_name(one.name): next(iter(one.specifier)).version for one in found}


def run_tool(*command: str) -> str:
    """Run a tool of .venv over the repository and return what it printed; an exit code but 0 fails the test."""
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    printed = done.stdout + done.stderr
    assert done.returncode == 0, f"{' '.join(command)} says:\n{printed}"
    return printed
