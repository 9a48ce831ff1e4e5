"""The rows of a predictions table."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from core.inference.base import ErrorKind, TextResult
from core.moderation.decisions import judge_read
from core.moderation.policies import Policy
from core.moderation.scores import Label

ID, TEXT_HASH, RUN_ID, ROW_AT_US = "id", "text_hash", "run_id", "row_at_us"
_MOMENT = pa.timestamp("us", "UTC")


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
        return InputRows(
            self.ids.take(pa.array(indices, pa.int64())),
            [self.texts[at] for at in indices],
            [self.problems[at] for at in indices],
            None if self.row_at_us is None else [self.row_at_us[at] for at in indices],
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
    """The ids as whole numbers of 64 bits, or as texts."""
    kind = column.type
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return column.cast(pa.int64())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column.cast(pa.string())
    return pa.array([None if one is None else str(one) for one in column.to_pylist()], pa.string())


def text_hash(text: object) -> str:
    """By it a later run sees whether the text has changed."""
    raw = text if isinstance(text, str) else repr(text)
    return hashlib.blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


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
    verdicts = [_verdict(result, by.policy) for result in results]
    columns: dict[str, object] = {
        ID: rows.ids,
        ROW_AT_US: rows.row_at_us or [None] * count,
        TEXT_HASH: [
            None if may_be_tried_again(result) else each
            for each, result in zip(hashes, results, strict=True)
        ],
        "model_version": [result.model_version or by.model_version for result in results],
        "policy_version": [by.policy.version] * count,
        **{label.value: [result.scores.get(label) for result in results] for label in Label},
        "action": [action for action, _ in verdicts],
        "reason": [reason for _, reason in verdicts],
        "detected_language": [result.language for result in results],
        "unread_chars": [
            None if result.error is not None else result.unread_chars for result in results
        ],
        "error": [result.error for result in results],
        "scored_at": [scored_at] * count,
        RUN_ID: [by.run_id] * count,
    }
    arrays = [
        made if isinstance(made := columns[field.name], pa.Array) else pa.array(made, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def may_be_tried_again(result: TextResult) -> bool:
    """Whether the row failed because of the backend and not because of its text."""
    return result.error_kind is not None and result.error_kind is not ErrorKind.LANGUAGE


def _verdict(result: TextResult, policy: Policy) -> tuple[str | None, str | None]:
    """Action and reason; both None if there is nothing to judge."""
    if result.error_kind is ErrorKind.LANGUAGE and result.language is not None:
        return policy.language_action(result.language).value, None
    if result.error is not None:
        return None, None
    verdict = judge_read(result.scores, policy, unread_chars=result.unread_chars)
    return verdict.action.value, verdict.reason_code or None
