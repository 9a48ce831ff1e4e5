"""`modconsole cascade`."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from core.bootstrap.backends import describe_backend, read_first_stage_of
from core.bootstrap.services import Services, build_services
from core.cli.arguments import Commands
from core.cli.output import progress_bar
from core.config import Settings
from core.inference.cascade.calibration import (
    NOT_CALIBRATED,
    Calibration,
    objection,
    read_calibration,
    write_calibration,
)
from core.inference.scorer import Scorer
from core.moderation.clearing import Promise, acting_edges, missed_bounds, promise_state
from core.moderation.policies import Policy
from core.services.cascade import calibrate
from core.servinglog.answers import Audits
from core.store.views import ScoredText

NEWEST = 100_000
ROWS_READ_TOGETHER = 1_000


def add_commands(commands: Commands) -> None:
    """Declares `cascade`."""
    command = commands.add(
        "cascade",
        run_cascade,
        "Let a first stage clear what is clearly fine.",
        "`cascade calibrate` compares the first stage with the full model on the newest stored "
        "comments, or those of --file, and stores the threshold below which it may clear. It "
        "refuses if the comments are too few to prove that hardly a flag is missed. `cascade "
        "status` prints the calibration and what audits of live traffic have found since.",
    )
    command.add_argument(
        "act", choices=("calibrate", "status"), metavar="ACT", help="calibrate or status"
    )
    command.add_argument(
        "--file", type=Path, metavar="FILE", help="comments of this site: CSV, JSONL or Parquet"
    )
    command.add_argument("--text-column", default="text", help="column that holds the text")


def run_cascade(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole cascade calibrate|status`."""
    services = build_services(settings, worker="cascade")
    with services.context.store.read() as reader:
        policy = reader.policy_in_force()
    if arguments.act == "calibrate":
        _calibrate(services, policy, arguments.file, arguments.text_column)
    else:
        _status(services, policy)
    return 0


def _calibrate(services: Services, policy: Policy, file: Path | None, column: str) -> None:
    settings = services.settings
    if file is None:
        with services.context.store.read() as reader:
            comments: list[ScoredText] = list(reader.scored_texts(NEWEST))
    else:
        comments = list(_file_texts(file, column))
    first = read_first_stage_of(settings)
    scorer = Scorer(services.full_model, services.serving_log, services.clock)
    with progress_bar("comments", title="Comparing", total=len(comments)) as advance:
        found = calibrate(
            comments,
            first,
            scorer,
            policy,
            promise=settings.cascade_missed_share,
            data=file.name if file else "stored comments",
            now=services.clock.now(),
            progress=advance,
        )
    write_calibration(settings.calibration_path, found)
    print("\n".join(_shown(found)))
    if settings.cascade == "off":
        print("MODCONSOLE_CASCADE=on puts it to work.")


def _status(services: Services, policy: Policy) -> None:
    settings = services.settings
    first = read_first_stage_of(settings)
    full_version = describe_backend(settings).model_version
    calibration = read_calibration(settings.calibration_path)
    print(f"Model {full_version}, first stage {first.version}, policy {policy.version}.")
    why: str | None = NOT_CALIBRATED
    if calibration is not None:
        print("\n".join(_shown(calibration)))
        why = objection(
            calibration,
            full_version=full_version,
            first_version=first.version,
            edges=acting_edges(policy),
            promise=settings.cascade_missed_share,
        )
    if why is not None:
        print(
            f"The full model scores everything: {why}. `modconsole cascade calibrate` tries anew."
        )
        return
    print(f"MODCONSOLE_CASCADE is {settings.cascade}.")
    if calibration is not None:
        audits = services.serving_log_queries.audits(calibration.made_at, full_version)
        print("\n".join(_audited(audits, settings.cascade_missed_share)))


def _shown(found: Calibration) -> list[str]:
    return [
        f"Calibrated {found.made_at:%Y-%m-%d %H:%M} UTC on {found.comments:,} distinct comments "
        f"({found.data}), {found.flagged:,} of them flagged by {found.full_version}.",
        f"The first stage would clear {found.share_cleared:.1%} of them (nearness below "
        f"{found.pass_below:.4f}) and miss {found.missed} flags: at most {found.bound:.2%} of all "
        "flags, with 95 % confidence.",
    ]


def _audited(audits: Audits, promise: float) -> list[str]:
    if not audits.audited:
        return [f"No audit yet; {audits.skipped:,} comments cleared since the calibration."]
    low, high = missed_bounds(
        skipped=audits.skipped,
        audited=audits.audited,
        audit_missed=audits.missed,
        seen_flags=audits.flagged,
    )
    lines = [
        f"Since then {audits.skipped:,} cleared, {audits.audited:,} more audited, "
        f"{audits.missed} of those flagged: {low:.2%} to {high:.2%} of all flags are missed "
        "(95 % bounds)."
    ]
    words = {
        Promise.HELD: f"The promise of {promise:.2%} is kept.",
        Promise.OPEN: f"Too few audits yet to tell whether {promise:.2%} is kept.",
        Promise.BROKEN: f"More than the promised {promise:.2%} are missed. Switch it off "
        "(MODCONSOLE_CASCADE=off) and calibrate anew.",
    }
    return [*lines, words[promise_state(low, high, promise)]]


def _file_texts(path: Path, column: str) -> Iterator[ScoredText]:
    from core.batch.chunks import open_table
    from core.moderation.cleaning import clean_text

    for chunk in open_table(path, column, ROWS_READ_TOGETHER).chunks:
        for text in chunk.texts:
            if isinstance(text, str) and (readable := clean_text(text)):
                yield ScoredText(readable)
