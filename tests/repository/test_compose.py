# SPDX-License-Identifier: EUPL-1.2
"""The production files: no container engine is needed to know that they are well formed and hold no secret."""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import Any

import pytest
import yaml

from runtime.settings import environment_names
from tests.repository.files import ROOT, run_tool
from web.services import EVENT_STORE_OVERFLOW, KEYS_POOL_SIZE, MEETINGS_OVERFLOW, POOL_SIZE
from workers.worker import CONCURRENT_DELIVERIES, STORE_OVERFLOW

COMPOSE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"
ROLES = {"migrate", "web", "worker", "relay", "projector", "notifier"}
EVENT_STORE = 2 + EVENT_STORE_OVERFLOW
CONNECTIONS = {
    "web": EVENT_STORE + 1 + MEETINGS_OVERFLOW + POOL_SIZE + KEYS_POOL_SIZE + 2,
    "worker": 2 + STORE_OVERFLOW + 1 + 1 + CONCURRENT_DELIVERIES,
    "relay": 4 + 2 + 5,
    "projector": 2 + 3 + 3,
    "notifier": 2 + 3,
}
"""The most connections of one process: the event store's, the reads', and those that listen, hold a lock or beat."""
ALLOWED, RESERVED = 200, 20
SECRET = re.compile(r"PASSWORD|PWD|SECRET|TOKEN|KEY")


def services() -> dict[str, dict[str, Any]]:
    """Return the services by name, with YAML's anchors followed."""
    return dict(yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"])


def runs_once(service: dict[str, Any]) -> bool:
    """Tell whether a service ends by itself."""
    return str(service.get("restart", "no")).startswith("on-failure")


def test_compose_file_follows_the_specification() -> None:
    """The compose file is valid by the schema of the Compose specification."""
    run_tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE))


def test_dockerfile_is_clean() -> None:
    """Hadolint finds nothing in the Dockerfile."""
    run_tool("hadolint", "Dockerfile")


def test_the_image_takes_in_every_package() -> None:
    """What is not let in is missing only when a container starts."""
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["setuptools"]["packages"]["find"]["include"]

    assert [package for package in packages if f"!{package.rstrip('*')}/" not in let_in] == []


def test_every_role_runs_as_a_service() -> None:
    """Each production role has a service that runs its command in our image, web and worker twice."""
    ours = {name: one for name, one in services().items() if one["image"].startswith("sagsgang:")}

    assert set(ours) == ROLES
    assert all(one["command"] == [name] for name, one in ours.items())
    assert {name for name, one in ours.items() if one.get("deploy", {}).get("replicas") == 2} == {"web", "worker"}


def test_every_lasting_service_has_a_health_check_or_says_why_not() -> None:
    """A service that runs on is checked, or `x-no-health-check` gives the reason."""
    unchecked = {
        name
        for name, one in services().items()
        if not runs_once(one) and not (one.get("healthcheck") or one.get("x-no-health-check"))
    }

    assert unchecked == set()


def test_nothing_waits_for_a_service_without_a_health_check() -> None:
    """A service that others wait for as healthy has a health check."""
    known = services()
    waited_for = {
        name
        for one in known.values()
        for name, how in one.get("depends_on", {}).items()
        if how["condition"] == "service_healthy"
    }

    assert {name for name in waited_for if "healthcheck" not in known[name]} == set()


def test_every_asked_variable_is_explained() -> None:
    """Each variable that the compose file asks for stands in .env.example, below a comment, and no other does."""
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE.read_text(encoding="utf-8")))
    explained = re.findall(r"(?m)^# .+\n(\w+)=", EXAMPLE.read_text(encoding="utf-8"))

    assert set(explained) == asked


def test_no_variable_has_a_default() -> None:
    """A start without .env is refused: every variable is written in the form that says so."""
    forms = re.findall(r"(?<!\$)\$\{[^}]*\}", COMPOSE.read_text(encoding="utf-8"))

    assert [form for form in forms if not form.endswith(":?set it in .env}")] == []


def test_no_secret_is_written_down() -> None:
    """Every secret of a service comes from a variable, and .env.example holds no value."""
    written = [
        f"{name}.{key}"
        for name, one in services().items()
        for key, value in one.get("environment", {}).items()
        if SECRET.search(key) and "${" not in str(value)
    ]

    assert written == []
    assert re.findall(r"(?m)^\w+=.+$", EXAMPLE.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_setting_of_a_service_exists(role: str) -> None:
    """A service is given no setting that the program would refuse as unknown."""
    given = {name for name in services()[role]["environment"] if name.startswith("SAGSGANG_")}

    assert given <= set(environment_names())


def test_only_migrate_knows_the_owner_of_the_database() -> None:
    """The services connect as the role that cannot change the event log."""
    for name in ROLES:
        environment = services()[name]["environment"]

        assert "//sagsgang_service:" in environment["SAGSGANG_DATABASE_URL"]
        assert ("SAGSGANG_MIGRATE_DATABASE_URL" in environment) == (name == "migrate")


def test_the_database_takes_every_connection_that_the_roles_may_open() -> None:
    """The sum that the guide for production counts, for as many processes as the compose file starts."""
    known = services()
    replicas = {name: int(known[name].get("deploy", {}).get("replicas", 1)) for name in CONNECTIONS}
    wanted = sum(replicas[name] * most for name, most in CONNECTIONS.items())
    guide = (ROOT / "docs" / "howto" / "production.md").read_text(encoding="utf-8")

    assert f"max_connections={ALLOWED}" in known["postgres"]["command"]
    assert wanted + RESERVED < ALLOWED
    assert f"{wanted}, more than the 100" in guide


def test_ports_are_published_to_this_machine_alone() -> None:
    """Nothing but the reverse proxy stands open to the network: our pages and Temporal's are bound to loopback."""
    published = [port for one in services().values() for port in one.get("ports", [])]

    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_temporal_is_the_version_that_the_tests_run() -> None:
    """The cluster's server, tools and pages are those of the embedded development server."""
    printed = run_tool("temporal", "--version")
    server, ui = re.findall(r"(?:Server|UI) ([\d.]+)", printed)
    images = {one["image"] for one in services().values() if one["image"].startswith("temporalio/")}

    assert images == {f"temporalio/server:{server}", f"temporalio/admin-tools:{server}", f"temporalio/ui:{ui}"}


def test_image_runs_the_command_as_an_ordinary_user() -> None:
    """The image's last stage starts `sagsgang` without root's rights, from pinned and hashed packages."""
    instructions = [line.split(maxsplit=1) for line in _dockerfile() if line]
    last = {name: value for name, value in instructions if name != "COPY"}

    assert last["ENTRYPOINT"] == '["sagsgang"]'
    assert last["USER"] not in {"root", "0"}
    assert any("--require-hashes" in shlex.split(value) for name, value in instructions if name == "RUN")


def test_image_takes_the_tested_python() -> None:
    """Both stages use the oldest Python that the project supports, which the requirements were made with."""
    assert {line.split()[1] for line in _dockerfile() if line.startswith("FROM ")} == {"python:3.11-slim"}


def _dockerfile() -> list[str]:
    """Return the Dockerfile's instructions, one a line."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    return re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", text)).splitlines()
