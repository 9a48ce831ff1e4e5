"""The Dockerfile and compose.yaml: linted, and what they promise about their services."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.cli.main import make_parser
from core.environment import load_settings
from core.store.sql.postgres.connections import parse_url
from dashboard.server import streamlit_config
from tests.e2e.dockerfile import read_dockerfile
from tests.programs import run_program

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(set(SERVICES) - {"postgres"})
LOOPBACK = "127.0.0.1:"


def settings_of(service: dict[str, Any]) -> dict[str, str]:
    """Its environment over the image's, with what compose would put in from its own."""
    image = read_dockerfile(DEPLOY / "Dockerfile")[-1].environment
    given = {name: value for name, value in image.items() if name.startswith("MODCONSOLE_")}
    given |= service["environment"]
    return {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value) for name, value in given.items()}


def test_the_dockerfile_has_no_finding():
    done = run_program("hadolint", DEPLOY / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_compose_is_as_its_specification_says():
    done = run_program(
        "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml"
    )
    assert done.returncode == 0, done.stdout


def test_the_services_of_a_console_are_there():
    assert set(SERVICES) == {"postgres", "migrate", "api", "lookup", "console", "scheduler"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_closed(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert all(port.startswith(LOOPBACK) for port in service.get("ports", ()))


@pytest.mark.parametrize("name", OURS)
def test_settings_and_command_of_a_service_are_real(name):
    service = SERVICES[name]
    settings = load_settings(settings_of(service))
    assert make_parser().parse_args(service["command"])
    url = parse_url(settings.state_url)
    assert url.password is None
    assert url.query["passfile"] == "/run/secrets/pgpass"
    assert settings.log == "json"
    assert service["secrets"] == ["pgpass"]


def test_the_database_has_no_network_and_trusts_nobody():
    postgres = SERVICES["postgres"]
    assert postgres["network_mode"] == "none"
    assert postgres["environment"]["POSTGRES_INITDB_ARGS"] == "--auth=scram-sha-256"
    assert "POSTGRES_PASSWORD" not in postgres["environment"]
    sockets = [each.split(":")[0] for each in postgres["volumes"] if "/run/postgresql" in each]
    assert [f"{sockets[0]}:/run/postgresql" in SERVICES[name]["volumes"] for name in OURS] == [
        True for _ in OURS
    ]


def test_the_staff_console_is_published_nowhere():
    console = SERVICES["console"]
    config = streamlit_config("staff", load_settings(settings_of(console)))
    assert config["server.address"] == "127.0.0.1"
    assert console["network_mode"] == "host"
    assert "ports" not in console


def test_the_look_up_may_start_beyond_its_loopback():
    config = streamlit_config("author", load_settings(settings_of(SERVICES["lookup"])))
    assert config["server.address"] == "0.0.0.0"


def test_the_api_may_finish_before_it_is_killed():
    grace_s = int(SERVICES["api"]["stop_grace_period"].removesuffix("s"))
    assert grace_s > load_settings(settings_of(SERVICES["api"])).api_drain_s + 1


def test_servers_start_after_the_migration_and_that_after_the_database():
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in set(OURS) - {"migrate"}:
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"}
        }


def test_no_secret_is_in_the_repository_or_the_image():
    kept = {each["file"] for each in COMPOSE["secrets"].values()}
    assert all(each.startswith("./secrets/") for each in kept)
    assert "/deploy/secrets/" in (DEPLOY.parent / ".gitignore").read_text().splitlines()
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in ignored
    copied = [
        name
        for stage in read_dockerfile(DEPLOY / "Dockerfile")
        for step in stage.steps
        if step.word == "COPY" and not step.rest.startswith("--from")
        for name in step.arguments[:-1]
    ]
    assert sorted(f"!{name}" for name in copied) == sorted(
        line for line in ignored if line.startswith("!")
    )
