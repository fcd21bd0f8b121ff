# SPDX-License-Identifier: EUPL-1.2
"""Faults in data files: what is wrong, where, how to mend it, and a reader of TOML tables that collects them."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

WHOLE_FILE = "file"
LARGEST = 10**9
IDENTIFIER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TOML_PLACE = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)
# bool stands before int and datetime before date, since the first is a subclass of the second.
_KINDS: tuple[tuple[type, str], ...] = (
    (str, "text"),
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a decimal number"),
    (dt.datetime, "a date with a time"),
    (dt.date, "a date"),
    (dt.time, "a time"),
    (list, "a list"),
    (dict, "a table"),
)
_EXAMPLES: Mapping[type, str] = {
    str: '"…"',
    bool: "true",
    int: "1",
    dt.date: "2026-01-31",
    dt.time: "14:00:00",
    list: "[…]",
    dict: "{ … }",
}

T = TypeVar("T")
Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a data file."""

    file: str
    key: str
    what: str
    mend: str

    def __str__(self) -> str:
        """Return the fault as one line, `file:key: what; mend`."""
        return f"{self.file}:{self.key}: {self.what}; {self.mend}"


class InvalidDataError(Exception):
    """Data files have faults; the message lists all of them, one a line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep the faults."""
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def raise_faults(faults: Sequence[Fault]) -> None:
    """Raise `InvalidDataError` with these faults if there are any."""
    if faults:
        raise InvalidDataError(faults)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return the mend for a word that is not among the known ones: the nearest of them, else all of them."""
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f"did you mean {quoted(near[0])}?"
    return f"known here: {', '.join(sorted(known))}" if known else "nothing is known here"


def quoted(word: str) -> str:
    """Return a word in double quotes, on one line whatever it holds."""
    return json.dumps(word, ensure_ascii=False)


class TableReader:
    """Takes typed values out of one TOML table; what is wrong becomes a fault and a harmless value is returned instead.

    A faulty or missing value is returned as "", 0, the last day, an empty table, an empty tuple or the first choice:
    good enough to go on looking for faults, never to be used, since the caller raises the faults at the end.
    """

    def __init__(self, table: Mapping[str, Any], file: str, path: str, faults: list[Fault]) -> None:
        """Read `table`, which stands in `file` at the dotted `path` ("" at the top), adding to `faults`."""
        self._table = table
        self._file = file
        self._path = path
        self._faults = faults
        self._asked: list[str] = []

    @classmethod
    def of_text(cls, text: str, file: str, faults: list[Fault], *, holds: str) -> TableReader | None:
        """Return the reader of a whole TOML text, or None (and a fault) if it is no TOML or empty.

        `holds` says in the mend of an empty file what belongs there.
        """
        table = _parse_toml(text, file, faults)
        if table is None:
            return None
        if not table:
            faults.append(Fault(file, WHOLE_FILE, "is empty", f"write {holds} there"))
            return None
        return cls(table, file, "", faults)

    def text(self, key: str) -> str:
        """Return a text that must be there and not blank."""
        return self._required(key, self.optional_text, str, "")

    def optional_text(self, key: str) -> str | None:
        """Return a text that is not blank, or None if the key is not there."""
        value = self._typed(key, str)
        if value is not None and not value.strip():
            self.fault(key, "is blank", f"write {key} = {_EXAMPLES[str]} with what it is to say")
            return ""
        return value

    def identifier(self, key: str) -> str:
        """Return an id: lower-case ASCII letters, digits and single hyphens."""
        value = self.text(key)
        if value and not IDENTIFIER.fullmatch(value):
            self.fault(key, f"is {quoted(value)}", "write it with a-z, 0-9 and single hyphens only")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false, `default` if the key is not there."""
        value = self._typed(key, bool)
        return default if value is None else value

    def number(self, key: str, *, minimum: int = 0, maximum: int = LARGEST) -> int:
        """Return a whole number that must be there, from `minimum` to `maximum`."""
        return self._required(key, lambda name: self.optional_number(name, minimum=minimum, maximum=maximum), int, 0)

    def optional_number(self, key: str, *, minimum: int = 0, maximum: int = LARGEST) -> int | None:
        """Return a whole number from `minimum` to `maximum`, or None if the key is not there."""
        value = self._typed(key, int)
        if value is not None and value > maximum:
            self.fault(key, f"is {value}", f"write a whole number of at most {maximum}")
            return maximum
        if value is not None and value < minimum:
            self.fault(key, f"is {value}", f"write a whole number of at least {minimum}")
        return value

    def optional_numbers(self, key: str, *, minimum: int = 0, maximum: int = LARGEST) -> tuple[int, ...] | None:
        """Return a list of whole numbers from `minimum` to `maximum`, at least one, or None if it is not there."""
        values = self._items(key, int)
        for value in values or ():
            if not minimum <= value <= maximum:
                self.fault(key, f"has {value}", f"write whole numbers from {minimum} to {maximum}")
        return None if values is None else tuple(values)

    def date(self, key: str) -> dt.date:
        """Return a Danish calendar date that must be there."""
        return self._required(key, self.optional_date, dt.date, dt.date.max)

    def optional_time(self, key: str) -> dt.time | None:
        """Return a time on Danish clocks, or None if the key is not there."""
        return self._typed(key, dt.time)

    def optional_date(self, key: str) -> dt.date | None:
        """Return a Danish calendar date, or None if the key is not there."""
        return self._typed(key, dt.date)

    def one_of(self, key: str, choices: Sequence[Choice]) -> Choice:
        """Return the one of `choices` that the text names; it must be there."""
        return self._required(key, lambda name: self.optional_one_of(name, choices), str, choices[0])

    def optional_one_of(self, key: str, choices: Sequence[Choice]) -> Choice | None:
        """Return the one of `choices` that the text names, or None if the key is not there."""
        value = self.optional_text(key)
        return self._chosen(key, value, choices) if value else None if value is None else choices[0]

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts that must be there, have at least one and none twice."""
        return self._required(key, self.optional_texts, list, ())

    def optional_texts(self, key: str) -> tuple[str, ...] | None:
        """Return a list of texts with at least one and none twice, or None if the key is not there."""
        values = self._items(key, str)
        if values is None:
            return None
        for value in dict.fromkeys(value for value in values if values.count(value) > 1):
            self.fault(key, f"has {quoted(value)} twice", "remove one of the two")
        return tuple(values)

    def some_of(self, key: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
        """Return those of `choices` that a list of texts names; it must be there and have at least one."""
        return tuple(self._chosen(key, value, choices) for value in self.texts(key))

    def optional_some_of(self, key: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
        """Return those of `choices` that a list of texts names, none if the key is not there."""
        named = self.optional_texts(key) or ()
        return tuple(self._chosen(key, value, choices) for value in named)

    def table(self, key: str) -> TableReader:
        """Return the reader of a table that must be there."""
        empty = TableReader({}, self._file, self._at(key), [])
        return self._required(key, self.optional_table, dict, empty)

    def optional_table(self, key: str) -> TableReader | None:
        """Return the reader of a table, or None if the key is not there."""
        value = self._typed(key, dict)
        return None if value is None else TableReader(value, self._file, self._at(key), self._faults)

    def tables(self, key: str) -> tuple[TableReader, ...]:
        """Return the readers of a list of tables that must be there and have at least one."""
        return self._required(key, self.optional_tables, list, ())

    def optional_tables(self, key: str) -> tuple[TableReader, ...] | None:
        """Return the readers of a list of tables with at least one, or None if the key is not there."""
        values = self._items(key, dict)
        if values is None:
            return None
        return tuple(
            TableReader(value, self._file, self._at(f"{key}[{_label(value, number)}]"), self._faults)
            for number, value in enumerate(values, start=1)
        )

    def is_text(self, key: str) -> bool:
        """Return whether the key is there and holds a text."""
        return isinstance(self._table.get(key), str)

    def has(self, key: str) -> bool:
        """Return whether the key is there."""
        return key in self._table

    def fault(self, key: str, what: str, mend: str) -> None:
        """Note a fault at a key of this table."""
        self._faults.append(Fault(self._file, self._at(key), what, mend))

    def done(self) -> None:
        """Report every key that nothing asked for."""
        for key in self._table:
            if key not in self._asked:
                self.fault(_shown(key), "is an unknown key", did_you_mean(key, self._asked))

    def _required(self, key: str, read: Callable[[str], T | None], kind: type, instead: T) -> T:
        if not self.has(key):
            self._asked.append(key)
            self.fault(key, "is missing", f"write {key} = {_EXAMPLES[kind]}")
            return instead
        value = read(key)
        return instead if value is None else value

    def _typed(self, key: str, kind: type[T]) -> T | None:
        self._asked.append(key)
        value = self._table.get(key)
        if value is None or _is(value, kind):
            return value
        self.fault(key, f"is {_kind(value)}, must be {_kind_name(kind)}", f"write {key} = {_EXAMPLES[kind]}")
        return None

    def _items(self, key: str, kind: type[T]) -> list[T] | None:
        values = self._typed(key, list)
        if values is None:
            return None
        if not values:
            self.fault(key, "is an empty list", f"write {key} = [{_EXAMPLES[kind]}]")
        for number, value in enumerate(values, start=1):
            if not _is(value, kind):
                what = f"is {_kind(value)}, must be {_kind_name(kind)}"
                self.fault(f"{key}[{number}]", what, f"write {key} = [{_EXAMPLES[kind]}]")
        return [value for value in values if _is(value, kind)]

    def _chosen(self, key: str, value: str, choices: Sequence[Choice]) -> Choice:
        for choice in choices:
            if choice == value:
                return choice
        self.fault(key, f"is {quoted(value)}", did_you_mean(value, choices))
        return choices[0]

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def _parse_toml(text: str, file: str, faults: list[Fault]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except RecursionError:
        faults.append(Fault(file, WHOLE_FILE, "is nested too deeply", "write flatter tables and lists"))
    except ValueError as error:
        faults.append(_syntax_fault(str(error), text, file))
    return None


def _syntax_fault(message: str, text: str, file: str) -> Fault:
    found = _TOML_PLACE.fullmatch(message)
    if found is None:
        return Fault(file, WHOLE_FILE, message, "mend the TOML")
    line = found["line"] or str(text.count("\n") + 1)
    mend = f"mend the TOML at column {found['column']}" if found["column"] else "mend the TOML at the file's end"
    what = found["what"]
    return Fault(file, f"line {line}", what[:1].lower() + what[1:], mend)


def _is(value: object, kind: type) -> bool:
    return _kind(value) == _kind_name(kind)


def _kind(value: object) -> str:
    return next(name for kind, name in _KINDS if isinstance(value, kind))


def _kind_name(kind: type) -> str:
    return next(name for known, name in _KINDS if known is kind)


def _label(table: Mapping[str, Any], number: int) -> str:
    """Return what tells a table of a list from the others: its id if it has a sound one, else its number."""
    own = table.get("id")
    return own if isinstance(own, str) and IDENTIFIER.fullmatch(own) else str(number)


def _shown(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else quoted(key)
