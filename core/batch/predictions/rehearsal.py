"""What a run into a predictions table would do, and how long it would take. Writes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from core.batch.predictions.rows import InputRows, text_hash
from core.batch.predictions.scoring_run import RunPlan
from core.batch.predictions.table import PredictionTable, id_positions
from core.batch.scoring import score_cells
from core.clock import Clock
from core.inference.scorer import Scorer
from core.servinglog.estimates.calls import LoggedCall, as_calls
from core.servinglog.estimates.forecast import FEWEST, forecast
from core.servinglog.estimates.plan import JobForecast, JobPlan
from core.servinglog.record import Mode
from core.sources.tables.base import Database

SAMPLE_CALLS, SAMPLE_ROWS = FEWEST + 2, 16


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Of the rows read, `to_score` would be scored: so many characters. The first `sample_rows` of
    them were scored for it, in `sample_ms`; `time` is the calculator's forecast from these calls,
    None if they were all."""

    read_count: int
    to_score: int
    chars: int
    sample_rows: int
    sample_ms: float
    time: JobForecast | None


def rehearse(
    plan: RunPlan,
    batches: Iterable[InputRows],
    id_type: pa.DataType,
    *,
    database: Database | None,
    scorer: Scorer,
    clock: Clock,
) -> Rehearsal:
    """`database` is None if the sink is not there yet. Raises BackendError if the backend is
    down."""
    table = PredictionTable(plan.out_table, id_type) if database else None
    read_count, to_score, chars = 0, 0, 0
    sample: list[object] = []
    for rows in batches:
        read_count += len(rows.texts)
        new = _new(rows, plan, table, database)
        if plan.limit is not None:
            new = new[: plan.limit - to_score]
        to_score += len(new)
        chars += sum(len(text) for at in new if isinstance(text := rows.texts[at], str))
        sample += [rows.texts[at] for at in new[: SAMPLE_CALLS * SAMPLE_ROWS - len(sample)]]
    calls = _sampled(sample, scorer, clock)
    return Rehearsal(
        read_count,
        to_score,
        chars,
        sample_rows=len(sample),
        sample_ms=sum(one.total_ms for one in calls),
        time=None if len(sample) == to_score else _time(to_score, chars, calls),
    )


def _new(
    rows: InputRows, plan: RunPlan, table: PredictionTable | None, database: Database | None
) -> Sequence[int]:
    positions, _ = id_positions(rows.ids)
    if plan.is_all or plan.interval_us or table is None or database is None:
        return positions
    ids = rows.ids.take(pa.array(positions, pa.int64()))
    with database.transaction() as work:
        known = table.known(work, ids) if table.name in work.tables() else {}
    return [
        at
        for at, one in zip(positions, ids.to_pylist(), strict=True)
        if one not in known or known[one].text_hash != text_hash(rows.texts[at])
    ]


def _sampled(sample: list[object], scorer: Scorer, clock: Clock) -> list[LoggedCall]:
    calls: list[LoggedCall] = []
    for begin in range(0, len(sample), SAMPLE_ROWS):
        texts = sample[begin : begin + SAMPLE_ROWS]
        began_s = clock.monotonic()
        score_cells(texts, [None] * len(texts), scorer)
        ended_s = clock.monotonic()
        chars = sum(len(text) for text in texts if isinstance(text, str))
        call = (Mode.BATCH, len(texts), chars, (ended_s - began_s) * 1000.0)
        calls.append(LoggedCall(began_s, "rehearsal", *call, is_cold=not calls))
    return calls


def _time(count: int, chars: int, calls: list[LoggedCall]) -> JobForecast:
    plan = JobPlan(count, SAMPLE_ROWS, chars=chars / count)
    found = forecast(as_calls(calls), plan, calls[-1].started_s)
    assert isinstance(found, JobForecast)  # more rows than the sample, so it has all its calls
    return found
