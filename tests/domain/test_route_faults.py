# SPDX-License-Identifier: EUPL-1.2
"""A broken route file gives its own message: the file, the key, what is wrong, how to mend it."""

from __future__ import annotations

import pytest

from domain.faults import InvalidDataError
from domain.route import Route

SOUND = """
id = "aftale"
version = 1
name = { da = "Aftale", en = "Agreement" }
source = "Kommunerne godkender."
binds = "send"
ending = { status = "completed", result_of = "agency" }

[[steps]]
id = "dassos"
name = { da = "DASSOS", en = "DASSOS" }
ask = "approve"
bodies = ["dassos"]
mode = "written_procedure"
window_days = 7
reminders = [{ days_before_due = 2 }]

[[steps]]
id = "send"
name = { da = "Send", en = "Send" }
ask = "submit"
bodies = ["secretariat"]
mode = "own_process"
after = ["dassos"]
due = "deadline"

[[steps]]
id = "agency"
name = { da = "Styrelsen", en = "The agency" }
ask = "receive"
bodies = ["agency"]
mode = "own_process"
after = ["send"]

[[steps]]
id = "reply"
name = { da = "Svar", en = "Reply" }
ask = "submit"
bodies = ["secretariat"]
mode = "own_process"
opened_by = { step = "agency", outcome = "questions_asked" }
due = "asked"
"""
BODIES = frozenset({"dassos", "secretariat", "agency"})

NAMED = '[[attributes]]\nid = "kind"\nname = { da = "Art" }\n\n[[steps]]'
"""An attribute without an English name, in the middle of a step."""

BROKEN = [
    ('id = "reply"', 'id = "inquiry"', "steps[inquiry].id: is the name of the engine's own step; choose another id"),
    ('ask = "receive"', 'ask = "receive"\nopen_to = "x"', "steps[agency].open_to: stands in a step that nobody joins"),
    ('ask = "receive"', 'ask = "join"\nopen_to = "x"', 'steps[agency].open_to: names the unknown group "x"'),
    ('ask = "receive"', 'ask = "receive"\nstarts_on = "x"', "steps[agency].starts_on: stands in a step that nobody"),
    ("", SOUND, "file: is empty; write"),
    ("id =", SOUND, "line 1: invalid value; mend the TOML at the file's end"),
    ('id = "aftale"', 'id = "Aftale 1"', 'id: is "Aftale 1"; write it with a-z'),
    ("version = 1", "version = 0", "version: is 0; write a whole number of at least 1"),
    ("version = 1", 'version = "1"', "version: is text, must be a whole number; write version = 1"),
    ("version = 1\n", "", "version: is missing; write version = 1"),
    ("name = { da", "name = { dk", "name.dk: is an unknown key; known here: da, en"),
    ('source = "Kommunerne godkender."', 'source = " "', "source: is blank"),
    ('binds = "send"', 'binds = "sent"', 'binds: names the unknown step "sent"; did you mean "send"?'),
    ('result_of = "agency"', 'result_of = "agent"', 'ending.result_of: names the unknown step "agent"'),
    ('status = "completed"', 'status = "done"', 'ending.status: is "done"'),
    ('ask = "approve"', 'ask = "aprove"', 'steps[dassos].ask: is "aprove"; did you mean "approve"?'),
    ('mode = "written_procedure"', 'mode = "mail"', 'steps[dassos].mode: is "mail"'),
    ('bodies = ["dassos"]', "", "steps[dassos].bodies: does not say who is asked in one way"),
    ('bodies = ["dassos"]', "bodies = []", "steps[dassos].bodies: is an empty list"),
    ('bodies = ["dassos"]', 'bodies = ["dasos"]', 'steps[dassos].bodies: names the unknown body "dasos"; did you mean'),
    ('bodies = ["dassos"]', 'group = "councils"', 'steps[dassos].group: names the unknown group "councils"'),
    ('bodies = ["dassos"]', 'bodies = ["dassos", "dassos"]', 'steps[dassos].bodies: has "dassos" twice'),
    ("window_days = 7\n", "", "steps[dassos].window_days: does not fit the step's due"),
    ("window_days = 7", "window_days = 100000000000000000000", "steps[dassos].window_days: is 100000000000000000000"),
    (
        "window_days = 7",
        'window_days = 7\non_silence = "consnt"',
        'steps[dassos].on_silence: is "consnt"; did you mean "consent"?',
    ),
    (
        'after = ["send"]',
        'after = ["send"]\non_silence = "close"',
        'steps[agency].on_silence: is "close" where no written procedure ends; write mode = "written_procedure"',
    ),
    (
        "window_days = 7",
        'window_days = 7\non_silence = "meeting"\ncomplete = "at_due"',
        'steps[dassos].on_silence: stands beside complete = "at_due"; remove one',
    ),
    (
        "window_days = 7",
        'window_days = 7\ncounts = { rejected = "objection" }',
        'steps[dassos].counts.rejected: is "objection"; did you mean "rejection"?',
    ),
    ("window_days = 7", 'window_days = 7\ncounts = { objected = "dissent" }', "steps[dassos].counts.objected: is an"),
    ("window_days = 7", "window_day = 7", "steps[dassos].window_day: is an unknown key; did you mean"),
    ("days_before_due = 2", "days = 2", "steps[dassos].reminders[1].days: is an unknown key"),
    ("days_before_due = 2", 'days_before_due = "2"', "reminders[1].days_before_due: is text, must be a whole number"),
    ("days_before_due = 2", "days_before_due = 9999", "reminders[1].days_before_due: is 9999"),
    (
        "days_before_due = 2",
        "at_due = false",
        "reminders[1].days_before_due: does not say one day; write one of days_b",
    ),
    ("days_before_due = 2", "at_due = true, days_after_due = 2", "reminders[1].days_before_due: does not say one day"),
    ("days_before_due = 2", "at_due = 1", "reminders[1].at_due: is a whole number, must be true or false"),
    ("days_before_due = 2", 'days_before_due = 2, to = "leaders"', 'reminders[1].to: is "leaders"; did you mean "lead'),
    ("days_before_due = 2", 'days_before_due = 2, to = ["bodies"]', "reminders[1].to: is a list, must be text"),
    ('after = ["dassos"]', 'after = ["dasos"]', 'steps[send].after: names the unknown step "dasos"'),
    ('after = ["dassos"]', 'after = ["agency"]', "steps[send].after: waits for the step itself; break the circle"),
    ('after = ["dassos"]', 'after = "dassos"', "steps[send].after: is text, must be a list"),
    ('due = "deadline"', 'closes = [{ step = "send", result = "x" }]', "steps[send].closes.step: closes itself"),
    (
        'due = "deadline"',
        'closes = [{ step = "sent", result = "x" }]',
        "steps[send].closes.step: names the unknown step",
    ),
    ('due = "deadline"', 'blocked_by = ["dasos"]', 'steps[send].blocked_by: names the unknown step "dasos"; did you'),
    (
        'result_of = "agency" }',
        'result_of = "agency", blocked_by = ["sent"] }',
        'ending.blocked_by: names the unknown step "sent"; did you mean "send"?',
    ),
    ('due = "deadline"', "blocked_by = []", "steps[send].blocked_by: is an empty list"),
    ('due = "deadline"', "reminders = [{ days_after_due = 1 }]", "steps[send].reminders: cannot be counted"),
    ('due = "deadline"', 'due = "asked"', 'steps[send].due: is "asked" in a step that no outcome opens'),
    ('outcome = "questions_asked"', 'outcome = "decided"', "opened_by.outcome: names the final outcome"),
    ('outcome = "questions_asked"', 'outcome = "question"', "opened_by.outcome: names the unknown outcome"),
    ('due = "asked"', 'due = "asked"\nafter = ["send"]', "steps[reply].after: stands beside opened_by"),
    ('due = "deadline"', "opens_after_days = 0", "steps[send].opens_after_days: is 0; write a whole number"),
    ('due = "deadline"', "opens_after_days = 9999", "steps[send].opens_after_days: is 9999"),
    ('due = "deadline"', 'opens_after_days = "180"', "steps[send].opens_after_days: is text, must be a whole number"),
    ('due = "deadline"', "opens_on = 2022-08-01", "steps[send].opens_on: is a date, must be text"),
    (
        'due = "deadline"',
        'opens_after_days = 9\nopens_on = "x"',
        "steps[send].opens_on: stands beside opens_after_days",
    ),
    ('due = "asked"', 'due = "asked"\nopens_on = "x"', "steps[reply].opens_on: stands beside opened_by"),
    ('due = "asked"', 'due = "asked"\nopens_after_days = 9', "steps[reply].opens_after_days: stands beside opened_by"),
    ('due = "deadline"', 'due = "days"', "steps[send].due_days: does not fit the step's due; write due_days"),
    ('due = "deadline"', "due_days = 9", "steps[send].due_days: does not fit the step's due"),
    ('due = "deadline"', 'due = "days"\ndue_days = 0', "steps[send].due_days: is 0; write a whole number"),
    (
        'due = "deadline"',
        "keeps_case_open = true",
        "steps[send].keeps_case_open: stands in a step that no outcome opens",
    ),
    ('due = "asked"', 'due = "asked"\nkeeps_case_open = "ja"', "steps[reply].keeps_case_open: is text, must be true"),
    ("window_days = 7", 'window_days = 7\nends_on = ["rejekted"]', 'ends_on: names "rejekted", which the step cannot'),
    ("window_days = 7", 'window_days = 7\nends_on = ["approved"]', 'ends_on: names "approved", which is a consent'),
    (
        "window_days = 7",
        'window_days = 7\nends_on = ["not_enough"]',
        'ends_on: names "not_enough", which the step cannot',
    ),
    ("window_days = 7", 'window_days = 7\nends_on = "rejected"', "steps[dassos].ends_on: is text, must be a list"),
    ('binds = "send"', 'entry_into_force = "snart"', "entry_into_force: is text, must be a table"),
    ('binds = "send"', 'entry_into_force = { on = "x" }', "entry_into_force.provided: is missing"),
    (
        'binds = "send"',
        'entry_into_force = { provided = ["sent"] }',
        'provided: names the unknown step "sent"; did you',
    ),
    (
        'binds = "send"',
        'entry_into_force = { provided = ["send"], on = "x", date = 2022-08-01 }',
        "entry_into_force.date: stands beside on; remove one of the two",
    ),
    (
        'binds = "send"',
        'entry_into_force = { provided = ["send"], date = "1. august" }',
        "entry_into_force.date: is text, must be a date",
    ),
    (
        'binds = "send"',
        'entry_into_force = { provided = ["send"], replace = "2011" }',
        'entry_into_force.replace: is an unknown key; did you mean "replaces"?',
    ),
    (
        'ask = "approve"',
        'ask = "approve"\nalso_asks = ["discus"]',
        'steps[dassos].also_asks: is "discus"; did you mean',
    ),
    ('ask = "approve"', 'ask = "approve"\nalso_asks = "discuss"', "steps[dassos].also_asks: is text, must be a list"),
    ('ask = "approve"', 'ask = "approve"\nalso_asks = ["approve"]', "also_asks: repeats the main ask"),
    ('ask = "approve"', 'ask = "approve"\nalso_asks = ["note", "note"]', 'steps[dassos].also_asks: has "note" twice'),
    ('ask = "approve"', 'ask = "approve"\ndecided_by = ["mayor"]', 'steps[dassos].decided_by: is "mayor"; known here'),
    ('ask = "approve"', 'ask = "approve"\ndecided_by = []', "steps[dassos].decided_by: is an empty list"),
    ('id = "reply"', 'id = "send"', "steps[send].id: stands twice"),
    (
        'binds = "send"',
        'binds = "send"\nattributes = [{ id = "kind", name = { da = "Art", en = "Kind" } }]',
        'attributes[kind].id: names "kind", which the route does not ask about',
    ),
    (
        'ask = "receive"',
        'ask = "receive"\nwhen = [{ attribute = "kind", is = "x" }]\n\n' + NAMED,
        "attributes[kind].name.en: is missing",
    ),
    ('id = "reply"', 'id = "revise"', "steps[revise].id: is the name of the engine's own step"),
]


def test_the_sound_route_has_no_fault() -> None:
    """What the others break is whole."""
    assert Route.parse(SOUND, "aftale.toml", BODIES, frozenset()).id == "aftale"


@pytest.mark.parametrize(("old", "new", "message"), BROKEN, ids=[message for _, _, message in BROKEN])
def test_a_broken_route_says_what_is_wrong_and_how_to_mend_it(old: str, new: str, message: str) -> None:
    """One mistake gives its one line."""
    text = {"": "", "id =": "id ="}.get(old, SOUND.replace(old, new, 1))

    with pytest.raises(InvalidDataError) as error:
        Route.parse(text, "aftale.toml", BODIES, frozenset())

    lines = str(error.value).splitlines()
    assert any(line.startswith("aftale.toml:") and message in line for line in lines), lines
    assert all(line.count("; ") >= 1 for line in lines)


def test_all_faults_are_listed_at_once() -> None:
    """Three mistakes, three lines."""
    text = SOUND.replace("version = 1", "version = 0").replace('"deadline"', '"later"').replace('"receive"', '"get"')

    with pytest.raises(InvalidDataError) as error:
        Route.parse(text, "aftale.toml")

    assert len({fault.key for fault in error.value.faults} & {"version", "steps[send].due", "steps[agency].ask"}) == 3
