# SPDX-License-Identifier: EUPL-1.2
"""The demo plays the whole CU report of spring 2025 on real parts and ends by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

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
    assert [p.pid for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or [])] == []
