"""The clock, and changes shortly before the trouble began. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from core.servinglog.causes.cause import CauseKind, LikelyCause
from core.servinglog.causes.facts import ChangeKind, Facts, SiteChange
from core.servinglog.causes.measures import counted, span

SHORTLY = timedelta(minutes=10)
"""A change at most this long before the first bad call may have caused it."""
_SHORTLY_AFTER = timedelta(seconds=5)  # the first call of a new version may be the first bad one
_ABOUT_CHANGES = frozenset(
    {CauseKind.DEAD, CauseKind.REFUSING, CauseKind.FLAPPING, CauseKind.REPLICA, CauseKind.COLD}
    | {CauseKind.SLOW, CauseKind.NETWORK, CauseKind.QUEUE}
)
_CHECK_CLOCKS = (
    "Check the time service (NTP) of the machines that score; until their clocks agree, don't "
    "trust windows that hold that time."
)


def clock_cause(facts: Facts) -> LikelyCause | None:
    """A clock that went back, or that is ahead of this one: windows then hold the wrong calls."""
    step = facts.clock_step
    if step is not None:
        back = span(step.back / timedelta(milliseconds=1))
        return LikelyCause(
            CauseKind.CLOCK,
            "",
            f"The clock of a machine that scores went back by {back}.",
            (f"Calls written later are dated up to {back} before earlier ones of their process.",),
            _CHECK_CLOCKS,
            step.at,
        )
    if facts.future:
        return LikelyCause(
            CauseKind.CLOCK,
            "",
            "The clock of a machine that scores is ahead of this one, or was until it went back.",
            (f"The log holds {counted(facts.future, 'call')} dated in the future.",),
            _CHECK_CLOCKS,
        )
    return None


def with_change(cause: LikelyCause, changes: Sequence[SiteChange]) -> LikelyCause:
    """The cause with what changed shortly before it began, as evidence."""
    since = cause.since
    if since is None or cause.kind not in _ABOUT_CHANGES:
        return cause
    near = [
        one
        for one in changes
        if one.kind is ChangeKind.MODEL
        and one.subject == cause.subject
        and since - SHORTLY <= one.at <= since + _SHORTLY_AFTER
    ]
    if not near:
        return cause
    last = max(near, key=lambda one: one.at)
    apart = max(0.0, (since - last.at) / timedelta(milliseconds=1))
    when = "at once" if apart < 1000 else f"{span(apart)} later"
    words = (
        f"Version {last.value} of {last.subject} was first seen at {last.at:%H:%M:%S} UTC; it "
        f"began {when}."
    )
    advice = f"{cause.advice} Going back to the version before is the quickest try."
    return replace(cause, evidence=(*cause.evidence, words), advice=advice)
