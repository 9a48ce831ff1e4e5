"""Rescoring: comments that were decided on without scores are scored and decided on again once a
backend answers, or once one assesses their language. So are those that were not read to their end,
once more of a text is read."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from core.inference.base import OUTAGES, ErrorKind, TextResult
from core.inference.batching.batch_queue import most_tokens
from core.inference.language.mixed import as_a_whole
from core.inference.scorer import Scorer
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, waits_for_its_language, waits_to_be_read
from core.moderation.policies import Action, Policy
from core.services.automated import decide
from core.services.context import Context
from core.services.read_limit import is_other_limit, is_raised, note_limit
from core.services.score import CHUNK_ROWS, raise_outage
from core.servinglog.record import Mode
from core.store.base import Reader


@dataclass(slots=True)
class RescoringReport:
    """The results so far: the number of comments `decided` again and their `actions`; `failed` has
    the ids of revisions that could not be scored this time either."""

    decided: int = 0
    failed: set[str] = field(default_factory=set)
    actions: Counter[Action] = field(default_factory=Counter)


def has_unscored(reader: Reader, scorer: Scorer) -> bool:
    """Whether `rescore` would find a comment to score, or a lower limit to note."""
    if _is_limit_to_note(reader, scorer):
        return True
    return bool(_failed(reader, scorer, 1, None) or _held_for_language(reader, scorer, 1, None))


def rescore(
    context: Context, scorer: Scorer, *, skip: Collection[str] = ()
) -> Iterator[RescoringReport]:
    """Score and decide again, oldest first, each comment whose current decision is the failure
    policy's, then each that waits for a person because of its language and is in one that is
    assessed now, then each that was not read to its end if more is read now. Yields the same
    report object, updated, after each committed chunk. `skip` are the ids of revisions to leave
    out.

    Raises BackendError if the backend is down; the remaining comments keep their decision and are
    tried at the next call.
    """
    with context.store.read() as reader:
        policy = reader.policy_in_force()
        has_other_limit = _is_limit_to_note(reader, scorer)
    report = RescoringReport()
    for find in (_failed, _held_for_language, _not_read_whole):
        after: Revision | None = None
        while True:
            with context.store.read() as reader:
                found = find(reader, scorer, CHUNK_ROWS, after)
            if not found:
                break
            after = found[-1]
            unscored = [revision for revision in found if revision.id not in skip]
            if not unscored:
                continue
            results = scorer.score([revision.text for revision in unscored], Mode.BATCH)
            scored = zip(unscored, results, strict=True)
            _decide_again(context, scorer, policy, scored, report)
            yield report
            raise_outage(results)
    if has_other_limit:
        note_limit(context, most_tokens(scorer.backend.info))


def _failed(
    reader: Reader, _scorer: Scorer, limit: int, after: Revision | None
) -> Sequence[Revision]:
    return reader.failed_revisions(limit, after)


def _held_for_language(
    reader: Reader, scorer: Scorer, limit: int, after: Revision | None
) -> Sequence[Revision]:
    return reader.revisions_held_for_language(scorer.languages, limit, after)


def _not_read_whole(
    reader: Reader, scorer: Scorer, limit: int, after: Revision | None
) -> Sequence[Revision]:
    if not is_raised(reader, most_tokens(scorer.backend.info)):
        return ()
    return reader.revisions_not_read_whole(limit, after)


def _is_limit_to_note(reader: Reader, scorer: Scorer) -> bool:
    """Whether another limit than the noted one holds, and comments wait because of one."""
    if not is_other_limit(reader, most_tokens(scorer.backend.info)):
        return False
    return bool(reader.revisions_not_read_whole(1, None))


def _decide_again(
    context: Context,
    scorer: Scorer,
    policy: Policy,
    scored: Iterable[tuple[Revision, TextResult]],
    report: RescoringReport,
) -> None:
    info = scorer.backend.info
    with context.store.write() as tx:
        for revision, told in scored:
            chain = tx.decision_chain(revision.id)
            result = as_a_whole(told, policy)
            if not _can_decide(result, chain):
                if result.error is not None and result.error_kind not in OUTAGES:
                    report.failed.add(revision.id)
                continue
            decision = decide(
                context,
                tx,
                policy=policy,
                info=info,
                revision=revision,
                result=result,
                chain=chain,
            )
            if decision is not None:
                report.decided += 1
                report.actions[decision.action] += 1


def _can_decide(result: TextResult, chain: Sequence[Decision]) -> bool:
    """Whether the result leads to another decision than the one that stands."""
    if waits_to_be_read(chain):
        return result.error is None and result.unread_chars < chain[-1].unread_chars
    if result.error_kind is ErrorKind.LANGUAGE:
        return not waits_for_its_language(chain)
    return result.error is None
