"""The comparison of backends: equal, different, failing and unavailable ones."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import BackendError, InvalidInput, MissingExtra, PermissionDenied
from core.inference.base import Backend
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.parity.causes import Cause
from core.parity.report import ParityReport, as_data
from core.services.parity import (
    FEWEST,
    MOST,
    Sample,
    compare_backends,
    compare_stored,
    sample_source,
    sample_stored,
)
from core.sources.files.source import FileSource
from tests.factories import LEAD, make_services, scored
from tests.parity_backends import ModelBackend, comments, gentler, softmax
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
POLICY = fixed_policy(NOW)
TEXTS = comments(120)
SAMPLE = Sample("made up", tuple(f"c{row}" for row in range(len(TEXTS))), tuple(TEXTS))
OPS = Actor("ola", Role.OPS)


def run(
    *backends: ModelBackend,
    actor: Actor = SYSTEM,
    sample: Sample = SAMPLE,
    make: Callable[[str], Backend] | None = None,
    names: tuple[str, ...] = (),
    progress: Callable[[str, float], None] = lambda words, share: None,
) -> ParityReport:
    by_name = {backend.info.name: backend for backend in backends}
    return compare_backends(
        actor,
        sample,
        POLICY,
        names or tuple(by_name),
        make or by_name.__getitem__,
        now=NOW,
        progress=progress,
    )


def test_each_other_backend_is_compared_with_the_first() -> None:
    report = run(
        ModelBackend("ours"),
        ModelBackend("twin"),
        ModelBackend("flat", softmax),
        ModelBackend("next", gentler),
    )
    assert report.reference.backend == "ours"
    assert {pair.other.backend: pair.finding.cause for pair in report.pairs} == {
        "twin": Cause.SAME,
        "flat": Cause.SOFTMAX,
        "next": Cause.REVISION,
    }
    twin, _, revised = report.pairs
    assert (twin.changed, twin.changed_carried, twin.flips) == (0, 0, ())
    assert revised.changed > 10
    assert revised.changed_carried == 0
    assert all(line.rank == pytest.approx(1.0) for line in revised.labels)


def test_backend_that_is_down_or_missing_is_a_line_and_the_others_are_compared() -> None:
    down = ModelBackend("down")
    down.is_down = True
    known: dict[str, Backend] = {"ours": ModelBackend("ours"), "twin": ModelBackend("twin")}

    def make(name: str) -> Backend:
        if name == "absent":
            raise MissingExtra("the backend `absent` needs a package")
        return known.get(name, down)

    report = run(names=("ours", "down", "absent", "twin"), make=make)
    assert dict(report.refused) == {
        "down": "down can't be reached",
        "absent": "the backend `absent` needs a package",
    }
    assert [pair.other.backend for pair in report.pairs] == ["twin"]
    assert len(down.asked) == 1


def test_comments_a_backend_refuses_are_counted_and_compared_nowhere() -> None:
    report = run(ModelBackend("ours"), ModelBackend("picky", refuses=TEXTS[:7]))
    (pair,) = report.pairs
    assert (pair.failed, pair.rows, pair.first_error) == (7, 113, "the text was refused")
    assert {line.rows for line in pair.labels} == {113}
    assert pair.finding.cause is Cause.SAME


def test_reference_that_fails_is_an_error() -> None:
    down = ModelBackend("down")
    down.is_down = True
    with pytest.raises(BackendError, match="down can't be reached"):
        run(down, ModelBackend("twin"))
    assert down.closed == 1


def test_reference_that_refuses_comments_is_warned_of() -> None:
    report = run(ModelBackend("ours", refuses=TEXTS[:3]), ModelBackend("twin"))
    assert any("did not score 3" in words for words in report.warnings)


def test_every_backend_is_closed_even_when_stopped_halfway() -> None:
    ours, twin = ModelBackend("ours"), ModelBackend("twin")

    class Stopped(BaseException):
        """As a page that is left."""

    def stop(words: str, share: float) -> None:
        if words.startswith("twin:"):
            raise Stopped

    with pytest.raises(Stopped):
        run(ours, twin, progress=stop)
    assert (ours.closed, twin.closed) == (1, 1)


def test_progress_never_goes_back_and_ends_at_all() -> None:
    steps: list[tuple[str, float]] = []
    run(
        ModelBackend("ours"),
        ModelBackend("pairs", in_pairs=True),
        ModelBackend("next", gentler),
        progress=lambda words, share: steps.append((words, share)),
    )
    shares = [share for _, share in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert ("pairs, one comment a call", 2 / 3) in steps


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.MODERATOR, Role.AUDITOR])
def test_role_without_permission_asks_nobody(role: Role) -> None:
    ours = ModelBackend("ours")
    with pytest.raises(PermissionDenied, match="compare backends"):
        run(ours, ModelBackend("twin"), actor=Actor("x", role))
    assert not ours.asked


def test_texts_are_for_those_who_may_see_the_queue() -> None:
    pair = (ModelBackend("ours"), ModelBackend("next", gentler))
    assert run(*pair, actor=LEAD).texts == SAMPLE.texts
    assert run(*pair, actor=OPS).texts == ()


def test_one_backend_twice_is_no_comparison() -> None:
    with pytest.raises(InvalidInput, match="two backends or more"):
        run(ModelBackend("ours"), names=("ours", "ours"))


def test_notices_go_with_the_report_even_of_a_backend_that_is_down() -> None:
    leaving = ModelBackend("leaving", notice="It ends in December.")
    leaving.is_down = True
    report = run(ModelBackend("ours"), leaving)
    assert report.notices == {"leaving": "It ends in December."}


def test_two_names_of_one_runtime_keep_their_names() -> None:
    report = run(names=("auto", "model"), make=lambda name: ModelBackend())
    assert (report.reference.backend, report.pairs[0].other.backend) == ("auto", "model")


def test_report_as_json_has_numbers_rows_and_no_text() -> None:
    picky = ModelBackend("next", gentler, refuses=TEXTS[:2])
    report = run(ModelBackend("ours"), picky, ModelBackend("flat", softmax))
    text = json.dumps(as_data(report), allow_nan=False)
    assert not any(comment in text for comment in TEXTS)
    data = json.loads(text)
    revised = data["pairs"][0]
    flip = revised["flips"][0]
    row = flip["row"]
    assert data["scores"]["next"][flip["label"]][row] == flip["score"]
    assert data["scores"]["ours"][flip["label"]][row] == flip["reference_score"]
    assert data["comment_ids"][row] == f"c{row}"
    assert data["scores"]["next"]["toxicity"][:2] == [None, None]
    assert revised["decisions_changed"] == report.pairs[0].changed
    assert revised["decisions_changed_with_mapped_thresholds"] == 0
    mapped = [line for line in revised["thresholds"] if line["mapped"] is not None]
    assert mapped
    for line in mapped:
        low, high = line["interval_95"]
        assert low <= line["mapped"] <= high
        assert line["reach_it"] == line["reach_mapped"]
        assert line["action"] in list(Action)


def table_of(folder: Path, count: int) -> FileSource:
    rows = [{"id": f"r{row}", "text": text} for row, text in enumerate(comments(count))]
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, rows[0] | {"id": "again"}]))
    return FileSource(path)


def test_many_comments_are_sampled_and_the_same_ones_each_time(tmp_path: Path) -> None:
    source = table_of(tmp_path, 700)
    one, two = sample_source(source, 100), sample_source(source, 100)
    assert one == two
    assert len(set(one.texts)) == len(one.ids) == 100
    assert one.source == "file rows.jsonl, 100 of 700"
    assert list(one.ids) == sorted(one.ids, key=lambda name: int(name[1:]))
    assert int(one.ids[-1][1:]) > 600, "spread over the file, not its beginning"


def test_few_comments_are_all_taken_once_with_a_warning(tmp_path: Path) -> None:
    sample = sample_source(table_of(tmp_path, 20), FEWEST)
    assert sample.ids == sample_source(table_of(tmp_path, 20), MOST).ids
    assert len(sample.ids) == 20
    report = run(ModelBackend("ours"), ModelBackend("twin"), sample=sample)
    assert report.warnings[0].startswith("20 comments are few: under 50")


def test_few_flags_are_warned_of() -> None:
    report = run(
        ModelBackend("ours", lambda logits: dict.fromkeys(logits, 0.1)), ModelBackend("next")
    )
    assert "flags only 0 of the comments" in report.warnings[0]


@pytest.mark.parametrize("count", [FEWEST - 1, MOST + 1])
def test_count_out_of_range_is_refused(tmp_path: Path, count: int) -> None:
    with pytest.raises(InvalidInput, match="50 to 500"):
        sample_source(table_of(tmp_path, 20), count)


def test_source_without_comments_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.write_text(json.dumps({"id": "1", "text": "<p></p>"}) + "\n")
    with pytest.raises(InvalidInput, match="there are no comments"):
        sample_source(FileSource(path), 50)


def test_stored_comments_are_taken_where_there_are_some(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    empty = sample_stored(services.context, services.bundled_sample, 60)
    assert empty.source.startswith("bundled sample, 60 of ")
    revision = scored(services, "You idiot, read the article first.")
    sample = sample_stored(services.context, services.bundled_sample, 60)
    assert (sample.source, sample.texts) == ("stored comments", (revision.text,))
    assert sample.ids[0].startswith("c-")
    services.close()


def test_comparing_changes_no_state_and_leaves_no_record(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    scored(services, "You idiot, read the article first.")
    records = sorted(services.settings.serving_log_dir.rglob("*.jsonl"))
    before = [path.read_bytes() for path in records]
    dump = _dump(services)
    report = compare_stored(
        services.context,
        LEAD,
        ("fake", "next"),
        ModelBackend,
        count=50,
        bundled=services.bundled_sample,
        progress=lambda words, share: None,
    )
    assert len(report.ids) == 1
    assert _dump(services) == dump
    assert sorted(services.settings.serving_log_dir.rglob("*.jsonl")) == records
    assert [path.read_bytes() for path in records] == before
    services.close()


def test_with_nothing_stored_the_bundled_comments_are_compared(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    report = compare_stored(
        services.context,
        LEAD,
        ("fake", "next"),
        ModelBackend,
        count=50,
        bundled=services.bundled_sample,
        progress=lambda words, share: None,
    )
    assert len(report.ids) == 50
    services.close()


def _dump(services: Services) -> list[str]:
    with closing(sqlite3.connect(services.settings.state_path)) as connection:
        return list(connection.iterdump())
