"""`modconsole state`: prepares the database of the state, or fills it from the home folder."""

import argparse
import sys
from contextlib import closing

from core.bootstrap.state import open_home_store, open_store
from core.cli.arguments import Commands
from core.cli.output import ExitCode
from core.config import Settings
from core.errors import InvalidInput
from core.store.sql.transfer import CopiedTable, copy_state


def add_commands(commands: Commands) -> None:
    """Declares `state`."""
    command = commands.add(
        "state",
        run_state,
        "Prepare the database of the state, or move a state to PostgreSQL.",
        "`state migrate` brings the schema up to date, as every start does; several may do it at "
        "once. `state copy` copies the file `state.db` of the home folder into the empty "
        "PostgreSQL database that MODCONSOLE_STATE_URL names, all or nothing, and prints each "
        "table's rows and digest, which are compared. Stop the console before: what it stores in "
        "the file afterwards is not copied.",
    )
    command.add_argument("act", choices=("migrate", "copy"), metavar="ACT", help="migrate or copy")


def run_state(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole state`."""
    if arguments.act == "migrate":
        store = open_store(settings)
        print(f"{store.name} is up to date.")
        store.close()
        return ExitCode.DONE
    return _copy(settings)


def _copy(settings: Settings) -> int:
    if settings.keeps_state_in_home:
        raise InvalidInput(
            "MODCONSOLE_STATE_URL says where to copy to: set it to postgresql://USER@HOST/DATABASE"
        )
    if not settings.state_path.exists():
        raise InvalidInput(f"there is no state in {settings.home.absolute()}")
    with closing(open_home_store(settings)) as source, closing(open_store(settings)) as target:
        copied = copy_state(source, target, _show)
    print(f"{sum(table.rows for table in copied):,} rows are in {target.name}.")
    return ExitCode.DONE


def _show(table: CopiedTable) -> None:
    print(f"{table.name:<13} {table.rows:>10,} rows  {table.digest[:16]}", file=sys.stderr)
