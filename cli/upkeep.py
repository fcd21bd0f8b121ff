# SPDX-License-Identifier: EUPL-1.2
"""The operator's commands: rebuild the views, bring workflows back, verify the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from cli.groups import command, group
from cli.options import Data
from cli.output import say

if TYPE_CHECKING:
    from cli.office import Office

views_app = group("views", "The views that pages and lists read.")
workflows_app = group("workflows", "The process engine's workflows.")
log_app = group("log", "The log of events, from which everything else follows.")


@command(views_app, "rebuild")
def rebuild_views(data: Data = None) -> None:
    """Fold all views anew from the log, beside the live ones, and put them in their place."""
    import asyncio

    from cli.office import in_office
    from projections.rebuild import rebuild

    async def work(office: Office) -> dict[str, Any]:
        position = await asyncio.to_thread(rebuild, office.settings.database_url, office.cases)
        return {"position": position, "cases": sum((await office.views.overview(office.today))["by_status"].values())}

    done = in_office(data, work)
    say(done, f"{done['cases']} sager / cases, position {done['position']}")


@command(workflows_app, "recover")
def recover_workflows(data: Data = None) -> None:
    """Bring the workflow of every open case back from the log, and of every delivery that waits."""
    from cli.office import in_office
    from outgoing.deliveries import hand_over_again
    from runtime.database import connect_async
    from workers.recover import recover
    from workers.temporal import connect_temporal

    async def work(office: Office) -> int:
        async with await connect_async(office.settings.database_url) as connection:
            await hand_over_again(connection)
        return await recover(office.cases, await connect_temporal(office.settings.resolved()))

    count = in_office(data, work)
    say({"cases": count}, f"{count} sager / cases")


@command(log_app, "verify")
def verify_log(data: Data = None) -> None:
    """Read both logs, fold every case and changed meeting, and compare the views: exit 1 if anything does not hold."""
    import asyncio

    from cli.office import in_office
    from cli.verification import Report, verify

    async def work(office: Office) -> Report:
        return await asyncio.to_thread(verify, office.settings.database_url, office.cases)

    report = in_office(data, work)
    counts = f"{report.events} hændelser / events, {report.cases} sager / cases, position {report.position}"
    counts += f"; {report.meetings} hændelser i mødekalenderen / events of meetings"
    say(report.as_json(), counts, *report.problems)
    if report.problems:
        raise typer.Exit(1)
