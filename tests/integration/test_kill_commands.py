"""kill -9 of running `modconsole ingest` and `score`: nothing is lost, doubled or stored partly.

A kill counts if the command had reported progress since its start and was not done.
"""

import json
from pathlib import Path

import pytest

from core.servinglog.queries import ServingLogQueries
from tests.integration.killer import Killer, finish
from tests.kills import kill_count
from tests.state_checks import broken_invariants

INGEST_KILLS = 200
SCORE_KILLS = 100  # of the store, and as many of a file
ROWS = 800  # of a file to ingest: four batches
TABLE_ROWS = 5_000
pytestmark = [pytest.mark.kills, pytest.mark.timeout(120 + 60 * kill_count(INGEST_KILLS))]


def write_rows(path: Path, name: str, count: int) -> Path:
    rows = (
        {"id": f"{name}-{n}", "text": f"You idiot {n}" if n % 3 else f"Fine {n}"}
        for n in range(count)
    )
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def check_log(killer: Killer, at_least: int) -> None:
    """Checks that every line of the log is readable, except a last line cut off by a kill."""
    folder = killer.home / "serving-log"
    queries = ServingLogQueries(folder)
    for segment in folder.glob("*.jsonl"):
        *whole, cut = segment.read_bytes().split(b"\n")
        assert cut == b"" or not cut.endswith(b"}")
        assert all(isinstance(json.loads(line), dict) for line in whole)
    assert queries.bounds().calls >= at_least


def test_killed_ingest_keeps_every_row_it_reported_and_none_twice(
    killer: Killer, tmp_path: Path
) -> None:
    files = 0
    path = write_rows(tmp_path / "f0.jsonl", "f0", ROWS)
    for run in killer.until(kill_count(INGEST_KILLS)):
        killed = killer.run(["ingest", str(path)], steps=ROWS // 200 + 1, after_s=0.1)
        name, reported = f"f{files}", killed.progress or 0
        kept = {row[0] for row in killer.ask("SELECT source_id FROM comments")}
        assert kept.issuperset(f"{name}-{n}" for n in range(reported))
        if run % 5 == 0:  # what is broken stays so, and the state grows with every file
            assert broken_invariants(killer.state) == {}
        if killed.exit_code == 0:
            files += 1
            path = write_rows(tmp_path / f"f{files}.jsonl", f"f{files}", ROWS)
    said = finish(killer, "ingest", *(str(tmp_path / f"f{n}.jsonl") for n in range(files + 1)))
    assert said.count(f"{ROWS} rows") == files + 1
    counted = killer.ask("SELECT count(*), count(DISTINCT source_id) FROM comments")
    assert counted == [((files + 1) * ROWS, (files + 1) * ROWS)]
    assert killer.ask("SELECT count(*) FROM revisions") == [((files + 1) * ROWS,)]
    assert broken_invariants(killer.state) == {}


def test_killed_score_keeps_every_decision_it_reported_and_its_trace(
    killer: Killer, tmp_path: Path
) -> None:
    files, waiting, reported = 0, 0, 0
    for _ in killer.until(kill_count(SCORE_KILLS)):
        if waiting < ROWS // 2:
            path = write_rows(tmp_path / "more.jsonl", f"f{files}", ROWS)
            killer.complete("ingest", str(path))
            files += 1
        before = decided(killer)
        killed = killer.run(["score"], steps=4, after_s=0.05)
        after = decided(killer)
        reported += killed.progress or 0
        assert after >= before + (killed.progress or 0)
        assert broken_invariants(killer.state) == {}
        check_log(killer, at_least=reported // 16)
        waiting = files * ROWS - after
    finish(killer, "score")
    assert decided(killer) == files * ROWS
    assert broken_invariants(killer.state) == {}
    # One decision for each revision, each with its audit row, and a case for each that is held.
    assert killer.ask("SELECT max(version), min(version) FROM revisions") == [(1, 1)]
    audited = "SELECT count(*) FROM audit_events WHERE kind = 'decision.automated'"
    assert killer.ask(audited) == [(files * ROWS,)]
    check_log(killer, at_least=files * ROWS // 16)


def decided(killer: Killer) -> int:
    ((count,),) = killer.ask("SELECT count(*) FROM decisions")
    assert isinstance(count, int)
    return count


def test_killed_score_of_a_file_leaves_the_old_result_and_one_part_at_most(
    killer: Killer, tmp_path: Path
) -> None:
    source = write_rows(tmp_path / "in.jsonl", "r", TABLE_ROWS)
    folder = tmp_path / "out"
    folder.mkdir()
    out = folder / "out.csv"
    out.write_text("old")
    complete = ""
    for _ in killer.until(kill_count(SCORE_KILLS)):
        killed = killer.run(["score", str(source), "--out", str(out)], steps=6, after_s=0.05)
        parts = [path for path in folder.iterdir() if path.name.endswith(".part")]
        assert len(parts) <= 1
        if killed.exit_code == 0:
            complete = complete or out.read_text()
            assert parts == []
        # A kill between the rename and the end leaves the new result, whole.
        assert out.read_text() in {"old", complete} or not complete
        if not complete and out.read_text() != "old":
            complete = out.read_text()
    finish(killer, "score", str(source), "--out", str(out))
    assert [path.name for path in folder.iterdir()] == ["out.csv"]
    assert out.read_text().count("\n") == TABLE_ROWS + 1
    assert complete in ("", out.read_text())
    assert not killer.home.exists()
