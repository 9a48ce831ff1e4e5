"""Ten incidents and ten healthy periods as they look in the serving log: the overview names the
cause of each incident, and none where nothing is wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.clock import system_clock
from core.services.overview import find_cause
from core.servinglog.archive.compaction import compact
from core.servinglog.causes.cause import LikelyCause
from core.servinglog.causes.facts import ChangeKind
from core.servinglog.fact_queries import bad_calls, first_seen
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode
from core.servinglog.windows import Window
from tests.log_stores import aged
from tests.serving_incidents import INCIDENTS, TROUBLE_S, UNTIL, USUAL_S, Scene
from tests.servinglog_records import START, put, record

SEEDS = range(3)


def cause_of(scene: Scene, folder: Path, services: Services) -> LikelyCause | None:
    scene.write(folder)
    return find_cause(services.context, ServingLogQueries(folder), UNTIL)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", INCIDENTS)
def test_incident_is_named(kind: str, seed: int, services: Services, tmp_path: Path) -> None:
    scene = Scene(seed)
    scene.usual()
    INCIDENTS[kind](scene)
    cause = cause_of(scene, tmp_path / "log", services)
    assert cause is not None
    assert cause.kind == kind, cause


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_healthy_period_has_no_cause(seed: int, services: Services, tmp_path: Path) -> None:
    """At rates from 0.05 to 5 requests a second, and up to twice as many as before."""
    scene = Scene(100 + seed, per_s=(0.05, 0.2, 0.5, 1.0, 1.0, 1.0, 2.0, 2.0, 5.0, 5.0)[seed])
    scene.usual()
    scene.usual(USUAL_S, USUAL_S + TROUBLE_S, times=(0.5, 1.0, 2.0)[seed % 3])
    assert cause_of(scene, tmp_path / "log", services) is None


def test_version_and_process_that_are_new_are_changes(tmp_path: Path) -> None:
    put(
        tmp_path,
        record("a", 0, model_version="v1"),
        record("b", 3000, model_version="v1"),
        record("c", 3100, model_version="v2"),
        record("d", 3200, model_version="v1"),
        record("e", 3300, backend="other"),  # the first version of it that the log knows
        name="api-11-1-0.jsonl",
    )
    put(tmp_path, record("f", 3400, model_version="v2"), name="api-12-1-0.jsonl")
    window = Window(START + timedelta(minutes=30), START + timedelta(hours=1))
    seen = first_seen(ServingLogQueries(tmp_path), window)
    assert [(one.kind, one.subject, one.value) for one in seen] == [
        (ChangeKind.PROCESS, "api-12", ""),
        (ChangeKind.MODEL, "onnx", "v2"),
    ]


def test_imported_calls_are_no_changes(tmp_path: Path) -> None:
    put(tmp_path, record("a", 0, model_version="v1"), name="api-11-1-0.jsonl")
    theirs = record("b", 3100, model_version="unknown", mode=Mode.IMPORT)
    put(tmp_path, theirs, name="import_0123-0-1-0.jsonl")
    window = Window(START + timedelta(minutes=30), START + timedelta(hours=1))
    assert list(first_seen(ServingLogQueries(tmp_path), window)) == []


@pytest.mark.slow
def test_calls_of_the_archive_belong_to_their_process(tmp_path: Path) -> None:
    """A process that goes on after its first segment was archived is not a new one."""
    first = [record(f"a{n}", n, error_kind="connect") for n in range(5)]
    aged(put(tmp_path, *first, name="api-11-1-0.jsonl"))
    assert compact(tmp_path, system_clock()) is not None
    put(tmp_path, record("b", 3100), name="api-11-1-1.jsonl")
    log, hour = ServingLogQueries(tmp_path), Window(START, START + timedelta(hours=1))
    assert list(first_seen(log, Window(START + timedelta(minutes=30), hour.until))) == []
    (found,) = bad_calls(log, hour, {}).values()
    assert (found.calls, found.bad, len(found.processes)) == (6, 5, 1)


def test_trouble_that_began_before_the_present_is_dated(tmp_path: Path) -> None:
    good = [record(f"g{n}", n) for n in range(100)]
    bad = [record(f"b{n}", 100 + n, error_kind="connect") for n in range(100)]
    put(tmp_path, *good, *bad)
    window = Window(START + timedelta(seconds=150), START + timedelta(seconds=200))
    (found,) = bad_calls(ServingLogQueries(tmp_path), window, {}).values()
    assert (found.calls, found.bad, found.switches) == (50, 50, 0)
    assert found.first_bad_at == START + timedelta(seconds=100)
    assert found.is_bad_now


@pytest.mark.parametrize(("ahead_s", "is_named"), [(50.0, False), (70.0, True)])
def test_call_that_came_while_the_log_was_read_is_no_wrong_clock(
    services: Services, tmp_path: Path, ahead_s: float, is_named: bool
) -> None:
    put(tmp_path / "log", record("a", 0), record("b", ahead_s))
    until = START + timedelta(seconds=0.1)
    cause = find_cause(services.context, ServingLogQueries(tmp_path / "log"), until)
    assert (cause is not None) is is_named
