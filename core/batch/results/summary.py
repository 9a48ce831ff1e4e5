"""Aggregates over the rows of a run, computed by the database that holds them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.batch.results.rows import RunRows
from core.moderation.drift import BINS, FLAGGED, LabelScores, Outcome, RunSummary
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.sources.tables.base import Transaction, quoted, text_literal

SHOWN_CHARS = 200
"""An id or a reason is shown up to here."""
_ACTIONS = ", ".join(text_literal(action) for action in Action)


@dataclass(frozen=True, slots=True)
class FlaggedRow:
    """A row of a run; `outcome` is None in a file, where nothing decides."""

    id: str
    outcome: Outcome | None
    reason: str
    scores: Mapping[Label, float]


def summarise(work: Transaction, rows: RunRows) -> RunSummary:
    """Reads the rows once for the outcomes and once for each label."""
    outcomes = dict.fromkeys(Outcome, 0)
    unassessed = 0
    for found in work.fetch(_outcomes_sql(rows)).to_pylist():
        outcomes[Outcome(found["outcome"])] += int(found["n"])
        if found["failed"] and found["outcome"] != Outcome.NOT_SCORED:
            unassessed += int(found["n"])
    scores = {label: _label_scores(work, rows, label) for label in rows.labels}
    return RunSummary(
        {outcome: count for outcome, count in outcomes.items() if count},
        {label: found for label, found in scores.items() if found.count},
        unassessed,
    )


def count_rows(work: Transaction, rows: RunRows) -> int:
    """How many there are."""
    (found,) = work.fetch(f"SELECT COUNT(*) AS n FROM ({rows.select}) AS r").to_pylist()
    return int(found["n"])


def top_flagged(work: Transaction, rows: RunRows, largest: str, count: int) -> list[FlaggedRow]:
    """The rows that were held, escalated or removed, by their highest score; in a file the rows
    with the highest scores. `largest` is the SQL of a row's highest score."""
    decided = "action, reason" if rows.has_actions else "NULL AS action, NULL AS reason"
    flags = ", ".join(text_literal(outcome) for outcome in FLAGGED)
    flagged = f"action IN ({flags}) AND " if rows.has_actions else ""
    labels = ", ".join(map(quoted, rows.labels))
    row_id = f"SUBSTR(CAST({quoted(rows.id)} AS TEXT), 1, {SHOWN_CHARS}) AS row_id"
    found = work.fetch(
        f"SELECT {row_id}, {decided}, {labels} FROM ({rows.select}) AS r "
        f"WHERE {flagged}{largest} >= 0 ORDER BY {largest} DESC, row_id LIMIT {count}"
    )
    return [_flagged(row, rows) for row in found.to_pylist()]


def as_json(summary: RunSummary) -> str:
    """For a run's row in the table of runs."""
    scores = {
        label: {"total": of.total, "bins": {k: n for k, n in enumerate(of.bins) if n}}
        for label, of in summary.scores.items()
    }
    return json.dumps(
        {
            "outcomes": summary.outcomes,
            "unassessed_count": summary.unassessed_count,
            "scores": scores,
        }
    )


def from_json(text: str | None) -> RunSummary | None:
    """None for a run that has none, because it is older or did not end, and for what another
    program wrote."""
    try:
        stored = json.loads(text or "")
        return RunSummary(
            {Outcome(name): _count(count) for name, count in stored["outcomes"].items()},
            {Label(name): _stored_scores(of) for name, of in stored["scores"].items()},
            _count(stored["unassessed_count"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None


def _outcomes_sql(rows: RunRows) -> str:
    outcome = (
        f"CASE WHEN error IS NULL THEN {text_literal(Outcome.SCORED)} "
        f"ELSE {text_literal(Outcome.NOT_SCORED)} END"
    )
    if rows.has_actions:
        outcome = f"CASE WHEN action IN ({_ACTIONS}) THEN action ELSE {outcome} END"
    return (
        f"SELECT {outcome} AS outcome, CASE WHEN error IS NULL THEN 0 ELSE 1 END AS failed, "
        f"COUNT(*) AS n FROM ({rows.select}) AS r GROUP BY 1, 2"
    )


def _label_scores(work: Transaction, rows: RunRows, label: Label) -> LabelScores:
    name = quoted(label)
    # Also keeps out NaN, which is above every number here.
    found = work.fetch(
        f"SELECT CAST(ROUND({name} * {BINS - 1}) AS INTEGER) AS bin, COUNT(*) AS n, "
        f"SUM({name}) AS total FROM ({rows.select}) AS r WHERE {name} BETWEEN 0 AND 1 GROUP BY 1"
    ).to_pylist()
    bins = [0] * BINS
    for row in found:
        bins[int(row["bin"])] += int(row["n"])
    return LabelScores(tuple(bins), sum(float(row["total"]) for row in found))


def _stored_scores(of: Mapping[str, Any]) -> LabelScores:
    bins = [0] * BINS
    for k, count in of["bins"].items():
        bins[int(k)] = _count(count)
    return LabelScores(tuple(bins), float(of["total"]))


def _count(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def _flagged(row: Mapping[str, Any], rows: RunRows) -> FlaggedRow:
    return FlaggedRow(
        str(row["row_id"]),
        Outcome(row["action"]) if rows.has_actions else None,
        str(row["reason"] or "")[:SHOWN_CHARS],
        {label: float(row[label]) for label in rows.labels if row[label] is not None},
    )
