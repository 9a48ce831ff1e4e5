"""kill -9 of a running `modconsole erase`: what it reported is gone, and the next run finishes it.

A kill counts if the command had reported progress since its start and was not done.
"""

import json
from pathlib import Path

import pytest

from tests.integration.killer import Killer, finish
from tests.kills import kill_count
from tests.state_checks import broken_invariants

ERASE_KILLS = 100
COMMENTS = 1_000  # of one author: ten batches
WORD = "zanzibarical"
pytestmark = [pytest.mark.kills, pytest.mark.timeout(120 + 60 * kill_count(ERASE_KILLS))]


def write_comments(path: Path, name: str) -> Path:
    rows = [
        {"id": f"{name}-{n}", "text": f"You {WORD} idiot {n}", "author": name}
        for n in range(COMMENTS)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_killed_erasure_keeps_what_it_reported_and_is_finished_by_the_next(
    killer: Killer, tmp_path: Path
) -> None:
    authors = 0
    for run in killer.until(kill_count(ERASE_KILLS)):
        name = f"author{authors}"
        if killer.state.exists() and left_of(killer, name):
            before = left_of(killer, name)
        else:
            authors += 1
            name, before = f"author{authors}", COMMENTS
            killer.complete("ingest", str(write_comments(tmp_path / f"{name}.jsonl", name)))
        command = ["erase", "author", name, "--source", "site", "--yes"]
        killed = killer.run(command, steps=6, after_s=0.05)
        assert left_of(killer, name) <= before - (killed.progress or 0)
        if run % 5 == 0:
            assert broken_invariants(killer.state) == {}
    for number in range(1, authors + 1):
        finish(killer, "erase", "author", f"author{number}", "--source", "site", "--yes")
    assert killer.ask("SELECT count(*) FROM comments WHERE erased_at IS NULL") == [(0,)]
    ((events, texts),) = killer.ask(
        "SELECT count(*), count(DISTINCT subject_id) FROM audit_events "
        "WHERE kind = 'comment.erased'"
    )
    assert events == texts == authors * COMMENTS
    assert broken_invariants(killer.state) == {}
    assert "each follows from the one before it" in finish(killer, "audit", "verify")
    files = [path for path in killer.home.rglob("*") if path.is_file()]
    assert [path.name for path in files if WORD.encode() in path.read_bytes()] == []


def left_of(killer: Killer, author: str) -> int:
    ((count,),) = killer.ask(f"SELECT count(*) FROM comments WHERE author = '{author}'")
    assert isinstance(count, int)
    return count
