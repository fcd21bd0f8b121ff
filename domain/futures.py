# SPDX-License-Identifier: EUPL-1.2
"""Some futures of several unsure things at once, spread so evenly that they stand for all; the same every time."""

from __future__ import annotations

from functools import cache

FUTURES = 11
"""How many futures there are: a prime number, of which each thing has every eleventh of its chances once.

About nine times in ten a sum of independent things lies between the first and the last of them.
"""
_STRIDE = 5
"""From future to future each thing goes on by a power of this, so that no two things are early and late together."""


@cache
def futures(things: int) -> tuple[tuple[float, ...], ...]:
    """For each future the level of each of so many things: the chance that it is not later than that.

    A lattice of rank one (Korobov): in the middle one everything is in its middle, and each has its mirror image. From
    the sixth thing on they go with one another again, which makes what follows from them wider, never narrower.
    """
    middle = FUTURES // 2
    strides = [pow(_STRIDE, number % middle, FUTURES) for number in range(things)]
    return tuple(
        tuple(((stride * (future - middle) + middle) % FUTURES + 0.5) / FUTURES for stride in strides)
        for future in range(FUTURES)
    )
