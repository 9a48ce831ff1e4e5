"""What changed on the site in a window: versions, processes and policies that are new, and alerts.
The overview and the latency page show the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import Policy
from core.services.context import Context
from core.servinglog.causes.facts import ChangeKind, SiteChange
from core.servinglog.objectives.alert_file import AlertFile
from core.servinglog.objectives.alerts import Alert
from core.servinglog.windows import Window

if TYPE_CHECKING:
    from core.servinglog.queries import ServingLogQueries


@dataclass(frozen=True, slots=True)
class SiteEvents:
    """The changes of a window, the newest first, and the alerts that ran in it, the oldest
    first."""

    changes: Sequence[SiteChange]
    alerts: Sequence[Alert]


def list_changes(
    context: Context, log: "ServingLogQueries", window: Window
) -> Sequence[SiteChange]:
    """What was first seen in the window, the newest first. Raises StoreError."""
    from core.servinglog.fact_queries import first_seen

    with context.store.read() as reader:
        policies = _policy_changes(reader.policies())
    inside = [one for one in policies if window.since <= one.at < window.until]
    return sorted((*first_seen(log, window), *inside), key=lambda one: one.at, reverse=True)


def list_events(
    context: Context, actor: Actor, log: "ServingLogQueries", alerts: AlertFile, window: Window
) -> SiteEvents:
    """The changes of the window and the alerts of its time. Raises PermissionDenied,
    StoreError."""
    check_can(actor, Permission.SEE_SERVING)
    ran = [
        one
        for one in alerts.alerts()
        if one.began_at < window.until and (one.ended_at is None or one.ended_at > window.since)
    ]
    return SiteEvents(list_changes(context, log, window), ran)


def _policy_changes(policies: Iterable[Policy]) -> list[SiteChange]:
    """Each version, and whether its thresholds are other ones than before."""
    ordered = sorted(policies, key=lambda one: one.version)
    found = [_change(ChangeKind.POLICY, one) for one in ordered[:1]]
    for before, one in pairwise(ordered):
        is_same = _bands(before) == _bands(one)
        found.append(_change(ChangeKind.POLICY if is_same else ChangeKind.THRESHOLDS, one))
    return found


def _change(kind: ChangeKind, policy: Policy) -> SiteChange:
    return SiteChange(kind, "", str(policy.version), policy.created_at)


def _bands(policy: Policy) -> set[tuple[object, ...]]:
    return {(rule.label, rule.low, rule.high, rule.action) for rule in policy.rules}
