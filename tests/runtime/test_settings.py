# SPDX-License-Identifier: EUPL-1.2
"""Settings are read from the environment, found from running services, and refused in plain words."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from runtime.settings import NotRunningError, ResolvedSettings, Settings, SettingsError, environment_names
from runtime.temporal import temporal_connection

DATABASE = "postgresql://sagsgang_service@db/sagsgang"
KEY = "k" * 32


def write_services(data: Path, **facts: object) -> None:
    """Write what a running `sagsgang up` writes."""
    known = {"database_url": DATABASE, "temporal_address": "127.0.0.1:7", "web_url": "http://127.0.0.1:8000"}
    (data / "services.json").write_text(json.dumps({"pid": os.getpid(), "temporal_embedded": True, **known, **facts}))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "many", r"SAGSGANG_PORT: Input should be a valid integer"),
        ("PORT", "70000", r"SAGSGANG_PORT: .*less than or equal to 65535"),
        ("LOG_FORMAT", "yaml", r"SAGSGANG_LOG_FORMAT: Input should be 'auto', 'json' or 'console'; "),
        ("DATABASE_URL", "mysql://x", r"SAGSGANG_DATABASE_URL: not a PostgreSQL address; write it as postgresql://"),
        ("TEMPORAL_ADDRESS", "temporal", r"SAGSGANG_TEMPORAL_ADDRESS: not an address; write it as host:port"),
        ("PUBLIC_URL", "sagsgang.dk", r"SAGSGANG_PUBLIC_URL: not a web address; write it as https://"),
        ("DATABSE_URL", "x", r"SAGSGANG_DATABSE_URL: no such setting; did you mean SAGSGANG_DATABASE_URL\?"),
    ],
)
def test_wrong_setting_is_named_with_the_mend(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    """A wrong value or name gives one line: the setting, what is wrong, how to mend it."""
    monkeypatch.setenv(f"SAGSGANG_{name}", value)

    with pytest.raises(SettingsError, match=message) as refused:
        Settings()

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE_URL", "postgresql://u:hemmelig@host"), ("SECRET_KEY", "hemmelig"), ("DATABASE_URL", "hemmelig")],
)
def test_refusal_never_repeats_a_secret(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Passwords and keys stay out of the message and of what the error carries along."""
    monkeypatch.setenv(f"SAGSGANG_{name}", value)

    with pytest.raises(SettingsError) as refused:
        Settings()

    assert "hemmelig" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_printed_settings_hide_the_secret_key() -> None:
    """A settings object in a log line shows no key."""
    assert KEY not in repr(Settings(secret_key=KEY))


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """`SAGSGANG_PORT=` in a compose file means no port."""
    monkeypatch.setenv("SAGSGANG_PORT", "")

    assert Settings().port is None


def test_default_organisation_is_found_from_any_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The organisation that comes with the program is found wherever the command is called."""
    monkeypatch.chdir(tmp_path)

    assert Settings().organisation.is_dir()


def test_every_setting_says_what_it_is_for() -> None:
    """Each setting carries the description that the reference page shows."""
    assert [name for name, each in Settings.model_fields.items() if not each.description] == []
    assert "SAGSGANG_DATABASE_URL" in environment_names()


def test_running_services_fill_the_gaps(tmp_path: Path) -> None:
    """Commands find database, Temporal and pages of the data folder's running services."""
    write_services(tmp_path)
    (tmp_path / "secret.key").write_text(KEY + "\n")

    found = Settings(data=tmp_path).resolved()

    assert (found.database_url, found.temporal_address, found.public_url) == (
        DATABASE,
        "127.0.0.1:7",
        "http://127.0.0.1:8000",
    )
    assert found.signing_key() == KEY


def test_environment_wins_over_running_services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A setting given by the environment is not replaced by what runs."""
    write_services(tmp_path)
    monkeypatch.setenv("SAGSGANG_DATABASE_URL", "postgresql://other/db")

    assert Settings(data=tmp_path).resolved().database_url == "postgresql://other/db"


def test_nothing_running_names_the_command_that_starts_it(tmp_path: Path) -> None:
    """Without services, the message says `sagsgang up` and the folder."""
    with pytest.raises(NotRunningError, match=r"no services run with the data folder .*`sagsgang up`"):
        Settings(data=tmp_path).resolved()


def test_services_of_a_dead_process_do_not_count(tmp_path: Path) -> None:
    """What a killed `sagsgang up` left behind is not taken for running."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    write_services(tmp_path, pid=child)

    with pytest.raises(NotRunningError):
        Settings(data=tmp_path).resolved()


def test_production_needs_no_data_folder() -> None:
    """With both addresses set, nothing has to run here."""
    found = Settings(database_url=DATABASE, temporal_address="t:7233", data=Path("/nonexistent")).resolved()

    assert isinstance(found, ResolvedSettings)
    assert found.public_url == "http://127.0.0.1:8000"


def test_missing_signing_key_says_how_to_make_one() -> None:
    """`web` without a key names the setting and the command that makes a key."""
    found = Settings(database_url=DATABASE, temporal_address="t:7233", data=Path("/nonexistent")).resolved()

    with pytest.raises(SettingsError, match="SAGSGANG_SECRET_KEY: not set; make one with: openssl rand"):
        found.signing_key()


def test_temporal_takes_namespace_and_key_from_its_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Namespace, TLS and API key come from Temporal's own variables, the address from ours."""
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "council.a1b2c")
    monkeypatch.setenv("TEMPORAL_API_KEY", "key")
    found = temporal_connection(Settings(database_url=DATABASE, temporal_address="t:7233").resolved())

    assert (found["target_host"], found["namespace"], found["api_key"]) == ("t:7233", "council.a1b2c", "key")


def test_our_namespace_wins_over_temporals(monkeypatch: pytest.MonkeyPatch) -> None:
    """`SAGSGANG_TEMPORAL_NAMESPACE` is the last word."""
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "one")
    settings = Settings(database_url=DATABASE, temporal_address="t:7233", temporal_namespace="two").resolved()

    assert temporal_connection(settings)["namespace"] == "two"


def test_embedded_temporal_ignores_the_persons_temporal_cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A person's own Temporal configuration is not sent to the embedded server."""
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "council.a1b2c")
    monkeypatch.setenv("TEMPORAL_API_KEY", "key")
    write_services(tmp_path)

    found = temporal_connection(Settings(data=tmp_path).resolved())

    assert (found["namespace"], found.get("api_key")) == ("default", None)


def test_broken_temporal_configuration_is_a_plain_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A configuration file of Temporal's that cannot be read is named as a setting, not shown as a trace."""
    (tmp_path / "temporal.toml").write_text("[profile")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))

    with pytest.raises(SettingsError, match=r"TEMPORAL_\*: .*; correct Temporal's environment variables"):
        temporal_connection(Settings(database_url=DATABASE, temporal_address="t:7233").resolved())


def test_who_never_calls_temporal_needs_none() -> None:
    """`web` and `projector` begin with a database alone; the others say what is missing."""
    settings = Settings(database_url=DATABASE, data=Path("/nonexistent"))

    assert settings.with_database().database_url == DATABASE
    with pytest.raises(NotRunningError):
        settings.resolved()


def test_without_a_database_nobody_begins(tmp_path: Path) -> None:
    """In the same words."""
    with pytest.raises(NotRunningError, match="SAGSGANG_DATABASE_URL"):
        Settings(temporal_address="t:7233", data=tmp_path).with_database()


def test_the_embedded_temporal_is_known_as_such_later_too(tmp_path: Path) -> None:
    """When a command that began with the database goes on to Temporal."""
    write_services(tmp_path)

    assert Settings(data=tmp_path).with_database().resolved().temporal_is_embedded
