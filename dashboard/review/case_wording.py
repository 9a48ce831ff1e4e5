"""What both forms of the review page say about a case. Pure."""

from collections.abc import Sequence
from datetime import datetime

from core.inference.text.rule_matcher import RuleMatch
from core.moderation.cases import Case, CaseTrigger
from core.moderation.distances import LabelDistance
from core.moderation.languages import language_name
from core.moderation.policies import Action
from core.moderation.priority import explain_priority
from core.moderation.sampling import Sampling, SamplingReason
from core.services.queries import CaseView
from dashboard.wording import FAILURES, TRIGGERS

WITHOUT_LABEL: dict[CaseTrigger, str] = {
    CaseTrigger.HOLD: "held",
    CaseTrigger.NOT_SCORED: "not scored",
    CaseTrigger.AFTER_EDIT: "edited",
    CaseTrigger.LANGUAGE: "not assessed: language",
    CaseTrigger.NOT_READ_WHOLE: "too long",
    CaseTrigger.REOPENED: "reopened",
    CaseTrigger.REPORT: "reported",
    CaseTrigger.BLIND: "score hidden",
}
"""In a list, in place of the label of a case that has none."""
_SAMPLED = {
    SamplingReason.FLAG: "it was held",
    SamplingReason.REPORT: "it was reported",
    SamplingReason.AUDIT: "it was drawn from what the model approved",
    SamplingReason.REOPENED: "somebody reopened it",
    SamplingReason.DOUBLE_REVIEW: "what was decided on it was drawn for a second look",
}
MATCHED = 3
"""The strongest of the marks."""
MOST_WORDS, LONGEST_WORD = 5, 60
_LINES = {Action.HOLD: "holding", Action.REMOVE: "removal", Action.ESCALATE: "escalation"}


def unscored_line(view: CaseView) -> str:
    """Why there are no scores, if the reason is known."""
    if (language := view.automated.unassessed_language) is not None:
        return (
            f"This comment, or a part of it, is in {language_name(language)}, which the model does "
            "not assess: nothing is known about that, and a person decides unaided."
        )
    why = f": {FAILURES[view.failure]}" if view.failure else ""
    trigger = CaseTrigger.NOT_SCORED if view.failure else view.case.trigger
    return f"This comment {TRIGGERS[trigger]}{why}; a person decides without scores."


def match_line(match: RuleMatch, text: str) -> str:
    """Which rule about the text led here, and what it matched."""
    words = ", ".join(f"“{word[:LONGEST_WORD]}”" for word in match.words(text)[:MOST_WORDS])
    rule = match.rule
    found = f" in {words}" if words else ""
    return f"A {rule.kind} rule ({rule.action}) matched{found}: {rule.description}"


def matched_pieces(text: str, matches: Sequence[RuleMatch]) -> list[tuple[str, int]]:
    """The text in pieces, each with the strength of its mark: MATCHED for what a rule matched."""
    pieces: list[tuple[str, int]] = []
    at = 0
    for span in sorted({span for match in matches for span in match.spans}):
        start = max(span.start, at)
        if start < min(span.end, len(text)):
            pieces += [(text[at:start], 0), (text[start : span.end], MATCHED)]
            at = min(span.end, len(text))
    return [piece for piece in [*pieces, (text[at:], 0)] if piece[0]]


def unread_line(view: CaseView) -> str:
    """How much of the comment no model read."""
    unread = view.automated.unread_chars
    return (
        f"Too long to be read whole: the last {unread:,} characters were not read by the model, so "
        "the scores are only those of the text before."
    )


def sampling_line(sampling: Sampling) -> str:
    """Why a person looks at the text, and how likely that was for such a text."""
    return f"Here because {_SAMPLED[sampling.reason]}, with probability {sampling.probability:g}."


def priority_line(case: Case, now: datetime) -> str:
    """The factors of the case's place in the queue; docs/concepts.md says how each is made."""
    known = explain_priority(case, now)
    return (
        f"Priority {known.product:.2f} = severity {known.severity:.2f} × reach {known.reach:.1f} "
        f"× age {known.age:.1f} × reports {known.reports:.1f}"
    )


def distance_line(known: LabelDistance) -> str:
    """How far the score is from the policy's lines around it, in words."""
    parts = []
    if (below := known.reached) is not None and below.distance is not None:
        parts.append(f"{below.distance:.2f} above the line for {_LINES[below.action]}")
    if (above := known.next) is not None and above.distance is not None:
        parts.append(f"{-above.distance:.2f} below the line for {_LINES[above.action]}")
    return ", ".join(parts)
