"""A job with runs that `modconsole score` made."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.batch.schedule.history import JobHistory, JobRun
from core.cli.main import main

NOW = datetime.now(UTC)


class Nightly:
    """The job `nightly` of a home; its runs are `days_ago` old."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], out: str) -> None:
        self.home, self.out = home, out
        self._capsys = capsys
        self.history = JobHistory(home / "jobs")
        self.declare("score", "rows.jsonl", "--out", out)

    def declare(self, *command: str) -> None:
        words = json.dumps(list(command))
        (self.home / "jobs.toml").write_text(
            f'[job.nightly]\ncron = "15 3 * * *"\ncommand = {words}\n'
        )

    def run(self, days_ago: int, *texts: str, first: int = 0) -> JobRun:
        rows = [json.dumps({"id": f"c{first + n}", "text": each}) for n, each in enumerate(texts)]
        (self.home / "rows.jsonl").write_text("\n".join(rows))
        main(["score", str(self.home / "rows.jsonl"), "--out", str(self.home / self.out)])
        last = self._capsys.readouterr().out.strip().splitlines()[-1]
        return self.add(days_ago, json.loads(last) if last.startswith("{") else {})

    def add(self, days_ago: int, facts: dict[str, Any], *, is_ended: bool = True) -> JobRun:
        began = NOW - timedelta(days=days_ago)
        ended = datetime.now(UTC) if is_ended else None
        run = JobRun(f"r{days_ago}", "nightly", began, 1, began, ended, 0, facts, str(self.home))
        self.history.write(run)
        return run
