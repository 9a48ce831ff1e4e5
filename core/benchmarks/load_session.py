"""One running API under a series of loads: closed loops, random arrivals up to the knee, three
times the knee, and a long run."""

import time
from collections.abc import Callable

import numpy as np

from core.benchmarks.load_rows import CONNECTIONS, Row, Say, requests_of, row_of
from core.benchmarks.rounds import ratio
from core.errors import ConsoleError
from core.load_test.http_load import OK, Load, NextRequest, closed_loop, open_loop
from core.processes.api_process import RunningApi

SCORED = f"{CONNECTIONS[-1]} connections"
STORED = f"{SCORED}, stored"
# Shares of the highest rate, which 64 connections reached; the first is the unloaded reference.
STEPS = (0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1)
STORING_PAIRS = 3
KNEE_P99_FACTOR = 4.0
KNEE_DONE_SHARE = 0.95
KNEE_TRIES = 2
MOST_REFUSED_SHARE = 0.01
OVERLOAD_FACTOR = 3.0
OVERLOAD_LENGTH = 6.0
SOAK_SHARE = 0.8
SOAK_S = 600.0


class Session:
    """One server under a series of loads; `rows` are the table."""

    def __init__(self, api: RunningApi, texts: list[str], seconds: float, say: Say) -> None:
        self._api = api
        self._seconds = seconds
        self._say = say
        self._texts = texts
        self.rows: list[Row] = []
        self.answered = 0

    def warm_up(self) -> None:
        """Not in the table."""
        self._closed("warm-up", self._ask_to_score(), CONNECTIONS[-1], self._seconds / 5)
        self.rows.clear()

    def closed_loops(self) -> None:
        """Closed loops at each number of connections, scoring only; at the highest number storing
        too."""
        for count in CONNECTIONS:
            self._closed(f"{count} connections", self._ask_to_score(), count, self._seconds)
        self._closed(STORED, self._ask_to_store(), CONNECTIONS[-1], self._seconds)

    def storing_share(self) -> Row:
        """Requests per second that store, divided by those that only score. Both loads use the same
        texts and most connections, and alternate, so that a slow minute of the machine affects
        both."""
        shares: list[float] = []
        refused = 0
        for _ in range(STORING_PAIRS):
            scored = self._closed(SCORED, self._ask_to_score(), CONNECTIONS[-1], self._seconds)
            stored = self._closed(STORED, self._ask_to_store(), CONNECTIONS[-1], self._seconds)
            if scored["rps"]:
                shares.append(stored["rps"] / scored["rps"])
            refused += stored["refused"]
        found = ratio("stored_over_scored", shares) if shares else {}
        return {**found, "refused_while_storing": refused}

    def find_knee(self, top: float) -> float:
        """The highest rate, in STEPS of `top`, that the server keeps up with: 95 % answered, at
        most 1 % refused, p99 at most four times that of the first step. A failed step is tried once
        more, so that a busy second of the machine does not end the search.

        Raises ConsoleError if `top` is 0: nothing was answered, so there is no rate to try.
        """
        if not top:
            raise ConsoleError(
                f"{SCORED}: not one request was answered within {self._seconds:g} s, so the highest"
                " rate is not known; try a longer --seconds"
            )
        knee, reference = 0.0, 0.0
        for step in STEPS:
            for _ in range(KNEE_TRIES):
                row = self._open(f"{step:.0%} of the most", step * top, self._seconds)
                reference = reference or row["p99_ms"]
                if is_kept_up(row, self._seconds, reference):
                    knee = step * top
                    break
            else:
                break
        return knee or STEPS[0] * top

    def overload(self, knee: float) -> Row:
        """Three times the knee, then half of it, to see whether the server recovers at once."""
        unloaded = next(row["p99_ms"] for row in self.rows if row["load"].endswith("of the most"))
        before = self._memory()
        row = self._open("3 x knee", OVERLOAD_FACTOR * knee, OVERLOAD_LENGTH * self._seconds)
        after = self._open("just after", knee / 2, self._seconds)
        return {
            "overload_p99_over_unloaded": round(row["p99_ms"] / unloaded, 2),
            "overload_refused_share": round(row["refused"] / max(row["requests"], 1), 3),
            "overload_memory_mb": f"{before:.0f} before, {self._memory(max):.0f} at most",
            "refused_just_after": after["refused"],
        }

    def soak(self, knee: float) -> Row:
        """Ten minutes at 80 % of the knee; the slope of memory ignores the first fifth."""
        since = time.monotonic() + SOAK_S / 5
        self._open("soak", SOAK_SHARE * knee, SOAK_S)
        points = [(at / 60.0, mb) for at, mb in self._api.memory_mb if at >= since]
        minutes, megabytes = [at for at, _ in points], [mb for _, mb in points]
        slope = float(np.polyfit(minutes, megabytes, 1)[0]) if len(points) > 1 else None
        return {"soak_memory_mb_per_min": None if slope is None else round(slope, 3)}

    def _ask_to_score(self) -> NextRequest:
        """Each load begins with the first text, like the loads of the other servers."""
        return requests_of(self._api.port, "/v1/moderations", self._texts, _moderation)

    def _ask_to_store(self) -> NextRequest:
        """Ids are unique to this load: known comments would not be stored again."""
        load = len(self.rows)

        def comment(text: str, number: int) -> object:
            return {"id": f"bench-{load}-{number}", "text": text}

        return requests_of(self._api.port, "/v1/comments", self._texts, comment)

    def _memory(self, choose: Callable[[list[float]], float] = lambda mb: mb[-1]) -> float:
        return choose([mb for _, mb in self._api.memory_mb] or [float("nan")])

    def _closed(self, name: str, request: NextRequest, count: int, seconds: float) -> Row:
        self._say(f"{seconds:g} s: {name}")
        return self._note(name, None, lambda: closed_loop(
            [self._api.address], request, connections=count, seconds=seconds
        ))  # fmt: skip

    def _open(self, name: str, rate: float, seconds: float) -> Row:
        self._say(f"{seconds:g} s: {rate:.0f} a second ({name})")
        seed, request = len(self.rows), self._ask_to_score()
        return self._note(name, rate, lambda: open_loop(
            [self._api.address], request, rate=rate, seconds=seconds, seed=seed
        ))  # fmt: skip

    def _note(self, name: str, rate: float | None, work: Callable[[], Load]) -> Row:
        cpu = self._api.cpu_s()
        load = work()
        used = self._api.cpu_s()
        server_cpu = None if used is None or cpu is None else (used - cpu) / load.wall_s
        self.answered += load.counts()[OK]
        self.rows.append(row_of(name, rate, load, server_cpu))
        return self.rows[-1]


def is_kept_up(row: Row, seconds: float, reference_p99_ms: float) -> bool:
    """Whether this row of an open loop shows a server below its knee."""
    # Compared with the requests that actually arrived: by chance they differ from the intended
    # rate.
    done = row["rps"] >= KNEE_DONE_SHARE * row["requests"] / seconds
    few = row["refused"] + row["errors"] <= MOST_REFUSED_SHARE * row["requests"]
    return bool(done and few and row["p99_ms"] <= KNEE_P99_FACTOR * reference_p99_ms)


def _moderation(text: str, _number: int) -> object:
    return {"input": text}
