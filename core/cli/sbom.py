"""`modconsole sbom`: what runs here, as a software bill of materials."""

import argparse
import json
from contextlib import closing
from pathlib import Path

from core.bootstrap.inventory import site_inventory
from core.bootstrap.services import build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode, complain
from core.clock import system_clock
from core.config import Settings
from core.errors import StoreError
from core.inventory.cyclonedx import make_bom
from core.moderation.permissions import SYSTEM


def add_commands(commands: Commands) -> None:
    """Declares `sbom`."""
    command = commands.add(
        "sbom",
        run_sbom,
        "Write a software bill of materials: packages, the model and its data (CycloneDX JSON).",
        "It names every package installed beside the console with version, licence and what needs "
        "it, the model in force with its files, hashes and metrics, and the data that taught or "
        "measured it. Nothing is loaded, and nothing leaves this machine. The page *What runs "
        "here?* has the same. See docs/inventory.md.",
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="write it to FILE instead of standard output"
    )


def run_sbom(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole sbom`."""
    with closing(build_services(settings, worker="sbom")) as services:
        found = site_inventory(SYSTEM, services)
    if found.model_problem is not None:
        complain(f"without the model: {found.model_problem}")
    text = json.dumps(make_bom(found.packages, found.model, system_clock().now()), indent=1)
    if arguments.out is None:
        print(text)
        return ExitCode.DONE
    try:
        arguments.out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{arguments.out} can't be written: {error.strerror}") from None
    return ExitCode.DONE
