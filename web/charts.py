# SPDX-License-Identifier: EUPL-1.2
"""The figures behind the charts and where their marks lie; the templates draw them as SVG with the table beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from domain.dates import danish_date
from projections.documents import Document
from web.services import Services
from web.standing import in_order

WEEKS = 13
"""How many weeks the chart of answers shows: a quarter."""
TIMES_OVER = timedelta(days=365)
"""Over how long the bodies' times are taken."""

_SPACING, _HEIGHT, _WIDTH = 34, 110, 200


@dataclass(frozen=True)
class Bar:
    """A week's answers, and the bar that stands for them."""

    monday: date
    answers: int
    x: int
    y: float
    height: float

    @property
    def week(self) -> int:
        """The week's number in the Danish (ISO) calendar."""
        return self.monday.isocalendar().week


@dataclass(frozen=True)
class Times:
    """How long a body's answers took, in days, and where that lies on a scale that all bodies share."""

    body: str
    answers: int
    median: float
    lower: float
    upper: float
    most: float
    scale: float
    """How wide a day is drawn."""

    @property
    def marks(self) -> dict[str, float]:
        """Where the half in the middle begins and ends, where the median stands, and where the longest is."""
        start = round(self.lower * self.scale, 1)
        return {
            "start": start,
            "width": max(round(self.upper * self.scale - start, 1), 2),
            "median": round(self.median * self.scale, 1),
            "most": round(self.most * self.scale, 1),
        }


@dataclass(frozen=True)
class Dues:
    """How a body's answers lay to the dates they were due on: how many more than a week before, in it, and after."""

    body: str
    ahead: int
    close: int
    late: int

    @property
    def answers(self) -> int:
        """How many answers there are."""
        return self.ahead + self.close + self.late

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """The parts of one bar: of which kind each is, where it begins, and how wide it is."""
        counted = (("ahead", self.ahead), ("close", self.close), ("late", self.late))
        widths = [(kind, count / self.answers * _WIDTH) for kind, count in counted]
        starts = accumulate((width for _, width in widths), initial=0.0)
        return [
            (k, round(start, 1), round(width, 1)) for (k, width), start in zip(widths, starts, strict=False) if width
        ]


async def dues_by_body(shared: Services, moment: datetime) -> list[Dues]:
    """How each body's answers of the year before an instant lay to their dates, in the order of Danish sorting."""
    found = await shared.views.answers_by_due(moment - TIMES_OVER, moment, list(shared.organisation.bodies))
    return [Dues(body, **found[body]) for body in in_order(shared, list(found))]


async def answers_by_week(shared: Services, moment: datetime) -> list[Bar]:
    """The bars of the weeks up to an instant."""
    today = danish_date(moment)
    this_week = today - timedelta(days=today.weekday())
    found = await shared.views.answers_by_week(moment - timedelta(weeks=WEEKS + 1), moment)
    mondays = [this_week - timedelta(weeks=past) for past in reversed(range(WEEKS))]
    return bars({monday: found.get(monday, 0) for monday in mondays})


def bars(answers: Mapping[date, int]) -> list[Bar]:
    """The bars for so many answers a week, the highest as high as the chart."""
    highest = max(answers.values(), default=0) or 1
    found = []
    for number, (monday, count) in enumerate(answers.items()):
        height = round(count / highest * _HEIGHT, 1)
        found.append(Bar(monday, count, number * _SPACING, round(_HEIGHT - height, 1), height))
    return found


async def times_by_body(shared: Services, moment: datetime, body: str | None = None) -> list[Times]:
    """How long answers of the year before an instant took, one body's or each one's, in the order of Danish sorting."""
    bodies = [body] if body else list(shared.organisation.bodies)
    return times(await shared.views.answer_times(moment - TIMES_OVER, moment, bodies), shared)


def times(found: Mapping[str, Document], shared: Services) -> list[Times]:
    """The bodies' times on one scale."""
    longest = max((row["most"] for row in found.values()), default=0) or 1
    return [
        Times(body, found[body]["answers"], median, lower, upper, found[body]["most"], _WIDTH / longest)
        for body in in_order(shared, list(found))
        for lower, median, upper in (found[body]["quartiles"],)
    ]
