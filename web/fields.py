# SPDX-License-Identifier: EUPL-1.2
"""The fields of the secretariat's forms: what each asks for, how it stands on the page, and what was filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from domain.names import Name
from web.reading import MAX_REFERENCE, MAX_TEXT

Choice = tuple[str, Name]
"""What can be chosen: the value that is sent, and its name."""
Values = Mapping[str, str]
"""What is filled in, by the fields' names; of a field with several values one a line."""
MORE = "more"
"""The button that gives a list in a form one more place; its value is the list's name."""
AMONG_CHOICES = Name("Vælg blandt mulighederne.", "Choose among what there is.")

_PLACE = re.compile(r"(?P<list>\w+)\.(?P<number>[0-9]{1,3})\.(?P<fact>\w+)", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TRUTHS = {"true", "false"}
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_WRITTEN = {
    "number": (_WHOLE, Name("Skriv et helt tal.", "Write a whole number.")),
    "time": (_TIME, Name("Skriv et klokkeslæt som 09:30.", "Write a time as 09:30.")),
}
"""How what is filled in must be written, by the kind of field, and what is said where it is not."""


@dataclass(frozen=True)
class Field:
    """One field of a form; its name is its place in the model, as `tasks.0.text`.

    `kind` is `line`, `text`, `lines` (a text of several, one a line), `date`, `time`, `number`, `choice`, `checks` (any
    of the choices), `who` (one of the choices by its name, or any other words), `yes` (or not), `file` or `fixed`.
    """

    name: str
    label: Name
    kind: str = "line"
    required: bool = True
    hint: Name | None = None
    choices: tuple[Choice, ...] = ()
    value: str = ""
    """What stands in it to begin with."""
    most: int = MAX_REFERENCE
    latest: str = ""
    """The latest day that may be chosen."""
    leads: bool = False
    """Whether the rest of the form hangs on it, so that it is asked for alone and first."""
    group: Name | None = None
    """What it is folded away under, since it is seldom needed."""
    entry: Name | None = None
    """Which place of a list it belongs to."""
    of_number: bool = False
    """Whether what is chosen is a number."""
    otherwise: Name = AMONG_CHOICES
    """What is said of something that cannot be chosen."""

    def shown(self, value: str) -> list[str | Name]:
        """What was filled in, as a reader knows it."""
        known = dict(self.choices)
        return [known.get(one, one) for one in self.said(value)]

    def said(self, value: str) -> list[str]:
        """Each of the values that were filled in."""
        lines = value.split("\n") if self.kind in {"checks", "lines"} else [value]
        return [line.strip() for line in lines if line.strip()]

    def called(self, value: str, language: str) -> str:
        """What was filled in by the name that it has in a language, where it has one."""
        name = dict(self.choices).get(value)
        return value if name is None else str(getattr(name, language))

    def read(self, value: str) -> Any:
        """What was filled in, as the model takes it; what is none of its kind stays a text, which the model refuses."""
        if self.kind in {"checks", "lines"}:
            return [self._one(each) for each in self.said(value)]
        is_truth = self.kind == "yes" or {key for key, _ in self.choices} == _TRUTHS
        return value == "true" if is_truth else self._one(value)

    def _one(self, value: str) -> Any:
        if self.kind == "who":
            return next((key for key, name in self.choices if value.casefold() in _called(name)), value)
        is_number = (self.kind == "number" or self.of_number) and _WHOLE.fullmatch(value)
        return int(value) if is_number else value


@dataclass(frozen=True)
class Fault:
    """What is wrong, at a field or (empty) with the whole."""

    field: str
    words: Name

    @property
    def is_english(self) -> bool:
        """Whether there are no Danish words for it."""
        return self.words.da == self.words.en


@dataclass(frozen=True)
class Section:
    """Fields that stand together, perhaps folded away under a heading, by the places of a list."""

    heading: Name | None
    entries: tuple[tuple[Name | None, tuple[Field, ...]], ...]
    list: str = ""
    """The list's name, where it has places."""
    is_open: bool = False
    """Whether something in it is filled in or wrong."""


def maybe(name: str, label: Name, kind: str = "line", **facts: Any) -> Field:
    """A field that may be left empty."""
    return Field(name, label, kind, required=False, **facts)


def chosen_alone(fields: Sequence[Field]) -> bool:
    """Whether the form asks only for what the rest hangs on."""
    return any(field.leads for field in fields)


def sections(fields: Iterable[Field], values: Values, faults: Iterable[Fault] = ()) -> list[Section]:
    """The fields as they stand on the page."""
    wrong = {fault.field for fault in faults}
    return [_section(group, list(found), values, wrong) for group, found in groupby(fields, lambda f: f.group)]


def entries_of(
    name: str, title: Name, values: Values, most: int, make: Callable[[str], Iterable[Field]]
) -> Iterator[Field]:
    """The fields of a list: one place for each that is filled in, and another one while there is room."""
    used = 1 + max((int(found["number"]) for found in _places(values) if found["list"] == name), default=-1)
    places = used + 1 if used == 0 or values.get(MORE) == name else used
    for place in range(min(places, most)):
        entry = Name(f"{title.da} {place + 1}", f"{title.en} {place + 1}")
        for field in make(f"{name}.{place}."):
            yield replace(field, entry=entry)


def tidy(values: Values) -> dict[str, str]:
    """What was filled in without blanks around it, nothing that is empty, and the places of lists counted anew."""
    stripped = {name: value.replace("\r\n", "\n").strip() for name, value in values.items()}
    filled = _without_bare_kinds({name: value for name, value in stripped.items() if value})
    numbers: dict[str, dict[str, int]] = {}
    for found in sorted(_places(filled), key=lambda found: int(found["number"])):
        known = numbers.setdefault(found["list"], {})
        known.setdefault(found["number"], len(known))
    return {_counted(name, numbers): value for name, value in filled.items()}


def typed(fields: Iterable[Field], values: Values) -> dict[str, Any]:
    """What was filled in, as the model takes it: of the fields that there are, with no empty ones."""
    made: dict[str, Any] = {}
    for field in fields:
        value = field.choices[0][0] if field.kind == "fixed" else values.get(field.name, "")
        if value:
            _put(made, field.name.split("."), field.read(value))
    return made


def faults_of(fields: Iterable[Field], values: Values) -> list[Fault]:
    """What can be said of each field by itself: left out, too long, no date, no number, none of the choices."""
    found = ((field, _fault(field, values.get(field.name, ""))) for field in fields if field.kind != "fixed")
    return [Fault(field.name, words) for field, words in found if words is not None]


def _section(group: Name | None, fields: list[Field], values: Values, wrong: set[str]) -> Section:
    entries = tuple((entry, tuple(found)) for entry, found in groupby(fields, lambda f: f.entry))
    listed = fields[0].name.split(".")[0] if fields[0].entry else ""
    is_open = any(field.name in wrong or values.get(field.name) for field in fields) or values.get(MORE) == listed != ""
    return Section(group, entries, listed, is_open)


def _called(name: Name) -> set[str]:
    return {name.da.casefold(), name.en.casefold()}


def _places(values: Values) -> list[re.Match[str]]:
    return [found for name in values if (found := _PLACE.fullmatch(name))]


def _without_bare_kinds(filled: Values) -> dict[str, str]:
    """What was filled in, without places of which nothing is left but their kind: who empties a place removes it."""
    told = {(found["list"], found["number"]) for found in _places(filled) if found["fact"] != "kind"}
    bare = {found[0] for found in _places(filled) if (found["list"], found["number"]) not in told}
    return {name: value for name, value in filled.items() if name not in bare}


def _counted(name: str, numbers: Mapping[str, Mapping[str, int]]) -> str:
    found = _PLACE.fullmatch(name)
    return f"{found['list']}.{numbers[found['list']][found['number']]}.{found['fact']}" if found else name


def _put(made: dict[str, Any], path: list[str], value: Any) -> None:
    """Put a value at its place, `tasks.0.text` into a list of objects, `attributes.kind` into an object."""
    if len(path) == 1:
        made[path[0]] = value
    elif path[1].isdigit():
        listed = made.setdefault(path[0], [])
        while len(listed) <= int(path[1]):
            listed.append({})
        _put(listed[int(path[1])], path[2:], value)
    else:
        _put(made.setdefault(path[0], {}), path[1:], value)


def _fault(field: Field, value: str) -> Name | None:
    if not value:
        return Name("Skal udfyldes.", "Must be filled in.") if field.required else None
    said = field.said(value)
    most = MAX_TEXT if field.kind in {"checks", "lines"} else field.most
    if field.kind not in {"date", "choice", "checks", "yes"} and any(len(one) > most for one in [value, *said]):
        return Name(f"Højst {most} tegn.", f"At most {most} characters.")
    if field.kind == "date":
        return _fault_of_day(value)
    if field.kind in _WRITTEN and not _WRITTEN[field.kind][0].fullmatch(value):
        return _WRITTEN[field.kind][1]
    known = {key for key, _ in field.choices}
    if field.kind in {"choice", "checks"} and any(one not in known for one in said):
        return field.otherwise
    return None


def _fault_of_day(value: str) -> Name | None:
    try:
        if _DAY.fullmatch(value):
            date.fromisoformat(value)
            return None
    except ValueError:
        pass
    return Name("Skriv en dato som 2025-05-31.", "Write a date as 2025-05-31.")
