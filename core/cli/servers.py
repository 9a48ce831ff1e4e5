"""`modconsole serve`, `dashboard` and `author`: one server each."""

import argparse
import os
import sys

from core.bootstrap.services import build_services
from core.cli.arguments import Commands
from core.config import Settings

ENGINES = ("uvicorn", "ray")


def add_commands(commands: Commands) -> None:
    """Declares `serve`, `dashboard` and `author`."""
    command = commands.add(
        "serve",
        run_serve,
        "Run the API.",
        "POST /v1/comments and /v1/reports, GET /v1/decisions/REFERENCE, /healthz; its "
        "documentation is at /docs. "
        "`--engine ray` runs MODCONSOLE_REPLICAS processes behind one port; needs the extra [ray].",
    )
    command.add_argument(
        "--engine", choices=ENGINES, default="uvicorn", help="uvicorn (one process) or ray"
    )
    commands.add(
        "dashboard",
        run_dashboard,
        "Run the staff console.",
        "Listens on this machine only.",
    )
    commands.add(
        "author",
        run_author,
        "Run the public look-up.",
        "The page where an author enters a reference, reads what was decided and why, and can "
        "appeal.",
    )


def run_serve(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole serve`."""
    from core.processes.app_log import set_up_log

    set_up_log(settings)
    address = f"http://127.0.0.1:{settings.api_port}"
    words = f"The API: {address}, its pages: {address}/docs. Ctrl-C stops it."
    if arguments.engine == "ray":
        from core.serving.ray_engine import run_replicas

        run_replicas(settings, ready=lambda: print(words, flush=True))
        return 0
    from core.serving.server import run_api

    services = build_services(settings, worker="api", stays_open=True)
    print(words, flush=True)
    run_api(services)
    return 0


def run_dashboard(_arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole dashboard`."""
    return _exec_module("dashboard.server", "staff")


def run_author(_arguments: argparse.Namespace, _settings: Settings) -> int:
    """`modconsole author`."""
    return _exec_module("dashboard.server", "author")


def _exec_module(module: str, argument: str) -> int:
    """Replace this process, so that only one process has to be stopped."""
    os.execv(sys.executable, [sys.executable, "-m", module, argument])
