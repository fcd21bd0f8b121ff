# SPDX-License-Identifier: EUPL-1.2
"""Reads an organisation's folder of TOML files, so that `domain` needs no files."""

from __future__ import annotations

from pathlib import Path

from domain.calendar_files import CALENDARS_FOLDER
from domain.faults import WHOLE_FILE, Fault, InvalidDataError, raise_faults
from domain.organisation import ROUTES_FOLDER, Organisation


def load_organisation(folder: Path) -> Organisation:
    """The organisation in a folder; raises `InvalidDataError` with every fault of every file."""
    faults: list[Fault] = []
    files = _read_files(folder, faults)
    try:
        organisation = Organisation.parse(files)
    except InvalidDataError as error:
        unread = {fault.file for fault in faults}
        faults += [fault for fault in error.faults if fault.file not in unread]
    raise_faults(faults)
    return organisation


def read_text(file: Path, name: str) -> str:
    """The text of one file, called `name` in the `InvalidDataError` that is raised if it cannot be read as UTF-8."""
    try:
        # Editors on Windows may begin a file with a byte order mark, which is no TOML.
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        fault = Fault(name, WHOLE_FILE, "is missing", "name a file that is there")
    except OSError as error:
        fault = Fault(name, WHOLE_FILE, f"cannot be read ({error.strerror})", "let this program read the file")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        fault = Fault(name, f"line {line}", "is not UTF-8", "save the file as UTF-8")
    raise InvalidDataError([fault])


def _read_files(folder: Path, faults: list[Fault]) -> dict[str, str]:
    if not folder.is_dir():
        what, mend = "is no folder", "name the folder of an organisation by SAGSGANG_ORGANISATION"
        raise InvalidDataError([Fault(str(folder), WHOLE_FILE, what, mend)])
    files: dict[str, str] = {}
    for file in sorted(file for part in ("", ROUTES_FOLDER, CALENDARS_FOLDER) for file in folder.glob(f"{part}*.toml")):
        name = file.relative_to(folder).as_posix()
        try:
            files[name] = read_text(file, name)
        except InvalidDataError as error:
            faults += error.faults
    return files
