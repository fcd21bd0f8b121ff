# SPDX-License-Identifier: EUPL-1.2
"""The futures that a range rests on: evenly spread, and wide enough for sums of independent things."""

from __future__ import annotations

from math import sqrt
from random import Random
from statistics import NormalDist

import pytest

from domain.futures import FUTURES, futures

NORMAL = NormalDist()


@pytest.mark.parametrize("things", [1, 2, 5])
def test_each_thing_has_every_part_of_its_chances_once(things: int) -> None:
    """And every future has its mirror image, so that nothing leans to one side."""
    found = futures(things)
    columns = [sorted(column) for column in zip(*found, strict=True)]
    mirrored = {tuple(round(1 - level, 9) for level in future) for future in found}

    assert columns == [[(number + 0.5) / FUTURES for number in range(FUTURES)]] * things
    assert mirrored == {tuple(round(level, 9) for level in future) for future in found}


@pytest.mark.parametrize("things", range(2, 8))
def test_a_sum_of_independent_things_lies_between_the_first_and_the_last(things: int) -> None:
    """In at least 85 of 100 cases, however much each of them weighs."""
    rng = Random(things)  # noqa: S311 -- nothing secret
    for _ in range(100):
        weights = [rng.uniform(0.2, 1) for _ in range(things)]
        spread = sqrt(sum(weight**2 for weight in weights))
        sums = [
            sum(weight * NORMAL.inv_cdf(level) for weight, level in zip(weights, future, strict=True))
            for future in futures(things)
        ]

        assert NORMAL.cdf(max(sums) / spread) - NORMAL.cdf(min(sums) / spread) >= 0.85
