# SPDX-License-Identifier: EUPL-1.2
"""The bench of sizes runs, on a handful of cases; its figures are nobody's here."""

from __future__ import annotations

from pathlib import Path

from bench.size import LIMITS, fill, serving
from tests.fixtures.servers import Database


def test_every_page_is_measured_on_cases_that_were_really_played(database: Database, tmp_path: Path) -> None:
    """Each copy is a case of its own in the views; a second run finds the database filled."""
    found = fill(database.owner_url, wanted=6, plays=3)
    again = fill(database.owner_url, wanted=6, plays=3)
    with serving(database.service_url, tmp_path) as web:
        taken = web.measure(database.service_url, rounds=1)

    assert found["cases"] == 6
    assert found["events"] == again["events"] > 6
    assert taken.keys() >= LIMITS.keys()
    assert all(each.median > 0 for each in taken.values())
