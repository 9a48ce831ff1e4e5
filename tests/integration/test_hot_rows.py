"""Four processes decide on the same five revisions as fast as they can: none of what was
acknowledged is lost, and no version is used twice."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import HELD, make_services, scored
from tests.kills import kill_count
from tests.state_checks import place_of, state_rows

PROCESSES, REVISIONS = 4, 5
SCRIPT = Path(__file__).with_name("hot_process.py")


@pytest.mark.kills
def test_every_decision_on_hot_rows_is_kept_once(tmp_path: Path, each_state_url: str) -> None:
    each = kill_count(10_000)
    services = make_services(tmp_path, state_url=each_state_url)
    revisions = [scored(services, HELD).id for _ in range(REVISIONS)]
    command = [sys.executable, str(SCRIPT), str(tmp_path), services.settings.state_url, str(each)]
    running = [
        subprocess.Popen([*command, *revisions], stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    said = [process.communicate()[0] for process in running]
    # Below 0 is the signal that ended it.
    assert [process.returncode for process in running] == [0] * PROCESSES
    refused, unanswered = (
        sum(each) for each in zip(*(map(int, line.split()) for line in said), strict=True)
    )
    # SQLite's lock goes to whoever asks at the right moment: one of four may wait for too long.
    assert unanswered == 0 or services.settings.keeps_state_in_home
    services.close()
    place = place_of(services.settings)
    stored = PROCESSES * each
    for query in (
        "SELECT sum(version) FROM revisions",
        "SELECT count(*) FROM decisions",
        "SELECT count(*) FROM audit_events WHERE kind LIKE 'decision.%'",
    ):
        # Each revision had one decision before, the automated one.
        assert [int(row[0]) for row in state_rows(place, query)] == [stored + REVISIONS], query
    print(
        f"{stored} decisions by {PROCESSES} processes, {refused} refused as too late, "
        f"{unanswered} asked again"
    )
