"""`modconsole bench`."""

import argparse
import importlib
import inspect
import json
import os
import platform
import sys
from pathlib import Path

from core.cli.arguments import Commands, positive
from core.config import Settings
from core.errors import ConsoleError
from core.inference.local.processors import processor_name

BENCHMARKS = {
    "batch": "core.benchmarks.batch",
    "cascade": "core.benchmarks.cascade",
    "estimate": "core.benchmarks.estimate",
    "explain": "core.benchmarks.explain",
    "language": "core.benchmarks.language",
    "local": "core.benchmarks.local",
    "masking": "core.benchmarks.masking",
    "parity": "core.benchmarks.parity",
    "pipeline": "core.benchmarks.pipeline",
    "queue": "core.benchmarks.queue",
    "serve": "core.benchmarks.serve",
    "serving-log": "core.benchmarks.serving_log",
    "state": "core.benchmarks.state",
}


def add_commands(commands: Commands) -> None:
    """Declares `bench`."""
    command = commands.add("bench", run_bench, "Measure.", "Prints a table and writes it as JSON.")
    command.add_argument("name", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS))
    command.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder with the data sets (explain, masking)",
    )
    command.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="comments to score, in `batch`, `estimate`, `language`, `local`, `serve` and `parity`",
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write the table here as JSON")
    command.add_argument(
        "--seconds", type=positive, metavar="N", help="serve: length of each load (10)"
    )
    command.add_argument("--soak", action="store_true", help="serve: also ten minutes at 80 %%")
    command.add_argument(
        "--backends",
        nargs="+",
        metavar="NAME",
        help="parity: backends by name, the reference first (the one set, and all declared ones)",
    )
    command.add_argument(
        "--comments", type=positive, metavar="N", help="parity: how many, 50 to 500 (500)"
    )


def run_bench(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole bench NAME`."""
    module = importlib.import_module(BENCHMARKS[arguments.name])
    given = {
        "data_dir": arguments.data,
        "file": arguments.file,
        "seconds": arguments.seconds,
        "soak": arguments.soak or None,
        "backends": arguments.backends,
        "comments": arguments.comments,
    }
    options = {name: value for name, value in given.items() if value is not None}
    if unknown := options.keys() - inspect.signature(module.run).parameters.keys():
        flags = " or ".join("--data" if each == "data_dir" else f"--{each}" for each in unknown)
        raise ConsoleError(f"`modconsole bench {arguments.name}` takes no {flags}")
    table = module.run(settings, lambda line: print(line, file=sys.stderr, flush=True), **options)
    command = f"modconsole bench {arguments.name}"
    cores = f"{os.cpu_count()} cores of {processor_name()}"
    machine = f"{cores}, Python {platform.python_version()}"
    text = json.dumps({"command": command, **table, "machine": machine}, indent=2)
    if arguments.json:
        arguments.json.write_text(text + "\n")
    # A table with a row for every comment has a summary for the terminal.
    print("\n".join(module.as_lines(table)) if hasattr(module, "as_lines") else text)
    return 0
