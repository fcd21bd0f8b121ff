# SPDX-License-Identifier: EUPL-1.2
"""What a case's page tells of its reminders: what went out to whom, and what comes next."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

from tests.browser.site import Calendar
from tests.domain.desk import MIDTJYLLAND
from tests.fixtures.servers import Database
from tests.web.conftest import START, running_office
from tests.web.test_access import sign_in
from tests.web.test_pages import check

ROUTE = """
id = "own"
version = 1
name = { da = "Egen", en = "Own" }
source = "Hvem der ikke svarer, mindes om det."
binds = "a"
ending = { status = "completed", result_of = "a" }

[[steps]]
id = "a"
name = { da = "Trin", en = "Step" }
ask = "note"
mode = "own_process"
bodies = ["lemvig", "samsoe"]
due = "deadline"
reminders = [
  { days_before_due = 7 }, { days_before_due = 1, to = "secretariat" }, { days_after_due = 1, to = "leadership" },
]
"""


async def test_a_page_tells_what_went_out_and_what_comes_next(database: Database, tmp_path: Path) -> None:
    """Those reminded and those told are named, also where they are no bodies of the case; as of before, less is."""
    folder, calendar = tmp_path / "own", Calendar(START)
    shutil.copytree(MIDTJYLLAND, folder)
    (folder / "routes" / "own.toml").write_text(ROUTE, "utf-8")
    async with running_office(database.service_url, tmp_path / "data", calendar, folder) as office:
        await sign_in(office)
        case = office.open_case(route="own", deadline=date(2025, 4, 1))
        seen = {}
        for day in ("2025-03-24", "2025-03-25", "2025-03-31", "2025-04-02"):
            calendar.turn_to(day)
            office.cases.advance(case)
            office.project()
            seen[day] = (await office.client.get(f"/cases/{case}")).text
        before = (await office.client.get(f"/cases/{case}?as_of=2025-03-26")).text

    for page in (*seen.values(), before):
        check(page)
    found = {day: (coming(page), sent(page)) for day, page in seen.items()}
    first = "25. marts 2025 kl. 10.00: påmindelse til Lemvig Kommune, Samsø Kommune"
    second = "31. marts 2025 kl. 10.00: sekretariatet fik besked om Lemvig Kommune, Samsø Kommune"
    third = "2. april 2025 kl. 10.00: eskaleret om Lemvig Kommune, Samsø Kommune; besked til KD-Net"
    both = "Lemvig Kommune, Samsø Kommune"
    assert found == {
        "2025-03-24": (f"Næste påmindelse 25. marts 2025 kl. 08.00: {both}", []),
        "2025-03-25": (f"Sekretariatet får besked 31. marts 2025 kl. 08.00: {both}", [first]),
        "2025-03-31": (f"Ledelsen får besked 2. april 2025 kl. 08.00: {both}", [first, second]),
        "2025-04-02": ("", [first, second, third]),
    }
    assert sent(before) == [first]


def coming(page: str) -> str:
    """What the step says of the next reminder."""
    found = re.search(r'<p class="small coming-reminder">(.*?)</p>', page, re.DOTALL)
    return plain(found[1]) if found else ""


def sent(page: str) -> list[str]:
    """What the step says of those that went out."""
    return [plain(one) for one in re.findall(r'<li class="small sent-reminder">(.*?)</li>', page, re.DOTALL)]


def plain(html: str) -> str:
    """A text without its markup."""
    return " ".join(re.sub(r"<[^>]+>", "", html).split())
