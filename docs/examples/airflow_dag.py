"""Scores the comments of each hour, as a DAG of Airflow 3. The workers have `modconsole`."""

import json
import subprocess
from datetime import UTC, datetime, timedelta

from airflow.sdk import CronDataIntervalTimetable, dag, task
from airflow.sdk.exceptions import AirflowFailException

COMMAND = "modconsole score hn.duckdb --table comments --out hn.duckdb --time-column created_at"
WRONG_USE = 2


@dag(
    # Not "@hourly": in Airflow 3 the intervals of its runs have no length.
    schedule=CronDataIntervalTimetable("0 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=True,
    max_active_runs=1,  # a DuckDB file has one writer
)
def score_comments():
    @task(retries=3, retry_delay=timedelta(minutes=1))
    def score(data_interval_start=None, data_interval_end=None):
        if data_interval_start is None:
            raise AirflowFailException("the run has no interval: trigger it with a logical date")
        interval = ("--from", str(data_interval_start), "--to", str(data_interval_end))
        done = subprocess.run(
            [*COMMAND.split(), *interval],
            cwd="/srv/console",
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        print(done.stdout)
        if done.returncode == WRONG_USE:
            raise AirflowFailException("wrong use: the log says what to correct")
        done.check_returncode()  # another try may score what this one could not
        return json.loads(done.stdout.splitlines()[-1])

    score()


score_comments()
