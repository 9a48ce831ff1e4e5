"""Helpers for tests of the backends page: set-up, actions and reading its elements."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from core.moderation.permissions import Actor, Role
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode, ServingRecord
from core.servinglog.writer import encode
from tests.contract.remote_configs import TABLES, toml_of

OPS = Actor("ola", Role.OPS)
AUDITOR = Actor("ines", Role.AUDITOR)
ADMIN = Actor("ada", Role.ADMIN)
StaffPage = Callable[..., AppTest]


def declare(home: Path, url: str, *kinds: str, **more: Any) -> None:
    tables = [
        {"name": kind, "kind": kind, "url": f"{url}/{kind}", "key_env": "TEST_KEY", **TABLES[kind]}
        | more
        for kind in kinds
    ]
    (home / "backends.toml").write_text(toml_of(tables))


def log(home: Path, *calls: ServingRecord, process: str = "api-42") -> None:
    folder = home / "serving-log"
    folder.mkdir(exist_ok=True)
    (folder / f"{process}-1-0.jsonl").write_bytes(b"".join(map(encode, calls)))


def call(number: int, backend: str, age_s: float, error: str | None = None) -> ServingRecord:
    return ServingRecord(
        request_id=f"r{number}-{backend}",
        started_at=datetime.now(UTC) - timedelta(seconds=age_s),
        mode=Mode.REALTIME,
        backend=backend,
        model_version="v1",
        runtime="x",
        precision="x",
        location="remote",
        batch_size=1,
        chars=10,
        total_ms=20.0,
        error_kind=error,
    )


def row(at: AppTest, name: str) -> dict[str, Any]:
    table = next(frame.value for frame in at.dataframe if "state" in frame.value)
    return dict(table[table["backend"] == name].iloc[0])


def frame_with(at: AppTest, column: str) -> Any:
    return next(frame.value for frame in at.dataframe if column in frame.value)


def check(at: AppTest, name: str) -> AppTest:
    at.session_state["backends_page"].chosen = name
    at.run()
    return at.button(key=f"check_{name}").click().run()


def try_text(at: AppTest, text: str, *names: str) -> AppTest:
    at.pills(key="trial_names").set_value(list(names))
    at.text_area(key="trial_text").set_value(text)
    return at.button(key="trial_go").click().run()


def badges(at: AppTest) -> str:
    return " ".join(element.value for element in at.markdown).replace("\\", "")


def modes_logged(home: Path) -> list[str]:
    """The modes of all calls in the log."""
    return [series.mode for series in ServingLogQueries(home / "serving-log").series_names()]
