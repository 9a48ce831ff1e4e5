"""The words and numbers of the page Policy. Pure."""

from collections.abc import Sequence
from datetime import timedelta, tzinfo
from enum import StrEnum

from core.moderation.estimates import FEWEST_JUDGED, ShareEstimate
from core.moderation.history import KEPT, NOT_JUDGED, REMOVED
from core.moderation.policies import SEVERITY, Action, TextRule
from core.moderation.policy_bands import LabelBands
from core.moderation.policy_drafts import PolicyDraft
from core.moderation.scores import Label
from core.moderation.simulation import BROAD_SHARE, FlipGroup, RuleMatches
from core.moderation.text_rules import TextRuleKind
from core.services.policy_desk import PolicyVersion
from core.services.policy_simulation import PolicyTrial
from dashboard.figures import NONE, counted
from dashboard.wording import LABELS, only_a_person, plain

UNKNOWN = "unknown"
NEVER = 1.0
"""Where a slider stands for a band that does not exist."""
SAME_AS_IN_FORCE = "Move a slider or add a rule to try it on the past. Nothing is changed by that."
NOTHING_TO_TRY = (
    "No comment was decided on by its scores in this time, so there is nothing to try a policy on."
)
ALONE = (
    "You wrote this yourself. Nobody else here may publish it, and this site lets you do it alone; "
    "the audit log will say so."
)
NO_TEXT_RULES = "None: only scores decide."
KIND_HELP: dict[TextRuleKind, str] = {
    TextRuleKind.WORD: "A word, or words in a row: whole words, in any case, also spelled out, "
    "styled or with letters that look alike.",
    TextRuleKind.LINK: "A domain such as casino.example, with all that belong to it, in any link "
    "that the comment shows or hides.",
    TextRuleKind.PATTERN: "A regular expression as RE2 takes it, in any case, such as "
    "win \\d+ (euros|dollars). In the text and in the form that the model reads.",
}
NAME_CHARS = 40
NO_FLIPS = "None of them would have been decided otherwise."
VERDICTS = {KEPT: "kept", REMOVED: "removed", NOT_JUDGED: "not judged"}
ACTIONS: dict[Action, str] = {
    Action.APPROVE: "pass",
    Action.HOLD: "hold",
    Action.ESCALATE: "escalate",
    Action.REMOVE: "remove",
}
COLORS: dict[Action, str] = {
    Action.APPROVE: "green",
    Action.HOLD: "orange",
    Action.ESCALATE: "orange",
    Action.REMOVE: "red",
}


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
    hold = "hold: nothing" if bands.hold_from is None else f"hold from {bands.hold_from:g}"
    if bands.remove_from is None:
        return f"{hold}, remove: {only_a_person()}"
    return f"{hold}, remove from {bands.remove_from:g}"


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


def summary(trial: PolicyTrial) -> str:
    """The sentence above the figures."""
    texts = counted(trial.texts, "comment")
    if not trial.flips:
        return f"{texts}, with their scores of the day. {NO_FLIPS}"
    return (
        f"Of {texts}, with their scores of the day, {trial.flips:,} would have been decided "
        f"otherwise; the most by one author: {trial.one_author:,}."
    )


def work_words(trial: PolicyTrial) -> str:
    """How long people work on what is held."""
    hours = trial.hours_a_day()
    if hours is None or trial.case_s is None:
        return "how long that takes is unknown: too few decisions follow each other"
    before, after = (_minutes(each) for each in hours)
    return f"about {after} of work a day, {before} in force; {trial.case_s:.0f} s a case"


def _minutes(hours: float) -> str:
    return f"{hours:.1f} h" if hours >= 2 else f"{hours * 60:.0f} min"


def share_words(estimate: ShareEstimate | None) -> str:
    """`71 %`, or UNKNOWN."""
    return UNKNOWN if estimate is None else f"{estimate.share:.0%}".replace("%", " %")


def rightly_share(trial: PolicyTrial) -> str:
    """The share of removals that are right; a dash if there are none."""
    return NONE if trial.counts[Action.REMOVE][1] == 0 else share_words(trial.after.rightly)


def found_words(trial: PolicyTrial) -> str:
    """The interval of the share of abuse that is found, or why there is none."""
    estimate = trial.after.found
    if estimate is not None:
        known = f"{estimate.judged:,} judged to be abuse, {trial.in_audits:,} audited"
        return f"{_interval(estimate)}; {known}"
    if trial.in_audits < FEWEST_JUDGED:
        return (
            f"{trial.in_audits} of the {FEWEST_JUDGED} audited comments needed were judged: nobody "
            "knows what was missed"
        )
    return f"fewer than {FEWEST_JUDGED} comments were judged to be abuse"


def rightly_words(trial: PolicyTrial) -> str:
    """The interval of the share of removals that are right, or why there is none."""
    estimate = trial.after.rightly
    if estimate is not None:
        return f"{_interval(estimate)}, from {estimate.judged:,} judged"
    if trial.counts[Action.REMOVE][1] == 0:
        return "nothing would be removed without a person"
    return f"fewer than {FEWEST_JUDGED} of what it removes were held and judged"


def _interval(estimate: ShareEstimate) -> str:
    return f"{estimate.low:.0%} to {estimate.high:.0%}".replace("%", " %")


def bound_words(trial: PolicyTrial) -> str:
    """What is known of the abuse among the flips, whatever the rest is."""
    bound = trial.flipped
    share = f"{bound.low:.0%} to {bound.high:.0%}".replace("%", " %")
    return (
        f"People judged {bound.judged:,} of these {bound.judged + bound.unjudged:,}. So {share} of "
        "them are abuse, whatever the others are."
    )


def direction(group: FlipGroup) -> str:
    """`pass → hold`."""
    return f"{ACTIONS[group.before]} → {ACTIONS[group.after]}"


def direction_badge(before: Action, after: Action, count: int) -> tuple[str, str]:
    """`560 pass → hold`, and its colour: that of the severer end."""
    worse = max(before, after, key=SEVERITY.__getitem__)
    color = COLORS[after] if after is worse else "green"
    return f"{count:,} {ACTIONS[before]} → {ACTIONS[after]}", color


def group_title(group: FlipGroup) -> str:
    """`hold → remove by threat: 54 comments`."""
    cause = "not read whole" if group.label is None else LABELS[group.label]
    if group.text_rule is not None:
        cause = f"the {plain(rule_name(group.text_rule))}"
    return f"{direction(group)} by {cause}: {counted(len(group.rows), 'comment')}"


def rule_name(rule: TextRule) -> str:
    """`word “casino”`, short enough for a line. Not escaped."""
    text = rule.text if len(rule.text) <= NAME_CHARS else f"{rule.text[:NAME_CHARS]}…"
    return f"{rule.kind} “{text}”"


def rule_rows(rules: Sequence[TextRule]) -> dict[str, list[str]]:
    """The columns of the table of text rules."""
    return {
        "text": [rule.text for rule in rules],
        "kind": [rule.kind.value for rule in rules],
        "action": [ACTIONS[rule.action] for rule in rules],
        "reason": [rule.reason_code for rule in rules],
        "what it is about": [rule.description for rule in rules],
    }


def match_rows(matches: Sequence[RuleMatches]) -> dict[str, list[object]]:
    """The columns of the table of what text rules match."""
    return {
        "rule": [f"{one.rule.kind} “{one.rule.text}”" for one in matches],
        "comments": [len(one.rows) for one in matches],
        "share": [f"{one.share:.2%}".replace("%", " %") for one in matches],
        "authors": [one.authors for one in matches],
        "decided otherwise": [one.flips for one in matches],
    }


def broad_words(one: RuleMatches) -> str:
    """The warning about a rule that matches very many comments."""
    share = f"{one.share:.1%}".replace("%", " %")
    most = f"{BROAD_SHARE:.0%}".replace("%", " %")
    found = counted(len(one.rows), "past comment")
    return (
        f"The {plain(rule_name(one.rule))} matches {found}, {share} of all and more than {most}. "
        "Look at some of them before this goes on."
    )


def waiting_proposals(names: Sequence[str]) -> str:
    """That proposals of others wait for a second person; empty if none does."""
    if not names:
        return ""
    wait = "waits" if len(names) == 1 else "wait"
    return f"{' and '.join(names)} {wait} for a second person. See it under Show, above the bands."


def draft_name(draft: PolicyDraft) -> str:
    """`ravi's proposal`, `ravi's draft`."""
    return f"{draft.author}'s {'proposal' if draft.state == 'proposed' else 'draft'}"


def version_rows(versions: list[PolicyVersion], zone: tzinfo) -> dict[str, list[object]]:
    """The columns of the table of versions."""
    moments = [version.policy.created_at.astimezone(zone) for version in versions]
    drafts = [version.draft for version in versions]
    return {
        "version": [version.policy.version for version in versions],
        "in force from": [f"{moment:%d %b %Y %H:%M}" for moment in moments],
        "drafted by": [draft.author if draft else "the console" for draft in drafts],
        "published by": [draft.ended_by if draft else "the console" for draft in drafts],
        "why": [_why(draft) for draft in drafts],
    }


def _why(draft: PolicyDraft | None) -> str:
    if draft is None:
        return "the first one"
    if draft.rolls_back_to is not None:
        return f"back to version {draft.rolls_back_to}: {draft.note}"
    return draft.note


def label_names(labels: list[Label]) -> str:
    """The labels, one after the other."""
    return ", ".join(LABELS[label] for label in labels)


def tried_words(trial: PolicyTrial) -> str:
    """What is stored of the trial with the publication."""
    return (
        f"Tried on {counted(trial.texts, 'past comment')}: {trial.flips:,} decided otherwise. This "
        "is stored with the publication."
    )
