"""Writes statements of reasons as files: the calls of the database's API, the chain, the refused.

Each line of FILE.jsonl is the body of one call. FILE.chain.jsonl says which statement follows which
and how each ended, which the database has no field and no route for. FILE.refused.jsonl lists the
statements that the database would not take.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from core.batch.part_files import new_part
from core.errors import InvalidInput
from core.moderation.dsa.fields import MOST_PER_CALL, Fields
from core.services.statements import StatementEnded, StatementMade

SUFFIX = ".jsonl"


@dataclass(slots=True)
class StatementCounts:
    """What was written."""

    sent: int = 0
    calls: int = 0
    refused: int = 0
    ended: int = 0


def paths_of(out: Path) -> tuple[Path, Path, Path]:
    """Of the chain, of the refused statements, and `out`: the last is in place once all are."""
    name = out.name.removesuffix(SUFFIX)
    return out.with_name(f"{name}.chain{SUFFIX}"), out.with_name(f"{name}.refused{SUFFIX}"), out


def check_statements_out(out: Path) -> None:
    """Raises InvalidInput for a name under which nothing can be written."""
    if out.suffix != SUFFIX:
        raise InvalidInput(f"{out.name}: statements are written as {SUFFIX}")
    if not out.parent.is_dir():
        raise InvalidInput(f"there is no folder {out.parent}")
    for path in paths_of(out):
        if path.is_dir():
            raise InvalidInput(f"{path} is a folder")


def write_statements(lines: Iterable[StatementMade | StatementEnded], out: Path) -> StatementCounts:
    """Write all, in flat memory; a file appears once it is complete. Raises InvalidInput."""
    counts = StatementCounts()
    try:
        with _files(paths_of(out)) as (chain, refused, sent):
            waiting: list[Fields] = []
            for line in lines:
                _write_line(chain, _chain_line(line))
                if isinstance(line, StatementEnded):
                    counts.ended += 1
                elif line.problems:
                    counts.refused += 1
                    _write_line(refused, _refused_line(line))
                else:
                    waiting.append(line.fields)
                    counts.sent += 1
                if len(waiting) == MOST_PER_CALL:
                    _write_call(sent, waiting, counts)
            if waiting:
                _write_call(sent, waiting, counts)
    except OSError as error:
        raise InvalidInput(f"{out} can't be written: {error.strerror}") from None
    return counts


@contextmanager
def _files(paths: tuple[Path, ...]) -> Iterator[Sequence[TextIO]]:
    """Part files, renamed in that order once all of them are on disk."""
    with ExitStack() as stack:
        parts = [stack.enter_context(new_part(path)) for path in paths]
        files = [
            stack.enter_context(part.open("w", encoding="utf-8", newline="\n")) for part in parts
        ]
        yield files
        for file in files:
            file.flush()
            os.fsync(file.fileno())
        for part, path in zip(parts, paths, strict=True):
            part.replace(path)


def _write_call(file: TextIO, waiting: list[Fields], counts: StatementCounts) -> None:
    _write_line(file, {"statements": waiting})
    counts.calls += 1
    waiting.clear()


def _write_line(file: TextIO, value: object) -> None:
    file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def _chain_line(line: StatementMade | StatementEnded) -> dict[str, object]:
    restriction = line.restriction
    told: dict[str, object] = {"puid": restriction.decision.id, "kind": restriction.kind.value}
    if isinstance(line, StatementMade):
        at = _time(restriction.began_at)
        return {**told, "event": "began", "at": at, "supersedes": restriction.supersedes}
    return {
        **told,
        "event": "ended",
        "at": _time(restriction.ended_at),
        "because": restriction.ended_because,
        "superseded_by": restriction.superseded_by,
    }


def _refused_line(line: StatementMade) -> dict[str, object]:
    return {
        "puid": line.restriction.decision.id,
        "problems": [
            {"field": each.field, "rule": each.rule, "message": f"`{each.field}` {each.message}"}
            for each in line.problems
        ],
        "statement": line.fields,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
