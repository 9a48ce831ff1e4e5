"""The latency page with a stub of the services: opening it on a log, and reading its words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.clock import Clock
from core.moderation.permissions import Actor, Role
from core.servinglog.lines import REFUSAL
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode, RefusalReason, RefusalRecord, ServingRecord
from core.servinglog.writer import encode
from tests.factories import make_services
from tests.patience import PATIENT_S

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass
class StandIn:
    """The part of the services that the page uses."""

    serving_log_queries: Any
    clock: Clock
    context: Any
    settings: Any


def page(services: object, actor: object) -> None:
    from dashboard.latency.screen import render

    render(services, actor)


def calls(count: int, age: timedelta = timedelta(minutes=5), **changes: Any) -> list[ServingRecord]:
    values: dict[str, Any] = {
        "mode": Mode.BATCH,
        "backend": "onnx",
        "model_version": "v1",
        "runtime": "onnxruntime",
        "precision": "int8",
        "location": "in_process",
        "batch_size": 10,
        "chars": 900,
        "tokenize_ms": 1.0,
        "compute_ms": 8.0,
    }
    return [
        ServingRecord(
            **(
                values
                | {
                    "request_id": f"{count}-{age}-{n}",
                    "started_at": NOW - age + timedelta(milliseconds=20 * n),
                    "total_ms": 10.0 + n % 7,
                }
                | changes
            )
        )
        for n in range(count)
    ]


Open = Callable[..., AppTest]


@pytest.fixture
def open_page(tmp_path: Path) -> Open:
    def open_it(
        records: list[ServingRecord],
        role: Role = Role.OPS,
        queries: Any = None,
        now: Callable[[], datetime] = lambda: NOW,
        more: bytes = b"",
        address: Mapping[str, str] | None = None,
    ) -> AppTest:
        (tmp_path / "a-1-1-0.jsonl").write_bytes(b"".join(map(encode, records)) + more)
        clock = Clock(now=now, monotonic=lambda: 0.0)
        state = make_services(tmp_path / "home")
        state.close()
        log = queries or ServingLogQueries(tmp_path)
        services = StandIn(log, clock, state.context, state.settings)
        test = AppTest.from_function(
            page,
            kwargs={"services": services, "actor": Actor("ola", role)},
            default_timeout=PATIENT_S,
        )
        for name, value in (address or {}).items():
            test.query_params[name] = value
        return test.run()

    return open_it


def words(test: AppTest) -> str:
    found = [*test.caption, *test.markdown, *test.info, *test.warning, *test.error, *test.text]
    labels = [one.label for one in test.expander]
    return "\n".join([*(str(element.value) for element in found), *labels])


def refused(count: int, reason: RefusalReason = RefusalReason.OVERLOADED, age_s: int = 60) -> bytes:
    line = RefusalRecord(
        refusal_id=f"{reason}-{age_s}",
        refused_at=NOW - timedelta(seconds=age_s),
        reason=reason,
        refused_count=count,
        caller_request_id="refused-1",
    )
    return REFUSAL.encode(line)
