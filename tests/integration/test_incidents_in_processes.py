"""Ten incidents caused in running processes, and ten healthy periods: the overview names the cause
of each, and none where nothing is wrong. Made-up logs of the same: test_likely_causes.py."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from core.servinglog.causes.cause import LikelyCause
from tests.integration.incident_pictures import keep_picture
from tests.integration.incident_site import (
    BackendProcess,
    Balancer,
    Site,
    lines_of,
    running_site,
)

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

SECONDS, PER_S = 12.0, 6.0
Usual = list[dict[str, Any]]


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Usual:
    """The log of usual traffic, from a run of its own."""
    home = tmp_path_factory.mktemp("usual")
    with BackendProcess(home) as backend, running_site(home / "home", backend.port) as site:
        site.send(SECONDS, PER_S)
    return lines_of(home / "home")


def slow(site: Site, backend: BackendProcess) -> None:
    backend.tell(wait_ms=1_000)
    site.send(SECONDS, PER_S)


def dead(site: Site, backend: BackendProcess) -> None:
    site.send(1, PER_S)
    backend.kill()
    site.send(SECONDS, PER_S)


def refusing(site: Site, backend: BackendProcess) -> None:
    backend.tell(answer="auth")
    site.send(SECONDS, PER_S)


def cold(site: Site, backend: BackendProcess) -> None:
    backend.tell(answer="loading")
    site.send(SECONDS, PER_S)
    backend.tell()
    site.send(2, PER_S)


def flapping(site: Site, backend: BackendProcess) -> None:
    for _ in range(3):
        site.send(5, PER_S)
        backend.kill()
        site.send(8, PER_S)
        backend.start()
        site.send(5, PER_S)  # the circuit closes again


def long_texts(site: Site, backend: BackendProcess) -> None:
    """Few enough a second that none of them waits for another."""
    site.send(SECONDS, PER_S / 2, words=4)


def burst(site: Site, backend: BackendProcess) -> None:
    site.send(SECONDS, 12 * PER_S)


def queue(site: Site, backend: BackendProcess) -> None:
    """As many requests as before, and many of them at once."""
    site.send(SECONDS, PER_S, at_once=24)


def clock(site: Site, backend: BackendProcess) -> None:
    site.move_clock(3600)
    site.send(3, PER_S)
    site.move_clock(0)
    site.send(SECONDS, PER_S)


SHORT_QUEUE = {"batch_concurrency": "1", "batch_tokens": "32", "api_wait_ms": "100"}
INCIDENTS: dict[str, tuple[Callable[[Site, BackendProcess], None], dict[str, str]]] = {
    "slow": (slow, {}),
    "dead": (dead, {}),
    "refusing": (refusing, {}),
    "cold": (cold, {}),
    "flapping": (flapping, {}),
    "long_texts": (long_texts, {}),
    "burst": (burst, {**SHORT_QUEUE, "api_wait_ms": "1000"}),
    "queue": (queue, SHORT_QUEUE),
    "clock": (clock, {}),
}


@pytest.mark.parametrize("kind", INCIDENTS)
def test_cause_is_named(kind: str, usual: Usual, tmp_path: Path) -> None:
    happen, settings = INCIDENTS[kind]
    with (
        BackendProcess(tmp_path) as backend,
        running_site(tmp_path / "home", backend.port, usual, **settings) as site,
    ):
        happen(site, backend)
        cause = site.cause()
        keep_picture(kind, site.home, cause)
    print(kind, cause)
    assert cause is not None
    assert cause.kind == kind


def is_truly_slow(cause: LikelyCause, home: Path, usual: Usual) -> bool:
    """Whether half of all answers took far longer than usual, and the cause says so: a machine with
    other work is slow."""
    every = sorted(lines_of(home), key=lambda line: str(line["started_at"]))
    now = every[len(usual) :]  # the log of usual traffic comes first
    before, after = (median(line["total_ms"] for line in lines) for lines in (usual, now))
    return cause.kind in ("slow", "queue") and after > 1.5 * before


def test_one_bad_replica_is_named(usual: Usual, tmp_path: Path) -> None:
    with ExitStack() as stack:
        replicas = [stack.enter_context(BackendProcess(tmp_path)) for _ in range(3)]
        for one in replicas:
            one.tell(closes=True)
        balancer = stack.enter_context(Balancer([one.port for one in replicas]))
        site = stack.enter_context(running_site(tmp_path / "home", balancer.port, usual))
        site.send(2, PER_S)
        replicas[0].stop()
        site.send(SECONDS, PER_S)
        cause = site.cause()
        keep_picture("replica", site.home, cause)
    print(cause)
    assert cause is not None
    assert cause.kind == "replica" or is_truly_slow(cause, site.home, usual)


@pytest.mark.parametrize("period", range(10))
def test_healthy_period_has_no_cause(period: int, usual: Usual, tmp_path: Path) -> None:
    """Or only the one that is true meanwhile, because of what else this machine does."""
    with (
        BackendProcess(tmp_path) as backend,
        running_site(tmp_path / "home", backend.port, usual) as site,
    ):
        site.send(SECONDS / 2, PER_S * (0.5, 1.0, 2.0)[period % 3])
        time.sleep(0.1)
        cause = site.cause()
        if period == 0:
            keep_picture("healthy", site.home, cause)
    assert cause is None or is_truly_slow(cause, site.home, usual), cause
