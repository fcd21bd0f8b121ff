# SPDX-License-Identifier: EUPL-1.2
"""Warnings about routes that have no faults, but cannot do what was meant."""

from __future__ import annotations

from textwrap import dedent

import pytest

from domain.route import Route
from domain.route_warnings import find_warnings
from tests.domain.desk import midtjylland


def head(result_of: str = "a", rest: str = "") -> str:
    """The top of a route file."""
    return dedent(f"""
        id = "own"
        version = 1
        name = {{ da = "Egen", en = "Own" }}
        source = "Kilde."
        {rest}
        ending = {{ status = "completed", result_of = "{result_of}" }}
    """)


def step(step_id: str, rest: str = "", *, ask: str = "approve", bodies: str = "dassos", mode: str = "meeting") -> str:
    """A step that one body is asked in."""
    asked = f'ask = "{ask}"\nmode = "{mode}"\n' + ("" if "group =" in rest else f'bodies = ["{bodies}"]\n')
    return f'[[steps]]\nid = "{step_id}"\nname = {{ da = "{step_id}", en = "{step_id}" }}\n{asked}{rest}\n'


def warnings(text: str) -> list[str]:
    """The warnings of a route's text, one line each."""
    return [str(w) for w in find_warnings(Route.parse(text, "own.toml"), "own.toml", midtjylland())]


def the_only(text: str) -> str:
    """The one warning there is."""
    found = warnings(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("route", sorted(midtjylland().routes))
def test_shipped_routes_have_no_warnings(route: str) -> None:
    """What ships does what was meant."""
    assert warnings(midtjylland().routes[route].text) == []


def test_a_warning_names_file_key_what_and_mend() -> None:
    """In one line."""
    line = the_only(head() + step("a", 'due = "deadline"'))

    assert line.startswith('own.toml:binds: warning: is missing though "a" is due on the case\'s deadline; write binds')


def test_a_block_by_a_later_step_comes_too_late() -> None:
    """By one before it, beside it, or by itself, it does not."""
    b = step("b", 'after = ["a"]\nblocked_by = ["a", "b", "c"]') + step("c", ask="note")
    assert warnings(head("b") + step("a") + b) == []

    line = the_only(head("b") + step("a", 'blocked_by = ["b"]') + step("b", 'after = ["a"]'))

    assert 'steps[a].blocked_by: warning: names "b", which comes later, so its conditions come too late; name' in line


def test_a_step_that_others_may_join_asks_enough() -> None:
    """Seven can come together, although one alone is asked."""
    joining = step("a", 'at_least = 7\nopen_to = "councils"', ask="join", mode="own_process")

    assert warnings(head() + joining) == []
    assert "is 7, but only 1 are asked" in the_only(head() + joining.replace('open_to = "councils"', ""))


def test_steps_that_open_only_one_another_never_open() -> None:
    """A warning for each of the circle."""
    b = step("b", 'opened_by = { step = "c", outcome = "received" }', ask="receive")
    c = step("c", 'opened_by = { step = "b", outcome = "received" }', ask="receive")

    found = warnings(head() + step("a") + b + c)
    assert [line for line in found if "open only one another" in line and "[b]" in line]
    assert [line for line in found if "open only one another" in line and "[c]" in line]


def test_what_waits_for_a_step_that_never_opens_never_opens_either() -> None:
    """Both are told."""
    b = step("b", 'opened_by = { step = "b", outcome = "postponed" }', bodies="kd-net")

    found = warnings(head() + step("a") + b + step("c", 'after = ["a", "b"]'))
    assert [line for line in found if 'steps[c].after: warning: names "b", which can never open' in line]


def test_a_step_that_one_before_it_closes_never_opens() -> None:
    """It is ended before its turn."""
    text = head() + step("a", 'closes = [{ step = "b", result = "done" }]') + step("b", 'after = ["a"]')

    assert 'steps[b].after: warning: means that the step never opens, since "a" ends it first' in the_only(text)


def test_a_step_that_is_done_cannot_be_closed() -> None:
    """The closing has no effect."""
    text = head() + step("a") + step("b", 'after = ["a"]\ncloses = [{ step = "a", result = "done" }]')

    assert 'steps[b].closes.step: warning: names "a", which is done by then' in the_only(text)


def test_closing_is_no_warning_where_done_steps_are_asked_again() -> None:
    """Then it may well have an effect."""
    rest = 'after = ["a"]\nreturned_to = "a"\ncloses = [{ step = "a", result = "done" }]'

    assert warnings(head() + step("a") + step("b", rest)) == []


def test_one_body_asked_the_same_in_two_steps_at_once() -> None:
    """Its answer would not say which step it is for."""
    line = the_only(head() + step("a") + step("b"))

    assert 'steps[b].ask: warning: asks "dassos" to approve while the step "a" may be asking the same' in line


def test_one_body_asked_the_same_beside_the_main_ask() -> None:
    """The key is the one where the second asking stands."""
    line = the_only(head() + step("a") + step("b").replace('ask = "approve"', 'ask = "note"\nalso_asks = ["approve"]'))

    assert 'steps[b].also_asks: warning: asks "dassos" to approve' in line


def test_a_group_and_one_of_its_members_asked_the_same_at_once() -> None:
    """Members count as asked."""
    text = head() + step("a", 'group = "councils"') + step("b", bodies="samsoe")

    assert 'asks "samsoe" to approve' in the_only(text)


@pytest.mark.parametrize(
    "text",
    [
        step("a") + step("b", 'after = ["a"]'),
        step("a") + step("b", ask="note"),
        step("a") + step("b", bodies="kd-net"),
        step("a") + step("b", "asks_concerned = true"),
        step("a") + step("b", 'when = [{ attribute = "places", above = 10 }]'),
    ],
    ids=["one after the other", "another ask", "another body", "those concerned", "a condition"],
)
def test_no_warning_where_the_two_may_well_differ(text: str) -> None:
    """Only what is sure is told."""
    assert warnings(head() + text) == []


def test_an_answer_to_questions_may_stand_beside_the_asking_step() -> None:
    """The same ask of the same body in a step that is opened on the way is a warning, since both are open."""
    rest = 'opened_by = { step = "a", outcome = "postponed" }'

    assert "steps[b].ask" in the_only(head() + step("a") + step("b", rest))


def test_a_reminder_before_the_window_opens() -> None:
    """Nobody would be reminded."""
    rest = "window_days = 7\nreminders = [{ days_before_due = 8 }, { days_before_due = 6 }]"

    line = the_only(head() + step("a", rest, mode="written_procedure"))
    assert "steps[a].reminders.days_before_due: warning: is 8, before the window of 7 days opens" in line


def reminding(reminders: str, rest: str = 'due = "days"\ndue_days = 30', **more: str) -> str:
    """A route whose only step has these reminders."""
    return head() + step("a", f"{rest}\nreminders = [{reminders}]", **more)


@pytest.mark.parametrize(
    ("reminders", "line"),
    [
        (
            "{ days_before_due = 0 }, { at_due = true }",
            "steps[a].reminders: warning: has the same day for the bodies twice",
        ),
        (
            '{ days_after_due = 7, to = "leadership" }',
            'steps[a].reminders.to: warning: is "leadership" before the bodies themselves have been reminded; remind',
        ),
        (
            '{ days_after_due = 7 }, { days_after_due = 7, to = "leadership" }',
            'steps[a].reminders.to: warning: is "leadership" before the bodies themselves have been reminded',
        ),
    ],
)
def test_reminders_that_say_too_much_are_warned_of(reminders: str, line: str) -> None:
    """The same twice, or leadership told before, or as soon as, the bodies are."""
    assert line in the_only(reminding(reminders))


def test_an_escalation_after_a_reminder_is_not_warned_of() -> None:
    """Nor is the secretariat's being told beforehand."""
    told = '{ days_before_due = 7, to = "secretariat" }, { days_after_due = 3, to = "leadership" }'

    assert warnings(reminding(f"{{ days_before_due = 1 }}, {told}")) == []


@pytest.mark.parametrize("silence", ["consent", "meeting", "close"])
def test_a_reminder_after_the_step_has_ended_is_warned_of(silence: str) -> None:
    """With its window, nobody is left who could be reminded."""
    rest = f'window_days = 7\non_silence = "{silence}"'

    line = the_only(reminding("{ days_after_due = 1 }", rest, mode="written_procedure"))
    assert "steps[a].reminders.days_after_due: warning: is after the due date, with which the step ends" in line


def test_telling_the_secretariat_of_itself_is_warned_of() -> None:
    """It knows what it is asked."""
    line = the_only(reminding('{ days_before_due = 3, to = "secretariat" }', ask="submit", bodies="secretariat"))

    assert "steps[a].reminders.to: warning: tells the secretariat what it is itself asked; remove it there" in line


@pytest.mark.parametrize(
    "rest", ['opened_by = { step = "a", outcome = "postponed" }', 'when = [{ attribute = "x", is = "y" }]']
)
def test_an_ending_that_some_cases_do_not_reach(rest: str) -> None:
    """Their case would have no result."""
    line = the_only(head("b") + step("a") + step("b", rest, bodies="kd-net"))

    assert 'ending.result_of: warning: is "b", which some cases do not go through' in line


def test_a_condition_on_what_an_outcome_opens() -> None:
    """It is never looked at."""
    rest = 'opened_by = { step = "a", outcome = "postponed" }\nwhen = [{ attribute = "x", is = "y" }]'

    assert "steps[b].when: warning: is never looked at" in the_only(
        head() + step("a") + step("b", rest, bodies="kd-net")
    )


def test_more_consents_than_bodies() -> None:
    """Twenty of nineteen."""
    assert "steps[a].at_least: warning: is 20, but only 19 are asked" in the_only(
        head() + step("a", 'group = "councils"\nat_least = 20', ask="join")
    )


def test_a_must_have_that_is_not_asked() -> None:
    """No number is enough without it."""
    line = the_only(head() + step("a", 'group = "councils"\nmust_have = ["dassos"]', ask="join"))

    assert 'steps[a].must_have: warning: names "dassos", whom the step does not ask' in line


FEW = 'at_least = 2\ncomplete = "enough"\nbodies = ["dassos", "kd-net"]'


def counted(rest: str = "") -> str:
    """A step that counts its consents."""
    return step("a", f"{FEW}\n{rest}").replace('bodies = ["dassos"]\n', "")


def test_a_step_after_one_with_too_few_consents_is_warned_of() -> None:
    """The route counts them, and then goes on as if they were enough."""
    line = the_only(head("b") + counted() + step("b", 'after = ["a"]', ask="note"))

    assert line.startswith('own.toml:steps[a].at_least: warning: lets "b" open also when too few have consented; write')


@pytest.mark.parametrize(
    ("top", "rest", "later"),
    [
        (head("b"), 'ends_on = ["not_enough"]', 'after = ["a"]'),
        (head("b"), "", ""),
        (head("a").replace('"a" }', '"a", rejected_by = ["not_enough"] }'), "", 'after = ["a"]'),
    ],
)
def test_a_route_that_says_what_too_few_mean_is_not_warned_of(top: str, rest: str, later: str) -> None:
    """By ending the case, by nothing that follows, or by the case's own result."""
    assert warnings(top + counted(rest) + step("b", later, ask="note")) == []


def test_a_reminder_before_a_step_opens_is_warned_of_whatever_counts_its_days() -> None:
    """A window, or the days after its opening."""
    rest = 'due = "days"\ndue_days = 7\nreminders = [{ days_before_due = 9 }]'

    assert "before the window of 7 days opens" in the_only(head() + step("a", rest))


def test_a_deadline_leaves_no_time_for_a_window_after_it() -> None:
    """Where the window, too, must be over by the case's deadline; else the two have nothing to do with each other."""
    window = step("b", 'after = ["a"]\nwindow_days = 7', mode="written_procedure")
    steps = step("a", 'due = "deadline"') + window

    line = the_only(head("b", 'binds = "b"') + steps)

    assert 'steps[a].due: warning: is the case\'s deadline, by which the window of 7 days of "b" is to end' in line
    assert warnings(head("b", 'binds = "a"') + steps) == []
