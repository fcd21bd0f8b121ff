# SPDX-License-Identifier: EUPL-1.2
"""The script that keeps pages live, run on a pretended page by the machine's Node.js or by the one of the set-up."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.node import node
from web.rendering import FOLDER


@pytest.fixture(scope="module")
def happened() -> dict[str, Any]:
    """What came of a failed reading, of its healing, of a stream refused, and of an end of the session."""
    page = Path(__file__).with_name("live_page.js")
    done = subprocess.run(
        [*node(), page, FOLDER / "static" / "live.js"], capture_output=True, text=True, timeout=30, check=True
    )
    return dict(json.loads(done.stdout))


def test_a_page_that_cannot_be_read_anew_stays(happened: dict[str, Any]) -> None:
    """It says that it is not live, and tries again."""
    failed = happened["failed"]

    assert (failed["reloads"], failed["swaps"], failed["tries"]) == (0, 0, 1)
    assert failed["told"] == "not live"


def test_a_page_comes_back_by_itself(happened: dict[str, Any]) -> None:
    """And says no longer that it is not live."""
    assert happened["healed"] == {"reloads": 0, "swaps": 1, "told": ""}


def test_a_refused_stream_is_opened_again(happened: dict[str, Any]) -> None:
    """The browser itself gives it up after a 503."""
    closed = happened["closed"]

    assert closed["told"] == "lost"
    assert (closed["streams"], closed["after"]) == (2, "")


def test_a_page_whose_session_is_over_is_loaded_anew(happened: dict[str, Any]) -> None:
    """So that its reader sees how to sign in."""
    assert happened["forbidden"] == {"reloads": 1}
