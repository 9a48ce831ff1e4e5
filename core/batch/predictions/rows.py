"""The rows of a predictions table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.batch.plain_values import plain_values
from core.inference.base import ErrorKind, TextResult
from core.inference.language.mixed import as_a_whole
from core.inference.text.rule_matcher import matcher_of
from core.moderation.cleaning import clean_text
from core.moderation.decisions import judge_unscored
from core.moderation.policies import Action, Policy, TextRule
from core.moderation.scores import Label
from core.moderation.verdict_columns import ACTIONS, NO_RULE, judge_columns

ID, TEXT_HASH, RUN_ID, ROW_AT_US = "id", "text_hash", "run_id", "row_at_us"
_MOMENT = pa.timestamp("us", "UTC")
_NOTHING = blake2b(digest_size=16)


@dataclass(frozen=True, slots=True)
class ScoredBy:
    """What every row of a run has in common."""

    run_id: str
    policy: Policy
    model_version: str


@dataclass(frozen=True, slots=True)
class InputRows:
    """Rows to score. `ids` are of an id type; `row_at_us` are their times in microseconds since
    1970, None if the run asks for none."""

    ids: pa.Array
    texts: Sequence[object]
    problems: Sequence[str | None]
    row_at_us: Sequence[int | None] | None = None

    def taken(self, indices: Sequence[int]) -> "InputRows":
        """Those rows alone."""
        if isinstance(indices, range) and indices.step == 1:
            return self._sliced(indices.start, indices.stop)
        return InputRows(
            self.ids.take(pa.array(indices, pa.int64())),
            [self.texts[at] for at in indices],
            [self.problems[at] for at in indices],
            None if self.row_at_us is None else [self.row_at_us[at] for at in indices],
        )

    @classmethod
    def joined(cls, parts: Sequence["InputRows"]) -> "InputRows":
        """The rows of all parts, which are of one run."""
        times = [part.row_at_us for part in parts if part.row_at_us is not None]
        return cls(
            pa.concat_arrays([part.ids for part in parts]),
            list(chain.from_iterable(part.texts for part in parts)),
            list(chain.from_iterable(part.problems for part in parts)),
            list(chain.from_iterable(times)) if times else None,
        )

    def _sliced(self, start: int, stop: int) -> "InputRows":
        times = self.row_at_us
        return InputRows(
            self.ids.slice(start, stop - start),
            self.texts[start:stop],
            self.problems[start:stop],
            None if times is None else times[start:stop],
        )


def prediction_schema(id_type: pa.DataType) -> pa.Schema:
    """Every label has a column, so that runs with other models fit into the same table."""
    return pa.schema(
        [
            pa.field(ID, id_type),
            pa.field(ROW_AT_US, pa.int64()),
            pa.field(TEXT_HASH, pa.string()),
            pa.field("model_version", pa.string()),
            pa.field("policy_version", pa.int64()),
            *(pa.field(label.value, pa.float64()) for label in Label),
            pa.field("action", pa.string()),
            pa.field("reason", pa.string()),
            pa.field("detected_language", pa.string()),
            pa.field("unread_chars", pa.int64()),
            pa.field("error", pa.string()),
            pa.field("scored_at", _MOMENT),
            pa.field(RUN_ID, pa.string()),
        ]
    )


def id_column(column: pa.Array) -> pa.Array:
    """The ids as whole numbers of 64 bits, or as texts; bytes that are no text are no id."""
    kind = column.type
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return column.cast(pa.int64())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column.cast(pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array([_decoded(one) for one in column.to_pylist()], pa.string())
    values = plain_values(column)
    return pa.array([None if one is None else str(one) for one in values], pa.string())


def _decoded(one: bytes | None) -> str | None:
    try:
        return None if one is None else one.decode()
    except UnicodeDecodeError:
        return None


def text_hash(text: object) -> str:
    """By it a later run sees whether the text has changed."""
    raw = text if isinstance(text, str) else repr(text)
    digest = _NOTHING.copy()  # in half the time of a new one
    digest.update(raw.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def text_hashes(texts: Iterable[object]) -> list[str]:
    """The hash of each text."""
    return list(map(text_hash, texts))


def prediction_rows(
    rows: InputRows,
    hashes: Sequence[str],
    results: Sequence[TextResult],
    by: ScoredBy,
    scored_at: datetime,
) -> pa.RecordBatch:
    """A row for each result. One that failed for a reason that may pass has no hash, so that the
    next run scores it again."""
    schema = prediction_schema(rows.ids.type)
    count = len(results)
    results, at = _distinct(results)
    results = [as_a_whole(result, by.policy) for result in results]
    scores = {
        label: pa.array([result.scores.get(label) for result in results], pa.float64()).take(at)
        for label in Label
    }
    fired = _fired(rows.texts, by.policy)
    actions, reasons = _verdicts(results, at.to_numpy(), scores, by.policy, fired)
    columns: dict[str, object] = {
        ID: rows.ids,
        ROW_AT_US: rows.row_at_us,
        TEXT_HASH: _kept_hashes(hashes, results, at),
        "policy_version": pa.repeat(pa.scalar(by.policy.version, pa.int64()), count),
        **{label.value: column for label, column in scores.items()},
        "action": actions,
        "reason": reasons,
        **{
            name: pa.array(each, schema.field(name).type).take(at)
            for name, each in _told(results, by).items()
        },
        "scored_at": pa.repeat(pa.scalar(scored_at, _MOMENT), count),
        RUN_ID: pa.repeat(pa.scalar(by.run_id, pa.string()), count),
    }
    arrays = [_array(columns[field.name], field.type, count) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _told(results: Sequence[TextResult], by: ScoredBy) -> dict[str, list[object]]:
    """The columns that hold what the results say themselves."""
    return {
        "model_version": [result.model_version or by.model_version for result in results],
        "detected_language": [result.language for result in results],
        "unread_chars": [
            None if result.error is not None else result.unread_chars for result in results
        ],
        "error": [result.error for result in results],
    }


def _distinct(results: Sequence[TextResult]) -> tuple[list[TextResult], pa.Array]:
    """The results that are not one object, and for each result its place among them: texts that are
    read alike share one."""
    found = {id(each): each for each in results}
    places = {key: place for place, key in enumerate(found)}
    return list(found.values()), pa.array([places[id(each)] for each in results], pa.int64())


def _kept_hashes(
    hashes: Sequence[str], results: Sequence[TextResult], at: pa.Array
) -> Sequence[str | None]:
    again = [may_be_tried_again(result) for result in results]
    if not any(again):
        return hashes
    return [
        None if again[place] else each for each, place in zip(hashes, at.to_pylist(), strict=True)
    ]


def _array(values: object, kind: pa.DataType, count: int) -> pa.Array:
    if values is None:
        return pa.nulls(count, kind)
    return values if isinstance(values, pa.Array) else pa.array(values, kind)


def may_be_tried_again(result: TextResult) -> bool:
    """Whether the row failed because of the backend and not because of its text."""
    return result.error_kind is not None and result.error_kind is not ErrorKind.LANGUAGE


def _fired(texts: Sequence[object], policy: Policy) -> Sequence[Sequence[TextRule]]:
    """For each text, the text rules that it matches."""
    if not policy.text_rules:
        return [()] * len(texts)
    matcher = matcher_of(policy.text_rules)
    return [matcher.fired(clean_text(each)) if isinstance(each, str) else () for each in texts]


def _verdicts(
    results: Sequence[TextResult],
    at: NDArray[np.int64],
    scores: Mapping[Label, pa.Array],
    policy: Policy,
    fired: Sequence[Sequence[TextRule]],
) -> tuple[pa.Array, pa.Array]:
    """Actions and reasons of the rows, each with the result at its place in `at`; both null where
    there is nothing to judge."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, rules in enumerate(fired):
        for rule in rules:
            rows[rule.id].append(row)
    verdicts = judge_columns(
        {label: column.to_numpy(zero_copy_only=False) for label, column in scores.items()},
        policy,
        np.array([result.unread_chars > 0 for result in results], bool)[at],
        {rule_id: np.array(found, np.int64) for rule_id, found in rows.items()},
    )
    words = pa.array([action.value for action in ACTIONS], pa.string())
    actions = words.take(pa.array(verdicts.actions))
    codes = [rule.reason_code for rule in policy.rules]
    codes += [rule.reason_code for rule in policy.text_rules]
    given = pa.array(verdicts.rules, mask=verdicts.rules == NO_RULE)
    reasons = pa.array(codes, pa.string()).take(given)
    if all(result.error is None for result in results):
        return actions, reasons
    is_judged = pa.array(np.array([result.error is None for result in results], bool)[at])
    pairs = [
        _without_scores(results[place], policy, rules)
        for place, rules in zip(at.tolist(), fired, strict=True)
    ]
    instead, why = ([pair[side] for pair in pairs] for side in (0, 1))
    return (
        pc.if_else(is_judged, actions, pa.array(instead, pa.string())),
        pc.if_else(is_judged, reasons, pa.array(why, pa.string())),
    )


def _without_scores(
    result: TextResult, policy: Policy, fired: Sequence[TextRule]
) -> tuple[str | None, str | None]:
    """Action and reason: those of a text rule if one decides, else the action for the language."""
    is_language = result.error_kind is ErrorKind.LANGUAGE and result.language is not None
    otherwise = policy.language_action(result.language or "") if is_language else None
    by_text = judge_unscored(otherwise or Action.HOLD, policy, fired)
    if by_text is not None:
        return by_text.action.value, by_text.reason_code
    return (None if otherwise is None else otherwise.value), None
