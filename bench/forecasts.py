# SPDX-License-Identifier: EUPL-1.2
"""How long the forecasts of many cases take, all of them anew as on a new Danish day, and how long a fold may wait."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench.front import play
from projections.forecasting import Forecaster
from projections.projector import Projector
from runtime.database import SERVICE_ROLE
from tests.projections.stored import StoredDesk
from workers.embedded.postgres import OWNER, EmbeddedPostgres
from workers.migrate import migrate

CASES = 100


def main() -> None:
    """Play cases, fold them, and print the seconds for a thousand and for the longest turn."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)).running() as server:
        migrate(server.database_url(OWNER, "postgres"))
        url = server.database_url(SERVICE_ROLE, "postgres")
        desk = StoredDesk(url)
        with desk.cases, closing(Projector(url, desk.cases)) as projector:
            for _ in range(CASES):
                play(desk)
            while projector.turn():
                pass
            with closing(Forecaster(url, desk.cases)) as anew:
                read = list(_turns(anew))
            with closing(Forecaster(url, desk.cases, remembered=projector.remembered)) as following:
                known = list(_turns(following))
    told = f"{sum(read) / CASES * 1000:.2f} s read from the log, {sum(known) / CASES * 1000:.2f} s remembered"
    print(f"1,000 cases, of processor time: {told}   longest turn: {max(*read, *known) * 1000:.0f} ms")


def _turns(forecaster: Forecaster) -> list[float]:
    """The seconds, of processor time, of each turn until every case is planned."""
    found, more = [], True
    while more:
        began = time.process_time()
        more = forecaster.turn()
        found.append(time.process_time() - began)
    return found


if __name__ == "__main__":
    main()
