"""`modconsole train --rows`: the shipped model, tuned with a site's own comments."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.output import ExitCode, printable
from core.errors import InvalidInput
from core.training.settings import DEFAULT_SETTINGS

if TYPE_CHECKING:
    from core.training.site.comparison import SiteVerdict

_OF_THE_SHIPPED_MODEL = {
    "limit": None,
    "weights": None,
    "pooling": DEFAULT_SETTINGS.pooling,
    "precision": DEFAULT_SETTINGS.precision,
}
"""Flags that only --data reads, with their defaults."""


def add_site_flags(
    command: argparse.ArgumentParser, what: argparse._MutuallyExclusiveGroup
) -> None:
    """`--rows` stands in place of `--data`."""
    what.add_argument(
        "--rows",
        type=Path,
        metavar="FILE",
        help="the site's labelled comments, .parquet, .csv or .tsv: `text`, one or more of "
        "`toxicity`, `obscene`, `threat`, `insult` and `identity_attack` (0 to 1, true or false, "
        "empty where unknown), and if wanted `weight` and `group`",
    )
    command.add_argument(
        "--name",
        help="with --rows: name of the site's model, e.g. mysite-1; scores are stored under it, so "
        "each run needs a new one",
    )
    command.add_argument(
        "--random-sample",
        action="store_true",
        help="with --rows: they are a random sample of the site's comments, so thresholds are "
        "chosen from them where they are enough",
    )


def refuse_site_flags(arguments: argparse.Namespace) -> None:
    """Raises InvalidInput for a flag that `--data` does not read."""
    if arguments.name is not None or arguments.random_sample:
        raise InvalidInput("--name and --random-sample are for --rows")


def run_site_training(arguments: argparse.Namespace) -> int:
    """The exit code says whether the model is shown to be better."""
    from core.training.site.run import train_on_site_rows
    from core.training.site.settings import SiteSettings

    if arguments.name is None:
        raise InvalidInput("--rows needs --name, the name of the site's model, e.g. mysite-1")
    for flag, default in _OF_THE_SHIPPED_MODEL.items():
        if getattr(arguments, flag) != default:
            raise InvalidInput(f"--{flag} is for --data")
    report = train_on_site_rows(
        arguments.rows,
        arguments.out,
        SiteSettings(
            arguments.name,
            seed=arguments.seed,
            epochs=arguments.epochs,
            is_random_sample=arguments.random_sample,
        ),
        progress=lambda line: print(line, flush=True),
    )
    if report.unread:
        print(printable(f"not read: the columns {', '.join(report.unread)}"))
    print(f"{arguments.out} is written, with its card; MODCONSOLE_MODEL={arguments.out} uses it")
    print(report.verdict_line)
    return code_of(report.verdict)


def code_of(verdict: "SiteVerdict") -> ExitCode:
    """Each verdict has its own."""
    from core.training.site.comparison import SiteVerdict

    codes = {
        SiteVerdict.BETTER: ExitCode.DONE,
        SiteVerdict.NOT_SHOWN: ExitCode.NOT_BETTER,
        SiteVerdict.WORSE: ExitCode.WORSE,
    }
    return codes[verdict]
