# SPDX-License-Identifier: EUPL-1.2
"""The set-up says what a machine lacks, and what CI runs is what people run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.repository.files import ROOT

ASSETS, PROVIDER, BROWSER = "web/assets.toml", "tests/provider/packages.toml", "tests/browser/fetch.py"
NO_PYTHON = "#!/bin/sh\nexit 1\n"
NO_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n'


@pytest.mark.parametrize(
    ("python", "mend"),
    [(NO_PYTHON, "Install Python 3.11 or newer"), (NO_VENV, "apt-get install python3-venv")],
    ids=["too old", "no venv"],
)
def test_setup_says_what_is_missing(tmp_path: Path, python: str, mend: str) -> None:
    """On a machine without a fit Python, `make .venv` ends with a sentence that says how to mend it."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "pyproject.toml").touch()
    for name in (ASSETS, PROVIDER, BROWSER):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    fake = tmp_path / "python3"
    fake.write_text(python, encoding="utf-8")
    fake.chmod(0o755)

    done = subprocess.run(
        ["make", ".venv", f"PYTHON={fake}"],  # noqa: S607
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert mend in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_second_setup_has_nothing_to_do(tmp_path: Path) -> None:
    """`make .venv` runs no command, unless requirements or assets are newer than what is installed."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for folder in (".venv", "web", "tests/provider", "tests/browser"):
        (tmp_path / folder).mkdir(parents=True)
    sources = ("requirements.txt", "pyproject.toml", ASSETS, PROVIDER, BROWSER)
    for age, name in (*((30, source) for source in sources), (20, ".venv/.installed")):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))

    assert steps_of_setup(tmp_path) == []

    os.utime(tmp_path / ASSETS, (1_000_000, 1_000_000))
    steps = steps_of_setup(tmp_path)

    assert any("pip install" in step for step in steps)
    assert any("web.assets" in step for step in steps)
    assert any("tests.provider.fetch" in step for step in steps)
    assert any("tests.browser.fetch" in step for step in steps)


def steps_of_setup(folder: Path) -> list[str]:
    """The commands that `make .venv` would run."""
    done = subprocess.run(
        ["make", "--dry-run", ".venv"],  # noqa: S607
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if not line.startswith("make")]


def test_ci_runs_make_test_and_nothing_else() -> None:
    """A missing step of the set-up cannot hide in CI: it runs the one command that people run."""
    script = ROOT / ".ci" / "run"
    commands = [line for line in script.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]

    assert os.access(script, os.X_OK)
    assert commands == ["set -euo pipefail", 'cd "$(dirname "${BASH_SOURCE[0]}")/.."', "make test"]
