"""The API under load: the real server in a child process, asked over this machine's loopback.

Closed loops, arrivals at random up to the knee, three times the knee, and on request a long run.
"""

import itertools
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.benchmarks.api_process import ApiProcess, running_api
from core.benchmarks.http_load import OK, Load, NextRequest, closed_loop, open_loop
from core.benchmarks.load_rows import CONNECTIONS, requests_of, row_of
from core.benchmarks.peer_loads import compare, measure_peers
from core.bootstrap import SHIPPED_MODEL, file_scorer
from core.config import Settings
from core.errors import ConsoleError
from core.moderation.cleaning import check_text, clean_text
from core.moderation.comments import IncomingComment
from core.services.score import CHUNK_ROWS
from core.servinglog.record import Mode
from core.sources.bundled import sample_source
from core.sources.files import FileSource

# Of what 64 connections got; the first is the unloaded reference.
STEPS = (0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1)
KNEE_P99_FACTOR = 4.0
KNEE_DONE_SHARE = 0.95
KNEE_TRIES = 2
MOST_REFUSED_SHARE = 0.01
OVERLOAD_FACTOR = 3.0
OVERLOAD_LENGTH = 6.0
SOAK_SHARE = 0.8
SOAK_S = 600.0
MOST_TEXTS = 5_000
DEFAULT_SECONDS = 10

Say = Callable[[str], None]


def run(
    settings: Settings,
    say: Say,
    *,
    seconds: float = DEFAULT_SECONDS,
    soak: bool = False,
    file: Path | None = None,
    peers: Path | None = None,
) -> dict[str, Any]:
    """A row for each load. `seconds` is the length of one; overload takes six times that. `peers`
    is a folder with a virtual environment for each other server of the same model to measure.

    Raises ConsoleError for a file without texts, or when the server does not start.
    """
    comments = read_texts(file)
    # The texts come round again and again; remembering their scores would measure a dictionary.
    settings = replace(settings, cache_size=0)
    # The others first: should one of them fail, no long run of ours is lost.
    found = None
    if peers is not None:
        found = measure_peers(peers, _model_folder(settings), comments, seconds, say)
    local_rps = _local_rps(settings, comments, seconds, say)
    with (
        tempfile.TemporaryDirectory(prefix="bench-serve-") as home,
        running_api(settings, Path(home)) as api,
    ):
        session = Session(api, comments, seconds, say)
        session.closed_loops()
        knee = session.find_knee()
        summary = session.overload(knee)
        if soak:
            summary |= session.soak(knee)
        api.stop()
        lost = session.answered - api.record_count()
    best = next(row for row in session.rows if row["load"] == f"{CONNECTIONS[-1]} connections")
    if found is not None:
        summary |= {"peers": found.versions, **compare(session.rows, found.rows)}
        session.rows += found.rows
    return {
        "benchmark": "serve",
        "texts": len(comments),
        "backend": settings.backend,
        "rows": session.rows,
        "local_runtime_rps": round(local_rps, 1),
        "share_of_local_runtime": round(best["rps"] / local_rps, 2),
        "knee_rps": round(knee, 1),
        **summary,
        "answers_without_a_record": lost,
    }


def is_kept_up(row: dict[str, Any], seconds: float, reference_p99_ms: float) -> bool:
    """Whether the row of an open loop is that of a server below its knee."""
    # Of what did arrive: chance may have it more or less than the rate meant.
    done = row["rps"] >= KNEE_DONE_SHARE * row["requests"] / seconds
    few = row["refused"] + row["errors"] <= MOST_REFUSED_SHARE * row["requests"]
    return bool(done and few and row["p99_ms"] <= KNEE_P99_FACTOR * reference_p99_ms)


def read_texts(path: Path | None) -> list[str]:
    """The first comments of a file, or the bundled sample."""
    source = FileSource(path, "bench") if path else sample_source()
    found = (item.text for item in source.read() if isinstance(item, IncomingComment))
    texts = list(itertools.islice((text for text in found if _is_usable(text)), MOST_TEXTS))
    if not texts:
        raise ConsoleError(f"{path} holds no comment that can be scored")
    return texts


def _model_folder(settings: Settings) -> Path:
    return SHIPPED_MODEL if settings.model == "shipped" else Path(settings.model)


def _is_usable(text: str) -> bool:
    check_text(text)
    return bool(clean_text(text))


def _local_rps(settings: Settings, texts: list[str], seconds: float, say: Say) -> float:
    """Comments a second of the same backend in this process, in the batches `score` uses."""
    say(f"{seconds:g} s: the backend in this process, no API")
    scorer = file_scorer(settings)
    cleaned = itertools.cycle([clean_text(text) for text in texts])
    scorer.score([next(cleaned)], Mode.LOAD_TEST)
    done, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        done += len(scorer.score(list(itertools.islice(cleaned, CHUNK_ROWS)), Mode.LOAD_TEST))
    scorer.close()
    return done / spent


class Session:
    """One server under one load after the other; `rows` are the table."""

    def __init__(self, api: ApiProcess, texts: list[str], seconds: float, say: Say) -> None:
        self._api = api
        self._seconds = seconds
        self._say = say
        self._score = requests_of(api.port, "/v1/moderations", texts, _moderation)
        self._store = requests_of(api.port, "/v1/comments", texts, _comment)
        self.rows: list[dict[str, Any]] = []
        self.answered = 0

    def closed_loops(self) -> None:
        """At each number of connections, scoring only; at the most of them, storing too."""
        self._closed("warm-up", self._score, CONNECTIONS[-1], self._seconds / 5)
        self.rows.clear()
        for count in CONNECTIONS:
            self._closed(f"{count} connections", self._score, count, self._seconds)
        most = CONNECTIONS[-1]
        self._closed(f"{most} connections, stored", self._store, most, self._seconds)

    def find_knee(self) -> float:
        """The highest rate, of the steps tried, that is kept up with: 95 % of it answered, at most
        1 % refused, p99 at most four times that of the first step. A step that fails is tried once
        more, or a busy second of the machine would end the search."""
        top = next(r["rps"] for r in self.rows if r["load"] == f"{CONNECTIONS[-1]} connections")
        knee, reference = 0.0, 0.0
        for step in STEPS:
            for _ in range(KNEE_TRIES):
                row = self._open(f"{step:.0%} of that", step * top, self._seconds)
                reference = reference or row["p99_ms"]
                if is_kept_up(row, self._seconds, reference):
                    knee = step * top
                    break
            else:
                break
        return knee or STEPS[0] * top

    def overload(self, knee: float) -> dict[str, Any]:
        """Three times the knee, then half of it: what a server says that recovers at once."""
        unloaded = next(row["p99_ms"] for row in self.rows if row["load"].endswith("of that"))
        before = self._memory()
        row = self._open("3 x knee", OVERLOAD_FACTOR * knee, OVERLOAD_LENGTH * self._seconds)
        after = self._open("just after", knee / 2, self._seconds)
        return {
            "overload_p99_over_unloaded": round(row["p99_ms"] / unloaded, 2),
            "overload_refused_share": round(row["refused"] / row["requests"], 3),
            "overload_memory_mb": f"{before:.0f} before, {self._memory(max):.0f} at most",
            "refused_just_after": after["refused"],
        }

    def soak(self, knee: float) -> dict[str, Any]:
        """Ten minutes at 80 % of the knee; the slope leaves the first fifth out."""
        since = time.monotonic() + SOAK_S / 5
        self._open("soak", SOAK_SHARE * knee, SOAK_S)
        points = [(at / 60.0, mb) for at, mb in self._api.memory_mb if at >= since]
        minutes, megabytes = [at for at, _ in points], [mb for _, mb in points]
        slope = float(np.polyfit(minutes, megabytes, 1)[0]) if len(points) > 1 else None
        return {"soak_memory_mb_per_min": None if slope is None else round(slope, 3)}

    def _memory(self, choose: Callable[[list[float]], float] = lambda mb: mb[-1]) -> float:
        return choose([mb for _, mb in self._api.memory_mb] or [float("nan")])

    def _closed(self, name: str, request: NextRequest, count: int, seconds: float) -> None:
        self._say(f"{seconds:g} s: {name}")
        self._note(name, None, lambda: closed_loop(
            self._api.port, request, connections=count, seconds=seconds
        ))  # fmt: skip

    def _open(self, name: str, rate: float, seconds: float) -> dict[str, Any]:
        self._say(f"{seconds:g} s: {rate:.0f} a second ({name})")
        seed = len(self.rows)
        return self._note(name, rate, lambda: open_loop(
            self._api.port, self._score, rate=rate, seconds=seconds, seed=seed
        ))  # fmt: skip

    def _note(self, name: str, rate: float | None, work: Callable[[], Load]) -> dict[str, Any]:
        cpu = self._api.cpu_s()
        load = work()
        used = self._api.cpu_s()
        server_cpu = None if used is None or cpu is None else (used - cpu) / load.wall_s
        self.answered += load.counts()[OK]
        self.rows.append(row_of(name, rate, load, server_cpu))
        return self.rows[-1]


def _moderation(text: str, _number: int) -> object:
    return {"input": text}


def _comment(text: str, number: int) -> object:
    return {"id": f"bench-{number}", "text": text}
