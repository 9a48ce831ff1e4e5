"""The line of cron in docs/tables.md, run as cron runs it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.prediction_tables import put_comments, rows_of

PAGE = Path(__file__).parents[2] / "docs" / "tables.md"
FIELDS = 5


@pytest.mark.slow
def test_the_line_of_cron_scores_the_table_and_does_nothing_the_second_time(tmp_path: Path) -> None:
    (line,) = re.findall(r"^\d+ \d+ \* \* \* .*$", PAGE.read_text(), re.MULTILINE)
    command = line.split(maxsplit=FIELDS)[FIELDS].replace("/srv/console", str(tmp_path))
    path = tmp_path / "hn.duckdb"
    put_comments(path, {1: "Fine.", 2: "You idiot."})
    environment = {
        # Cron gives a job hardly more than this.
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "MODCONSOLE_BACKEND": "fake",
    }
    for _ in range(2):
        done = subprocess.run(["/bin/sh", "-c", command], env=environment, check=False)
        assert done.returncode == 0
    assert rows_of(path, "SELECT id, action FROM predictions ORDER BY id") == [
        (1, "approve"),
        (2, "hold"),
    ]
    told = [
        json.loads(line)
        for line in (tmp_path / "nightly.log").read_text().splitlines()
        if line.startswith("{")
    ]
    assert [(one["scored_count"], one["unchanged_count"]) for one in told] == [(2, 0), (0, 2)]
