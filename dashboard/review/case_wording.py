"""What both forms of the review page say about a case."""

from collections.abc import Sequence
from datetime import datetime

from core.inference.text.rule_matcher import RuleMatch
from core.moderation.cases import Case, CaseTrigger
from core.moderation.decisions import Decision
from core.moderation.distances import LabelDistance
from core.moderation.edits import EarlierText
from core.moderation.policies import Action, Policy
from core.moderation.priority import explain_priority
from core.moderation.queue import Count
from core.moderation.sampling import Sampling
from core.services.queries import CaseView
from dashboard.figures import significant
from dashboard.reason_words import reason_words
from dashboard.staff_texts import count, decimal, number, said, say, staff_texts
from dashboard.wording import FAILURES, decision_line

WITHOUT_LABEL = said("review.trigger", CaseTrigger)
"""In a list, in place of the label of a case that has none."""
RULE_ACTIONS = said("review.action", Action)
MATCHED = 3
"""The strongest of the marks."""
MOST_WORDS, LONGEST_WORD = 5, 60
_PROBABILITY_DIGITS = 6


def cases_figure(known: Count) -> str:
    """`1,240`, or `1,240+` if there may be more."""
    return number(known.number) + ("" if known.is_exact else "+")


def unscored_line(view: CaseView) -> str:
    """Why there are no scores, if the reason is known."""
    if (language := view.automated.unassessed_language) is not None:
        name = staff_texts().language_name(language)
        return say("review.no_scores.language", language=name)
    if view.failure:
        return say("review.no_scores.failure", why=FAILURES[view.failure])
    return say(f"review.unscored.{view.case.trigger.name.lower()}")


def match_line(match: RuleMatch, text: str) -> str:
    """Which rule about the text led here, and what it matched."""
    rule, found = match.rule, match.words(text)[:MOST_WORDS]
    action = RULE_ACTIONS[rule.action]
    kind = rule.kind.name.lower()
    if not found:
        return say(f"review.match_unseen.{kind}", action=action, description=rule.description)
    words = ", ".join(quoted(word[:LONGEST_WORD]) for word in found)
    return say(f"review.match.{kind}", action=action, words=words, description=rule.description)


def quoted(word: str) -> str:
    """In the reader's quotation marks."""
    return say("review.words.quoted", word=word)


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
    return count("review.no_scores.unread", view.automated.unread_chars)


def sampling_line(sampling: Sampling) -> str:
    """Why a person looks at the text, and how likely that was for such a text."""
    probability = significant(sampling.probability, _PROBABILITY_DIGITS)
    return say(f"review.sampled.{sampling.reason.name.lower()}", probability=probability)


def priority_line(case: Case, now: datetime) -> str:
    """The factors of the case's place in the queue; docs/concepts.md says how each is made."""
    known = explain_priority(case, now)
    return say(
        "review.why.priority",
        product=decimal(known.product, 2),
        severity=decimal(known.severity, 2),
        reach=decimal(known.reach, 1),
        age=decimal(known.age, 1),
        reports=decimal(known.reports, 1),
    )


def distance_line(known: LabelDistance) -> str:
    """How far the score is from the policy's lines around it, in words."""
    parts = []
    if (below := known.reached) is not None and below.distance is not None:
        figure = decimal(below.distance, 2)
        parts.append(say(f"review.above.{below.action.name.lower()}", distance=figure))
    if (above := known.next) is not None and above.distance is not None:
        figure = decimal(-above.distance, 2)
        parts.append(say(f"review.below.{above.action.name.lower()}", distance=figure))
    return ", ".join(parts)


def model_line(automated: Decision) -> str:
    """Which model decided where, or that none did."""
    if automated.model_version is None:
        return say("review.why.no_model", backend=str(automated.backend))
    return say("review.why.model", model=automated.model_version, backend=str(automated.backend))


def standing_line(decision: Decision) -> str:
    """Who made the decision, when, and that it stands."""
    what = decision.action.name.lower()
    if decision.undoes is not None:
        # It doesn't name the action restored, which may be what a blind case hides.
        what = "undone"
    elif decision.action is Action.HOLD and not decision.is_automated:
        what = "reopened"  # people hold a comment only by reopening it
    when = f"{decision.decided_at:%H:%M:%S}"
    return say(f"review.standing.{what}", who=decision.actor, when=when)


def earlier_lines(settled: EarlierText, policy: Policy, now: datetime) -> list[str]:
    """The decision on the text before an edit. `policy` has the title of a removal's reason."""
    decision = settled.chain[-1]
    titles = {reason.code: reason_words(reason).title for reason in policy.reasons}
    lines = [decision_line(decision, now)]
    if (code := decision.reason_code) is not None:
        lines.append(say("review.earlier.reason", reason=titles.get(code, code)))
    if decision.note:
        lines.append(say("review.earlier.note", note=decision.note))
    return lines
