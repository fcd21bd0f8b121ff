# SPDX-License-Identifier: EUPL-1.2
"""A link's token opens what it was sealed for, with the key that sealed it, and nothing else."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from outgoing.links import ANSWER, CONFIRM, seal, unseal

KEY = "only-for-tests-0123456789-0123456789"


@given(st.uuids())
def test_a_token_opens_what_it_was_sealed_for(subject: UUID) -> None:
    """And is the same whenever it is made, so that every attempt at a letter holds the same link."""
    token = seal(KEY, ANSWER, subject)

    assert token == seal(KEY, ANSWER, subject)
    assert unseal(KEY, ANSWER, token) == subject
    assert unseal(KEY, CONFIRM, token) is None
    assert unseal(KEY + "x", ANSWER, token) is None


@given(st.text(max_size=80))
def test_any_other_text_opens_nothing(text: str) -> None:
    """Whatever somebody types."""
    assert unseal(KEY, ANSWER, text) is None


@given(st.uuids(), st.integers(0, 53), st.sampled_from("ABCab01-_"))
def test_a_changed_token_opens_nothing_else(subject: UUID, place: int, letter: str) -> None:
    """Each letter of it counts, the last one too."""
    token = seal(KEY, ANSWER, subject)
    changed = token[:place] + letter + token[place + 1 :]

    assert unseal(KEY, ANSWER, changed) == (subject if changed == token else None)
