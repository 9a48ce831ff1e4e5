"""The filter of the queue as a link, its score bands, and places as cursors."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.cases import Case, CaseStatus, CaseTrigger
from core.moderation.comments import FIRST_YEAR, LAST_YEAR, MAX_ID_CHARS
from core.moderation.languages import NAMES
from core.moderation.queue import (
    MOST_NUMBER,
    NO_SCORE,
    TENTHS,
    WITHOUT,
    Count,
    Facet,
    HeldBy,
    QueueFilter,
    QueueOrder,
    ScoreBand,
    filter_to_link,
    link_to_filter,
    order_for,
    queue_score,
    tenth_of,
    without_facet,
)
from core.moderation.queue_paging import QueuePlace, cursor_to_place, place_to_cursor
from core.moderation.scores import Label

CLOSED = (CaseStatus.CLOSED,)
NAMES_OF_PEOPLE = st.text(
    st.characters(min_codepoint=32, exclude_categories=("Cs",)), min_size=1, max_size=MAX_ID_CHARS
)
SCORES = st.floats(0, 1)
BANDS = st.tuples(SCORES, SCORES).filter(lambda edges: edges[0] < edges[1])
STATUSES = st.sets(st.sampled_from(CaseStatus), min_size=1)
MOMENTS = st.datetimes(
    datetime(FIRST_YEAR + 1, 1, 2), datetime(LAST_YEAR - 1, 1, 1), timezones=st.just(UTC)
)
FILTERS = st.builds(
    QueueFilter,
    statuses=STATUSES.map(lambda chosen: tuple(each for each in CaseStatus if each in chosen)),
    label=st.none() | st.sampled_from([WITHOUT, *Label]),
    score=st.none() | BANDS.map(lambda edges: ScoreBand(*edges)),
    source=st.none() | NAMES_OF_PEOPLE,
    language=st.none() | st.sampled_from([WITHOUT, *NAMES]),
    author=st.none() | NAMES_OF_PEOPLE,
    trigger=st.none() | st.sampled_from(CaseTrigger),
    reports=st.integers(0, MOST_NUMBER),
    waiting_s=st.none() | st.integers(0, MOST_NUMBER),
    opened_since=st.none() | MOMENTS,
    held_by=st.none() | st.sampled_from(HeldBy),
    holder=st.none() | NAMES_OF_PEOPLE,
)
WORDS = st.text(max_size=30)
LINK_NAMES = (
    *("status", "label", "score", "source", "language", "author", "trigger", "reports"),
    *("waiting", "since", "held", "holder", "order", "else"),
)


@given(FILTERS, st.sampled_from(QueueOrder))
def test_filter_comes_back_from_its_link(asked: QueueFilter, order: QueueOrder) -> None:
    assert link_to_filter(filter_to_link(asked, order)) == (asked, order)


@given(st.dictionaries(st.sampled_from(LINK_NAMES), WORDS))
def test_any_link_is_a_filter_that_has_a_link_again(link: dict[str, str]) -> None:
    read = link_to_filter(link)
    assert link_to_filter(filter_to_link(*read)) == read


def test_usual_queue_has_an_empty_link() -> None:
    assert filter_to_link(QueueFilter(), QueueOrder.PRIORITY) == {}
    assert link_to_filter({}) == (QueueFilter(), QueueOrder.PRIORITY)


def test_link_can_be_read_by_a_person() -> None:
    asked = QueueFilter(
        statuses=(CaseStatus.OPEN, CaseStatus.ESCALATED),
        label=Label.THREAT,
        score=ScoreBand(0.5, 0.9),
        held_by=HeldBy.NOBODY,
    )
    assert filter_to_link(asked, QueueOrder.OLDEST) == {
        "status": "open,escalated",
        "label": "threat",
        "score": "0.5..0.9",
        "held": "nobody",
        "order": "oldest",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "lost"),
        ("label", "THREAT"),
        ("score", "0.9..0.5"),
        ("score", "nan..1"),
        ("score", "0..2"),
        ("source", "x" * (MAX_ID_CHARS + 1)),
        ("author", "a\x00b"),
        ("language", "klingon"),
        ("trigger", "whim"),
        ("reports", "-1"),
        ("reports", "9" * 40),
        ("waiting", "1e3"),
        ("since", "2026-11-23"),
        ("since", "9999-12-31T00:00:00+00:00"),
        ("held", "mina"),
        ("order", "random"),
    ],
)
def test_value_that_cannot_be_is_left_out(name: str, value: str) -> None:
    assert link_to_filter({name: value}) == (QueueFilter(), QueueOrder.PRIORITY)


@given(SCORES)
def test_each_score_lies_in_one_tenth(score: float) -> None:
    holding = [band for band in TENTHS if tenth_of(score) in band.tenths]
    assert len(holding) == 1
    assert holding[0].low <= score <= holding[0].high


@given(BANDS, SCORES)
def test_band_overlaps_the_tenths_of_its_scores(edges: tuple[float, float], score: float) -> None:
    band = ScoreBand(*edges)
    if band.low <= score < band.high or score == band.high == 1:
        assert tenth_of(score) in band.tenths


def test_no_score_is_in_no_tenth() -> None:
    assert tenth_of(NO_SCORE) == -1
    assert all(-1 not in band.tenths for band in TENTHS)
    assert (ScoreBand(0.5, 0.9).is_whole, ScoreBand(0.55, 0.9).is_whole) == (True, False)


def make_case(trigger: CaseTrigger, label: Label | None) -> Case:
    return Case("c", "r", CaseStatus.OPEN, trigger, 0.75, label, datetime(2026, 11, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("trigger", "label", "score"),
    [
        (CaseTrigger.HOLD, Label.THREAT, 0.75),
        (CaseTrigger.NOT_READ_WHOLE, None, 0.75),
        (CaseTrigger.BLIND, None, NO_SCORE),
        (CaseTrigger.NOT_SCORED, None, NO_SCORE),
        (CaseTrigger.REPORT, None, NO_SCORE),
    ],
)
def test_priority_is_a_score_only_where_a_model_gave_it(
    trigger: CaseTrigger, label: Label | None, score: float
) -> None:
    assert queue_score(make_case(trigger, label)) == score


def test_closed_cases_come_by_their_decision_and_others_do_not() -> None:
    for order in QueueOrder:
        assert order_for(QueueFilter(statuses=CLOSED), order) is QueueOrder.DECIDED
        assert order_for(QueueFilter(), order) is not QueueOrder.DECIDED


@given(FILTERS, st.sampled_from(Facet))
def test_filter_without_a_facet_keeps_the_rest(asked: QueueFilter, facet: Facet) -> None:
    rest = without_facet(asked, facet)
    assert getattr(rest, facet.value) == getattr(QueueFilter(), facet.value)
    assert without_facet(rest, facet) == rest
    if rest == asked and facet is not Facet.HELD:
        assert getattr(asked, facet.value) == getattr(QueueFilter(), facet.value)


def test_count_says_if_there_may_be_more() -> None:
    assert str(Count(1234)) == "1,234"
    assert str(Count(10_000, is_exact=False)) == "10,000+"
    assert [Count(0).may_be_more, Count(0, False).may_be_more, Count(1).may_be_more] == [
        False,
        True,
        True,
    ]


IDS = st.text(st.sampled_from("0123456789abcdef"), min_size=1, max_size=32)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
MICROS = st.integers(-(2**63), 2**63 - 1)
KEYS = {
    QueueOrder.PRIORITY: st.tuples(FINITE, IDS),
    QueueOrder.OLDEST: st.tuples(MICROS, IDS),
    QueueOrder.SCORE: st.tuples(FINITE, FINITE, IDS),
    QueueOrder.DECIDED: st.tuples(MICROS, IDS),
}


@given(st.data(), st.sampled_from(QueueOrder), st.booleans())
def test_place_comes_back_from_its_cursor(
    data: st.DataObject, order: QueueOrder, is_backwards: bool
) -> None:
    place = QueuePlace(order, data.draw(KEYS[order]), is_backwards)
    cursor = place_to_cursor(place)
    assert cursor_to_place(cursor, order) == place
    assert cursor.replace("-", "").replace("_", "").isalnum()
    others = [other for other in QueueOrder if other is not order]
    assert all(cursor_to_place(cursor, other) is None for other in others)


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_cursor_is_a_place_or_none(cursor: str) -> None:
    for order in QueueOrder:
        cursor_to_place(cursor, order)


@pytest.mark.parametrize(
    "written",
    [
        ["priority", 0, 1.0],
        ["priority", 0, 1, "a"],
        ["priority", 0, float("nan"), "a"],
        ["priority", 2, 1.0, "a"],
        ["priority", 0, True, "a"],
        ["oldest", 0, 2**63, "a"],
        ["oldest", 0, 1, "a\x00"],
        {"priority": 0},
    ],
)
def test_damaged_cursor_is_no_place(written: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(written).encode()).decode().rstrip("=")
    assert all(cursor_to_place(cursor, order) is None for order in QueueOrder)
