"""`modconsole bench serve`: its client's counts, its table, and its end."""

import asyncio
import itertools
import json
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from core.benchmarks import load_session, serve
from core.benchmarks.load_rows import Measured, row_of
from core.benchmarks.load_session import Session, is_kept_up
from core.config import Settings
from core.environment import environment_for, load_settings
from core.errors import ConsoleError
from core.inference.manifest import SHIPPED_MODEL
from core.load_test.http_load import (
    NO_ANSWER,
    OK,
    Address,
    Connection,
    Load,
    NextRequest,
    closed_loop,
    open_loop,
)
from core.load_test.texts import read_texts
from core.processes.api_process import RunningApi
from tests.integration.api_server import running_server
from tests.patience import PATIENT_S
from tests.peers import peer_loads
from tests.peers.peer_servers import PEERS, Installed

pytestmark = [pytest.mark.benchmark, pytest.mark.long]

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"


def request_of(port: int, path: str) -> NextRequest:
    head = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n".encode()
    return lambda: head


def test_every_answer_is_counted_by_its_status(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        paths = itertools.cycle(["/v2/health/live", "/nope"])

        def request() -> bytes:
            return request_of(server.port, next(paths))()

        load = closed_loop([Address(server.port)], request, connections=3, seconds=0.3)
        count = load.counts()
        answered = server.process.metrics.requests
        assert count[OK] == answered.labels("/v2/health/live", "200")._value.get()
        assert count[404] == answered.labels("other", "404")._value.get()
    assert set(count) == {OK, 404}
    assert load.wall_s > 0


def test_arrivals_are_those_of_the_seed_whatever_the_server_does(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        request = request_of(server.port, "/v2/health/live")
        loads = [
            open_loop([Address(server.port)], request, rate=200.0, seconds=0.5, seed=seed)
            for seed in (1, 1, 2)
        ]
    counts = [load.counts().total() for load in loads]
    assert counts[0] == counts[1] != counts[2]
    assert 60 <= counts[0] <= 140


def test_a_port_where_nobody_listens_is_no_answer() -> None:
    load = open_loop([Address(9)], lambda: b"", rate=50.0, seconds=0.2, seed=1)
    assert set(load.counts()) == {NO_ANSWER}


@pytest.mark.parametrize("answer", [ANSWER, CHUNKED], ids=["length", "chunked"])
@pytest.mark.parametrize("piece", [1, 20, 1000])
def test_an_answer_may_come_in_any_pieces(answer: bytes, piece: int) -> None:
    def serve_once(listener: socket.socket) -> None:
        with listener.accept()[0] as peer:
            peer.recv(1000)
            for at in range(0, len(answer), piece):
                peer.sendall(answer[at : at + piece])
                # The next piece must not be taken for an answer to the next request.
                time.sleep(0.001)
            assert peer.recv(1000)
            peer.sendall(ANSWER)
            peer.recv(1)

    async def ask(port: int) -> tuple[int, int, int]:
        connection = await Connection.open(Address(port))
        statuses = [await connection.send(b"GET / HTTP/1.1\r\n\r\n") for _ in range(2)]
        connection.close()
        await asyncio.sleep(0)
        return *statuses, connection.answers

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        served = pool.submit(serve_once, listener)
        assert asyncio.run(ask(listener.getsockname()[1])) == (OK, OK, 2)
        served.result(PATIENT_S)


def test_a_row_tells_refusals_from_errors() -> None:
    load = Load(wall_s=2.0, latencies_s={200: [0.01, 0.03], 429: [0.001], 503: [1.0], 0: [2.0]})
    row = row_of("x", 10.0, load, 0.5)
    assert (row["requests"], row["refused"], row["errors"], row["rps"]) == (5, 1, 2, 1.0)
    assert row["p50_ms"] == 20.0


def test_a_file_without_comments_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.write_text("")
    with pytest.raises(ConsoleError):
        read_texts(file)


def test_a_child_gets_the_settings_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODCONSOLE_API_PORT", "1")
    settings = Settings(home=Path("/srv"), backend="fake", batch_wait_ms=1.5)
    assert load_settings(environment_for(settings)) == settings


class Scripted(Session):
    """A session whose open loops return a scripted p99, in milliseconds."""

    def __init__(self, *p99s: float) -> None:
        self.rows = []
        self._seconds = 10.0
        self._p99s = iter(p99s)
        self.tried: list[int] = []

    def _open(self, name: str, rate: float, seconds: float) -> dict[str, Any]:
        self.tried.append(round(rate))
        p99_ms = next(self._p99s)
        return {
            "rps": rate, "requests": rate * seconds, "refused": 0, "errors": 0, "p99_ms": p99_ms
        }  # fmt: skip


def test_the_knee_is_the_last_rate_kept_up_with_and_one_busy_second_does_not_hide_it() -> None:
    session = Scripted(10.0, 50.0, 12.0, 40.0, 41.0, 99.0)
    assert session.find_knee(100.0) == pytest.approx(60.0)
    assert session.tried == [20, 40, 40, 60, 70, 70]


def test_no_answer_at_all_ends_the_search_for_the_knee_in_words() -> None:
    with pytest.raises(ConsoleError, match="not one request was answered within 10 s"):
        Scripted().find_knee(0.0)


def test_a_closed_loop_asks_on_each_connection_however_long_they_take_to_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Connection.open

    async def slowly(port: int) -> Connection:
        await asyncio.sleep(0.2)
        return await opened(port)

    monkeypatch.setattr(Connection, "open", slowly)
    with running_server(tmp_path) as server:
        request = request_of(server.port, "/v2/health/live")
        load = closed_loop([Address(server.port)], request, connections=3, seconds=0.1)
    assert load.counts()[OK] >= 3


def test_storing_is_compared_with_scoring_in_turn_and_with_comments_of_its_own() -> None:
    rates = iter((100.0, 80.0, 50.0, 45.0, 0.0, 3.0))
    first_bodies: list[bytes] = []

    class Closed(Scripted):
        def _closed(
            self, name: str, request: NextRequest, count: int, seconds: float
        ) -> dict[str, Any]:
            first_bodies.append(request().partition(b"\r\n\r\n")[2])
            self.rows.append({"load": name, "rps": next(rates), "refused": 1})
            return self.rows[-1]

    session = Closed()
    session._api = RunningApi(9, Path(), None)  # type: ignore[arg-type]
    session._texts = ["same"]
    assert session.storing_share() == {
        "stored_over_scored": 0.85,
        "stored_over_scored_rounds": [0.8, 0.9],
        "refused_while_storing": 3,
    }
    loads = [row["load"] for row in session.rows]
    assert loads == ["64 connections", "64 connections, stored"] * 3
    assert all(b"same" in body for body in first_bodies)
    assert len({json.loads(body)["id"] for body in first_bodies[1::2]}) == 3


@pytest.mark.parametrize(
    ("change", "expected"),
    [({}, True), ({"rps": 94.0}, False), ({"refused": 11}, False), ({"errors": 11}, False)],
)
def test_a_rate_is_kept_up_with_when_nearly_all_is_answered(
    change: dict[str, float], expected: bool
) -> None:
    row = {"rps": 99.0, "requests": 1000, "refused": 0, "errors": 0, "p99_ms": 40.0}
    assert is_kept_up(row | change, 10.0, 10.0) is expected


def test_the_whole_benchmark_on_the_fake_backend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_session, "SOAK_S", 1.0)
    monkeypatch.setattr(load_session, "STEPS", (0.1, 0.2))
    said: list[str] = []
    settings = Settings(home=tmp_path, backend="fake")
    table = serve.run(settings, said.append, seconds=0.3, soak=True)
    loads = [row["load"] for row in table["rows"]]
    assert loads[:4] == ["1 connections", "16 connections", "64 connections",
                         "64 connections, stored"]  # fmt: skip
    assert {"3 x knee", "just after", "soak"} <= set(loads)
    assert loads.count("64 connections") == loads.count("64 connections, stored") == 4
    assert table["refused_while_storing"] >= 0
    assert len({tuple(row) for row in table["rows"]}) == 1, "one table has one set of columns"
    assert table["answers_without_a_record"] == 0
    assert all(row["errors"] == 0 for row in table["rows"])
    assert list(tmp_path.iterdir()) == []


def test_others_are_measured_first_and_in_every_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_session, "STEPS", (0.1,))
    said: list[str] = []
    rates = iter((10.0, 1.0, 4.0))

    def measure(_model: Path, texts: Sequence[str], *_: object) -> Measured:
        said.append("the others")
        load = Load(1.0, latencies_s={OK: [1.0]})
        rows = [row_of(f"Some server, {n} connections", None, load, None) for n in (1, 64)]
        rate = next(rates)
        return Measured({"Some server": "1.0"}, [row | {"rps": rate} for row in rows])

    settings = Settings(home=tmp_path, backend="fake")
    table = serve.run(settings, said.append, seconds=0.1, measure_others=measure)
    turns = [line for line in said if line in ("the others", "0.1 s: 1 connections")]
    assert turns == ["the others", "0.1 s: 1 connections"] * 3
    assert (table["rounds"], table["best_peer"]) == (3, "Some server")
    rows = {row["load"]: row for row in table["rows"]}
    assert rows["Some server, 64 connections"]["rps"] == 4.0
    assert len(table["rps_over_best_peer_rounds"]) == 3
    assert table["answers_without_a_record"] == 0


def test_the_texts_of_a_file_come_shuffled_alike_every_time(tmp_path: Path) -> None:
    file = tmp_path / "sorted.csv"
    lines = [f"{number},{'long ' * number}text,sam,2026-01-01T00:00:00Z" for number in range(100)]
    file.write_text("\n".join(["id,text,author,created_at", *lines]))
    texts = read_texts(file)
    lengths = [len(text) for text in texts]
    assert sorted(lengths) != lengths
    assert abs(sum(lengths[:50]) - sum(lengths[50:])) < sum(lengths) / 5
    assert read_texts(file) == texts


def test_every_load_of_ours_and_of_others_begins_with_the_first_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first: list[bytes] = []

    def load(_port: int, request: NextRequest, **_: object) -> Load:
        first.append(request())
        return Load(wall_s=1.0, latencies_s={OK: [0.1]})

    for module in (load_session, peer_loads):
        monkeypatch.setattr(module, "closed_loop", load)
    monkeypatch.setattr(load_session, "open_loop", load)
    monkeypatch.setattr(peer_loads, "running_peer", lambda *_: nullcontext(9))
    installed = Installed(PEERS[0], Path("python"), "1.0")
    monkeypatch.setattr(peer_loads, "find_installed", lambda *_: installed)
    process = subprocess.Popen([sys.executable, "-c", ""])
    session = Session(RunningApi(9, tmp_path, process), ["first", "second"], 1.0, str)
    session.warm_up()
    session.closed_loops()
    session.overload(session.find_knee(1.0))
    peer_loads.measure_peers(tmp_path, SHIPPED_MODEL, ["first", "second"], 1.0, str)
    process.wait()
    assert len(first) > 15
    assert all(b"first" in request for request in first)
