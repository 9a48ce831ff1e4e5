"""What each command does: build the services, call one, print. Gives the exit code."""

import argparse
import json
import os
import platform
import sys
from typing import Any

from tqdm import tqdm

from core.bootstrap import Services, build_services
from core.config import Settings
from core.errors import ConsoleError, SourceUnavailable
from core.moderation.permissions import SYSTEM
from core.services.ingest import IngestReport, ingest
from core.services.rescore import RescoringReport, rescore_failed
from core.services.score import ScoringReport, score_waiting
from core.sources.base import CommentSource

USAGE_ERROR = 2
ENGINES = ("uvicorn", "ray")
BENCHMARKS = {
    "cascade": "core.benchmarks.cascade",
    "explain": "core.benchmarks.explain",
    "local": "core.benchmarks.local",
    "parity": "core.benchmarks.parity",
    "pipeline": "core.benchmarks.pipeline",
    "serve": "core.benchmarks.serve",
    "serving-log": "core.benchmarks.serving_log",
}


def run_up(_arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole up`."""
    from core.up import serve_all

    services = build_services(settings, worker="up")
    return serve_all(services, lambda: _bring_in(services), lambda line: print(line, flush=True))


def run_ingest(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole ingest`: 2 when any row was rejected; the others are stored all the same."""
    from core.sources.algolia import AlgoliaSource
    from core.sources.bundled import sample_source
    from core.sources.files import FileSource
    from core.sources.hackernews import HackerNewsSource

    services = build_services(settings, worker="ingest")
    wait = settings.source_timeout_s
    sources: list[CommentSource] = [FileSource(path, arguments.source) for path in arguments.files]
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
            progress=lambda rows: _advance(bar, rows),
        )
    print(f"{report.rows:,} rows, {report.failed:,} of them not scored, in {arguments.out}")
    return 0


def run_explain(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole explain`: a TEXT, a stored comment, or what stands on standard input."""
    from core.explanation_text import as_data, as_lines
    from core.services.explain import explain_revision, explain_text, find_comment

    if arguments.comment and arguments.text:
        raise ConsoleError("give a TEXT or --comment ID, not both")
    if not arguments.comment and not arguments.text and sys.stdin.isatty():
        raise ConsoleError("give a TEXT, --comment ID, or a text on standard input")
    services = build_services(settings, worker="explain")
    context, label = services.context, arguments.label
    if arguments.comment:
        revision_id = find_comment(context, arguments.source, arguments.comment)
        explained = explain_revision(context, SYSTEM, services.explainer, revision_id, label)
    else:
        text = arguments.text or sys.stdin.buffer.read().decode("utf-8", "replace")
        explained = explain_text(context, services.explainer, text, label)
    if arguments.json:
        print(json.dumps(as_data(explained), indent=2, ensure_ascii=False))
    else:
        print("\n".join(as_lines(explained)))
    return 0


def run_serve(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole serve`."""
    address = f"http://127.0.0.1:{settings.api_port}"
    words = f"The API: {address}, its pages: {address}/docs. Ctrl-C stops it."
    if arguments.engine == "ray":
        from core.serving.ray_engine import run_replicas

        run_replicas(settings, ready=lambda: print(words, flush=True))
        return 0
    from core.serving.server import run_api

    services = build_services(settings, worker="api")
    print(words, flush=True)
    run_api(services)
    return 0


def run_dashboard(_arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole dashboard`."""
    return _become("dashboard.server", "staff")


def run_author(_arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole author`."""
    return _become("dashboard.server", "author")


def run_bench(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole bench NAME`."""
    import importlib
    import inspect

    module = importlib.import_module(BENCHMARKS[arguments.name])
    given = {
        "data_dir": arguments.data,
        "file": arguments.file,
        "seconds": arguments.seconds,
        "soak": arguments.soak or None,
        "peers": arguments.peers,
        "backends": arguments.backends,
        "comments": arguments.comments,
    }
    options = {name: value for name, value in given.items() if value is not None}
    if unknown := options.keys() - inspect.signature(module.run).parameters.keys():
        flags = " or ".join("--data" if each == "data_dir" else f"--{each}" for each in unknown)
        raise ConsoleError(f"`modconsole bench {arguments.name}` takes no {flags}")
    table = module.run(settings, lambda line: print(line, file=sys.stderr, flush=True), **options)
    command = f"modconsole bench {arguments.name}"
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    text = json.dumps({"command": command, **table, "machine": machine}, indent=2)
    if arguments.json:
        arguments.json.write_text(text + "\n")
    # Where a table has a row for every comment, a person wants what it comes to.
    print("\n".join(module.as_lines(table)) if hasattr(module, "as_lines") else text)
    return 0


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
            _advance(bar, report.rows)
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
    _rescore(services)
    report: ScoringReport | None = None
    with services.context.store.read() as reader:
        waiting = reader.count_waiting()
    if not waiting:
        print("Nothing waits to be scored.")
        return
    with tqdm(desc="Scoring", total=waiting, unit=" comments", disable=None) as bar:
        for report in score_waiting(services.context, services.scorer):
            _advance(bar, report.decided)
    if report is None:
        return
    done = ", ".join(f"{count:,} {action}" for action, count in report.actions.most_common())
    print(f"Scored {report.decided:,} comments: {done}.")
    if report.failed:
        print(f"{report.failed:,} could not be scored and are held for a person.")


def _rescore(services: Services) -> None:
    """What was decided without scores while no backend answered."""
    with services.context.store.read() as reader:
        if not reader.failed_revisions(1, None):
            return
    report = RescoringReport()
    for current in rescore_failed(services.context, services.scorer):
        report = current
    print(
        f"Of those decided without scores before, {report.decided:,} are scored now; "
        f"{len(report.failed):,} still can't be."
    )


def _become(module: str, argument: str) -> int:
    """Replace this process, so that there is one process to stop."""
    os.execv(sys.executable, [sys.executable, "-m", module, argument])


def _advance(bar: "tqdm[Any]", done: int) -> None:
    bar.update(done - bar.n)
