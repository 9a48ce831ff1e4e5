"""A site whose serving log has all that the page Latency & throughput shows: three backends, two
versions of one, phases that are told and not told, cold starts, refusals, and an incident."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.identifiers import new_id
from core.servinglog.lines import REFUSAL
from core.servinglog.objectives.alert_file import AlertFile
from core.servinglog.objectives.alerts import Alert
from core.servinglog.objectives.rules import Severity
from core.servinglog.record import Mode, RefusalReason, RefusalRecord, ServingRecord
from core.servinglog.writer import encode

OLD, NEW = "minilm-7c1e", "minilm-9f20"
SEED = 16
INCIDENT = (0.62, 0.66)
"""The part of the time in which the server `gpu` is slow."""
SHARES = {"onnx": 0.5, "gpu": 0.35, "openai": 0.15}


def write_log(folder: Path, until: datetime, span: timedelta, count: int) -> None:
    """So many calls, Poisson arrivals over twice the span before `until`, so that there is a time
    before to compare with. One file a process; the newer one began half way through the span."""
    chance = random.Random(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, list[bytes]] = {}
    for number, place in enumerate(sorted(chance.random() for _ in range(count))):
        at = until - 2 * span * (1 - place)
        process = "api-4242-1-0.jsonl" if place < 0.75 else "api-5177-1-0.jsonl"
        for record in _request(chance, at, 2 * place - 1, number):
            files.setdefault(process, []).append(encode(record))
        if INCIDENT[0] < 2 * place - 1 < INCIDENT[1] and chance.random() < 0.2:
            files.setdefault("api-9-1-0.jsonl", []).append(_refusal(at, number))
    for name, lines in files.items():
        (folder / name).write_bytes(b"".join(lines))


def write_alert(folder: Path, until: datetime, span: timedelta) -> None:
    """The alert of the incident, which is over."""
    began, ended = (until - span * (1 - place) for place in INCIDENT)
    files = AlertFile(folder)
    with files.alone():
        files.write(Alert(new_id(), "latency", Severity.PAGE, began, ended))


def _request(
    chance: random.Random, at: datetime, place: float, number: int
) -> Iterator[ServingRecord]:
    """The calls made for one request: one, or two where the first backend failed."""
    backend = chance.choices(list(SHARES), list(SHARES.values()))[0]
    chars = round(chance.lognormvariate(4.6, 0.8)) + 1
    size = chance.choice((1, 1, 1, 2, 4, 8, 16))
    values: dict[str, Any] = {
        "started_at": at,
        "mode": Mode.REALTIME if size < 8 else Mode.BATCH,
        "batch_size": size,
        "chars": chars * size,
        "caller_request_id": f"req-{number:07d}",
    }
    if chance.random() < 0.004:
        failed = _CALLS["gpu"](chance, values, place) | dict.fromkeys(_PHASES)
        yield _made(failed | {"error_kind": "timeout", "total_ms": 800.0}, number, 0)
        values["started_at"] = at + timedelta(milliseconds=803)
        backend = "onnx"
    yield _made(_CALLS[backend](chance, values, place), number, 1)


def _made(values: dict[str, Any], number: int, part: int) -> ServingRecord:
    return ServingRecord(**values, request_id=f"call-{number:07d}-{part}")


def _onnx(chance: random.Random, values: dict[str, Any], place: float) -> dict[str, Any]:
    version = OLD if place < 0.5 else NEW
    slower = 1.0 if place < 0.5 else 1.25
    compute = slower * values["batch_size"] ** 0.8 * (3 + values["chars"] / 400)
    compute *= chance.lognormvariate(0, 0.25)
    tokenize, queue = 0.3 + values["chars"] / 9000, chance.expovariate(0.8)
    return values | {
        "backend": "onnx",
        "model_version": version,
        "runtime": "onnxruntime",
        "precision": "int8",
        "location": "in_process",
        "queue_ms": queue,
        "tokenize_ms": tokenize,
        "compute_ms": compute,
        "total_ms": queue + tokenize + compute + 0.2,
    }


def _gpu(chance: random.Random, values: dict[str, Any], place: float) -> dict[str, Any]:
    is_bad = INCIDENT[0] < place < INCIDENT[1]
    compute = (4 + values["chars"] / 2500) * chance.lognormvariate(0, 0.2)
    server_queue = chance.expovariate(1 / (60 if is_bad else 2))
    own_queue, network = chance.expovariate(0.8), 6 * chance.lognormvariate(0, 0.4)
    server = server_queue + compute + 0.8
    return values | {
        "backend": "gpu",
        "model_version": "toxic-bert-1a2b",
        "runtime": "tei",
        "precision": "fp16",
        "location": "remote",
        "queue_ms": own_queue + server_queue,
        "server_queue_ms": server_queue,
        "server_ms": server,
        "tokenize_ms": 0.5,
        "compute_ms": compute,
        "network_ms": network,
        "total_ms": own_queue + server + network,
    }


def _openai(chance: random.Random, values: dict[str, Any], _place: float) -> dict[str, Any]:
    """Tells its own total and no phase of it."""
    server, network = 90 * chance.lognormvariate(0, 0.35), 25 * chance.lognormvariate(0, 0.3)
    return values | {
        "backend": "openai",
        "model_version": "omni-moderation",
        "runtime": "http",
        "precision": "unknown",
        "location": "remote",
        "server_ms": server,
        "network_ms": network,
        "total_ms": server + network + 0.4,
    }


_Made = Callable[[random.Random, dict[str, Any], float], dict[str, Any]]
_PHASES = ("queue_ms", "server_queue_ms", "server_ms", "tokenize_ms", "compute_ms", "network_ms")
_CALLS: dict[str, _Made] = {"onnx": _onnx, "gpu": _gpu, "openai": _openai}


def _refusal(at: datetime, number: int) -> bytes:
    record = RefusalRecord(f"refused-{number}", at, RefusalReason.OVERLOADED, 1)
    return REFUSAL.encode(record)
