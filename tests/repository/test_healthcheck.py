# SPDX-License-Identifier: EUPL-1.2
"""The health check of parts that listen on no port."""

from __future__ import annotations

import pytest

from runtime.healthcheck import lives, main
from runtime.parts import PartState


def state(*, instance: str = "box:7", age: float = 1.0, ready: bool = True) -> PartState:
    """Return what a relay last said."""
    return PartState(part="relay", instance=instance, ready=ready, age=age)


@pytest.mark.parametrize("ready", [True, False])
def test_a_fresh_beat_is_life(ready: bool) -> None:  # noqa: FBT001  (pytest gives parameters by name)
    """A part that beat lately lives, also while it stands by or waits for Temporal."""
    assert lives([state(ready=ready)], "relay", "box")


@pytest.mark.parametrize(
    ("found", "part", "host"),
    [(state(age=11), "relay", "box"), (state(), "projector", "box"), (state(instance="boxer:7"), "relay", "box")],
)
def test_another_beat_is_no_life(found: PartState, part: str, host: str) -> None:
    """An old beat, another part's and another host's say nothing of this one."""
    assert not lives([found], part, host)


def test_an_unreachable_database_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its database the check fails with a sentence, not a stack trace."""
    monkeypatch.setenv("SAGSGANG_DATABASE_URL", "postgresql://sagsgang:x@127.0.0.1:9/cases")
    monkeypatch.setenv("SAGSGANG_TEMPORAL_ADDRESS", "127.0.0.1:9")

    assert main(["relay"]) == 1
    assert "Connection refused" in capsys.readouterr().err


def test_an_unknown_part_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """A part that there is none of is answered with those that there are."""
    assert main(["web"]) == 2
    assert "worker|relay|projector|notifier" in capsys.readouterr().err
