"""The page How long?: from a log to an answer, and what it says where there is none."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.servinglog.record import Mode, ServingRecord
from tests.factories import LEAD, MODERATOR
from tests.servinglog_records import put, record

Open = Callable[..., AppTest]


def calls(services: Services, count: int, **changes: Any) -> list[ServingRecord]:
    begin = services.clock.now() - timedelta(hours=1)
    values: dict[str, Any] = {"mode": Mode.BATCH, "batch_size": 16, "chars": 4_000}
    return [
        record(
            f"r{at}",
            **(values | changes),
            started_at=begin + timedelta(seconds=at * 0.12),
            total_ms=100.0 + at % 7,
        )
        for at in range(count)
    ]


def words(page: AppTest) -> str:
    parts = (*page.markdown, *page.caption, *page.info, *page.error, *page.warning)
    return "\n".join(str(each.value) for each in parts).replace("\\", "")


def test_an_empty_log_says_what_makes_one(services: Services, staff_page: Open) -> None:
    page = staff_page("estimate", MODERATOR)
    assert not page.exception
    assert "No call to a backend has been logged yet" in words(page)


def test_a_log_gives_a_range_and_levers(services: Services, staff_page: Open) -> None:
    put(services.settings.serving_log_dir, *calls(services, 80))
    page = staff_page("estimate", LEAD, comments="1600")
    assert not page.exception
    assert "nine of ten such jobs take" in words(page)
    assert "1,600 comments with onnx, in calls of 16" in words(page)
    levers = page.dataframe[0].value
    assert {"batch", "cascade", "replicas", "precision"} <= set(levers["lever"])
    metric = {one.label: one.value for one in page.metric}
    assert metric["Median"].endswith(" s")
    page.number_input(key="replicas").set_value(2).run()
    assert not page.exception
    assert "best case" in words(page)


def test_a_size_that_was_never_called_says_how_many_calls_it_takes(
    services: Services, staff_page: Open
) -> None:
    put(services.settings.serving_log_dir, *calls(services, 80))
    page = staff_page("estimate", LEAD, comments="9000", batch="900")
    assert not page.exception
    assert "0 calls of about 900 comments, and it takes 8" in words(page)
    assert "have 16 comments" in words(page)


def test_few_calls_are_too_few(services: Services, staff_page: Open) -> None:
    put(services.settings.serving_log_dir, *calls(services, 5))
    page = staff_page("estimate", LEAD)
    assert not page.exception
    assert "Too few calls to say" in words(page)
