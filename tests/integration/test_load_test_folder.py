"""Load tests in a home: kept, comparable, one at a time; a killed one is told."""

import json
import os
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.bootstrap.services import Services
from core.errors import ConfigError, Conflict, InvalidInput, NotFound, PermissionDenied, StoreError
from core.load_test import result_folder
from core.load_test.result_folder import KILLED, LoadTestFolder, read_load_test
from core.load_test.results import LoadTestPlan, LoadTestStatus, RateStep
from core.moderation.audit import AuditEvent, AuditFilter, AuditKind
from core.moderation.permissions import Actor, Role
from core.services.load_tests import begin_load_test, busiest_rps, latency_objective, stop_load_test
from core.servinglog.objectives.file import default_objectives
from core.servinglog.record import Mode
from tests.load_tests import BEGAN, load_test, step
from tests.servinglog_records import put, record

OPS = Actor("ola", Role.OPS)


@pytest.fixture
def folder(tmp_path: Path) -> LoadTestFolder:
    return LoadTestFolder(tmp_path / "load-tests")


def trail(services: Services, test_id: str) -> list[AuditEvent]:
    with services.context.store.read() as view:
        return list(view.audit_trail(test_id))


def test_what_is_written_is_read_again(folder: LoadTestFolder) -> None:
    test = load_test(problem="“ü” ended it", status=LoadTestStatus.FAILED)
    folder.write(test)
    assert folder.list() == [test]
    assert folder.find("a1") == test
    with pytest.raises(NotFound):
        folder.find("a2")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        step,
        st.floats(0.5, 1e5),
        holds=st.booleans(),
        p99_ms=st.none() | st.floats(0, 1e6),
        requests=st.integers(0, 10**9),
    )
)
def test_any_step_survives_the_file(folder: LoadTestFolder, one: RateStep) -> None:
    test = load_test(steps=(one,))
    folder.write(test)
    assert folder.list() == [test]


def test_newest_comes_first_and_what_is_no_test_is_left_out(
    folder: LoadTestFolder, tmp_path: Path
) -> None:
    folder.write(load_test("old"))
    folder.write(load_test("new", started_at=BEGAN + timedelta(hours=1)))
    for name, text in (("cut", '{"id": "x'), ("other", "[1]"), ("later", '{"schema_version": 2}')):
        (tmp_path / "load-tests" / f"{name}.json").write_text(text)
    assert [one.id for one in folder.list()] == ["new", "old"]


def test_file_of_another_version_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="another version"):
        read_load_test(json.dumps({"schema_version": 2}))


def test_results_are_for_this_account_alone(folder: LoadTestFolder, tmp_path: Path) -> None:
    folder.write(load_test())
    (path,) = (tmp_path / "load-tests").glob("*")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_that_can_t_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = LoadTestFolder(tmp_path / "file" / "load-tests")
    for act in (lambda: folder.write(load_test()), lambda: folder.alone().__enter__()):
        with pytest.raises((StoreError, FileExistsError, NotADirectoryError)):
            act()


def test_only_one_runs_at_a_time(folder: LoadTestFolder) -> None:
    with folder.alone(), pytest.raises(Conflict), LoadTestFolder(folder._folder).alone():
        pass
    with folder.alone():
        pass


def test_a_running_test_whose_process_is_gone_has_failed(
    folder: LoadTestFolder, tmp_path: Path
) -> None:
    running = load_test(status=LoadTestStatus.RUNNING, ended_at=None)
    folder.write(running)
    assert folder.running() == running  # it may still be starting
    path = tmp_path / "load-tests" / "a1.json"
    long_ago = path.stat().st_mtime - 2 * result_folder.STARTS_WITHIN_S
    os.utime(path, (long_ago, long_ago))
    with folder.alone():
        assert folder.running() == running  # a long load writes nothing meanwhile
    assert folder.running() is None
    (found,) = folder.list()
    assert (found.status, found.problem) == (LoadTestStatus.FAILED, KILLED)


def test_a_second_test_is_refused_while_one_runs(
    folder: LoadTestFolder, services: Services
) -> None:
    first = begin_load_test(services.context, OPS, folder, LoadTestPlan(), "m")
    assert (first.started_by, first.status) == ("ola", LoadTestStatus.RUNNING)
    (event,) = trail(services, first.id)
    assert (event.kind, event.actor) == (AuditKind.LOAD_TEST_STARTED, "ola")
    assert event.data == {"target": "own processes"}
    with pytest.raises(Conflict, match="started by ola"):
        begin_load_test(services.context, OPS, folder, LoadTestPlan(), "m")


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (LoadTestPlan(workers=()), "workers"),
        (LoadTestPlan(workers=(0, 1)), "workers"),
        (LoadTestPlan(workers=(1, 65)), "workers"),
        (LoadTestPlan(workers=(2, 2)), "once"),
        (LoadTestPlan(workers=tuple(range(1, 10))), "different numbers"),
        (LoadTestPlan(rounds=0), "rounds"),
        (LoadTestPlan(seconds=0.01), "seconds"),
        (LoadTestPlan(seconds=601), "seconds"),
        (LoadTestPlan(within_ms=0.5), "milliseconds"),
        (LoadTestPlan(first_rps=0.1), "requests a second"),
        (LoadTestPlan(share=1.0), "share"),
    ],
)
def test_a_plan_out_of_range_is_refused_with_its_figure(
    folder: LoadTestFolder, services: Services, plan: LoadTestPlan, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        begin_load_test(services.context, OPS, folder, plan, "m")
    assert folder.list() == []


@pytest.mark.parametrize("url", ["ftp://a", "http://", "https://sam:secret@example.org"])
def test_an_address_of_no_api_or_with_a_secret_is_stored_nowhere(
    folder: LoadTestFolder, services: Services, url: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        begin_load_test(services.context, OPS, folder, LoadTestPlan(url=url), "m")
    assert "secret" not in str(refused.value)
    assert folder.list() == []
    with services.context.store.read() as view:
        kinds = [event.kind for _, event in view.audit_events(AuditFilter(), 10, None)]
    assert AuditKind.LOAD_TEST_STARTED not in kinds


def test_stopping_asks_the_process_by_the_folder(
    folder: LoadTestFolder, services: Services
) -> None:
    running = replace(load_test(), status=LoadTestStatus.RUNNING, ended_at=None)
    folder.write(running)
    assert not folder.is_asked_to_stop("a1")
    with pytest.raises(PermissionDenied):
        stop_load_test(services.context, Actor("ines", Role.AUDITOR), folder, "a1")
    with pytest.raises(NotFound):
        stop_load_test(services.context, OPS, folder, "../a1")
    stop_load_test(services.context, OPS, folder, "a1")
    assert folder.is_asked_to_stop("a1")
    assert [(event.kind, event.actor) for event in trail(services, "a1")] == [
        (AuditKind.LOAD_TEST_STOPPED, "ola")
    ]


def test_a_test_that_is_over_is_not_stopped(folder: LoadTestFolder, services: Services) -> None:
    folder.write(load_test())
    stop_load_test(services.context, OPS, folder, "a1")
    assert not folder.is_asked_to_stop("a1")
    assert trail(services, "a1") == []


def test_objective_is_the_site_s_first_on_latency() -> None:
    assert latency_objective(default_objectives(24)) == (0.99, 500.0)
    assert latency_objective(()) == (0.99, 500.0)


def test_busiest_minute_counts_live_calls_of_seven_days_only(services: Services) -> None:
    now = services.clock.now()
    kinds = ((Mode.REALTIME, 30, 0), (Mode.LOAD_TEST, 50, 0), (Mode.REALTIME, 90, 8))
    calls = [
        record(
            f"{mode}-{days}-{at}",
            mode=mode,
            started_at=now - timedelta(days=days, milliseconds=100 * at),
        )
        for mode, count, days in kinds
        for at in range(count)
    ]
    put(services.settings.serving_log_dir, *calls)
    assert busiest_rps(OPS, services.serving_log_queries, services.clock) == pytest.approx(0.5)
