"""`modconsole up`: starts all servers and ingests comments."""

import argparse

from core.bootstrap.runtimes import fastest_runtime
from core.bootstrap.services import Services, build_services
from core.bootstrap.sources import bundled_source, hackernews_source
from core.cli.arguments import Commands
from core.cli.ingest import ingest_source
from core.cli.output import ExitCode
from core.cli.score import score_stored
from core.config import Settings
from core.errors import BackendError, ConfigError, MissingExtra, SourceUnavailable
from core.first_run.not_set import has_no_key
from core.setting_values import NOT_SET

NEXT = (
    "This site is set up, so it begins empty: let it send comments to the API with a key "
    "(`modconsole key create NAME`; docs/api_keys.md), or bring some in by `modconsole "
    "ingest FILE`."
)


def add_commands(commands: Commands) -> None:
    """Declares `up`."""
    commands.add(
        "up",
        run_up,
        "Start everything.",
        "Starts the API, the console and the public look-up on this machine, ingests a bundled "
        "sample on a trial (there is no comment, no MODCONSOLE_SITE_NAME and no API key), scores "
        "what waits, and runs until Ctrl-C. With MODCONSOLE_HACKERNEWS_COUNT=200 it begins with "
        "the newest comments of Hacker News. Data stays in MODCONSOLE_HOME.",
    )


def run_up(_arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole up`."""
    from core.processes.console import serve_all

    services = build_services(settings, worker="up")
    # Before the servers start, because they need a backend too, and would disturb the measurement.
    fastest_runtime(services.settings, say=lambda line: print(line, flush=True))
    stopped = serve_all(
        services, lambda: _ingest_and_score(services), lambda line: print(line, flush=True)
    )
    return ExitCode.SERVER_STOPPED if stopped else ExitCode.DONE


def _ingest_and_score(services: Services) -> None:
    """Ingest the newest Hacker News comments, if the site wants any, and the bundled sample on a
    trial without a comment; score what waits."""
    if services.settings.hackernews_count:
        _ingest_news(services)
    with services.context.store.read() as reader:
        is_empty = reader.is_empty()
    if is_empty and _is_trial(services.settings):
        print("There is no comment yet: using the bundled sample.", flush=True)
        ingest_source(services, bundled_source())
    elif is_empty:
        print(f"There is no comment yet. {NEXT}", flush=True)
    try:
        score_stored(services)
    except (BackendError, ConfigError, MissingExtra) as error:
        # Not fatal: the console has to run, because its pages show why.
        print(f"  Nothing is scored: {error}. See the page Backends.")


def _is_trial(settings: Settings) -> bool:
    """Invented comments would mix with those of a site that is set up."""
    return settings.site_name == NOT_SET and has_no_key(settings)


def _ingest_news(services: Services) -> None:
    settings = services.settings
    count = settings.hackernews_count
    print(f"Asking Hacker News for its {count} newest comments ...", flush=True)
    try:
        ingest_source(services, hackernews_source(settings, count))
    except SourceUnavailable as error:
        print(f"  No Hacker News: {error}")
