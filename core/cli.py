"""The command line: parse, call a service, print. `modconsole COMMAND --help` explains each."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tqdm import tqdm

from core.bootstrap import Services, build_services
from core.config import Settings, load_settings
from core.errors import ConsoleError, SourceUnavailable
from core.moderation.permissions import SYSTEM
from core.services.ingest import IngestReport, ingest
from core.services.score import ScoringReport, score_waiting
from core.sources.base import CommentSource

USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 a server stopped by itself, 2 bad input or setting, 130 interrupted."""
    parsed = make_parser().parse_args(arguments)
    command: Callable[[argparse.Namespace, Settings], int] = parsed.run
    try:
        return command(parsed, load_settings())
    except ConsoleError as error:
        print(f"modconsole: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        print("\nInterrupted; what was committed is kept.", file=sys.stderr)
        return 130


def make_parser() -> argparse.ArgumentParser:
    """Every command and option; docs/cli.md is made from it."""
    parser = argparse.ArgumentParser(
        prog="modconsole", description="A moderation console for the comments of a site."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[..., int], text: str, more: str) -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            help=text,
            description=f"{text} {more}",
            formatter_class=argparse.RawDescriptionHelpFormatter
            if "\n" in more
            else argparse.HelpFormatter,
        )
        command.set_defaults(run=run)
        return command

    add("up", run_up_command, "Start everything and open for work.",
        "Starts the API, the console and the public look-up on this machine, brings in the newest "
        "Hacker News comments (or a bundled sample when there is no network), scores them, and "
        "runs until Ctrl-C. Data stays in MODCONSOLE_HOME.")  # fmt: skip
    command = add("ingest", run_ingest, "Bring comments in.",
        "From files (JSONL as Hacker News gives it by Firebase or Algolia, or plain rows with "
        "id, text, author, created_at, parent_id; CSV; Parquet; .gz), or live from Hacker News. "
        "Bringing in the same rows again changes nothing. They wait until `modconsole score`.")  # fmt: skip
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help="files to read")
    command.add_argument("--source", default="site", help="name of the site plain rows are from")
    command.add_argument(
        "--hackernews", type=_positive, metavar="N", help="the N newest Hacker News comments"
    )
    command.add_argument(
        "--search", metavar="WORDS", help="Hacker News comments that hold these words (Algolia)"
    )
    command.add_argument("--sample", action="store_true", help="the bundled sample")
    command = add("score", run_score, "Score comments.",
        "Without FILE: everything that waits in the store, and lets the policy decide. With FILE: "
        "that table on its own, touching no state; OUT has one row for one row, in order, with a "
        "column for each label the model assesses and `error` where a row could not be scored.")  # fmt: skip
    command.add_argument("file", nargs="?", type=Path, metavar="FILE", help="CSV, JSONL or Parquet")
    command.add_argument("--text-column", default="text", help="column that holds the text")
    command.add_argument(
        "--out", type=Path, metavar="OUT", help="file to write, e.g. scores.parquet"
    )
    add("serve", run_serve, "Run the API.",
        "POST /v1/comments, GET /v1/decisions/REFERENCE, /healthz; its own pages at /docs.")  # fmt: skip
    add("dashboard", run_dashboard, "Run the staff console.", "Listens on this machine only.")
    add("author", run_author, "Run the public look-up.",
        "The page where an author sees, by reference, what was decided and why, and appeals.")  # fmt: skip
    command = add("train", run_train, "Train the shipped model anew.",
        "From the named data files, with fixed seeds; needs the extra [train].")  # fmt: skip
    command.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    command.add_argument("--out", type=Path, required=True, help="folder to write the model to")
    command.add_argument("--epochs", type=_positive, default=1, help="passes over the data")
    command.add_argument("--limit", type=_positive, help="rows to train on, for a quick try")
    command.add_argument("--seed", type=int, default=20261123, help="seed of every random choice")
    command = add("bench", run_bench, "Measure.", "Prints a table and writes it as JSON.")
    command.add_argument("name", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS))
    command.add_argument("--json", type=Path, metavar="FILE", help="write the table here as JSON")
    return parser


def run_up_command(_arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole up`."""
    from core.up import run_up

    services = build_services(settings, worker="up")
    return run_up(services, lambda: _bring_in(services), lambda line: print(line, flush=True))


def run_ingest(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole ingest`: 2 when any row was rejected; the others are stored all the same."""
    from core.sources.algolia import AlgoliaSource
    from core.sources.bundled import sample_source
    from core.sources.files import FileSource
    from core.sources.hackernews import HackerNewsSource

    services = build_services(settings, worker="ingest")
    wait = settings.source_timeout_s
    sources: list[CommentSource] = [
        FileSource(path, arguments.source) for path in arguments.files
    ]
    if arguments.hackernews:
        count = arguments.hackernews
        sources.append(HackerNewsSource(settings.hackernews_url, count=count, timeout_s=wait))
    if arguments.search:
        words = arguments.search
        sources.append(AlgoliaSource(settings.algolia_url, query=words, timeout_s=wait))
    if arguments.sample:
        sources.append(sample_source())
    if not sources:
        raise ConsoleError("name a FILE, or --hackernews N, --search WORDS or --sample")
    reports = [_ingest(services, source) for source in sources]
    with services.context.store.read() as reader:
        waiting = reader.count_waiting()
    print(f"{waiting:,} comments wait for `modconsole score`.")
    return USAGE_ERROR if any(report.rejected for report in reports) else 0


def run_score(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole score [FILE]`."""
    if arguments.file is None:
        if arguments.out is not None:
            raise ConsoleError("--out goes with a FILE")
        _score(build_services(settings, worker="score"))
        return 0
    if arguments.out is None:
        raise ConsoleError("--out OUT is needed with a FILE")
    from core.batch.score_file import score_file
    from core.bootstrap import file_scorer

    with tqdm(unit=" rows", disable=None) as bar:
        report = score_file(
            arguments.file,
            arguments.text_column,
            arguments.out,
            file_scorer(settings),
            progress=lambda rows: bar.update(rows - bar.n),
        )
    print(f"{report.rows:,} rows, {report.failed:,} of them not scored, in {arguments.out}")
    return 0


def run_serve(_arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole serve`."""
    from core.serving.server import run_api

    run_api(build_services(settings, worker="api"))
    return 0


def run_dashboard(_arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole dashboard`."""
    return _become("dashboard.server", "staff")


def run_author(_arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole author`."""
    return _become("dashboard.server", "author")


def run_train(arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole train`."""
    from core.training.run import train_model

    report = train_model(
        arguments.data,
        arguments.out,
        epochs=arguments.epochs,
        limit_rows=arguments.limit,
        seed=arguments.seed,
        progress=lambda line: print(line, flush=True),
    )
    print(report.summary)
    return 0


def run_bench(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole bench NAME`."""
    import importlib

    module = importlib.import_module(BENCHMARKS[arguments.name])
    table = module.run(settings, lambda line: print(line, file=sys.stderr, flush=True))
    text = json.dumps(table, indent=2)
    if arguments.json:
        arguments.json.write_text(text + "\n")
    print(text)
    return 0


BENCHMARKS = {
    "local": "core.benchmarks.local",
    "pipeline": "core.benchmarks.pipeline",
    "serving-log": "core.benchmarks.serving_log",
}


def _bring_in(services: Services) -> None:
    """The newest Hacker News comments; with none to be had and nothing stored, the sample."""
    from core.sources.bundled import sample_source
    from core.sources.hackernews import HackerNewsSource

    settings = services.settings
    print(f"Asking Hacker News for its {settings.hackernews_count} newest comments ...", flush=True)
    source = HackerNewsSource(
        settings.hackernews_url,
        count=settings.hackernews_count,
        timeout_s=settings.source_timeout_s,
    )
    try:
        _ingest(services, source)
    except SourceUnavailable as error:
        print(f"  No Hacker News: {error}")
        with services.context.store.read() as reader:
            is_empty = reader.is_empty()
        if is_empty:
            print("  Using the bundled sample instead.")
            _ingest(services, sample_source())
        else:
            print("  Going on with what is stored.")
    _score(services)


def _ingest(services: Services, source: CommentSource) -> IngestReport:
    report = IngestReport()
    with tqdm(desc=source.name, unit=" rows", leave=False, disable=None) as bar:
        for report in ingest(services.context, SYSTEM, source.read()):
            bar.update(report.rows - bar.n)
    print(f"{source.name}: {describe_ingest(report)}")
    for line in report.rejections:
        print(f"modconsole: {line}", file=sys.stderr)
    if report.rejected > len(report.rejections):
        more = report.rejected - len(report.rejections)
        print(f"modconsole: ... and {more:,} more rejected rows", file=sys.stderr)
    return report


def describe_ingest(report: IngestReport) -> str:
    """Every row accounted for, in a line."""
    parts = [f"{report.stored:,} stored"]
    for count, words in (
        (report.edited, "edited"),
        (report.unchanged, "already known"),
        (report.threads, "thread titles"),
    ):
        if count:
            parts.append(f"{count:,} {words}")
    parts += [f"{count:,} skipped ({reason})" for reason, count in report.skipped.most_common()]
    if report.rejected:
        parts.append(f"{report.rejected:,} rejected")
    return f"{report.rows:,} rows: " + ", ".join(parts)


def _score(services: Services) -> None:
    report: ScoringReport | None = None
    with services.context.store.read() as reader:
        waiting = reader.count_waiting()
    if not waiting:
        print("Nothing waits to be scored.")
        return
    with tqdm(desc="Scoring", total=waiting, unit=" comments", disable=None) as bar:
        for report in score_waiting(services.context, services.scorer):
            bar.update(report.decided - bar.n)
    if report is None:
        return
    done = ", ".join(f"{count:,} {action}" for action, count in report.actions.most_common())
    print(f"Scored {report.decided:,} comments: {done}.")
    if report.failed:
        print(f"{report.failed:,} could not be scored and are held for a person.")


def _become(module: str, argument: str) -> int:
    """Replace this process, so that there is one process to stop."""
    os.execv(sys.executable, [sys.executable, "-m", module, argument])


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
