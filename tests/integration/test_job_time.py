"""How long a job takes, from a real log to the words of the command."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from core.bootstrap.measures import read_measures
from core.cli.main import main
from core.clock import Clock
from core.config import Settings
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.inference.cascade.calibration import Calibration, write_calibration
from core.moderation.permissions import Actor, Role
from core.moderation.scores import Label
from core.services.job_time import WantedJob, estimate_job, logged_backends
from core.servinglog.estimates.levers import SiteMeasures
from core.servinglog.estimates.plan import JobForecast, TooFew
from core.servinglog.queries import ServingLogQueries
from core.servinglog.query_values import ESTIMATE_CALLS
from core.servinglog.record import Mode, ServingRecord
from core.servinglog.windows import Window
from tests.servinglog_records import START, put, record

OPS, AUTHOR = Actor("ola", Role.OPS), Actor("sam", Role.AUTHOR)
NOW = START + timedelta(days=1)
CLOCK = Clock(now=lambda: NOW, monotonic=lambda: 0.0)


def calls(count: int, at_s: float = 0.0, **changes: object) -> Iterator[ServingRecord]:
    """A batch: calls of 16 comments one after another, 100 ms each and a little more."""
    values: dict[str, object] = {"mode": Mode.BATCH, "batch_size": 16, "chars": 4_000}
    for at in range(count):
        took = {"total_ms": 100.0 + at % 7}
        yield record(f"{at_s}-{at}", at_s + at * 0.12, **(values | took | changes))


@pytest.fixture
def log(tmp_path: Path) -> ServingLogQueries:
    return ServingLogQueries(tmp_path)


def test_the_usual_size_of_the_newest_backend_is_taken(
    log: ServingLogQueries, tmp_path: Path
) -> None:
    put(tmp_path, *calls(60), *calls(9, at_s=900.0, backend="tei", batch_size=4, chars=1_000))
    assert logged_backends(OPS, log, CLOCK) == ("tei", "onnx")
    found = estimate_job(OPS, log, CLOCK, WantedJob(100), SiteMeasures())
    assert (found.backend, found.plan.batch) == ("tei", 4)
    found = estimate_job(OPS, log, CLOCK, WantedJob(1_600, "onnx"), SiteMeasures())
    assert found.plan.batch == 16
    assert isinstance(found.warm, JobForecast)
    assert found.warm.median_ms == pytest.approx(100 * 120, rel=0.05)
    assert found.cold_starts == 1
    assert [one.change for one in found.levers if one.kind == "another backend"] == [
        "none was logged"
    ]


def test_the_usual_size_is_that_in_which_most_comments_came(
    log: ServingLogQueries, tmp_path: Path
) -> None:
    put(tmp_path, *calls(60, batch_size=2), *calls(2, at_s=900.0))
    assert estimate_job(OPS, log, CLOCK, WantedJob(100), SiteMeasures()).plan.batch == 2


def test_each_answer_is_for_those_who_may_see_it_and_needs_a_log(
    log: ServingLogQueries, tmp_path: Path
) -> None:
    with pytest.raises(PermissionDenied):
        estimate_job(AUTHOR, log, CLOCK, WantedJob(1), SiteMeasures())
    with pytest.raises(PermissionDenied):
        logged_backends(AUTHOR, log, CLOCK)
    with pytest.raises(NotFound, match="no live call yet"):
        estimate_job(OPS, log, CLOCK, WantedJob(1), SiteMeasures())
    put(tmp_path, *calls(5, mode=Mode.LOAD_TEST))
    assert logged_backends(OPS, log, CLOCK) == ()
    put(tmp_path, *calls(5))
    with pytest.raises(NotFound, match="it has: onnx"):
        estimate_job(OPS, log, CLOCK, WantedJob(1, "tei"), SiteMeasures())
    found = estimate_job(OPS, log, CLOCK, WantedJob(100), SiteMeasures())
    assert isinstance(found.warm, TooFew)
    assert found.levers == ()


@pytest.mark.parametrize(
    "wanted",
    [WantedJob(0), WantedJob(10**9), WantedJob(1, batch=0), WantedJob(1, replicas=65)],
)
def test_figures_out_of_range_are_refused(log: ServingLogQueries, wanted: WantedJob) -> None:
    with pytest.raises(InvalidInput):
        estimate_job(OPS, log, CLOCK, wanted, SiteMeasures())


def test_only_the_model_and_runtime_that_answered_last_count(
    log: ServingLogQueries, tmp_path: Path
) -> None:
    put(tmp_path, *calls(40, total_ms=900.0, precision="fp32"), *calls(40, at_s=60.0))
    found = estimate_job(OPS, log, CLOCK, WantedJob(160), SiteMeasures())
    assert found.calls == 40
    assert isinstance(found.warm, JobForecast)
    assert found.warm.interval_ms[1] < 2_000


def test_the_first_call_of_a_process_and_one_after_an_idle_time_are_cold(
    log: ServingLogQueries, tmp_path: Path
) -> None:
    put(
        tmp_path,
        *calls(10, total_ms=100.0),
        *calls(10, at_s=1_200.0, total_ms=100.0),
        name="score-7-1-0.jsonl",
    )
    put(tmp_path, *calls(10, at_s=300.0, total_ms=100.0), name="score-8-1-0.jsonl")
    window = Window(START - timedelta(days=1), NOW)
    cold = [one for one in log.estimate_calls(window, "onnx") if one.is_cold]
    assert sorted(one.started_s - START.timestamp() for one in cold) == [0.0, 300.0, 1_200.0]
    assert {one.process for one in cold} == {"score-7", "score-8"}
    begins_with_the_log = Window(START, NOW)
    cold = [one for one in log.estimate_calls(begins_with_the_log, "onnx") if one.is_cold]
    assert len(cold) == 1  # nobody knows what the others did before


@pytest.mark.slow
def test_of_a_long_log_neighbours_from_all_its_parts_are_read(
    log: ServingLogQueries, tmp_path: Path
) -> None:
    put(tmp_path, *calls(20_000))
    window = Window(START - timedelta(days=1), NOW)
    read = log.estimate_calls(window, "onnx")
    assert read == log.estimate_calls(window, "onnx")
    assert 0.5 * ESTIMATE_CALLS <= len(read) <= ESTIMATE_CALLS + 1
    first, last = read[0].started_s, read[-1].started_s
    assert last - first > 0.9 * 20_000 * 0.12
    steps = [b.started_s - a.started_s for a, b in pairwise(read)]
    assert sum(step < 0.13 for step in steps) > 0.9 * len(steps)


def test_the_cascade_is_measured_where_it_was_calibrated(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, backend="fake")
    assert read_measures(settings) == SiteMeasures()
    settings.calibration_path.write_text("not JSON")
    assert read_measures(settings).cascade is None
    calibration = Calibration(
        *("v1", "first", 1, {Label.TOXICITY: 0.5}, 0.1),
        *(4_000, 480, 2, 0.0131, 0.6, "stored", NOW),
    )
    write_calibration(settings.calibration_path, calibration)
    found = read_measures(settings).cascade
    assert found is not None
    assert (found.cleared, found.cost) == (0.6, "2 of 480 flags missed, at most 1.31%")


@pytest.mark.slow
def test_the_command_answers_in_words_and_in_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    assert main(["estimate", "100"]) == 2
    assert "there is no state in" in capsys.readouterr().err
    (tmp_path / "serving-log").mkdir()
    assert main(["estimate", "100"]) == 2
    assert "no live call yet" in capsys.readouterr().err
    put(tmp_path / "serving-log", *calls(60))
    assert main(["estimate", "1600", "--replicas", "2"]) == 0
    said = capsys.readouterr().out
    assert "1,600 comments with onnx, in calls of 16 by 2 replicas:" in said
    assert "nine of ten such jobs take" in said
    assert "never measured here" in said
    assert main(["estimate", "1600", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["warm"]["low_ms"] <= facts["warm"]["median_ms"] <= facts["warm"]["high_ms"]
    assert main(["estimate", "1600", "--batch", "900", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["too_few"] == {"calls": 0, "needed": 8}
