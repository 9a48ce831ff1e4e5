"""Sends the digest of the day on each channel, at most once each."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from core.moderation.audit import AuditKind
from core.moderation.digest import Digest, QuietHours, is_claimed, local_day
from core.moderation.outbox import Channel, FailedAttempt
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.response_times import Step
from core.services.context import Context
from core.services.work import load_work

Send = Callable[[Digest, datetime], FailedAttempt | None]
_SPAN = timedelta(days=1)


def read_digest(context: Context, actor: Actor) -> Digest:
    """What it would tell now. Raises PermissionDenied, StoreError."""
    check_can(actor, Permission.SEND_DIGEST)
    now = context.clock.now()
    work = load_work(context, actor, now - _SPAN)
    appeals = next(step for step in work.steps if step.step is Step.APPEAL)
    return Digest(
        day=local_day(now, context.time_zone),
        told_at=now,
        items=[item for item in work.inbox if item.count.may_be_more],
        appeals=appeals.waiting,
        overdue_appeals=appeals.overdue,
    )


def send_digest(
    context: Context, actor: Actor, channels: Mapping[Channel, Send], quiet: QuietHours | None
) -> Mapping[Channel, FailedAttempt | None]:
    """The channels on which it was tried now, with what failed. None in quiet hours, and none where
    that of the day was sent already, by whichever process: the audit log says so before it leaves,
    so one that is killed in between is left out rather than sent twice. Raises PermissionDenied,
    StoreError."""
    digest = read_digest(context, actor)
    if quiet is not None and quiet.holds(digest.told_at.astimezone(context.time_zone)):
        return {}
    tried = {}
    for channel, send in channels.items():
        subject = f"digest:{digest.day}:{channel}"
        with context.store.write() as tx:
            if is_claimed(tx.audit_trail(subject)):
                continue
            tx.add_audit(context.audit(AuditKind.DIGEST_SENT, actor, subject))
        tried[channel] = failure = send(digest, context.clock.now())
        if failure is not None:
            with context.store.write() as tx:
                tx.add_audit(context.audit(AuditKind.DIGEST_FAILED, actor, subject))
    return tried
