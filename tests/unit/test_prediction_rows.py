"""Rows of predictions: what each result becomes, and whole columns as single rows."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batch.predictions.rows import InputRows, ScoredBy, prediction_rows, text_hash
from core.batch.predictions.table import id_positions
from core.inference.base import ErrorKind, TextResult
from core.moderation.decisions import judge_read
from core.moderation.policies import Action, LanguageRule
from core.moderation.scores import Label
from tests.factories_text_rules import text_rule
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = fixed_policy(NOW)
BY = ScoredBy("r1", POLICY, "m-1")

scored = st.builds(
    TextResult,
    scores=st.dictionaries(st.sampled_from(list(Label)), st.floats(0.0, 1.0), min_size=1),
    language=st.sampled_from([None, "en"]),
    unread_chars=st.sampled_from([0, 5]),
    model_version=st.sampled_from([None, "m-2"]),
)
failed = st.builds(
    TextResult,
    error=st.just("no"),
    error_kind=st.sampled_from([None, ErrorKind.BACKEND, ErrorKind.LANGUAGE]),
    language=st.sampled_from([None, "de"]),
)
# Texts that are read alike share one result.
shared = st.lists(scored | failed, min_size=1, max_size=4).flatmap(
    lambda few: st.lists(st.sampled_from(few), max_size=9)
)


def rows(count: int) -> InputRows:
    texts = [f"text {at}" for at in range(count)]
    return InputRows(pa.array(range(count), pa.int64()), texts, [None] * count)


@given(st.lists(scored | failed, max_size=8) | shared)
def test_each_row_is_what_it_is_alone(results: list[TextResult]) -> None:
    made = prediction_rows(rows(len(results)), ["h"] * len(results), results, BY, NOW).to_pylist()
    for row, result in zip(made, results, strict=True):
        action, reason = None, None
        if result.error is None:
            verdict = judge_read(result.scores, POLICY, unread_chars=result.unread_chars)
            action, reason = verdict.action.value, verdict.reason_code
        elif result.error_kind is ErrorKind.LANGUAGE and result.language:
            action = POLICY.language_action(result.language).value
        assert (row["action"], row["reason"]) == (action, reason)
        assert {label: row[label] for label in Label if row[label] is not None} == result.scores
        is_final = result.error_kind in (None, ErrorKind.LANGUAGE)
        assert row["text_hash"] == ("h" if is_final else None)
        assert row["unread_chars"] == (None if result.error else result.unread_chars)
        assert row["model_version"] == (result.model_version or "m-1")
        assert (row["error"], row["detected_language"]) == (result.error, result.language)
        assert (row["policy_version"], row["run_id"]) == (POLICY.version, "r1")
        assert (row["scored_at"], row["row_at_us"]) == (NOW, None)


def test_a_part_that_nothing_assesses_is_not_called_clean() -> None:
    clean = TextResult({Label.THREAT: 0.01}, language="en", unassessed_part="de")
    flagged = replace(clean, scores={Label.THREAT: 0.99})
    unread, acted_on = prediction_rows(rows(2), ["h"] * 2, [clean, flagged], BY, NOW).to_pylist()
    assert [unread[name] for name in ("action", "threat", "detected_language")] == [
        "hold",
        None,
        "de",
    ]
    assert acted_on["action"] != "approve"
    assert acted_on["threat"] == 0.99


def test_the_policy_says_what_becomes_of_a_language_that_nothing_assesses() -> None:
    policy = replace(POLICY, language_rules=(LanguageRule("de", Action.APPROVE),))
    result = TextResult(error="no", error_kind=ErrorKind.LANGUAGE, language="de")
    made = prediction_rows(rows(1), ["h"], [result], ScoredBy("r", policy, "m"), NOW)
    assert made.column("action").to_pylist() == ["approve"]


def test_text_rules_act_on_each_row_also_on_one_without_scores() -> None:
    rules = (text_rule("text 1", action=Action.REMOVE), text_rule("text"))
    policy = replace(POLICY, text_rules=rules)
    results = [
        TextResult(scores={Label.INSULT: 0.1}),
        TextResult(scores={Label.INSULT: 0.9}),
        TextResult(error="no", error_kind=ErrorKind.BACKEND),
        TextResult(error="no", error_kind=ErrorKind.LANGUAGE, language="de"),
        TextResult(error="the text is empty"),
    ]
    texts = [f"<p>t.e.x.t {at}" for at in range(4)]
    given = InputRows(pa.array(range(5), pa.int64()), [*texts, None], [None] * 5)
    made = prediction_rows(given, ["h"] * 5, results, ScoredBy("r", policy, "m"), NOW)
    assert made.column("action").to_pylist() == ["hold", "remove", "hold", "hold", None]
    assert made.column("reason").to_pylist() == ["spam", "spam", "spam", "spam", None]


def test_a_text_rule_acts_on_the_row_that_matches_it_of_those_with_one_result() -> None:
    policy = replace(POLICY, text_rules=(text_rule("spam here", action=Action.REMOVE),))
    result = TextResult(scores={Label.INSULT: 0.1})
    again = TextResult(error="no", error_kind=ErrorKind.BACKEND)
    given = InputRows(pa.array(range(4), pa.int64()), ["fine", "spam here"] * 2, [None] * 4)
    results = [result, result, again, again]
    made = prediction_rows(given, list("abcd"), results, ScoredBy("r", policy, "m"), NOW)
    assert made.column("action").to_pylist() == ["approve", "remove", None, "remove"]
    assert made.column("text_hash").to_pylist() == ["a", "b", None, None]


@pytest.mark.parametrize("text", ["Fine.", "", "ü\ud800", 7, None])
def test_a_hash_is_that_of_tables_written_before(text: object) -> None:
    raw = text if isinstance(text, str) else repr(text)
    expected = hashlib.blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    assert text_hash(text) == expected


def test_rows_are_taken_by_any_indices() -> None:
    every = InputRows(pa.array([7, 8, 9]), ["a", "b", "c"], [None, "odd", None], [1, 2, 3])
    for indices in (range(1, 3), [1, 2]):
        part = every.taken(indices)
        assert (part.ids.to_pylist(), part.texts, part.row_at_us) == ([8, 9], ["b", "c"], [2, 3])
        assert part.problems == ["odd", None]
    joined = InputRows.joined([every.taken(range(1)), every.taken([1, 2])])
    assert (joined.ids, joined.texts, joined.row_at_us) == (every.ids, every.texts, [1, 2, 3])


@given(st.lists(st.none() | st.integers(0, 5), max_size=9))
def test_the_first_row_of_each_id_is_usable(ids: list[int | None]) -> None:
    first, others = id_positions(pa.array(ids, pa.int64()))
    assert list(first) == [
        at for at, one in enumerate(ids) if one is not None and one not in ids[:at]
    ]
    assert sorted([*first, *others]) == list(range(len(ids)))
