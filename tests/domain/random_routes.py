# SPDX-License-Identifier: EUPL-1.2
"""Random small routes that have no faults, as hypothesis strategies."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from domain.route import OWN_ASKS, SILENCES

ASKED = ("note", "approve", "support", "join", "receive", "submit", "comment")
ALSO_ASKED = ("discuss", "establish", "note", "support", "submit")
HEAD = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Kilde."
"""
BODIES = ("dassos", "kd-net", "kkr-midtjylland", "lemvig", "samsoe", "secretariat")
ATTRIBUTES = {"places": 11, "held_on": "2025-06-30"}
"""Attributes that satisfy whatever these routes need when a case opens."""
_ENTRIES: tuple[dict[str, Any], ...] = ({}, {"on": "held_on"}, {"on": "never_given", "replaces": "aftalen fra 2011"})


@st.composite
def routes(draw: st.DrawFn) -> str:
    """The text of a route with one to seven steps in any order, parallel or not, with all that may hang on them."""
    number = draw(st.integers(1, 7))
    asks = [draw(st.sampled_from(ASKED)) for _ in range(number)]
    steps = [_step(draw, asks, place) for place in range(number)]
    if all("opened_by" in step for step in steps):
        del steps[0]["opened_by"]
    return "\n".join([HEAD, _ending(draw, number), *(_toml(step) for step in steps)])


def _ending(draw: st.DrawFn, number: int) -> str:
    ids = st.sampled_from([f"s{n}" for n in range(number)])
    ending: dict[str, Any] = {
        "status": draw(st.sampled_from(["completed", "approved"])),
        "result_of": draw(st.lists(ids, unique=True, min_size=1, max_size=3)),
    }
    if draw(st.booleans()):
        ending["rejected_by"] = ["not_enough", "no_answer"]
    if draw(st.booleans()):
        ending["blocked_by"] = draw(st.lists(ids, unique=True, min_size=1, max_size=3))
    text = f"ending = {_value(ending)}"
    if draw(st.integers(0, 3)) > 0:
        return text
    entry = {"provided": draw(st.lists(ids, unique=True, min_size=1, max_size=2)), **draw(st.sampled_from(_ENTRIES))}
    return f"{text}\nentry_into_force = {_value(entry)}"


def _step(draw: st.DrawFn, asks: list[str], place: int) -> dict[str, Any]:
    step: dict[str, Any] = {
        "id": f"s{place}",
        "name": {"da": f"Trin {place}", "en": f"Step {place}"},
        "ask": asks[place],
        "mode": draw(st.sampled_from(["own_process", "own_process", "meeting", "written_procedure"])),
        **_also(draw, asks[place]),
        **_whom(draw),
        **_place_in_order(draw, asks, place),
    }
    step |= _due(draw, step)
    step |= _completion(draw, step)
    if step["mode"] == "written_procedure" and step["ask"] not in OWN_ASKS and step["complete"] != "at_due":
        step["on_silence"] = draw(st.sampled_from(SILENCES))
    if draw(st.integers(0, 3)) == 0:
        step["counts_corrections"] = True
    if draw(st.integers(0, 3)) == 0:
        ids = st.sampled_from([f"s{n}" for n in range(len(asks))])
        step["blocked_by"] = draw(st.lists(ids, unique=True, min_size=1, max_size=2))
    step |= _ends(draw, step)
    if step["ask"] == "approve" and "ends_on" not in step and draw(st.integers(0, 3)) == 0:
        step["counts"] = draw(st.sampled_from([{"rejected": "dissent"}, {"noted": "consent"}, {"returned": "dissent"}]))
    if step["ask"] == "join" and draw(st.booleans()):
        step |= {"open_to": "councils", "starts_on": "held_on"}
    if place and draw(st.integers(0, 3)) == 0:
        step["closes"] = [{"step": f"s{draw(st.integers(0, place - 1))}", "result": "closed"}]
    return step


def _place_in_order(draw: st.DrawFn, asks: list[str], place: int) -> dict[str, Any]:
    """After earlier steps, opened by an outcome of one, or at once; needed always or under a condition."""
    earlier = [f"s{n}" for n in range(place)]
    found: dict[str, Any] = {}
    askers = [f"s{n}" for n, ask in enumerate(asks[:place]) if ask == "receive"]
    if draw(st.booleans()) and askers:
        outcome, keeps = draw(st.sampled_from(["questions_asked", "plan_requested"])), draw(st.booleans())
        return {"opened_by": {"step": draw(st.sampled_from(askers)), "outcome": outcome}, "keeps_case_open": keeps}
    if earlier and draw(st.integers(0, 3)) > 0:
        after = draw(st.lists(st.sampled_from(earlier), unique=True, min_size=1, max_size=3))
        found["after"] = after
        if draw(st.booleans()):
            found["returned_to"] = draw(st.sampled_from(after))
    if draw(st.integers(0, 5)) == 0:
        found |= draw(st.sampled_from([{"opens_after_days": 30}, {"opens_on": "held_on"}]))
    if earlier and draw(st.integers(0, 3)) == 0:
        found[draw(st.sampled_from(["when", "unless"]))] = [
            {"attribute": "places", draw(st.sampled_from(["above", "at_most"])): 10}
        ]
    return found


def _due(draw: st.DrawFn, step: dict[str, Any]) -> dict[str, Any]:
    """A written procedure's window, or perhaps another due date, perhaps with reminders of it."""
    if step["mode"] == "written_procedure":
        due: dict[str, Any] = {"window_days": draw(st.integers(1, 20))}
    else:
        choices: list[dict[str, Any]] = [{}, {"due": "deadline"}, {"due": "days", "due_days": 9}]
        choices.append({"due": "attribute", "due_on": "held_on"})
        due = draw(st.sampled_from([*choices, *([{"due": "asked"}] if "opened_by" in step else [])]))
    if len(due) > 0 and draw(st.booleans()):
        due["reminders"] = draw(st.sampled_from([[{"days_before_due": 3}], [{"days_after_due": 1}]]))
    return due


def _completion(draw: st.DrawFn, step: dict[str, Any]) -> dict[str, Any]:
    """When the step is complete: with all answers, with enough of them, or when it is due."""
    asked = 19 if "group" in step else len(step["bodies"])
    is_due = "window_days" in step or "due" in step
    kind = draw(st.sampled_from(["all", "all", "enough", *(["at_due"] if is_due else [])]))
    found: dict[str, Any] = {"complete": kind}
    if kind == "enough" or draw(st.integers(0, 3)) == 0:
        found["at_least"] = draw(st.sampled_from(["majority", *range(1, asked + 1)]))
    if "bodies" in step and draw(st.integers(0, 3)) == 0:
        found["must_have"] = [draw(st.sampled_from(step["bodies"]))]
    return found


def _ends(draw: st.DrawFn, step: dict[str, Any]) -> dict[str, Any]:
    """Perhaps results with which the case ends."""
    if step["ask"] != "approve" or draw(st.integers(0, 3)) > 0:
        return {}
    few = ["not_enough"] if "at_least" in step or "must_have" in step else []
    return {"ends_on": draw(st.sampled_from([["rejected"], ["rejected", "returned"], ["returned", *few]]))}


def _also(draw: st.DrawFn, ask: str) -> dict[str, Any]:
    """Perhaps further asks, and perhaps only some in a body who may decide."""
    found: dict[str, Any] = {}
    further = st.lists(st.sampled_from([a for a in ALSO_ASKED if a != ask]), unique=True, min_size=1, max_size=2)
    if draw(st.integers(0, 3)) == 0:
        found["also_asks"] = draw(further)
    if draw(st.integers(0, 3)) == 0:
        found["decided_by"] = draw(st.sampled_from([["council"], ["council", "committee"]]))
    return found


def _whom(draw: st.DrawFn) -> dict[str, Any]:
    if draw(st.integers(0, 3)) == 0:
        return {"group": "councils"}
    return {"bodies": draw(st.lists(st.sampled_from(BODIES), unique=True, min_size=1, max_size=3))}


def _toml(step: dict[str, Any]) -> str:
    return "\n".join(["[[steps]]", *(f"{key} = {_value(value)}" for key, value in step.items())])


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(_value(inner) for inner in value)}]"
    return json.dumps(value, ensure_ascii=False)
