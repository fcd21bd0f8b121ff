# SPDX-License-Identifier: EUPL-1.2
"""Runs the real command as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).with_name("sagsgang")
SECONDS = 60


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout; raises ValueError where there is anything else."""
        return json.loads(self.out)

    @property
    def problem(self) -> dict[str, Any]:
        """The problem object that `--json` adds as the last line of stderr."""
        return dict(json.loads(self.err.splitlines()[-1]))


def sagsgang(*words: str, environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Ran:
    """Run the command with these words; the environment's own settings of Sagsgang and of terminals are left out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAGSGANG_", "TEMPORAL_", "PG"))}
    done = subprocess.run(
        [COMMAND, *words],
        env=kept | {"COLUMNS": "200", **(environment or {})},
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)
