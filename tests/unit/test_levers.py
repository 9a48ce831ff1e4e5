"""What would make a job faster: ranked by what was measured, with its price in decisions."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.servinglog.estimates.calls import LoggedCall, as_calls
from core.servinglog.estimates.forecast import forecast
from core.servinglog.estimates.levers import (
    CascadeMeasure,
    Lever,
    LeverKind,
    ParityMeasure,
    RuntimeMeasure,
    SiteMeasures,
    rank_levers,
)
from core.servinglog.estimates.plan import JobForecast, JobPlan
from core.servinglog.estimates.wording import effect_words
from tests.unit.test_job_estimates import row

RUNTIMES = (
    RuntimeMeasure("onnx", "int8", 2.0, flips=3, labels=240),
    RuntimeMeasure("onnx", "fp32", 1.0, flips=0, labels=240),
    RuntimeMeasure("openvino", "int8", 4.0, flips=2, labels=240),
)
CASCADE = CascadeMeasure(comments=4_000, cleared=0.6, missed=2, flagged=480, bound=0.0131)


def levers(
    calls: list[LoggedCall],
    others: dict[str, list[LoggedCall]] | None = None,
    measures: SiteMeasures | None = None,
) -> tuple[Lever, ...]:
    columns = as_calls(calls)
    now = forecast(columns, JobPlan(800, 16))
    assert isinstance(now, JobForecast)
    them = {name: as_calls(theirs) for name, theirs in (others or {}).items()}
    return rank_levers(columns, now, "onnx", them, measures or SiteMeasures())


def of(kind: LeverKind, found: tuple[Lever, ...]) -> Lever:
    return next(one for one in found if one.kind is kind)


def test_without_a_measurement_each_lever_says_how_to_get_one() -> None:
    found = levers(row(60))
    assert {one.kind for one in found} == set(LeverKind)
    unknown = [one for one in found if one.factor is None and one.kind is not LeverKind.CACHE]
    assert all("not measured here" in one.evidence for one in unknown)
    assert "at best" in of(LeverKind.REPLICAS, found).evidence
    assert "modconsole bench parity" in of(LeverKind.BACKEND, found).flips
    assert "modconsole cascade calibrate" in of(LeverKind.CASCADE, found).evidence
    assert effect_words(of(LeverKind.BATCH, found)) == "–"


def test_the_strongest_measured_lever_is_first() -> None:
    found = levers(row(60), measures=SiteMeasures(RUNTIMES, CASCADE))
    factors = [one.factor for one in found if one.factor is not None]
    assert factors == sorted(factors)
    assert [one.factor is None for one in found] == sorted(one.factor is None for one in found)
    assert found[0].kind is LeverKind.CASCADE
    assert found[0].factor == 0.4
    assert found[0].flips == "2 of 480 flags missed, at most 1.31%"
    assert effect_words(found[0]) == "−60 %"


def test_precision_and_runtime_come_from_what_the_machine_measured() -> None:
    found = levers(row(60), measures=SiteMeasures(RUNTIMES))
    precision = of(LeverKind.PRECISION, found)
    assert (precision.factor, precision.change) == (2.0, "fp32 instead of int8")
    assert effect_words(precision) == "+100 %"
    other = of(LeverKind.BACKEND, found)
    assert (other.factor, other.change) == (0.5, "openvino int8")
    assert other.flips == "2 of 240 labels against fp32"


def test_batches_of_another_size_are_compared_by_their_own_calls() -> None:
    found = of(LeverKind.BATCH, levers([*row(60), *row(60, size=64, from_s=500.0)]))
    assert found.change == "calls of 64"
    assert found.factor == pytest.approx(0.96, rel=0.1)
    assert "bench parity" in found.flips
    local = levers([*row(60), *row(60, size=64, from_s=500.0)], measures=SiteMeasures(RUNTIMES))
    assert of(LeverKind.BATCH, local).flips == "0: the same scores"


def test_another_backend_that_was_logged_is_compared_by_its_calls() -> None:
    faster = [
        one._replace(total_ms=one.total_ms / 4, started_s=one.started_s / 4) for one in row(60)
    ]
    found = of(LeverKind.BACKEND, levers(row(60), others={"tei": faster}))
    assert found.change == "tei"
    assert found.factor is not None
    assert found.factor < 0.5
    assert "--backends onnx tei" in found.flips


def test_a_comparison_that_was_made_is_the_price_of_another_backend() -> None:
    made_at = datetime(2026, 11, 3, tzinfo=UTC)
    made = ParityMeasure("onnx", "tei", 1_200, 31, 4, 7, made_at)
    others = {"tei": row(60), "gpu": row(60)}
    found = {
        one.change: one.flips
        for one in levers(row(60), others=others, measures=SiteMeasures(parity=(made,)))
        if one.kind is LeverKind.BACKEND
    }
    assert found["tei"] == (
        "31 of 1,200 decisions, 4 with thresholds that match (compared on 3 November 2026, "
        "policy version 7)"
    )
    assert "--backends onnx gpu" in found["gpu"]
    back = SiteMeasures(parity=(replace(made, reference="tei", backend="onnx"),))
    (price,) = (
        one.flips
        for one in levers(row(60), others={"tei": row(60)}, measures=back)
        if one.kind is LeverKind.BACKEND
    )
    assert "not measured here" in price
    assert "match" not in replace(made, matched=None).cost


def test_what_is_on_already_says_what_it_saves() -> None:
    used = [one._replace(cache_hits=4, cleared=8) for one in row(60)]
    found = levers(used, measures=SiteMeasures(cascade=CASCADE))
    assert of(LeverKind.CACHE, found).evidence.startswith("on already: 25%")
    assert of(LeverKind.CASCADE, found).evidence.startswith("on already: 50%")
    assert of(LeverKind.CASCADE, found).factor is None
