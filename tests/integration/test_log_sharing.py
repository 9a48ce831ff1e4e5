"""Two machines and a shared store of the log: each row counts once, wherever it is."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import system_clock
from core.servinglog.lines import REFUSAL
from core.servinglog.shared.ledger import LEDGER, EntryName, read_entry
from core.servinglog.windows import Window
from core.servinglog.writer import SegmentWriter, encode
from tests.integration.servinglog_lines import refusal
from tests.log_stores import Machine, aged
from tests.servinglog_records import HOUR, START, record

HOUR_S = 3_600.0
AFTER = START + timedelta(days=1)
DAY = Window(START, AFTER)


@pytest.fixture
def here(tmp_path: Path, each_log_store: str) -> Machine:
    return Machine(tmp_path / "here", each_log_store)


@pytest.fixture
def there(tmp_path: Path, each_log_store: str) -> Machine:
    return Machine(tmp_path / "there", each_log_store)


def ids(machine: Machine) -> list[str]:
    """Of the calls of the day that the machine's pages show."""
    return sorted(machine.queries().slowest(DAY)["request_id"])


def test_the_other_machine_sees_the_rows_and_the_own_ones_count_once(
    here: Machine, there: Machine
) -> None:
    here.put(record("a", 1), record("b", 2))
    there.put(record("c", 3))
    assert here.upload().rows == 2
    assert there.upload().rows == 1
    for machine in (here, there):
        assert ids(machine) == ["a", "b", "c"]
        queries = machine.queries()
        assert queries.bounds().calls == 3
        assert queries.summary(DAY).calls == 3
        contents = queries.contents(AFTER)
        assert (contents.lines, contents.readable, contents.duplicates) == (3, 3, 0)
        assert contents.store_problem is None


def test_every_field_survives_the_way_through_the_store(here: Machine, there: Machine) -> None:
    given = record(
        "é✓", 0.000001, queue_ms=0.1, tokens=7, error_kind="timeout", caller_request_id="mine",
        trace_id="a" * 32, total_ms=86_400_000.0, chars=2**31 - 1,
    )  # fmt: skip
    other = refusal("r1", 5)
    path = here.put(given, record("plain", 1))
    path.write_bytes(path.read_bytes() + REFUSAL.encode(other))
    aged(path)
    here.upload()
    for wanted in ("é✓", "mine", "a" * 32):
        assert there.queries().find(wanted).calls == (given,)
    assert there.queries().find("r1").refusals == (other,)
    assert there.queries().find("plain").calls == (record("plain", 1),)
    assert [one.requests for one in there.queries().refused(HOUR)] == [other.refused_count]


def test_a_second_upload_does_nothing_and_a_deleted_segment_is_still_seen(
    here: Machine, there: Machine
) -> None:
    path = here.put(record("a", 1), record("b", 2))
    queries = here.queries()
    assert queries.summary(DAY).calls == 2  # the ledger is listed before the upload
    here.upload()
    assert (here.upload().segments, here.upload().known) == (0, 1)
    assert here.delete().deleted == 1
    assert not path.exists()
    # Without waiting for the next list of the ledger.
    assert queries.summary(DAY).calls == 2
    assert queries.bounds().calls == 2
    assert ids(here) == ids(there) == ["a", "b"]


def test_a_segment_that_is_restored_counts_once(here: Machine) -> None:
    path = here.put(record("a", 1))
    content = path.read_bytes()
    queries = here.queries()
    here.upload()
    here.delete()
    assert queries.summary(DAY).calls == 1
    path.write_bytes(content)
    assert queries.summary(DAY).calls == 1
    assert queries.contents(AFTER).duplicates == 0


def test_a_copy_of_a_machines_folder_is_the_same_segments(here: Machine, there: Machine) -> None:
    path = here.put(record("a", 1))
    here.upload()
    there.folder.mkdir(parents=True)
    for each in here.folder.iterdir():
        (there.folder / each.name).write_bytes(each.read_bytes())
    aged(there.folder / path.name)
    assert there.upload().known == 1
    assert ids(there) == ["a"]


def test_a_segment_that_a_process_still_writes_is_left_alone(here: Machine) -> None:
    writer = SegmentWriter(here.folder, "api", system_clock())
    writer.write(record("a", 1))
    assert here.upload().segments == 0
    assert here.delete(keep=timedelta(0)).deleted == 0
    writer.close()
    assert ids(here) == ["a"]


def test_a_segment_that_grew_after_its_upload_is_uploaded_again_and_replaced(
    here: Machine, there: Machine
) -> None:
    path = here.put(record("a", 1))
    here.upload()
    assert ids(there) == ["a"]
    with path.open("ab") as file:
        file.write(encode(record("b", 2)))
    aged(path)
    assert here.delete().deleted == 0
    assert ids(here) == ["a", "b"]
    assert here.upload().segments == 1
    assert ids(here) == ids(there) == ["a", "b"]
    assert there.queries().bounds().calls == 2


def test_a_clock_in_the_future_shows_nothing_early_and_loses_nothing(
    here: Machine, there: Machine
) -> None:
    ahead_s = 365 * 24 * HOUR_S
    path = here.put(record("now", 1), record("ahead", ahead_s))
    aged(path, -timedelta(days=365))
    assert here.upload().rows == 2
    assert here.delete(keep=timedelta(0)).deleted == 0
    queries = there.queries()
    assert ids(there) == ["now"]
    assert [one.calls for one in queries.series_names(AFTER)] == [1]
    contents = queries.contents(AFTER)
    assert (contents.lines, contents.readable, contents.future) == (2, 1, 1)
    assert len(queries.find("ahead").calls) == 1


def test_lines_that_cannot_be_read_keep_the_segment_here(here: Machine, there: Machine) -> None:
    path = here.put(record("a", 1))
    path.write_bytes(path.read_bytes() + b'{"torn": ')
    aged(path)
    done = here.upload()
    assert (done.rows, done.unreadable) == (1, 1)
    assert ids(there) == ["a"]
    kept = here.delete()
    assert kept.deleted == 0
    assert "1 of its lines can't be read" in kept.kept[0]
    assert path.exists()


def test_the_ledger_says_which_machine_uploaded_what(here: Machine) -> None:
    path = here.put(record("a", 1), record("a", 1), record("b", HOUR_S))
    size = path.stat().st_size
    here.upload()
    (entry_path,) = here.store.paths(LEDGER)
    spool = entry_path.split("/")[1]
    name = EntryName(spool, path.name, size)
    assert entry_path == name.path
    entry = read_entry(here.store.get(entry_path), name)
    assert (entry.rows, entry.worker, len(entry.objects)) == (2, "api", 2)
    assert [one.path.split("/")[:3] for one in entry.objects] == [
        ["calls", "date=2026-11-01", "hour=12"],
        ["calls", "date=2026-11-01", "hour=13"],
    ]


def test_the_same_segment_gives_the_same_objects(here: Machine, there: Machine) -> None:
    records = [record(str(number), number) for number in range(500)]
    here.put(*records)
    there.put(*records)
    here.upload()
    objects = here.store.paths("calls")
    there.upload()
    assert here.store.paths("calls") == objects
    assert len(here.store.paths(LEDGER)) == 2
    assert here.queries().bounds().calls == 500


def test_processes_of_two_machines_with_one_name_stay_apart(here: Machine, there: Machine) -> None:
    here.put(record("a", 1))
    there.put(record("b", 2), name="api-1-2-0.jsonl")
    there.upload()
    seen = here.queries().last_seen(START, AFTER)
    assert len(seen) == 2
    assert {one.process.rpartition("/")[2] for one in seen} == {"api-1"}


def test_a_log_without_a_segment_and_one_without_a_record_upload_nothing(here: Machine) -> None:
    assert here.upload().segments == 0
    here.put()
    assert (here.upload().segments, here.upload().known) == (1, 1)
    assert here.delete().deleted == 1
    assert here.queries().bounds().calls == 0
