"""What both forms of the review page say about groups of cases with the same text."""

from collections.abc import Sequence

from core.services.group_decisions import SkippedMember
from core.services.groups import CaseGroup
from dashboard.problems import told
from dashboard.staff_texts import count, number, say

TOLD = 3


def group_title(group: CaseGroup) -> str:
    """How many there are of each kind: only those with the same text are ticked at first."""
    parts = [count("review.group.same", group.same)]
    if near := group.total - group.same:
        key = "review.group.near" if group.is_counted else "review.group.near_or_more"
        parts.append(count(key, near))
    return ", ".join(parts)


def group_words(group: CaseGroup) -> str:
    """How many of them are listed, and what to do with the ticks."""
    listed = say("review.group.all_wait")
    if group.total > len(group.members):
        listed = count("review.group.first_wait", len(group.members))
    has_near = group.total > group.same
    return f"{listed} {say('review.group.tick' if has_near else 'review.group.untick')}"


def left_out_line(skipped: Sequence[SkippedMember]) -> str:
    """Whom the group's decision left as they were, and why; empty if it left nobody."""
    if not skipped:
        return ""
    whom = "; ".join(
        say("review.group.left_why", who=each.author, why=told(each.why)) for each in skipped[:TOLD]
    )
    if len(skipped) > TOLD:
        more = number(len(skipped) - TOLD)
        return count("review.group.left_out_more", len(skipped), told=whom, more=more)
    return count("review.group.left_out", len(skipped), told=whom)


def group_undone_line(opened: int, left: int) -> str:
    """How many cases are open again, and how many stay decided."""
    words = count("review.group.opened", opened)
    if not left:
        return say("review.group.undone", opened=words)
    return say("review.group.undone_in_part", opened=words, left=count("review.group.left", left))
