# SPDX-License-Identifier: EUPL-1.2
"""Parts are killed while a case runs: nothing that was accepted is lost or doubled, and the case ends as without."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.system.services import SAGSGANG, Tree, eventually, running

pytestmark = pytest.mark.timeout(300)

PARTS = ("web", "worker", "relay", "projector", "notifier", "temporal", "postgres")
MOVES_ON_WITHIN = 10
"""Seconds from a part's return until the case has moved on: from a submission to the step after it, and so on."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """One running tree whose parts the tests kill."""
    with running(tmp_path_factory.mktemp("survival") / "data") as tree:
        for body in ("dassos", "kd-net", "kkr-midtjylland", "social-og-boligstyrelsen"):
            tree.secret(body)
        yield tree


def answer_under(tree: Tree, case_id: str, councils: list[str], disturb: Any) -> list[dict[str, Any]]:
    """Every council but the last three answers; `disturb` happens after the third receipt."""
    for body in councils:
        tree.secret(body)
    receipts: list[dict[str, Any]] = []
    with ThreadPoolExecutor(4) as pool:
        for number, receipt in enumerate(
            pool.map(lambda body: tree.webhook_until_taken(body, case_id, "noted"), councils[:-3]), start=1
        ):
            receipts.append(receipt)
            if number == 3:
                disturb()
    return receipts


def check_ended_as_without(tree: Tree, case_id: str, councils: list[str], receipts: list[dict[str, Any]]) -> None:
    """Each receipt stands for one event, and the case has the result that it has anyway."""
    case, timeline = tree.case(case_id), tree.timeline(case_id)
    recorded = [e for e in timeline if e["type"] == "case.answer_recorded" and e["step"] == "councils"]
    answers = {answer["body"]: answer["state"] for answer in tree.step(case_id, "councils")["answers"]}

    assert (case["status"], case["result"]) == ("completed", "supported")
    assert sorted(e["body"] for e in recorded) == sorted(councils[:-3])
    assert {e["position"] for e in recorded} == {receipt["position"] for receipt in receipts}
    assert [answers[body] for body in councils] == ["answered"] * 16 + ["awaiting"] * 3
    assert [e["type"] for e in timeline].count("case.step_opened") == 6
    assert [e["type"] for e in timeline].count("case.closed") == 1


@pytest.mark.parametrize("part", PARTS)
def test_a_killed_part_costs_no_answer(tree: Tree, part: str) -> None:
    """Killed under arriving answers, restarted by the tree; the case moves on within ten seconds of its return."""
    case_id = tree.open_case()
    councils = tree.bring_to_councils(case_id)

    receipts = answer_under(tree, case_id, councils, lambda: tree.kill(part))
    tree.part(part)
    eventually(tree.ready, 60, "all parts ready again")
    tree.finish(case_id, seconds=MOVES_ON_WITHIN)

    check_ended_as_without(tree, case_id, councils, receipts)


def test_the_whole_tree_killed_goes_on_where_it_stopped(tree: Tree) -> None:
    """After a power cut a new start on the same folder continues every case."""
    case_id, other = tree.open_case(), tree.open_case(title="En anden sag")
    councils = tree.bring_to_councils(case_id)
    receipts = [tree.webhook_until_taken(body, case_id, "noted") for body in councils[:8]]

    tree.kill_all()
    tree.start()

    receipts += [tree.webhook_until_taken(body, case_id, "noted") for body in councils[8:-3]]
    tree.finish(case_id)
    check_ended_as_without(tree, case_id, councils, receipts)
    tree.webhook_until_taken("dassos", other, "approved")
    tree.wait_for_step(other, "kd-net")


def test_temporals_database_deleted_brings_every_open_case_back(tree: Tree) -> None:
    """The log alone is enough: every open case has its workflow again and goes on."""
    case_id = tree.open_case()
    councils = tree.bring_to_councils(case_id)
    receipts = [tree.webhook_until_taken(body, case_id, "noted") for body in councils[:-3]]
    tree.stop()
    for file in tree.data.glob("temporal.db*"):
        file.unlink()

    tree.start()
    again = tree.command("workflows", "recover")

    assert again["cases"] >= 1
    tree.finish(case_id)
    check_ended_as_without(tree, case_id, councils, receipts)


def test_a_second_start_on_the_same_folder_says_so(tree: Tree) -> None:
    """It names the address that runs, and the first goes on."""
    second = subprocess.run(
        [SAGSGANG, "up"], env=tree.environment, capture_output=True, text=True, timeout=30, check=False
    )

    assert second.returncode == 1
    assert tree.url in second.stderr
    assert "Traceback" not in second.stderr
    assert tree.ready()


def test_the_log_verifies_after_all_that(tree: Tree) -> None:
    """Every event is there, in order, and the views agree with it."""
    assert tree.run("log", "verify").returncode == 0


def test_stopping_leaves_nothing_running(tmp_path: Path) -> None:
    """SIGTERM ends every process of the tree, and a later start continues."""
    with running(tmp_path / "data") as tree:
        case_id = tree.open_case()
        every = tree.stop()

        _, alive = psutil.wait_procs(every, 10)
        assert alive == []
        assert tree.process.returncode == 0

        tree.start()
        tree.webhook_until_taken("dassos", case_id, "approved")
        tree.wait_for_step(case_id, "kd-net")
