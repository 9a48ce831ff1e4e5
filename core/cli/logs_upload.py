"""`modconsole logs upload`: the log in a store that machines share."""

import argparse
from datetime import timedelta

from core.cli.output import ExitCode, complain
from core.clock import system_clock
from core.config import Settings


def run_upload(arguments: argparse.Namespace, settings: Settings) -> int:
    """Copies finished segments to the shared store."""
    from core.bootstrap.log_store import open_log_store
    from core.servinglog.shared.retention import delete_uploaded
    from core.servinglog.shared.upload import upload_segments

    store, clock, folder = open_log_store(settings), system_clock(), settings.serving_log_dir
    done = upload_segments(folder, store, clock, again=arguments.again)
    print(
        f"{done.segments:,} segments with {done.rows:,} rows are in {store.name}; {done.known:,} "
        "were there before."
    )
    if done.unreadable:
        print(f"{done.unreadable:,} lines of them can't be read, and are not there.")
    for why in done.failed:
        complain(why)
    if arguments.keep_days is not None:
        old = delete_uploaded(folder, store, clock, keep=timedelta(days=arguments.keep_days))
        print(f"{old.deleted:,} segments older than {arguments.keep_days:,} days were deleted.")
        for why in old.kept:
            complain(f"not deleted: {why}")
    return ExitCode.INCOMPLETE if done.failed else ExitCode.DONE
