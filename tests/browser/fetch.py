# SPDX-License-Identifier: EUPL-1.2
"""Fetches a Chromium for the tests where the machine has none: a build without a window, from npm, by its digest.

Run as `python -m tests.browser.fetch`; it needs nothing but Python and npm, and has nothing to do a second time.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.node import node
from web.assets import AssetError, Package, check, pack

FOLDER = Path(__file__).with_name("chromium")
"""Where it lies with the libraries and fonts that a bare machine lacks; not in the repository."""
PACKAGE = Package(
    "@sparticuz/chromium",
    "147.0.0",
    "sha512-4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ==",
    keep=("bin/chromium.br", "bin/al2023.tar.br", "bin/fonts.tar.br"),
    tests=True,
)
_UNPACK = """
const zlib = require("zlib"), fs = require("fs"), { pipeline } = require("stream/promises");
const [from, to] = process.argv.slice(-2);
pipeline(fs.createReadStream(from), zlib.createBrotliDecompress(), fs.createWriteStream(to));
"""


def chromium() -> str | None:
    """The browser: the machine's, else the one that was fetched, None where there is neither."""
    own = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    fetched = FOLDER / "chromium"
    return next((found for found in own if found), str(fetched) if fetched.exists() else None)


def environment() -> dict[str, str]:
    """What the browser is started with: its own libraries and fonts come last."""
    libraries = os.pathsep.join(filter(None, (os.environ.get("LD_LIBRARY_PATH"), str(FOLDER / "lib"))))
    mine = (
        {"LD_LIBRARY_PATH": libraries, "XDG_DATA_HOME": str(FOLDER)} if chromium() == str(FOLDER / "chromium") else {}
    )
    return {**os.environ, **mine}


def main() -> int:
    """Fetch it if there is none; the exit code. For other machines than these there is no such build."""
    if chromium() is not None or (sys.platform, platform.machine()) != ("linux", "x86_64"):
        return 0
    try:
        fetch()
    except AssetError as error:
        print(error, file=sys.stderr)  # noqa: T201 -- the set-up has no log yet
        return 1
    return 0


def fetch() -> None:
    """Fill the folder, at one go; raises `AssetError`."""
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as made:
        (archive,) = pack([PACKAGE], Path(made))
        check(PACKAGE, archive, Path(__file__))
        whole = Path(made) / "whole"
        whole.mkdir()
        with tarfile.open(archive) as opened:
            for member in opened:
                path = member.name.partition("/")[2]
                if PACKAGE.keeps(path):
                    opened.extract(member, made, filter="data")
                    _unpack(Path(made) / member.name, whole)
        (whole / "chromium").chmod(0o755)
        whole.replace(FOLDER)


def _unpack(file: Path, folder: Path) -> None:
    """Write what is compressed in a file into the folder."""
    target = folder / file.stem
    command = [*node(), "-e", _UNPACK, str(file), str(target)]
    subprocess.run(command, check=True)
    if target.suffix == ".tar":
        with tarfile.open(target) as opened:
            opened.extractall(folder, filter="data")
        target.unlink()


if __name__ == "__main__":
    sys.exit(main())
