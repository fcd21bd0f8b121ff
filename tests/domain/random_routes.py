# SPDX-License-Identifier: EUPL-1.2
"""Random small routes that have no faults, as hypothesis strategies."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

ASKED = ("note", "approve", "support", "join", "receive", "submit", "comment")
HEAD = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Kilde."
ending = { status = "completed", result_of = "s0" }
"""
BODIES = ("dassos", "kd-net", "kkr-midtjylland", "lemvig", "samsoe", "secretariat")


@st.composite
def routes(draw: st.DrawFn) -> str:
    """The text of a route with one to seven steps in any order, parallel or not, with all that may hang on them."""
    number = draw(st.integers(1, 7))
    asks = [draw(st.sampled_from(ASKED)) for _ in range(number)]
    steps = [_step(draw, asks, place) for place in range(number)]
    if all("opened_by" in step for step in steps):
        del steps[0]["opened_by"]
    return "\n".join([HEAD, *(_toml(step) for step in steps)])


def _step(draw: st.DrawFn, asks: list[str], place: int) -> dict[str, Any]:
    step: dict[str, Any] = {
        "id": f"s{place}",
        "name": {"da": f"Trin {place}", "en": f"Step {place}"},
        "ask": asks[place],
        "mode": "own_process",
        **_whom(draw),
    }
    earlier = [f"s{n}" for n in range(place)]
    askers = [f"s{n}" for n, ask in enumerate(asks[:place]) if ask == "receive"]
    if draw(st.booleans()) and askers:
        step |= {"opened_by": {"step": draw(st.sampled_from(askers)), "outcome": "questions_asked"}}
    elif earlier:
        after = draw(st.lists(st.sampled_from(earlier), unique=True, min_size=1, max_size=3))
        step |= {"after": after}
        if draw(st.booleans()):
            step |= {"returned_to": draw(st.sampled_from(after))}
        if draw(st.integers(0, 3)) == 0:
            step |= {"when": [{"attribute": "places", "above": 10}]}
        if draw(st.integers(0, 3)) == 0:
            del step["after"]
            step.pop("returned_to", None)
    if draw(st.booleans()):
        step |= {"due": "deadline"}
    if earlier and draw(st.integers(0, 3)) == 0:
        step |= {"closes": [{"step": draw(st.sampled_from(earlier)), "result": "closed"}]}
    return step


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
