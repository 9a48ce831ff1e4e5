"""Ten incidents and ten healthy periods as they look in the serving log: the overview names the
cause of each incident, and none where nothing is wrong."""

from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.services.overview import find_cause
from core.servinglog.causes.cause import LikelyCause
from core.servinglog.queries import ServingLogQueries
from tests.serving_incidents import INCIDENTS, TROUBLE_S, UNTIL, USUAL_S, Scene

pytestmark = pytest.mark.slow
SEEDS = range(3)


def cause_of(scene: Scene, folder: Path, services: Services) -> LikelyCause | None:
    scene.write(folder)
    return find_cause(services.context, ServingLogQueries(folder), UNTIL)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", INCIDENTS)
def test_incident_is_named(kind: str, seed: int, services: Services, tmp_path: Path) -> None:
    scene = Scene(seed)
    scene.usual()
    INCIDENTS[kind](scene)
    cause = cause_of(scene, tmp_path / "log", services)
    assert cause is not None
    assert cause.kind == kind, cause
    print(cause)


@pytest.mark.parametrize("seed", range(10))
def test_healthy_period_has_no_cause(seed: int, services: Services, tmp_path: Path) -> None:
    """At rates from 0.05 to 5 requests a second, and up to twice as many as before."""
    scene = Scene(100 + seed, per_s=(0.05, 0.2, 0.5, 1.0, 1.0, 1.0, 2.0, 2.0, 5.0, 5.0)[seed])
    scene.usual()
    scene.usual(USUAL_S, USUAL_S + TROUBLE_S, times=(0.5, 1.0, 2.0)[seed % 3])
    assert cause_of(scene, tmp_path / "log", services) is None
