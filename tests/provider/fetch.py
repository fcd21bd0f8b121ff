# SPDX-License-Identifier: EUPL-1.2
"""Fetches the OpenID provider of the tests with all that it needs, by the digests of `package-lock.json`.

Run as `python -m tests.provider.fetch`; it needs nothing but Python and npm.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from web.assets import AssetError, npm

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    """Fetch it into `node_modules`, which is not in the repository; the exit code."""
    try:
        command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    except AssetError as error:
        print(error, file=sys.stderr)  # noqa: T201 -- the set-up has no log yet
        return 1
    return subprocess.run(command, cwd=FOLDER, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
