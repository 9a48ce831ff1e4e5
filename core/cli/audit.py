"""`modconsole audit`: verifies and exports the audit log."""

import argparse
import json
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from core.bootstrap.services import build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode
from core.config import Settings
from core.errors import InvalidInput
from core.moderation.audit_chain import ChainBreak, ChainCheck, ChangedDecision, StoredEvent
from core.moderation.permissions import SYSTEM
from core.services.audit import export_audit, verify_audit

MOST_SHOWN = 20


def add_commands(commands: Commands) -> None:
    """Declares `audit`."""
    command = commands.add(
        "audit",
        run_audit,
        "Check that the audit log is unchanged, or export it.",
        "Each event has a link made of the one before it. `audit verify` says where an event was "
        "changed, deleted or moved, and which decision is not what its event says, and prints "
        "the head, the last link. Keep that elsewhere: "
        "whoever can write to the database could make the whole chain anew, and `--head` of a "
        "later check finds that. `audit export` writes every event, oldest first, to a file "
        "named .jsonl, .csv or .parquet, and is an event itself.",
    )
    command.add_argument("act", choices=("verify", "export"), metavar="ACT", help="what to do")
    command.add_argument("--head", metavar="LINK", help="of `verify`: a head printed before")
    command.add_argument("--out", type=Path, metavar="FILE", help="of `export`: the file")


def run_audit(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole audit`."""
    is_export = arguments.act == "export"
    if is_export == (arguments.out is None) or (is_export and arguments.head):
        raise InvalidInput("`audit export` needs --out FILE, `audit verify` takes only --head LINK")
    with closing(build_services(settings, worker="audit", creates=False)) as services:
        if is_export:
            from core.batch.sinks import check_out

            check_out(None, arguments.out)
            return _export(export_audit(services.context, SYSTEM), arguments.out)
        return _show(verify_audit(services.context, SYSTEM, arguments.head), arguments.head)


def _show(check: ChainCheck, known_head: str | None) -> int:
    for each in check.breaks[:MOST_SHOWN]:
        print(_break_line(each, check))
    if check.break_count > MOST_SHOWN:
        print(f"... and {check.break_count - MOST_SHOWN:,} more.")
    for changed in check.changed_decisions[:MOST_SHOWN]:
        print(_decision_line(changed))
    if check.changed_count > MOST_SHOWN:
        print(f"... and {check.changed_count - MOST_SHOWN:,} more decisions.")
    if check.is_known_head_in is False:
        print(f"No event has the link {known_head}: the chain was made anew since it was noted.")
    events = f"{check.events:,} event{'' if check.events == 1 else 's'}"
    print(
        f"{events}, each follows from the one before it."
        if check.is_chain_whole
        else f"{events}: THE AUDIT LOG WAS CHANGED."
    )
    if check.changed_count:
        print("Not every decision is what its event says: A DECISION WAS CHANGED.")
    if check.erased:
        print(f"Of {check.erased:,} of them an erasure left the digest only.")
    if check.head is not None:
        print(f"Head: {check.head.link}")
    print(
        json.dumps(
            {
                "events": check.events,
                "erased": check.erased,
                "breaks": check.break_count,
                "changed_decisions": check.changed_count,
                "is_whole": check.is_whole,
                "head": check.head.link if check.head else None,
            }
        )
    )
    return ExitCode.DONE if check.is_whole else ExitCode.CHANGED


def _decision_line(found: ChangedDecision) -> str:
    stored = (
        f"Decision {found.decision_id} (revision {found.revision_id}) is stored as {found.action} "
        f"by {found.actor}, "
    )
    if found.seq is None:
        return f"{stored}and no event tells of it: it was put there past the console, or moved."
    action = found.logged_action or "nothing of its action"
    return f"{stored}but event {found.seq} says {action} by {found.logged_actor}."


def _break_line(found: ChainBreak, check: ChainCheck) -> str:
    event = found.event
    if event is None:
        last = check.noted.seq if check.noted else "none"
        return (
            f"The log ends with event {found.after_seq}, and the state noted {last} as its last "
            "one: events at the end were deleted or put there past the console."
        )
    if found.is_erasure:
        return f"Event {event.seq} ({event.kind}) was emptied, and no event says by which erasure."
    before = f"event {found.after_seq}" if found.after_seq else "the beginning"
    at = datetime.fromtimestamp(event.occurred_at / 1e6, UTC)
    return (
        f"Event {event.seq} ({event.kind} by {event.actor}, {at:%Y-%m-%d %H:%M:%S} UTC) does not "
        f"follow from {before}: it was changed, or what stood between was deleted or moved."
    )


def _export(events: Iterable[StoredEvent], out: Path) -> int:
    from core.batch.audit_rows import AUDIT_SCHEMA, audit_batches
    from core.batch.sinks import open_sink

    count = 0
    with open_sink(out, AUDIT_SCHEMA) as sink:
        for batch in audit_batches(events):
            sink.write(batch)
            count += batch.num_rows
    print(f"{count:,} events are in {out}.")
    return ExitCode.DONE
