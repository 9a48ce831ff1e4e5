"""Scores the comments of each hour, as a flow of Prefect: `python prefect_flow.py` serves it."""

import json
import subprocess
from datetime import datetime, timedelta

from prefect import flow, runtime, task
from prefect.schedules import Cron

COMMAND = "modconsole score hn.duckdb --table comments --out hn.duckdb --time-column created_at"
WRONG_USE = 2


def may_work_later(_task, _run, state):
    failure = state.result(raise_on_failure=False)
    return getattr(failure, "returncode", None) != WRONG_USE


@task(retries=3, retry_delay_seconds=60, retry_condition_fn=may_work_later)
def score(start: datetime, end: datetime):
    interval = ("--from", str(start), "--to", str(end))
    done = subprocess.run(
        [*COMMAND.split(), *interval],
        cwd="/srv/console",
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    print(done.stdout)
    done.check_returncode()
    return json.loads(done.stdout.splitlines()[-1])


@flow(log_prints=True)
def score_comments(start: datetime | None = None, end: datetime | None = None):
    if end is None:  # Prefect knows no interval, only when a run should have begun
        end = runtime.flow_run.scheduled_start_time.replace(minute=0, second=0, microsecond=0)
    return score(start or end - timedelta(hours=1), end)


if __name__ == "__main__":
    # One at a time: a DuckDB file has one writer.
    score_comments.serve(name="hourly", schedule=Cron("0 * * * *", timezone="UTC"), limit=1)
