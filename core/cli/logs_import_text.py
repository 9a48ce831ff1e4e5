"""What `modconsole logs import` prints."""

import math
from collections.abc import Iterator, Sequence

from core.cli.output import printable
from core.servinglog.importing.durations import DurationUnit
from core.servinglog.importing.importer import ImportPlan
from core.servinglog.importing.prometheus import Bound, Difference
from core.servinglog.importing.spread import as_words
from core.servinglog.importing.survey import Survey
from core.servinglog.record import ServingRecord

_REQUESTS_SHOWN = 6
_REASONS_SHOWN = 8
_PHASES = ("queue", "tokenize", "compute", "network")


def plan_lines(plan: ImportPlan) -> Iterator[str]:
    """What is in the file and how it would be imported."""
    found, detected = plan.survey, plan.detected
    yield printable(f"{plan.request.file}: {detected.format.title} ({detected.evidence})")
    if plan.is_known:
        return
    if plan.earlier is not None:
        yield (
            f"  its first {plan.earlier.lines:,} lines were imported on "
            f"{plan.earlier.imported_at[:10]}: only what follows is new"
        )
    yield f"  unit      {detected.format.unit}"
    yield from _time_lines(plan)
    yield from _count_lines(found)
    if found.calls:
        yield (
            f"  duration  half under {as_words(found.spread.quantile(0.5))}, 95 % under "
            f"{as_words(found.spread.quantile(0.95))}, longest "
            f"{as_words(found.spread.largest_ms)}"
        )
    yield from _request_lines(found)
    yield from _row_lines(found.first_rows)
    yield from _unusable_lines(plan)


def _time_lines(plan: ImportPlan) -> Iterator[str]:
    found, zone = plan.survey, plan.request.zone
    if found.first_at is None or found.last_at is None:
        yield "  times     none"
        return
    read = f"times without a zone read as {zone or 'UTC'}" if found.without_zone else "with zone"
    yield (
        f"  times     {found.first_at:%Y-%m-%d %H:%M:%S} to "
        f"{found.last_at:%Y-%m-%d %H:%M:%S} UTC ({read})"
    )
    if found.step_back is not None:
        back = found.step_back
        yield (
            f"  note      line {back.line:,}: the time goes back by {back.length}; calls keep "
            "their own times, and a line that is there twice counts once"
        )


def _count_lines(found: Survey) -> Iterator[str]:
    calls = found.calls or found.counted
    failed = sum(found.failed.values())
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in found.failed.most_common())
    told = f": {kinds}" if kinds else ""
    parts = [
        f"{calls:,} ({calls - failed:,} answered, {failed:,} failed{told}), "
        f"in {found.lines:,} lines",
        f"{found.other:,} about something else",
    ]
    if found.copies:
        parts.append(f"{found.copies:,} there twice")
    if found.left_out:
        parts.append(f"{found.left_out:,} left out by --path")
    yield f"  calls     {'; '.join(parts)}"


def _request_lines(found: Survey) -> Iterator[str]:
    named = [(what, count) for what, count in found.requests.most_common() if what]
    if len(named) > 1 or found.counted:
        shown = ", ".join(f"{what} {count:,}" for what, count in named[:_REQUESTS_SHOWN])
        more = len(named) - _REQUESTS_SHOWN
        yield printable(f"  requests  {shown}{f' and {more:,} others' if more > 0 else ''}")


def _row_lines(rows: Sequence[ServingRecord]) -> Iterator[str]:
    if rows:
        yield "  first calls as they would be:"
    for row in rows:
        timed = [(name, getattr(row, f"{name}_ms")) for name in _PHASES]
        phases = ", ".join(f"{name} {ms:.4g}" for name, ms in timed if ms is not None)
        yield printable(
            f"    {row.started_at.isoformat(timespec='milliseconds')}  {row.backend}  "
            f"{row.total_ms:.4g} ms{f' ({phases})' if phases else ''}  "
            f"{row.error_kind or 'answered'}"
        )


def _unusable_lines(plan: ImportPlan) -> Iterator[str]:
    reasons = sorted(plan.survey.unusable.items(), key=lambda one: -one[1].count)
    for why, reason in reasons[:_REASONS_SHOWN]:
        yield f"  not used  {reason.count:,}: {why} (first in line {reason.first_line:,})"
    if len(reasons) > _REASONS_SHOWN:
        yield f"  not used  for {len(reasons) - _REASONS_SHOWN:,} other reasons"
    if plan.unended is not None:
        yield (
            f"  not used  line {plan.unended:,} has no end, and may be cut. Once it has one, "
            "import the file again: only what is new is added"
        )


def difference_lines(found: Sequence[Difference]) -> Iterator[str]:
    """What was between two snapshots."""
    if not found:
        yield "No histogram counted a call between the two snapshots."
    for one in found:
        labels = ", ".join(f"{name}={value}" for name, value in one.labels)
        yield printable(f"{one.name}{f' ({labels})' if labels else ''}")
        mean = "unknown" if one.mean is None else _amount(one.mean, one.unit)
        yield f"  {one.calls:,} calls, mean {mean}"
        for name, bound in (("p50", one.p50), ("p95", one.p95), ("p99", one.p99)):
            yield f"  {name}  {_between(bound, one.unit)}"
        for upper, count in one.rows:
            if count:
                yield f"    up to {_amount(upper, one.unit):>10}  {count:>10,}"


def _between(bound: Bound, unit: DurationUnit | None) -> str:
    if math.isinf(bound.upper):
        return f"over {_amount(bound.lower, unit)}, and no bound above: the last bucket is open"
    return f"between {_amount(bound.lower, unit)} and {_amount(bound.upper, unit)}"


def _amount(value: float, unit: DurationUnit | None) -> str:
    if math.isinf(value):
        return "any"
    return f"{value:.6g} {unit or '(unit unknown)'}"
