"""Load tests with real processes: kept results, marked records, a server that is down or dies, and
ends by signals, by the folder and by kill."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from core.bootstrap.services import Services
from core.config import Settings
from core.environment import environment_for
from core.load_test import rising_rate
from core.load_test.result_folder import KILLED, STARTS_WITHIN_S, LoadTestFolder
from core.load_test.results import LoadTest, LoadTestPlan, LoadTestStatus
from core.processes.load_testing import LoadTestProcesses, run_load_test
from core.processes.ports import free_port
from core.servinglog.objective_queries import availability_events, latency_events
from core.servinglog.queries import ServingLogQueries
from tests.integration.answering_server import answering
from tests.integration.api_process import running_api
from tests.patience import PATIENT_MS, PATIENT_S

pytestmark = pytest.mark.slow

# Nothing breaks, however busy the machine is, and the search ends at the bound of the rates.
EASY = {"within_ms": PATIENT_MS, "seconds": 0.3, "first_rps": 10.0, "rounds": 1}


@pytest.fixture
def few_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rising_rate, "MOST_RPS", 20.0)
    monkeypatch.setattr(rising_rate, "LEAST_REQUESTS", 1)


def new_test(**plan: Any) -> LoadTest:
    return LoadTest("t1", LoadTestPlan(**(EASY | plan)), datetime.now(UTC), "ola", "m")


def run(
    home: Path, test: LoadTest, say: Callable[[str], None] = lambda _line: None, **more: Any
) -> LoadTest:
    settings = Settings(home=home, backend="fake")
    found = run_load_test(test, settings, say, Event(), **more)
    assert LoadTestFolder(settings.load_tests_dir).list() == [found]
    assert found.ended_at is not None
    return found


def modes(home: Path) -> dict[str, int]:
    found = ServingLogQueries(home / "serving-log").series_names()
    return {one.mode: one.calls for one in found if one.mode != "warmup"}


def test_own_servers_are_measured_apart_from_the_site(tmp_path: Path, few_rates: None) -> None:
    lines: list[str] = []
    found = run(tmp_path, new_test(workers=(1, 2)), lines.append)
    assert (found.status, found.problem, found.backend) == (LoadTestStatus.DONE, None, "fake")
    assert [one.workers for one in found.rounds] == [1, 2]
    assert [(one.workers, one.offered_rps) for one in found.steps] == [
        (1, 10.0), (1, 20.0), (2, 10.0), (2, 20.0),
    ]  # fmt: skip
    for one in found.steps:
        assert one.requests == one.answered == one.good
    assert modes(tmp_path) == {}
    assert not (tmp_path / "state.db").exists()
    assert lines[:2] == ["starting server 1 of 2", "starting server 2 of 2"]


def test_an_api_at_a_url_logs_load_tests_that_count_toward_nothing(
    tmp_path: Path, few_rates: None
) -> None:
    port = free_port()
    with running_api(tmp_path / "site", port):
        found = run(tmp_path / "own", new_test(url=f"http://127.0.0.1:{port}"))
    assert found.status is LoadTestStatus.DONE
    assert found.rounds == ()
    sent = sum(one.requests for one in found.steps)
    assert sent > 0
    assert modes(tmp_path / "site") == {"load_test": sent}
    log, until = ServingLogQueries(tmp_path / "site" / "serving-log"), datetime.now(UTC)
    hour = timedelta(hours=1)
    assert latency_events(log, until, [hour], timedelta(0))[hour].events == 0
    assert availability_events(log, until, [hour])[hour].events == 0


def test_a_server_that_is_down_is_told(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    found = run(tmp_path, new_test(url=url))
    assert found.status is LoadTestStatus.FAILED
    assert found.problem == f"{url} does not answer: Connection refused"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (503, {"error": {"message": "The backend does not answer."}}, "backend does not answer"),
        (503, ["odd"], "it answered 503"),
        (401, {"error": {"message": "An API key is needed."}}, "An API key is needed"),
        (200, {"hello": "world"}, "no API of the moderation console"),
        (200, None, "no API of the moderation console"),
    ],
)
def test_a_server_that_can_t_score_is_told_in_its_words(
    tmp_path: Path, status: int, body: object, words: str
) -> None:
    with answering(lambda _path: (status, body)) as url:
        found = run(tmp_path, new_test(url=url))
    assert found.status is LoadTestStatus.FAILED
    assert words in str(found.problem)
    assert found.steps == ()


def test_a_server_that_refuses_every_rate_has_no_knee(tmp_path: Path, few_rates: None) -> None:
    def answer(path: str) -> tuple[int, object]:
        healthy = {"backend": "stub", "model_version": "1"}
        return (200, healthy) if path == "/healthz" else (429, {})

    with answering(answer) as url:
        found = run(tmp_path, new_test(url=url, first_rps=8.0, within_ms=500.0))
    assert found.status is LoadTestStatus.DONE
    assert not any(one.holds(0.99) for one in found.steps)
    assert sum(one.refused for one in found.steps) > 0
    assert min(one.offered_rps for one in found.steps) == rising_rate.LEAST_RPS


def test_a_server_that_dies_ends_the_test_with_what_was_found(
    tmp_path: Path, few_rates: None
) -> None:
    port = free_port()
    with running_api(tmp_path / "site", port) as api:

        def say(line: str) -> None:
            if "20.0 a second" in line:
                api.kill()
                api.wait()

        found = run(tmp_path / "own", new_test(url=f"http://127.0.0.1:{port}"), say)
    assert found.status is LoadTestStatus.FAILED
    assert str(found.problem).startswith("After 20.0 requests a second:")
    assert [one.holds(0.99) for one in found.steps] == [True, False]


@pytest.mark.parametrize("name", ["LOAD_TEST_KEY", None])
def test_a_key_is_read_from_the_named_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    seen: list[str | None] = []
    with answering(lambda _path: (503, {}), seen=seen) as url:
        if name is not None:
            monkeypatch.setenv(name, "secret-1")
        found = run(tmp_path, new_test(url=url), key_env=name)
    assert seen == ["Bearer secret-1" if name else None]
    assert "secret-1" not in (tmp_path / "load-tests" / "t1.json").read_text()
    assert found.status is LoadTestStatus.FAILED


def test_a_variable_that_is_not_set_is_told(tmp_path: Path) -> None:
    found = run(tmp_path, new_test(url="http://127.0.0.1:9"), key_env="NO_SUCH_KEY")
    assert found.problem == "the environment variable NO_SUCH_KEY is not set"


@contextmanager
def command(home: Path) -> Iterator[subprocess.Popen[str]]:
    """`modconsole loadtest run` with one own server, in the middle of its loads."""
    environment = environment_for(Settings(home=home, backend="fake"))
    words = ["run", "--workers", "1", "--rounds", "20", "--seconds", "300", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "core.cli", "loadtest", *words],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stderr is not None
            while "as fast as" not in process.stderr.readline():
                assert process.poll() is None
            yield process
        finally:
            process.kill()


def servers_of(process: subprocess.Popen[str]) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in children.split()]


def await_end(pids: list[int]) -> None:
    deadline = time.monotonic() + PATIENT_S
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "a server outlived its load test"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="children are listed by /proc")


@LINUX
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_command_and_its_servers(tmp_path: Path, sign: signal.Signals) -> None:
    with command(tmp_path) as process:
        servers = servers_of(process)
        assert servers
        process.send_signal(sign)
        printed, said = process.communicate(timeout=PATIENT_S)
        assert process.returncode == 130, said
    assert json.loads(printed)[0]["status"] == "stopped"
    (found,) = LoadTestFolder(tmp_path / "load-tests").list()
    assert found.status is LoadTestStatus.STOPPED
    await_end(servers)


@LINUX
def test_stop_by_another_command_ends_it(tmp_path: Path) -> None:
    with command(tmp_path) as process:
        folder = LoadTestFolder(tmp_path / "load-tests")
        running = folder.running()
        assert running is not None
        folder.ask_to_stop(running.id)
        process.communicate(timeout=PATIENT_S)
        assert process.returncode == 130
    assert folder.find(running.id).status is LoadTestStatus.STOPPED


@LINUX
def test_a_killed_command_leaves_no_server_and_a_test_that_failed(tmp_path: Path) -> None:
    with command(tmp_path) as process:
        servers = servers_of(process)
        process.kill()
        process.wait()
    await_end(servers)
    (path,) = (tmp_path / "load-tests").glob("*.json")
    then = path.stat().st_mtime - 2 * STARTS_WITHIN_S
    os.utime(path, (then, then))
    (found,) = LoadTestFolder(tmp_path / "load-tests").list()
    assert (found.status, found.problem) == (LoadTestStatus.FAILED, KILLED)


def test_a_test_from_a_page_runs_in_a_process_of_its_own(
    services: Services, tmp_path: Path
) -> None:
    settings = services.settings
    folder = LoadTestFolder(settings.load_tests_dir)
    test = new_test(workers=(1,), seconds=300.0)
    folder.write(test)
    processes = LoadTestProcesses(settings)
    processes.start(test)
    deadline = time.monotonic() + PATIENT_S
    while folder.find("t1").backend is None:  # its server answers
        assert time.monotonic() < deadline
        time.sleep(0.05)
    folder.ask_to_stop("t1")
    while folder.find("t1").status is LoadTestStatus.RUNNING:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    processes.close()
    assert folder.find("t1").status is LoadTestStatus.STOPPED


def test_it_ends_with_the_process_that_started_it(services: Services) -> None:
    settings = services.settings
    folder = LoadTestFolder(settings.load_tests_dir)
    test = new_test(workers=(1,), seconds=300.0)
    folder.write(test)
    processes = LoadTestProcesses(settings)
    processes.start(test)
    processes.close()  # closes the pipe, as the end of this process would
    with folder.alone():  # nobody holds the lock
        pass
