# SPDX-License-Identifier: EUPL-1.2
"""The tutorial holds: its pieces, put together as it says, give the outputs that it shows."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.command import sagsgang
from tests.docs.test_reference import commands

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "tutorials" / "new-route.md").read_text("utf-8")
BLOCK = re.compile(r"^```(?P<language>\w+)(?: title=(?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "…"
OWN = "vores"


@dataclass(frozen=True)
class Shown:
    """A command of the page with the output that the page shows."""

    command: str
    output: str


def blocks() -> Iterator[tuple[str, str, str]]:
    """The page's fenced blocks in order: language, the file that it belongs to or nothing, text."""
    return ((found["language"], found["file"] or "", found["text"]) for found in BLOCK.finditer(PAGE))


def shown() -> list[Shown]:
    """The commands that need no services; a drawing is the output of the command before it."""
    found: list[Shown] = []
    for language, _, text in blocks():
        if language == "console":
            command, _, output = text.removeprefix("$ ").partition("\n")
            found.append(Shown(command, output))
        elif language == "mermaid":
            found[-1] = replace(found[-1], output=text)
    return found


def typed() -> list[str]:
    """The commands of Sagsgang that need services running."""
    lines = [line for language, _, text in blocks() if language == "sh" for line in text.splitlines()]
    return [line for line in lines if line.startswith("sagsgang ")]


def append(file: Path, piece: str) -> None:
    """Write a piece at the end of a file, after an empty line; a file that is not there is made."""
    before = file.read_text("utf-8") + "\n" if file.exists() else ""
    file.write_text(before + piece, "utf-8")


def change(file: Path, difference: str) -> None:
    """Put the lines with a plus in the place of those with a minus, which must stand in the file once."""
    old, new = ("".join(f"{line[1:]}\n" for line in difference.splitlines() if line[0] == sign) for sign in "-+")
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")


def follow(folder: Path) -> Iterator[str]:
    """Do in a folder what the page says, and give what each command prints."""
    shutil.copytree(TOP / "organisations" / "midtjylland", folder / OWN)
    for language, file, text in blocks():
        if language == "toml":
            append(folder / file, text)
        elif language == "diff":
            change(folder / file, text)
        elif language == "console":
            words = shlex.split(text.splitlines()[0].removeprefix("$ sagsgang "))
            ran = sagsgang(*words, environment={"SAGSGANG_ORGANISATION": OWN}, folder=folder)
            yield ran.out + ran.err


def as_shown(output: str) -> str:
    """A pattern for what is shown, in which a line of `…` stands for lines left out."""
    lines = output.splitlines(keepends=True)
    return "".join(r"(?:.*\n)+?" if line.strip() == LEFT_OUT else re.escape(line) for line in lines)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each command prints to somebody who follows the page from its beginning."""
    return list(follow(tmp_path_factory.mktemp("tutorial")))


@pytest.mark.parametrize(("number", "claim"), [*enumerate(shown())], ids=[one.command for one in shown()])
def test_a_command_prints_what_the_page_shows(number: int, claim: Shown, printed: list[str]) -> None:
    """To the letter, but for lines that the page says it leaves out."""
    assert re.fullmatch(as_shown(claim.output), printed[number]), f"{claim.command} prints:\n{printed[number]}"


def test_the_route_grows_by_pieces_that_are_each_checked() -> None:
    """Every piece of a route is followed by a check, before the next piece."""
    steps = "".join({"toml": "p", "diff": "p", "console": "c"}.get(language, "") for language, _, _ in blocks())
    bodies, route = steps[0], steps[1:]

    assert bodies == "p"
    assert re.fullmatch("(pc)+c+", route)


@pytest.mark.parametrize("line", typed())
def test_a_command_that_needs_services_can_be_given_so(line: str) -> None:
    """There is such a command, and it has the options."""
    words = line.split(" --", maxsplit=1)[0]
    command = next(c for name, c in commands() if words == name or words.startswith(f"{name} "))
    known = {option for parameter in command.params for option in parameter.opts}

    assert set(re.findall(r"--[a-z-]+", line)) <= known
