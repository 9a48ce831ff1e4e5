"""The words and numbers of the page Policy; those of a trial are in `trial_words`."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from core.moderation.policies import Action, TextRule
from core.moderation.policy_bands import LabelBands
from core.moderation.policy_drafts import DraftState, PolicyDraft
from core.moderation.scores import Label
from core.moderation.text_rules import TextRuleKind
from core.services.policy_desk import PolicyVersion
from dashboard.figures import significant
from dashboard.policy.sentences import DIGITS
from dashboard.staff_texts import count, joined, said, say
from dashboard.wording import LABELS, short_day

NEVER = 1.0
"""Where a slider stands for a band that does not exist."""
NAME_CHARS = 40
KINDS = said("policy.kind", TextRuleKind)
ACTIONS = said("policy.action", Action)
PATTERN_EXAMPLE = r"win \d+ (euros|dollars)"


class TrialSpan(StrEnum):
    """The time whose decisions a draft is tried on."""

    WEEK = "7 days"
    MONTH = "30 days"
    QUARTER = "90 days"
    EVERYTHING = "All"


LENGTHS: dict[TrialSpan, timedelta | None] = {
    TrialSpan.WEEK: timedelta(days=7),
    TrialSpan.MONTH: timedelta(days=30),
    TrialSpan.QUARTER: timedelta(days=90),
    TrialSpan.EVERYTHING: None,
}


def bands_words(bands: LabelBands) -> str:
    """`hold from 0.44, remove: a person only`."""
    hold = (
        say("policy.bands.hold_nothing")
        if bands.hold_from is None
        else say("policy.bands.hold_from", score=significant(bands.hold_from, DIGITS))
    )
    remove = (
        say("policy.bands.remove_by_people")
        if bands.remove_from is None
        else say("policy.bands.remove_from", score=significant(bands.remove_from, DIGITS))
    )
    return f"{hold}, {remove}"


def knobs(bands: LabelBands) -> tuple[float, float]:
    """Where the two knobs of a slider stand."""
    remove = NEVER if bands.remove_from is None else bands.remove_from
    return (remove if bands.hold_from is None else bands.hold_from), remove


def bands_at(hold: float, remove: float) -> LabelBands:
    """The bands for the places of two knobs."""
    return LabelBands(
        None if hold == remove else hold,
        None if remove == NEVER else remove,
    )


def about_kind(kind: TextRuleKind) -> str:
    """What a rule of that kind looks for."""
    return say(f"policy.about_kind.{kind.name.lower()}", example=PATTERN_EXAMPLE)


def rule_name(rule: TextRule) -> str:
    """`word “casino”`, short enough for a line. Not escaped."""
    return say("policy.rules.name", kind=KINDS[rule.kind], text=short_text(rule))


def short_text(rule: TextRule) -> str:
    """What it looks for, short enough for a line. Not escaped."""
    return rule.text if len(rule.text) <= NAME_CHARS else f"{rule.text[:NAME_CHARS]}…"


def rule_rows(rules: Sequence[TextRule]) -> dict[str, list[str]]:
    """The columns of the table of text rules."""
    return {
        say("policy.rules.text"): [rule.text for rule in rules],
        say("policy.rules.kind"): [KINDS[rule.kind] for rule in rules],
        say("policy.rules.action"): [ACTIONS[rule.action] for rule in rules],
        say("policy.rules.reason"): [rule.reason_code for rule in rules],
        say("policy.rules.about"): [rule.description for rule in rules],
    }


def waiting_proposals(drafts: Sequence[PolicyDraft]) -> str:
    """That proposals of others wait for a second person; empty if none does."""
    if not drafts:
        return ""
    return count("policy.proposals", len(drafts), names=joined([draft_name(one) for one in drafts]))


def draft_name(draft: PolicyDraft) -> str:
    """`ravi's proposal`, `ravi's draft`."""
    is_proposed = draft.state is DraftState.PROPOSED
    key = "policy.name.proposal" if is_proposed else "policy.name.draft"
    return say(key, author=draft.author)


def draft_title(draft: PolicyDraft) -> str:
    """`ravi's proposal of version 3`."""
    is_proposed = draft.state is DraftState.PROPOSED
    key = "policy.name.proposal_of" if is_proposed else "policy.name.draft_of"
    return say(key, author=draft.author, version=str(draft.policy.version))


def day_and_time(moment: datetime) -> str:
    """`05 Nov 2026 14:30`, in the zone that the moment has."""
    return f"{short_day(moment)} {moment:%Y %H:%M}"


def version_rows(versions: list[PolicyVersion], zone: tzinfo) -> dict[str, list[object]]:
    """The columns of the table of versions."""
    moments = [version.policy.created_at.astimezone(zone) for version in versions]
    drafts = [version.draft for version in versions]
    console = say("policy.versions.console")
    return {
        say("policy.versions.version"): [version.policy.version for version in versions],
        say("policy.versions.since"): [day_and_time(moment) for moment in moments],
        say("policy.versions.drafted_by"): [draft.author if draft else console for draft in drafts],
        say("policy.versions.published_by"): [
            draft.ended_by if draft else console for draft in drafts
        ],
        say("policy.versions.why"): [_why(draft) for draft in drafts],
    }


def _why(draft: PolicyDraft | None) -> str:
    if draft is None:
        return say("policy.versions.first")
    if draft.rolls_back_to is not None:
        version = str(draft.rolls_back_to)
        return say("policy.versions.back", version=version, note=draft.note)
    return draft.note


def label_names(labels: list[Label]) -> str:
    """The labels, one after the other."""
    return ", ".join(LABELS[label] for label in labels)
