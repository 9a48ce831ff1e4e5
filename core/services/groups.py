"""Groups: the cases that wait with nearly the same text, to decide them together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import NotFound
from core.moderation.alike import ALIKE, compare, signature_of
from core.moderation.cases import CaseStatus
from core.moderation.comments import is_named
from core.moderation.groups import GROUP_LIMIT
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.scores import Label
from core.services.context import Context
from core.store.base import Reader
from core.store.near_views import NearCase
from core.store.views import AuthorRecord

COMPARED = 300
"""So many similar texts are compared word by word."""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One case of a group with its facts. `score` is that of `label`; `record` is None if the
    author has no name; `likeness` is 0..1, and 1 for the same text apart from case, punctuation
    and spaces (`is_same`)."""

    revision_id: str
    seen_version: int
    status: CaseStatus
    text: str
    source: str
    author: str
    record: AuthorRecord | None
    label: Label | None
    score: float | None
    opened_at: datetime
    reports: int
    likeness: float
    is_same: bool


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """Waiting cases with nearly the same text: first the one that was asked for, then those most
    alike. `members` are at most GROUP_LIMIT of `total`. Not `is_counted`: so many texts are
    similar that not all were compared, and there may be more."""

    members: Sequence[GroupMember]
    total: int
    same: int
    is_counted: bool


NO_GROUP = CaseGroup((), total=0, same=0, is_counted=True)


def count_alike(context: Context, actor: Actor, revision_ids: Collection[str]) -> Mapping[str, int]:
    """For each of these cases whose text other waiting cases have too: how many have it, itself
    included. In one statement; texts that only resemble each other are found by `find_group`."""
    check_can(actor, Permission.SEE_QUEUE)
    with context.store.read() as reader:
        counted = reader.count_same(revision_ids)
    return {revision_id: count for revision_id, count in counted.items() if count > 1}


def find_group(context: Context, actor: Actor, revision_id: str) -> CaseGroup:
    """The waiting cases with nearly the same text as this one; none for a blind case. Raises
    NotFound unless it waits itself."""
    check_can(actor, Permission.SEE_QUEUE)
    with context.store.read() as reader:
        revision, case = reader.revision(revision_id), reader.case_of(revision_id)
        if revision is None or case is None or case.status is CaseStatus.CLOSED:
            raise NotFound("This comment waits for no decision.")
        if case.is_blind:
            return NO_GROUP
        signature = signature_of(revision.text)
        same = reader.same_waiting(signature.text_key, GROUP_LIMIT)
        own = [revision_id, *(other for other in same if other != revision_id)][:GROUP_LIMIT]
        near = reader.near_waiting(signature, COMPARED, least=ALIKE)
        alike, is_whole = compare(revision.text, reader.near_cases(near), least=ALIKE)
        found = [(known, 1.0) for known in reader.near_cases(own)] + list(alike)
        same_total = reader.count_same([revision_id]).get(revision_id, 1)
        return CaseGroup(
            members=_members(reader, found[:GROUP_LIMIT], same=set(own)),
            total=same_total + len(alike),
            same=same_total,
            is_counted=is_whole and len(near) < COMPARED,
        )


def _members(
    reader: Reader, found: Sequence[tuple[NearCase, float]], *, same: Collection[str]
) -> Sequence[GroupMember]:
    named = {(known.source, known.author) for known, _ in found if is_named(known.author)}
    records = reader.author_records(named)
    return [
        GroupMember(
            revision_id=known.revision_id,
            seen_version=known.seen_version,
            status=known.status,
            text=known.text,
            source=known.source,
            author=known.author,
            record=records.get((known.source, known.author)),
            label=known.label,
            score=known.scores.get(known.label) if known.label else None,
            opened_at=known.opened_at,
            reports=known.reports,
            likeness=share,
            is_same=known.revision_id in same,
        )
        for known, share in found
    ]
