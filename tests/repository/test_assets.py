# SPDX-License-Identifier: EUPL-1.2
"""What the pages are made of comes from npm at the set-up, by digest, and is not kept in the repository."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path

import pytest

from tests.repository.files import ROOT
from web import assets
from web.assets import AssetError, Package, check, main, packages, unpack


def archive(folder: Path, *names: str) -> Path:
    """An archive as npm packs one."""
    file = folder / "made.tgz"
    with tarfile.open(file, "w:gz") as opened:
        for name in names:
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(name)
            opened.addfile(entry, io.BytesIO(name.encode()))
    return file


def package(*keep: str) -> Package:
    """A package that keeps some of its files."""
    return Package("made", "1.0.0", "sha512-AAAA", keep)


def test_every_package_has_a_fixed_version_and_digest() -> None:
    """So that what was tested is what people get."""
    for one in packages().values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", one.version)
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", one.integrity)


def test_no_address_stands_in_the_list() -> None:
    """Where npm fetches from is the machine's own setting."""
    assert "://" not in assets.LIST.read_text("utf-8")


def test_another_content_is_refused(tmp_path: Path) -> None:
    """It is not unpacked."""
    with pytest.raises(AssetError, match="do not use it"):
        check(package(), archive(tmp_path, "a"))


def test_only_what_is_used_is_kept(tmp_path: Path) -> None:
    """Without the folder `dist`, and nothing outside the package's own folder."""
    file = archive(tmp_path, "LICENSE", "dist/css/a.css", "dist/css/b.css", "../../up.css", "src/x.js")
    unpack(package("LICENSE", "dist/css/a.css", "*up.css"), file, tmp_path / "to")

    found = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file())
    assert found == ["made.tgz", "to/LICENSE", "to/css/a.css"]


def test_a_second_time_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even npm is asked."""
    monkeypatch.setenv("PATH", "")

    assert main(["--with-tests"]) == 0


def test_a_machine_without_npm_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one sentence."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    monkeypatch.setattr(assets, "find_spec", lambda _name: None)

    assert main([]) == 1
    assert "requirements-assets.txt" in capsys.readouterr().err


def test_the_packages_are_not_in_the_repository() -> None:
    """Git is told to leave them out."""
    assert "/web/assets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
