"""The requests of the load benchmark, and the table row of one load."""

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.load_test.http_load import OK, Load, NextRequest

Row = dict[str, Any]
Say = Callable[[str], None]
CONNECTIONS = (1, 16, 64)
TOO_MANY = 429


def row_of(name: str, rate: float | None, load: Load, server_cpu: float | None) -> Row:
    """Percentiles are of the answers with status 200; cpu is in cores."""
    counts = load.counts()
    ok_ms = np.array(load.latencies_s.get(OK) or [float("nan")]) * 1000.0
    p50, p95, p99 = (round(float(q), 1) for q in np.percentile(ok_ms, (50, 95, 99)))
    return {
        "load": name,
        "offered_rps": None if rate is None else round(rate, 1),
        "rps": round(counts[OK] / load.wall_s, 1),
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "requests": counts.total(),
        "refused": counts[TOO_MANY],
        "errors": counts.total() - counts[OK] - counts[TOO_MANY],
        "server_cpu": None if server_cpu is None else round(server_cpu, 2),
        "client_cpu": round(load.client_cpu, 2),
    }


def requests_of(
    port: int, path: str, texts: Sequence[str], body: Callable[[str, int], object]
) -> NextRequest:
    """The texts in turn, each as the bytes of a whole request."""
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
    numbers, turn = itertools.count(), itertools.cycle(texts)

    def next_request() -> bytes:
        content = json.dumps(body(next(turn), next(numbers))).encode()
        return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content

    return next_request


@dataclass(slots=True)
class Measured:
    """Closed loops of other servers. `versions`: the software each ran on, or why it was not
    measured."""

    versions: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
