"""The Helm chart: linted, rendered by Helm, and held against the schemas of Kubernetes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.cli.main import make_parser
from core.config import Settings
from core.environment import load_settings
from core.serving.metrics import Metrics
from core.serving.paths import OPEN_PATHS
from core.serving.server import AFTER_DRAIN_S
from core.store.sql.postgres.connections import parse_url
from dashboard.server import streamlit_config
from tests.e2e.dockerfile import read_dockerfile
from tests.programs import run_program

pytestmark = pytest.mark.slow

DEPLOY = Path(__file__).parents[2] / "deploy"
CHART = DEPLOY / "chart"
FULL = ("--set", "api.autoscaling.enabled=true", "--set", "homeClaim=home")
VARIANTS = {"defaults": (), "full": FULL, "no jobs": ("--set", "scheduler.jobs=")}
OLDEST, NEWEST = "1.27", "1.37"
Kinds = dict[tuple[str, str], dict[str, Any]]


def rendered(*flags: str, name: str = "site") -> str:
    done = run_program("helm", "template", name, CHART, *flags)
    assert done.returncode == 0, done.stderr
    return done.stdout


def by_kind(text: str) -> Kinds:
    found = [each for each in yaml.safe_load_all(text) if each]
    return {(each["kind"], each["metadata"]["name"]): each for each in found}


@pytest.fixture(scope="module")
def full() -> Kinds:
    return by_kind(rendered(*FULL))


def pods(kinds: Kinds) -> dict[str, dict[str, Any]]:
    return {
        name: each["spec"]["template"]["spec"]
        for (kind, name), each in kinds.items()
        if kind in ("Deployment", "Job")
    }


def settings_of(container: dict[str, Any]) -> Settings:
    image = read_dockerfile(DEPLOY / "Dockerfile")[-1].environment
    given = {name: value for name, value in image.items() if name.startswith("MODCONSOLE_")}
    return load_settings(given | {each["name"]: each["value"] for each in container["env"]})


def test_helm_finds_nothing_to_say():
    done = run_program("helm", "lint", "--strict", CHART)
    assert done.returncode == 0, done.stdout
    assert "0 chart(s) failed" in done.stdout


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("variant", VARIANTS)
def test_what_is_rendered_is_what_kubernetes_knows(variant: str, version: str, tmp_path: Path):
    file = tmp_path / "rendered.yaml"
    file.write_text(rendered(*VARIANTS[variant]))
    done = run_program("kubernetes-validate", "--strict", "-k", version, file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"against version {version}" in done.stdout + done.stderr


def test_every_part_is_there(full: Kinds):
    assert set(full) == {
        *(("Deployment", f"site-{name}") for name in ("api", "lookup", "console", "scheduler")),
        *((kind, f"site-{name}") for name in ("api", "lookup")
          for kind in ("Service", "PodDisruptionBudget")),
        ("HorizontalPodAutoscaler", "site-api"),
        ("Job", "site-migrate"),
        ("ConfigMap", "site-jobs"),
    }  # fmt: skip


def test_every_container_is_closed(full: Kinds):
    assert len(pods(full)) == 5
    for pod in pods(full).values():
        assert pod["automountServiceAccountToken"] is False
        # A Service named modconsole-api would set MODCONSOLE_API_PORT to an address.
        assert pod["enableServiceLinks"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        user = read_dockerfile(DEPLOY / "Dockerfile")[-1].last("USER").rest
        own = pod["securityContext"]
        assert f"{own['runAsUser']}:{own['runAsGroup']}" == user
        for container in (*pod["containers"], *pod["initContainers"]):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert "memory" in container["resources"]["limits"]


def test_settings_and_commands_are_real_and_hold_no_password(full: Kinds):
    for pod in pods(full).values():
        (container,) = pod["containers"]
        assert make_parser().parse_args(container["args"])
        settings = settings_of(container)
        assert parse_url(settings.state_url).password is None
        assert settings.home == Path("/data/home")
        assert not any("valueFrom" in each for each in container["env"])


def test_probes_ask_what_the_api_answers_without_a_key(full: Kinds):
    (api,) = pods(full)["site-api"]["containers"]
    paths = {
        probe: api[probe]["httpGet"]["path"]
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    assert set(paths.values()) == {"/v2/health/live", "/v2/health/ready"}
    assert paths["readinessProbe"] == "/v2/health/ready"
    assert set(paths.values()) <= OPEN_PATHS
    start = api["startupProbe"]
    assert start["periodSeconds"] * start["failureThreshold"] >= 60


@pytest.mark.parametrize("drain", [10, 90])
def test_accepted_requests_are_finished_before_the_pod_is_killed(drain: int):
    pod = pods(by_kind(rendered("--set", f"api.drainSeconds={drain}")))["site-api"]
    (api,) = pod["containers"]
    (_, pause_s) = api["lifecycle"]["preStop"]["exec"]["command"]
    assert settings_of(api).api_drain_s == drain
    assert pod["terminationGracePeriodSeconds"] > int(pause_s) + drain + AFTER_DRAIN_S


def test_the_number_of_pods_follows_a_gauge_of_the_api(full: Kinds):
    (metric,) = full["HorizontalPodAutoscaler", "site-api"]["spec"]["metrics"]
    name = metric["pods"]["metric"]["name"]
    assert f"# TYPE {name} gauge" in Metrics().render().decode()
    assert "replicas" not in full["Deployment", "site-api"]["spec"]


def test_the_console_is_on_its_pods_loopback_and_behind_no_service(full: Kinds):
    (console,) = pods(full)["site-console"]["containers"]
    assert streamlit_config("staff", settings_of(console))["server.address"] == "127.0.0.1"
    assert ("Service", "site-console") not in full
    assert "httpGet" not in json.dumps(console)


def test_a_browser_stays_at_its_pod_of_the_look_up(full: Kinds):
    (lookup,) = pods(full)["site-lookup"]["containers"]
    assert streamlit_config("author", settings_of(lookup))["server.address"] == "0.0.0.0"
    assert full["Service", "site-lookup"]["spec"]["sessionAffinity"] == "ClientIP"


@pytest.mark.parametrize(
    ("flags", "trusted"),
    [
        ((), "127.0.0.1"),
        (("--set", r"lookup.trustedProxies=10.1.0.0/16\,fd00::7"), "10.1.0.0/16,fd00::7"),
    ],
)
def test_the_look_up_believes_the_proxies_that_are_named(flags: tuple[str, ...], trusted: str):
    (lookup,) = pods(by_kind(rendered(*flags)))["site-lookup"]["containers"]
    assert {"name": "FORWARDED_ALLOW_IPS", "value": trusted} in lookup["env"]


def test_the_migration_runs_before_servers_and_needs_nothing_of_the_release(full: Kinds):
    job = full["Job", "site-migrate"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    volumes = job["spec"]["template"]["spec"]["volumes"]
    assert not any("configMap" in each or "persistentVolumeClaim" in each for each in volumes)


def test_one_scheduler_at_a_time_and_none_without_jobs(full: Kinds):
    scheduler = full["Deployment", "site-scheduler"]["spec"]
    assert (scheduler["replicas"], scheduler["strategy"]) == (1, {"type": "Recreate"})
    without = by_kind(rendered(*VARIANTS["no jobs"]))
    assert not [each for each in without if "scheduler" in each[1] or each[0] == "ConfigMap"]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("state.url=postgresql://mod:secret@db/console", "a password in a value"),
        ("state.url=sqlite", "a state that pods can't share"),
        ("api.replica=3", "a name that is none"),
        ("api.port=80", "a port that needs a capability"),
        ("settings.BACKEND=fake", "a setting by half its name"),
        ("lookup.publicUrl=appeals.example.org", "an address without https"),
        ("lookup.trustedProxies=ingress.local", "a proxy without an address"),
        ("apiKeysSecret=", "an API that would not start"),
    ],
)
def test_values_that_can_not_work_are_refused(value: str, why: str):
    done = run_program("helm", "template", "site", CHART, "--set", value)
    assert done.returncode != 0, why
    assert "don't meet the specifications of the schema" in done.stderr


def test_the_page_on_deploying_sets_values_that_exist():
    page = (DEPLOY.parent / "docs" / "deploy.md").read_text()
    flags = [part for value in re.findall(r"--set (\S+)", page) for part in ("--set", value)]
    assert len(flags) == 6
    assert 'image: "REGISTRY/modconsole:' in rendered(*flags)


def test_the_charts_version_is_the_projects():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert f'version = "{chart["appVersion"]}"' in (DEPLOY.parent / "pyproject.toml").read_text()
