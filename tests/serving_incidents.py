"""Serving logs as incidents leave them, made up from a seed: an hour of usual traffic, then ten
minutes in which something is wrong, or nothing."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from core.servinglog.lines import REFUSAL
from core.servinglog.record import RefusalReason, RefusalRecord, ServingRecord
from core.servinglog.writer import encode
from tests.servinglog_records import START, record

USUAL_S, TROUBLE_S = 3600.0, 600.0
UNTIL = START + timedelta(seconds=USUAL_S + TROUBLE_S)
REMOTE, LOCAL = "gpu", "onnx"


class Scene:
    """Collects the records of a run. `at_s` counts from the start of the log; `ahead_s` is how far
    the clock that dates them is ahead."""

    def __init__(self, seed: int, *, per_s: float = 1.0) -> None:
        self.chance = random.Random(seed)
        self.per_s = per_s
        self.calls: dict[str, list[tuple[float, ServingRecord]]] = {}
        self.refusals: list[RefusalRecord] = []
        self.ahead_s = 0.0

    def arrivals(self, since_s: float, until_s: float, times: float = 1.0) -> Iterator[float]:
        """Poisson arrivals."""
        at_s = since_s
        while (at_s := at_s + self.chance.expovariate(self.per_s * times)) < until_s:
            yield at_s

    def call(self, at_s: float, *, file: str = "api-1-1-0.jsonl", **changes: float) -> None:
        """A usual call, with changed fields; `slower` multiplies its compute time. A given
        `total_ms` is that of a call that failed or is otherwise not the sum of its phases."""
        slower = changes.pop("slower", 1.0)
        chars = changes.pop("chars", self.chance.lognormvariate(5.0, 0.6))
        compute_ms = slower * (20 + chars * 0.2) * self.chance.lognormvariate(0, 0.25)
        queue_ms = changes.pop("queue_ms", self.chance.expovariate(1.0))
        network_ms = changes.pop("network_ms", 8 * self.chance.lognormvariate(0, 0.4))
        one = record(
            f"{file}{at_s}",
            at_s + self.ahead_s,
            backend=REMOTE,
            location="remote",
            chars=round(chars),
            compute_ms=compute_ms,
            queue_ms=queue_ms,
            network_ms=network_ms,
            total_ms=compute_ms + queue_ms + network_ms,
        )
        self._add(file, at_s, replace(one, **changes))

    def failed(self, at_s: float, kind: str, total_ms: float = 5.0, **changes: object) -> None:
        """A call that failed."""
        one = record(
            f"f{at_s}", at_s, backend=REMOTE, location="remote", error_kind=kind, total_ms=total_ms
        )
        self._add("api-1-1-0.jsonl", at_s, replace(one, **changes))  # type: ignore[arg-type]

    def forget(self, since_s: float) -> None:
        """Drop what began later."""
        for calls in self.calls.values():
            calls[:] = [(ended_s, one) for ended_s, one in calls if ended_s < since_s]

    def _add(self, file: str, at_s: float, one: ServingRecord) -> None:
        self.calls.setdefault(file, []).append((at_s + one.total_ms / 1000, one))

    def refuse(self, at_s: float, reason: RefusalReason, count: int = 1) -> None:
        """Requests that were not let in."""
        self.refusals.append(
            RefusalRecord(f"x{reason}{at_s}", START + timedelta(seconds=at_s), reason, count)
        )

    def usual(self, since_s: float = 0.0, until_s: float = USUAL_S, times: float = 1.0) -> None:
        """Usual traffic, with the few failures and wrong keys of any day."""
        for at_s in self.arrivals(since_s, until_s, times):
            if self.chance.random() < 0.004:
                self.failed(at_s, "timeout", 3000.0)
            else:
                self.call(at_s)
            if self.chance.random() < 0.005:
                self.refuse(at_s, RefusalReason.UNAUTHORIZED)

    def write(self, folder: Path) -> None:
        """One file a process, its calls in the order in which they ended."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, calls in self.calls.items():
            lines = (encode(one) for _, one in sorted(calls, key=lambda pair: pair[0]))
            (folder / name).write_bytes(b"".join(lines))
        refused = b"".join(map(REFUSAL.encode, self.refusals))
        (folder / "api-2-1-0.jsonl").write_bytes(refused)


def backend_slow(scene: Scene) -> None:
    for at_s in scene.arrivals(USUAL_S, USUAL_S + TROUBLE_S):
        scene.call(at_s, slower=12.0)


def backend_dead(scene: Scene) -> None:
    for number, at_s in enumerate(scene.arrivals(USUAL_S, USUAL_S + TROUBLE_S)):
        scene.failed(at_s, "connect" if number < 5 or number % 10 == 0 else "circuit_open")


def backend_refusing(scene: Scene) -> None:
    for number, at_s in enumerate(scene.arrivals(USUAL_S, USUAL_S + TROUBLE_S)):
        scene.failed(at_s, "auth" if number < 5 or number % 10 == 0 else "circuit_open")


def backend_cold(scene: Scene) -> None:
    scene.forget(USUAL_S - 1800)
    for at_s in scene.arrivals(USUAL_S + 500, USUAL_S + 560):
        scene.failed(at_s, "loading", 30.0)
    for at_s in scene.arrivals(USUAL_S + 560, USUAL_S + TROUBLE_S):
        scene.call(at_s)


def backend_flapping(scene: Scene) -> None:
    for at_s in scene.arrivals(USUAL_S, USUAL_S + TROUBLE_S):
        if at_s // 20 % 2:
            scene.failed(at_s, "connect")
        else:
            scene.call(at_s)


def one_bad_replica(scene: Scene) -> None:
    for at_s in scene.arrivals(USUAL_S, USUAL_S + TROUBLE_S):
        if scene.chance.random() < 1 / 3:
            scene.call(at_s, attempts=2, total_ms=400.0)
        else:
            scene.call(at_s)


def long_texts(scene: Scene) -> None:
    for at_s in scene.arrivals(USUAL_S, USUAL_S + TROUBLE_S):
        scene.call(at_s, chars=scene.chance.lognormvariate(7.5, 0.4))


def a_burst(scene: Scene) -> None:
    for at_s in scene.arrivals(USUAL_S, USUAL_S + TROUBLE_S, 8.0):
        scene.call(at_s, queue_ms=300 * scene.chance.lognormvariate(0, 0.3))
        if scene.chance.random() < 0.2:
            scene.refuse(at_s, RefusalReason.OVERLOADED)


def a_full_queue(scene: Scene) -> None:
    for at_s in scene.arrivals(USUAL_S, USUAL_S + TROUBLE_S, 1.3):
        if scene.chance.random() < 0.3:
            scene.refuse(at_s, RefusalReason.OVERLOADED)
        else:
            scene.call(at_s, queue_ms=150 * scene.chance.lognormvariate(0, 0.3))


def clock_jump(scene: Scene) -> None:
    """For the first minutes the clock is ahead, then it is set right."""
    scene.ahead_s = 1800.0
    for at_s in scene.arrivals(USUAL_S, USUAL_S + 100):
        scene.call(at_s)
    scene.ahead_s = 0.0
    for at_s in scene.arrivals(USUAL_S + 100, USUAL_S + TROUBLE_S):
        scene.call(at_s)


INCIDENTS: dict[str, Callable[[Scene], None]] = {
    "slow": backend_slow,
    "dead": backend_dead,
    "refusing": backend_refusing,
    "cold": backend_cold,
    "flapping": backend_flapping,
    "replica": one_bad_replica,
    "long_texts": long_texts,
    "burst": a_burst,
    "queue": a_full_queue,
    "clock": clock_jump,
}
