# SPDX-License-Identifier: EUPL-1.2
"""The demo plays the whole CU report of spring 2025 on real parts and ends by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

import psutil
import pytest

from tests.system.services import SAGSGANG

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the demo makes its folder."""
    yield tmp_path
    shutil.rmtree(tmp_path / ".sagsgang-demo", ignore_errors=True)


def test_the_demo_ends_with_the_agencys_support_and_leaves_nothing_running(folder: Path) -> None:
    """Exit 0, the story in Danish line by line, and no process left."""
    done = subprocess.run(
        [SAGSGANG, "demo", "--once"],
        cwd=folder,
        env={**os.environ},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "Norddjurs Kommune" in done.stdout
    assert "sagen er afsluttet" in done.stdout.casefold()
    assert processes_of(folder) == []


def test_a_role_that_was_left_would_be_seen(folder: Path) -> None:
    """By its environment, for a role's command line does not name its folder."""
    data = folder / ".sagsgang-demo" / "1"
    left = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=PIPE, env={**os.environ, "SAGSGANG_DATA": str(data)}
    )
    try:
        assert processes_of(folder) == [left.pid]
    finally:
        left.kill()
        left.communicate()


def processes_of(folder: Path) -> list[int]:
    """Every process that works in the folder, or names it in its command line or environment."""
    return [process.pid for process in psutil.process_iter() if str(folder) in _traces(process)]


def _traces(process: psutil.Process) -> str:
    try:
        return "\n".join([process.cwd(), *process.cmdline(), *process.environ().values()])
    except psutil.Error:
        return ""
