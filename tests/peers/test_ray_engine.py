"""`modconsole serve --engine ray`: the real API in two processes behind one port."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from select import select
from typing import Any

import httpx2
import pytest
from openai import OpenAI

from core.bootstrap.services import build_services
from core.config import Settings
from core.processes.ports import free_port

COMMENTS = 60
NUMBERS = count()
Program = Callable[[str, str], str]


@contextmanager
def replicas(
    program: Program, home: Path, **settings: Any
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Yields the process and its address once it is ready; at the end all its processes are
    gone."""
    port = free_port()
    environ = {name: v for name, v in os.environ.items() if not name.startswith("MODCONSOLE_")}
    environ |= {f"MODCONSOLE_{name.upper()}": str(value) for name, value in settings.items()}
    environ |= {"MODCONSOLE_HOME": str(home), "MODCONSOLE_API_PORT": str(port)}
    process = subprocess.Popen(
        [program("ray", "modconsole"), "serve", "--engine", "ray"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("The API: http")
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.communicate(timeout=60)
        finally:
            process.kill()
        _await_nobody_left(process.pid)


def _session(leader: int) -> list[int]:
    """The processes of a session except its leader."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(fields[3]) == leader and fields[0] != "Z" and int(stat.parent.name) != leader:
            found.append(int(stat.parent.name))
    return found


def _await_nobody_left(leader: int) -> None:
    deadline = time.monotonic() + 20
    while left := _session(leader):
        if time.monotonic() > deadline:
            os.killpg(leader, signal.SIGKILL)
            pytest.fail(f"{len(left)} processes of Ray outlived the server")
        time.sleep(0.1)


def said_when_stopped(process: "subprocess.Popen[str]", sign: signal.Signals) -> str:
    process.send_signal(sign)
    said, _ = process.communicate(timeout=60)
    return said


def processes_that_scored(home: Path) -> set[str]:
    """The number of processes that scored, by the segments of the serving log."""
    return {
        path.name.split("-")[1]
        for path in (home / "serving-log").glob("api-*.jsonl")
        if any(json.loads(line)["mode"] == "realtime" for line in path.read_text().splitlines())
    }


def post(url: str, number: int) -> httpx2.Response:
    comment = {"id": f"c{number}", "text": f"You idiot, number {number}"}
    return httpx2.post(f"{url}/v1/comments", json=comment, timeout=60)


def much() -> dict[str, list[str]]:
    """About a second of work: texts that are not in a cache."""
    return {
        "input": [f"A comment of some length, number {next(NUMBERS)}. " * 20 for _ in range(96)]
    }


def ask_much(url: str) -> httpx2.Response:
    return httpx2.post(f"{url}/v1/moderations", json=much(), timeout=120)


def begin_much(url: str) -> HTTPConnection:
    """Sends a whole request without reading the answer."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=120)
    body = json.dumps(much()).encode()
    connection.request("POST", "/v1/moderations", body, {"Content-Type": "application/json"})
    return connection


def test_two_processes_answer_and_everything_is_stored(program: Program, tmp_path: Path) -> None:
    with (
        replicas(program, tmp_path, backend="fake", replicas=2, api_wait_ms=60_000) as (
            process,
            url,
        ),
        ThreadPoolExecutor(16) as pool,
        OpenAI(base_url=f"{url}/v1", api_key="none") as client,
    ):
        asked = [f"You idiot, text {number}" for number in range(COMMENTS)]
        moderated = list(pool.map(lambda text: client.moderations.create(input=text), asked))
        posted = list(pool.map(lambda number: post(url, number), range(COMMENTS)))
        said = said_when_stopped(process, signal.SIGTERM)
    assert all(each.results[0].flagged for each in moderated)
    assert {answer.status_code for answer in posted} == {200}
    assert all(len(answer.headers.get_list("x-request-id")) == 1 for answer in posted)
    assert len(processes_that_scored(tmp_path)) == 2
    references = {answer.json()["comments"][0]["reference"] for answer in posted}
    services = build_services(Settings(home=tmp_path, backend="fake"), worker="check")
    with services.context.store.read() as reader:
        found = [reader.revision_by_reference(reference) for reference in references]
    services.context.store.close()
    assert len(references) == COMMENTS
    assert None not in found
    assert (process.returncode, said) == (0, "")


def test_a_stop_finishes_accepted_requests_and_refuses_new_ones(
    program: Program, tmp_path: Path
) -> None:
    """Uses the shipped model, with so many texts that the stop arrives while it scores."""
    with replicas(program, tmp_path, replicas=2, api_wait_ms=60_000, api_drain_s=60) as server:
        process, url = server
        began = [begin_much(url) for _ in range(4)]
        time.sleep(0.5)  # until they are past Ray's proxy
        assert not select([each.sock for each in began], [], [], 0)[0], "the stop comes too late"
        process.send_signal(signal.SIGTERM)
        refusal = _first_refusal(url)
        answers = [_status(each) for each in began]
        said, _ = process.communicate(timeout=60)
    assert answers == [200] * 4
    assert refusal.headers["retry-after"] == "60"
    assert (process.returncode, said) == (0, "")


def _status(connection: HTTPConnection) -> int:
    with closing(connection), connection.getresponse() as answer:
        return answer.status


def _first_refusal(url: str) -> httpx2.Response:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = httpx2.get(f"{url}/healthz", timeout=5)
        if answer.status_code == 503:
            return answer
        time.sleep(0.02)
    pytest.fail("it went on as if nothing had been said")


def test_ctrl_c_of_a_terminal_stops_it_quietly(program: Program, tmp_path: Path) -> None:
    """A terminal sends the signal to the whole process group, including Ray's processes."""
    with replicas(program, tmp_path, backend="fake") as (process, _url):
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


def test_load_starts_a_second_process(program: Program, tmp_path: Path) -> None:
    settings = {"replicas": 1, "replicas_max": 2, "replica_requests": 1, "api_wait_ms": 60_000}
    until = time.monotonic() + 150

    def ask_until_there_are_two(url: str) -> int:
        while len(processes_that_scored(tmp_path)) < 2 and time.monotonic() < until:
            assert ask_much(url).status_code == 200
        return len(processes_that_scored(tmp_path))

    with replicas(program, tmp_path, **settings) as (_, url), ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask_until_there_are_two, [url] * 4)) == [2] * 4
