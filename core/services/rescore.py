"""Rescoring: comments that the failure policy decided on are scored and decided on again once a
backend answers."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from core.inference.base import OUTAGES, ErrorKind
from core.inference.scorer import Scorer
from core.moderation.comments import Revision
from core.moderation.policies import Action
from core.services.automated import decide
from core.services.context import Context
from core.services.score import CHUNK_ROWS, raise_outage
from core.servinglog.record import Mode


@dataclass(slots=True)
class RescoringReport:
    """The results so far: the number of comments `decided` again and their `actions`; `failed` has
    the ids of revisions that could not be scored this time either."""

    decided: int = 0
    failed: set[str] = field(default_factory=set)
    actions: Counter[Action] = field(default_factory=Counter)


def rescore_failed(
    context: Context, scorer: Scorer, *, skip: Collection[str] = ()
) -> Iterator[RescoringReport]:
    """Score and decide again, oldest first, each comment whose current decision is the failure
    policy's. Yields the same report object, updated, after each committed chunk. `skip` are the ids
    of revisions to leave out.

    Raises BackendError if the backend is down; the remaining comments keep their decision and are
    tried at the next call.
    """
    with context.store.read() as reader:
        policy = reader.policy_in_force()
    report = RescoringReport()
    after: Revision | None = None
    while True:
        with context.store.read() as reader:
            found = reader.failed_revisions(CHUNK_ROWS, after)
        if not found:
            return
        after = found[-1]
        failed = [revision for revision in found if revision.id not in skip]
        if not failed:
            continue
        results = scorer.score([revision.text for revision in failed], Mode.BATCH)
        info = scorer.backend.info
        with context.store.write() as tx:
            for revision, result in zip(failed, results, strict=True):
                if result.error is not None and result.error_kind is not ErrorKind.LANGUAGE:
                    if result.error_kind not in OUTAGES:
                        report.failed.add(revision.id)
                    continue
                decision = decide(
                    context,
                    tx,
                    policy=policy,
                    info=info,
                    revision=revision,
                    result=result,
                    chain=tx.decision_chain(revision.id),
                )
                if decision is not None:
                    report.decided += 1
                    report.actions[decision.action] += 1
        yield report
        raise_outage(results)
