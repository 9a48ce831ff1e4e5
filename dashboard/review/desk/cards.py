"""A case as JSON for the desk's card and the facts beside it. Texts are sent as they are: the page
puts them into text nodes only."""

from collections.abc import Sequence
from datetime import datetime

from core.bootstrap.services import Services
from core.errors import PermissionDenied
from core.moderation.cases import TRANSITIONS, CaseStatus
from core.moderation.cleaning import hidden_part
from core.moderation.decisions import Decision
from core.moderation.distances import LabelDistance, distances
from core.moderation.edits import EarlierText
from core.moderation.permissions import Actor, check_can, decide_permission
from core.moderation.policies import Action, Policy
from core.services.queries import CaseView, load_cases
from core.services.reopen import load_case_reopening
from core.store.views import AuthorRecord
from dashboard.covered import covered, covered_marks, wants_cover
from dashboard.problems import told
from dashboard.review.case_wording import (
    WITHOUT_LABEL,
    distance_line,
    earlier_lines,
    match_line,
    matched_pieces,
    model_line,
    priority_line,
    sampling_line,
    unread_line,
    unscored_line,
)
from dashboard.staff_texts import count, say, staff_texts
from dashboard.wording import (
    LABELS,
    decision_line,
    decision_lines,
    millis,
    no_longer_shown,
    only_people_remove,
    score_figure,
)

SHOWN_CHARS = 100_000
"""More than any comment has: a person reads what the model did not."""
PARENT_CHARS = 2_000
MOST_CARDS = 50


def card_answers(services: Services, actor: Actor, revisions: Sequence[str]) -> dict[str, object]:
    """The cards of those revisions; a case that is gone is left out."""
    is_covered = wants_cover(services, actor)
    views = load_cases(services.context, actor, revisions[:MOST_CARDS])
    return {"cards": [card_json(services, actor, view, is_covered=is_covered) for view in views]}


def card_json(
    services: Services, actor: Actor, view: CaseView, *, is_covered: bool
) -> dict[str, object]:
    """Everything that the page shows of one case."""
    comment, revision, now = view.comment, view.revision, services.clock.now()
    text = revision.text[:SHOWN_CHARS]
    return {
        "revision": revision.id,
        "version": len(view.chain),
        "status": view.case.status,
        "reference": revision.reference,
        "author": comment.author,
        "where": comment.source,
        "created_at": millis(comment.created_at),
        "opened_at": millis(view.case.opened_at),
        "details": _details(view),
        "chips": [_first_chip(view), *_other_chips(view)],
        "pieces": covered_marks(matched_pieces(text, view.matches), is_wanted=is_covered),
        "original": covered(revision.original[:SHOWN_CHARS], is_wanted=is_covered)
        if revision.original != text
        else None,
        "thread": [
            {
                "author": entry.author,
                "pieces": covered(
                    no_longer_shown() if entry.is_withdrawn else entry.text[:PARENT_CHARS],
                    is_wanted=is_covered,
                ),
                "created_at": millis(entry.created_at),
                "is_title": entry.is_title,
            }
            for entry in view.ancestors
        ],
        "reply_count": view.case.attention.replies,
        "before": _before(view.settled, view.current_policy, now, is_covered=is_covered),
        "why": _why(view, now),
        "record": _record(view.author),
        "history": decision_lines(_told(view), now),
        **_rights(services, actor, view),
    }


def _told(view: CaseView) -> Sequence[Decision]:
    """The decisions that are told; of a blind case only those that people made."""
    return [past for past in view.chain if not (view.is_hidden and past.is_automated)]


def _details(view: CaseView) -> str:
    language = view.automated.language
    parts = []
    if view.revision.number > 1:
        parts.append(say("review.chip.revision", number=str(view.revision.number)))
    if language:
        parts.append(staff_texts().language_name(language))
    return "".join(f" · {part}" for part in parts)


def _first_chip(view: CaseView) -> tuple[str, str]:
    case = view.case
    if case.label:
        return f"{LABELS[case.label]} {score_figure(case.priority)}", "r"
    return WITHOUT_LABEL[case.trigger], ""


def _other_chips(view: CaseView) -> list[tuple[str, str]]:
    chips = [(say("review.chip.edited"), "o")] if view.revision.number > 1 else []
    if hidden_part(view.revision.text):
        chips.append((say("review.chip.hides_text"), "o"))
    return chips


def _why(view: CaseView, now: datetime) -> dict[str, object]:
    if view.is_hidden:
        return {"sentences": [say("review.why.hidden")], "rows": [], "foot": [], "policy": ""}
    automated = view.automated
    sentences = [priority_line(view.case, now)]
    if view.case.sampling is not None:
        sentences.insert(0, sampling_line(view.case.sampling))
    sentences += [match_line(match, view.revision.text) for match in view.matches]
    if not automated.scores:
        sentences.append(unscored_line(view))
    if view.approval is not None:
        approval = decision_line(view.approval, now)
        sentences.append(say("review.why.approved_before", decision=approval))
    if automated.unread_chars:
        sentences.append(unread_line(view))
    known = [each for each in distances(automated.scores, view.policy) if each.is_assessed]
    return {
        "sentences": sentences,
        "rows": [_row(each) for each in sorted(known, key=lambda each: -(each.score or 0.0))],
        "foot": _foot(view),
        "policy": say("review.why.policy", version=str(automated.policy_version)),
    }


def _foot(view: CaseView) -> list[str]:
    scores, foot = view.automated.scores, []
    if scores and view.not_assessed:
        names = ", ".join(LABELS[label] for label in view.not_assessed)
        foot.append(say("review.why.ticks", labels=names))
    if by_people := only_people_remove(view.policy.removed_by_people(scores)):
        foot.append(by_people)
    return [*foot, model_line(view.automated)]


def _row(known: LabelDistance) -> dict[str, object]:
    lines = {line.action: line.at for line in known.lines}
    reached = known.reached.action if known.reached else None
    score = known.score or 0.0
    return {
        "label": LABELS[known.label],
        "score": score,
        "figure": score_figure(score),
        "hold": lines.get(Action.HOLD),
        "remove": lines.get(Action.REMOVE),
        "tone": "remove" if reached is Action.REMOVE else "hold" if reached else "",
        "distance": distance_line(known),
    }


def _record(record: AuthorRecord | None) -> dict[str, object] | None:
    if record is None:
        return None
    counts = {
        "review.record.removed": record.removed,
        "review.record.held": record.held,
        "review.record.restored": record.overturned,
    }
    told = ", ".join(count(key, many) for key, many in counts.items() if many)
    return {"comments": record.comments, "words": told or say("review.record.nothing")}


def _before(
    settled: EarlierText | None, policy: Policy, now: datetime, *, is_covered: bool
) -> dict[str, object] | None:
    if settled is None:
        return None
    lines = earlier_lines(settled, policy, now)
    earlier = settled.revision.text[:PARENT_CHARS] or no_longer_shown()
    return {
        "lines": [covered(line, is_wanted=is_covered) for line in lines],
        "pieces": covered(earlier, is_wanted=is_covered),
    }


def _rights(services: Services, actor: Actor, view: CaseView) -> dict[str, object]:
    """What this person may do with the case, or why not."""
    case = view.case
    if case.status is CaseStatus.CLOSED:
        refusal = load_case_reopening(services.context, actor, view.revision.id).refusal
        return {"actions": [], "can_reopen": not refusal, "refusal": told(refusal)}
    try:
        check_can(actor, decide_permission(case.status))
    except PermissionDenied as denied:
        return {"actions": [], "can_reopen": False, "refusal": told(denied)}
    actions = [action for action in Action if (case.status, action) in TRANSITIONS]
    return {"actions": actions, "can_reopen": False, "refusal": ""}
