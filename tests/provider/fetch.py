# SPDX-License-Identifier: EUPL-1.2
"""Fetches the OpenID provider of the tests with all that it needs, by the digests of `packages.toml`.

Run as `python -m tests.provider.fetch`; it needs nothing but Python and npm, and has nothing to do a second time.
"""

from __future__ import annotations

import shutil
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

from web.assets import AssetError, Package, check, pack

HERE = Path(__file__).resolve().parent
LIST, FOLDER = HERE / "packages.toml", HERE / "node_modules"
FETCHED = FOLDER / LIST.name
"""A copy of the list by which the folder was filled."""


def main() -> int:
    """Fetch it into `node_modules`, which is not in the repository; the exit code."""
    if FETCHED.exists() and FETCHED.read_bytes() == LIST.read_bytes():
        return 0
    try:
        fetch()
    except AssetError as error:
        print(error, file=sys.stderr)  # noqa: T201 -- the set-up has no log yet
        return 1
    return 0


def fetch() -> None:
    """Fill the folder anew; raises `AssetError`."""
    rows = tomllib.loads(LIST.read_text("utf-8"))["package"]
    wanted = {row["path"]: _package(**row) for row in rows}
    distinct = list({package.id: package for package in wanted.values()}.values())
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=HERE) as made:
        archives = dict(zip((package.id for package in distinct), pack(distinct, Path(made)), strict=True))
        for path, package in wanted.items():
            check(package, archives[package.id], LIST)
            _unpack(archives[package.id], FOLDER / path)
    shutil.copyfile(LIST, FETCHED)


def _package(path: str, version: str, integrity: str) -> Package:
    """A package by the place where it lies, which is below the one that wants another version than the rest."""
    return Package(path.rpartition("node_modules/")[2], version, integrity, keep=("*",), tests=True)


def _unpack(archive: Path, folder: Path) -> None:
    """Write the whole package into the folder, without the one that every package puts around its files."""
    with tarfile.open(archive) as opened, tempfile.TemporaryDirectory(dir=HERE) as made:
        opened.extractall(made, filter="data")
        (around,) = Path(made).iterdir()
        shutil.copytree(around, folder, dirs_exist_ok=True)


if __name__ == "__main__":
    sys.exit(main())
