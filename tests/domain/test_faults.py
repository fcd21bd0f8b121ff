# SPDX-License-Identifier: EUPL-1.2
"""Faults read as one line each, and the table reader finds all of them without stopping at the first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from domain.faults import Fault, InvalidDataError, TableReader, did_you_mean, raise_faults


def faults_of(text: str, read: Callable[[TableReader], object]) -> list[str]:
    """The lines of the faults found when `read` takes what it wants out of a TOML text."""
    faults: list[Fault] = []
    table = TableReader.of_text(text, "x.toml", faults, holds="something")
    if table:
        read(table)
    return [str(fault) for fault in faults]


def value_of(text: str, read: Callable[[TableReader], object]) -> object:
    """What `read` takes out of a TOML text that has no fault."""
    faults: list[Fault] = []
    table = TableReader.of_text(text, "x.toml", faults, holds="something")
    assert table
    value = read(table)
    assert faults == []
    return value


def test_a_fault_is_one_line_with_place_and_mend() -> None:
    """A fault shows file, key, what is wrong and how to mend it."""
    assert str(Fault("bodies.toml", "body[1].id", "is missing", "write it")) == (
        "bodies.toml:body[1].id: is missing; write it"
    )


def test_an_error_lists_all_its_faults() -> None:
    """The message has one line a fault."""
    faults = [Fault("a", "k", "is bad", "mend it"), Fault("b", "l", "is worse", "mend it too")]

    error = InvalidDataError(faults)

    assert str(error) == "a:k: is bad; mend it\nb:l: is worse; mend it too"
    assert error.faults == tuple(faults)


def test_no_faults_raise_nothing() -> None:
    """Without faults nothing is raised."""
    raise_faults([])


def test_some_faults_are_raised() -> None:
    """With faults the error that holds them is raised."""
    with pytest.raises(InvalidDataError, match=r"^a:k: is bad; mend it$"):
        raise_faults([Fault("a", "k", "is bad", "mend it")])


@pytest.mark.parametrize(
    ("word", "known", "mend"),
    [
        ("arhus", ["aarhus", "odder"], 'did you mean "aarhus"?'),
        ("xyz", ["odder", "aarhus"], "known here: aarhus, odder"),
        ("xyz", [], "nothing is known here"),
    ],
)
def test_the_mend_of_an_unknown_word_names_what_is_near(word: str, known: list[str], mend: str) -> None:
    """The nearest known word is named, else all of them."""
    assert did_you_mean(word, known) == mend


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "x.toml:file: is empty; write something there"),
        ("# only a comment\n", "x.toml:file: is empty; write something there"),
        ("a = 1\nb\n", "x.toml:line 2: expected '=' after a key in a key/value pair; mend the TOML at column 2"),
        ("a = 1\nb = [1,\n", "x.toml:line 3: invalid value; mend the TOML at the file's end"),
        ("a = 1\na = 2\n", "x.toml:line 2: cannot overwrite a value; mend the TOML at column 6"),
        ("a = 2026-02-30\n", "x.toml:line 1: invalid date or datetime; mend the TOML at column 5"),
        ("a = " + "[" * 5000, "x.toml:file: is nested too deeply; write flatter tables and lists"),
    ],
)
def test_a_text_that_is_no_toml_is_a_fault(text: str, fault: str) -> None:
    """A text that cannot be read is one fault, at its line where there is one."""
    assert faults_of(text, lambda table: table) == [fault]


def test_a_number_too_long_to_read_is_a_fault() -> None:
    """Python's own limit for numbers is reported as a fault, too."""
    found = faults_of("a = " + "9" * 5000, lambda table: table)

    assert len(found) == 1
    assert found[0].startswith("x.toml:file: ")


@pytest.mark.parametrize(
    ("text", "read", "value"),
    [
        ('a = "x"', lambda t: t.text("a"), "x"),
        ('b = "x"', lambda t: t.optional_text("a"), None),
        ('a = "kd-net"', lambda t: t.identifier("a"), "kd-net"),
        ("a = true", lambda t: t.flag("a"), True),
        ("b = true", lambda t: t.flag("a"), False),
        ("a = 3", lambda t: t.number("a", minimum=3), 3),
        ("a = 0", lambda t: t.optional_number("a"), 0),
        ("a = 2026-12-01", lambda t: t.optional_date("a"), dt.date(2026, 12, 1)),
        ('a = "y"', lambda t: t.one_of("a", ("x", "y")), "y"),
        ('b = "y"', lambda t: t.optional_one_of("a", ("x", "y")), None),
        ('a = ["y", "x"]', lambda t: t.texts("a"), ("y", "x")),
        ('b = ["y"]', lambda t: t.optional_texts("a"), None),
        ('a = ["y"]', lambda t: t.some_of("a", ("x", "y")), ("y",)),
        ('a = { b = "x" }', lambda t: t.table("a").text("b"), "x"),
        ("b = 1", lambda t: t.optional_table("a"), None),
        ('[[a]]\nb = "x"\n[[a]]\nb = "y"', lambda t: [row.text("b") for row in t.tables("a")], ["x", "y"]),
        ("b = 1", lambda t: t.optional_tables("a"), None),
        ("b = 1", lambda t: (t.has("a"), t.has("b")), (False, True)),
    ],
)
def test_a_sound_value_is_taken_out(text: str, read: Callable[[TableReader], object], value: object) -> None:
    """Each kind of value comes out as it stands in the file."""
    assert value_of(text, read) == value


@pytest.mark.parametrize(
    ("text", "read", "fault"),
    [
        ("b = 1", lambda t: t.text("a"), 'a: is missing; write a = "…"'),
        ("b = 1", lambda t: t.number("a"), "a: is missing; write a = 1"),
        ("b = 1", lambda t: t.one_of("a", ("x",)), 'a: is missing; write a = "…"'),
        ("b = 1", lambda t: t.texts("a"), "a: is missing; write a = […]"),
        ("b = 1", lambda t: t.table("a").text("c"), "a: is missing; write a = { … }"),
        ("b = 1", lambda t: t.tables("a"), "a: is missing; write a = […]"),
        ("a = 1", lambda t: t.text("a"), 'a: is a whole number, must be text; write a = "…"'),
        ('a = " "', lambda t: t.text("a"), 'a: is blank; write a = "…" with what it is to say'),
        ("a = true", lambda t: t.number("a"), "a: is true or false, must be a whole number; write a = 1"),
        ("a = 1.5", lambda t: t.number("a"), "a: is a decimal number, must be a whole number; write a = 1"),
        ("a = 1", lambda t: t.number("a", minimum=2), "a: is 1; write a whole number of at least 2"),
        ('a = "no"', lambda t: t.flag("a"), "a: is text, must be true or false; write a = true"),
        ('a = "2026-01-01"', lambda t: t.optional_date("a"), "a: is text, must be a date; write a = 2026-01-31"),
        (
            "a = 2026-01-01T10:00:00",
            lambda t: t.optional_date("a"),
            "a: is a date with a time, must be a date; write a = 2026-01-31",
        ),
        ("a = 10:00:00", lambda t: t.optional_date("a"), "a: is a time, must be a date; write a = 2026-01-31"),
        ('a = "KD Net"', lambda t: t.identifier("a"), 'a: is "KD Net"; write it with a-z, 0-9 and single hyphens only'),
        ('a = "notes"', lambda t: t.one_of("a", ("note", "sign")), 'a: is "notes"; did you mean "note"?'),
        ('a = ""', lambda t: t.optional_one_of("a", ("note",)), 'a: is blank; write a = "…" with what it is to say'),
        ("a = []", lambda t: t.texts("a"), 'a: is an empty list; write a = ["…"]'),
        ('a = ["x", 1]', lambda t: t.texts("a"), 'a[2]: is a whole number, must be text; write a = ["…"]'),
        ('a = ["x", "x"]', lambda t: t.texts("a"), 'a: has "x" twice; remove one of the two'),
        ('a = ["x", "z"]', lambda t: t.some_of("a", ("x", "y")), 'a: is "z"; known here: x, y'),
        ("a = []", lambda t: t.tables("a"), "a: is an empty list; write a = [{ … }]"),
        ("a = { b = 1 }", lambda t: t.tables("a"), "a: is a table, must be a list; write a = […]"),
        ("a = [1]", lambda t: t.tables("a"), "a[1]: is a whole number, must be a table; write a = [{ … }]"),
        ("a = { b = 1 }", lambda t: t.table("a").text("b"), 'a.b: is a whole number, must be text; write b = "…"'),
    ],
)
def test_an_unsound_value_is_one_fault(text: str, read: Callable[[TableReader], object], fault: str) -> None:
    """A value that is missing, of the wrong type or out of bounds is reported once, and reading goes on."""
    assert faults_of(text, read) == [f"x.toml:{fault}"]


def test_a_row_of_a_list_is_named_by_its_id() -> None:
    """A row with a sound id is called by it, any other by its number."""
    text = '[[a]]\nid = "odder"\n[[a]]\nid = "Od der"\n[[a]]\n'

    found = faults_of(text, lambda t: [row.text("b") for row in t.tables("a")])

    assert found == [
        'x.toml:a[odder].b: is missing; write b = "…"',
        'x.toml:a[2].b: is missing; write b = "…"',
        'x.toml:a[3].b: is missing; write b = "…"',
    ]


def test_every_unknown_key_is_a_fault() -> None:
    """A key that nothing asked for is reported, with the nearest that was; an odd one stays on its line."""

    def read(table: TableReader) -> None:
        table.optional_text("valid_from")
        table.done()

    assert faults_of('valid_form = "x"\n"a\\nb" = 1\n', read) == [
        'x.toml:valid_form: is an unknown key; did you mean "valid_from"?',
        'x.toml:"a\\nb": is an unknown key; known here: valid_from',
    ]
