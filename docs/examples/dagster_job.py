"""Scores the comments of each hour, as a partitioned asset of Dagster."""

import json
import subprocess

from dagster import (
    Definitions,
    Failure,
    HourlyPartitionsDefinition,
    MaterializeResult,
    RetryPolicy,
    asset,
    build_schedule_from_partitioned_job,
    define_asset_job,
)

COMMAND = "modconsole score hn.duckdb --table comments --out hn.duckdb --time-column created_at"
WRONG_USE = 2


@asset(
    partitions_def=HourlyPartitionsDefinition("2026-01-01-00:00", timezone="UTC"),
    retry_policy=RetryPolicy(max_retries=3, delay=60),
    pool="hn_duckdb",  # limit it to 1: a DuckDB file has one writer
)
def predictions(context):
    start, end = context.partition_time_window
    interval = ("--from", str(start), "--to", str(end))
    done = subprocess.run(
        [*COMMAND.split(), *interval],
        cwd="/srv/console",
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    context.log.info(done.stdout)
    if done.returncode == WRONG_USE:
        raise Failure("wrong use: the log says what to correct", allow_retries=False)
    done.check_returncode()  # another try may score what this one could not
    return MaterializeResult(metadata=json.loads(done.stdout.splitlines()[-1]))


score_comments = define_asset_job("score_comments", [predictions])
definitions = Definitions(
    [predictions], schedules=[build_schedule_from_partitioned_job(score_comments)]
)
