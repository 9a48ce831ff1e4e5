"""The latency page as somebody reads it who chose German: nothing English is left."""

import re
import string
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from core.bootstrap.services import Services
from core.clock import system_clock
from core.moderation.permissions import Actor, Role
from core.moderation.preferences import Preferences
from core.services.preferences import save_preferences
from core.servinglog.archive.compaction import compact
from core.texts.texts import staff_texts_in
from dashboard.latency.addresses import written
from dashboard.latency.own_words import PHASES, location_words, mode_words, own_series_of
from dashboard.staff_texts import reading
from tests.latency_site import write_alert, write_log
from tests.log_stores import aged
from tests.pages.latency_page import calls
from tests.servinglog_records import put

OLA = Actor("ola", Role.OPS)
SPAN = timedelta(minutes=50)
Open = Callable[..., AppTest]
ENGLISH, GERMAN = staff_texts_in("en"), staff_texts_in("de")


def sentences() -> Iterator[str]:
    """Of the English file, what lies between placeholders and has three words or more."""
    for key, text in ENGLISH.sentences.items():
        if key.startswith("latency.") and GERMAN.sentences[key] != text:
            for piece, *_ in string.Formatter().parse(text):
                if len(re.findall(r"[^\W\d_]+", piece)) >= 3:
                    yield piece.strip()


def rendered(test: AppTest) -> str:
    """All that the browser is sent, the specifications of charts and tables among it."""

    def every(block: Block) -> Iterator[Any]:
        for child in block.children.values():
            yield child.proto
            if isinstance(child, Block):
                yield from every(child)

    return "\n".join(map(str, every(test._tree))).replace("\\'", "'")


def left_in_english(test: AppTest) -> list[str]:
    found = rendered(test)
    return [each for each in sentences() if each in found]


@pytest.fixture(autouse=True)
def _german(services: Services) -> None:
    save_preferences(services.context, OLA, Preferences(language="de"))


@pytest.fixture
def busy(services: Services) -> datetime:
    """An hour of calls with all that the page can show."""
    until = datetime.now(UTC)
    write_log(services.serving_log_queries.directory, until, SPAN, 900)
    write_alert(services.settings.alerts_dir, until, SPAN)
    return until


def test_a_page_with_everything(busy: datetime, staff_page: Open) -> None:
    test = staff_page("latency", OLA, window="1 h")
    assert not test.exception
    assert left_in_english(test) == []
    assert [each.value for each in test.subheader] == ["Latenz & Durchsatz"]
    assert [each.label for each in test.metric][3:] == [
        "Durchsatz",
        "Fehler",
        "Abgelehnte Anfragen",
    ]
    assert "onnx · Echtzeit" in set(
        next(t.value for t in test.dataframe if "p95" in t.value)["series"]
    )
    found = rendered(test)
    assert '\\"decimal\\": \\",\\"' in found
    assert "Rechnen" in found
    test.get_by_key("find").set_value("req-0000800").run()
    test.get_by_key("slowest_stretch").click().run()
    test.get_by_key("part_from").set_value("nonsense")
    test.get_by_key("part_typed").click().run()
    assert not test.exception
    assert left_in_english(test) == []


@pytest.mark.parametrize("asked", ["backend gpu", "Backend gpu"])
def test_a_comparison_is_read_in_any_language(busy: datetime, staff_page: Open, asked: str) -> None:
    test = staff_page("latency", OLA, window="1 h", compare=asked)
    assert test.get_by_key("compare").value == "backend gpu"
    assert "der Zeit davor" in test.get_by_key("compare").options
    assert any("im selben Fenster" in each.value for each in test.caption)


def test_pages_without_a_call(services: Services, staff_page: Open) -> None:
    test = staff_page("latency", OLA)
    assert [each.value for each in test.info] == [GERMAN.say("latency.nothing.logged")]
    assert left_in_english(test) == []
    until = datetime.now(UTC) - timedelta(hours=3)
    write_log(services.serving_log_queries.directory, until, SPAN, 30)
    test = staff_page("latency", OLA, window="1 h")
    assert "Keine Aufrufe in diesem Fenster" in test.info[0].value
    assert left_in_english(test) == []
    test.get_by_key("window").set_value("all").run()
    test.get_by_key("modes").set_value([]).run()
    assert [each.value for each in test.info] == [GERMAN.say("latency.nothing.filtered")]
    assert left_in_english(test) == []


def test_english_would_be_noticed(services: Services, staff_page: Open) -> None:
    save_preferences(services.context, OLA, Preferences(language="en"))
    assert ENGLISH.say("latency.nothing.how") in left_in_english(staff_page("latency", OLA))


def test_few_calls_of_which_the_chosen_is_gone(services: Services, staff_page: Open) -> None:
    until = datetime.now(UTC)
    write_log(services.serving_log_queries.directory, until, SPAN, 12)
    part = f"{written(until - 9 * SPAN)}/{written(until - 8 * SPAN)}"
    test = staff_page("latency", OLA, call=f"{written(until)}/gone")
    assert any(GERMAN.say("latency.request.gone") == each.value for each in test.caption)
    assert left_in_english(test) == []
    test = staff_page("latency", OLA, part=part)
    assert any(GERMAN.say("latency.slowest.none_in_part") == each.value for each in test.caption)
    assert left_in_english(test) == []
    assert not test.exception


def test_sums_alone(services: Services, staff_page: Open) -> None:
    folder = services.serving_log_queries.directory
    aged(put(folder, *calls(2_000), name="api-1-1-0.jsonl"))
    compact(folder, system_clock(), keep_rows=timedelta(seconds=1))
    test = staff_page("latency", OLA, window="all")
    assert any(GERMAN.say("latency.slowest.sums_alone") == each.value for each in test.caption)
    assert left_in_english(test) == []
    assert not test.exception


def test_names_of_the_log_are_said_in_german() -> None:
    with reading("de"):
        assert own_series_of("a · b · load test") == "a · b · Lasttest"
        assert (mode_words("another_one"), location_words("in_process")) == (
            "another one",
            "im Prozess",
        )
        assert location_words("else_where") == "else where"
        assert len(set(PHASES.values())) == len(PHASES)
