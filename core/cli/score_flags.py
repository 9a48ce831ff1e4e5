"""The flags of `modconsole score` that are about tables."""

import argparse

from core.cli.arguments import moment, positive


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of `score` that are about tables in databases."""
    table = command.add_argument_group("tables in databases")
    table.add_argument("--table", help="the table to read, or `schema.table`")
    table.add_argument("--query", metavar="SQL", help="a SELECT whose rows are read")
    table.add_argument("--id-column", help="column that tells rows apart; `id` if not given")
    table.add_argument("--out-table", help="table to write; `predictions` if not given")
    table.add_argument(
        "--all", action="store_true", help="score also rows whose text has not changed since"
    )
    table.add_argument(
        "--dry-run",
        action="store_true",
        help="write nothing: say how many rows would be scored, and how long it would take",
    )
    table.add_argument("--limit", type=positive, metavar="N", help="score at most N rows")
    table.add_argument(
        "--run",
        dest="run_name",
        metavar="NAME",
        help="name of the run; one that did not end is gone on with",
    )
    table.add_argument("--time-column", help="column with the time of a row, for an interval")
    table.add_argument(
        "--from", dest="start", type=moment, metavar="TIME", help="first moment of the interval"
    )
    table.add_argument(
        "--to", dest="end", type=moment, metavar="TIME", help="first moment after the interval"
    )


FLAGS = {
    "out": "--out",
    "table": "--table",
    "query": "--query",
    "id_column": "--id-column",
    "out_table": "--out-table",
    "all": "--all",
    "dry_run": "--dry-run",
    "limit": "--limit",
    "run_name": "--run",
    "time_column": "--time-column",
    "start": "--from",
    "end": "--to",
}


def given_flags(arguments: argparse.Namespace) -> list[str]:
    """Those flags of tables that the command has."""
    return [flag for name, flag in FLAGS.items() if getattr(arguments, name)]
