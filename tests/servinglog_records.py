"""Records of a serving log, written to a segment as a process would."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.servinglog.record import Mode, ServingRecord
from core.servinglog.windows import Window
from core.servinglog.writer import encode

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = Window(START, START + timedelta(hours=1))


def record(request_id: str = "r", at_s: float = 0.0, **changes: object) -> ServingRecord:
    values: dict[str, object] = {
        "request_id": request_id,
        "started_at": START + timedelta(seconds=at_s),
        "mode": Mode.REALTIME,
        "backend": "onnx",
        "model_version": "v1",
        "runtime": "onnxruntime",
        "precision": "int8",
        "location": "in_process",
        "batch_size": 1,
        "chars": 100,
        "total_ms": 10.0,
    }
    return ServingRecord(**(values | changes))  # type: ignore[arg-type]


def put(directory: Path, *records: ServingRecord, name: str = "a-1-1-0.jsonl") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_bytes(b"".join(map(encode, records)))
    return path
