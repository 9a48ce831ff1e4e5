"""What the desk shows of a case once somebody stays on it: who has it open, its reports, its
author's last comments, texts decided before, and waiting cases with the same text."""

from collections.abc import Mapping, Sequence

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.permissions import Actor, Permission, can
from core.moderation.policies import Action
from core.moderation.reports import ReportKind
from core.services.claims import claim_case, release_case
from core.services.conversations import list_outcomes
from core.services.groups import count_alike
from core.services.precedents import Precedent, Precedents, find_precedents
from core.services.preferences import load_exposure
from core.services.queries import load_case
from core.services.report import list_reports
from core.store.near_views import AuthorComment
from core.store.views import ReportItem
from dashboard.covered import covered, wants_cover
from dashboard.reason_words import reason_words
from dashboard.review.desk.requests import text
from dashboard.staff_texts import count, number, say
from dashboard.wording import ACTIONS_SHORT, VISIBILITY_TONES, VISIBLE_NOW, millis, short_day

Body = Mapping[str, object]
TONES = {Action.APPROVE: "g", Action.REMOVE: "r"}
SHOWN_CHARS = 300


def open_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """Take the open case, give back the one before, and tell what is known around it."""
    revision_id, before = text(asked, "revision"), text(asked, "release")
    if before and before != revision_id and can(actor, Permission.DECIDE):
        release_case(services.context, actor, before)
    return {
        "exposure": _exposure(services, actor),
        "claim": _claim(services, actor, revision_id),
        "facts": facts_json(services, actor, revision_id),
    }


def claim_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """Renew the claim on the open case, or take it once somebody else's has run out."""
    return {"claim": _claim(services, actor, text(asked, "revision"))}


def release_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """Give the case back: the page is being left."""
    release_case(services.context, actor, text(asked, "revision"))
    return {}


def facts_json(services: Services, actor: Actor, revision_id: str) -> dict[str, object]:
    """The facts beside a case. Raises NotFound."""
    context = services.context
    view = load_case(context, actor, revision_id)
    known = list_outcomes(context, actor, view.comment.source, view.comment.author)
    strip = [each for each in known if each.comment_id != view.comment.id]
    found = find_precedents(context, actor, revision_id)
    titles = {reason.code: reason_words(reason).title for reason in view.current_policy.reasons}
    is_covered = wants_cover(services, actor)
    alike = count_alike(context, actor, [revision_id]).get(revision_id, 1)
    return {
        "reports": [
            _report(each, titles, is_covered=is_covered)
            for each in list_reports(context, actor, revision_id)
        ],
        "can_mute": can(actor, Permission.MUTE_REPORTERS),
        "strip": [
            (VISIBILITY_TONES[each.visibility], VISIBLE_NOW[each.visibility]) for each in strip
        ],
        "strip_words": _strip_words(strip),
        "precedents": _precedents(found, titles, is_covered=is_covered),
        "precedents_words": _verdicts(found),
        "group": {
            "title": say("review.group.title", count=number(alike)),
            "words": say("review.group.decide"),
        }
        if alike > 1
        else None,
    }


def _exposure(services: Services, actor: Actor) -> dict[str, object] | None:
    if not can(actor, Permission.DECIDE):
        return None
    seen = load_exposure(services.context, actor)
    key = "review.exposure.pause" if seen.suggests_pause else "review.exposure.seen"
    severe, decided = number(seen.severe_this_hour), number(seen.decided_this_hour)
    return {
        "words": say(key, severe=severe, decided=decided),
        "decided": seen.decided_this_hour,
        "tone": "o" if seen.suggests_pause else "",
    }


def _claim(services: Services, actor: Actor, revision_id: str) -> dict[str, object] | None:
    if not can(actor, Permission.DECIDE):
        return None
    try:
        outcome = claim_case(services.context, actor, revision_id)
    except ConsoleError:
        return None  # decided, gone, or not for this person: the card says so itself
    return {
        "is_mine": outcome.is_mine,
        "holder": outcome.claim.actor,
        "until": millis(outcome.claim.expires_at),
    }


def _report(item: ReportItem, titles: Mapping[str, str], *, is_covered: bool) -> dict[str, object]:
    report = item.report
    return {
        "reporter": report.reporter,
        "is_trusted": report.kind is ReportKind.TRUSTED_FLAGGER,
        "reason": titles.get(report.reason_code, report.reason_code),
        "pieces": covered(report.words, is_wanted=is_covered),
        "is_muted": item.is_muted,
    }


def _strip_words(strip: Sequence[AuthorComment]) -> str:
    removed = sum(each.action is Action.REMOVE for each in strip)
    return count("review.strip", len(strip), removed=number(removed))


def _precedents(
    found: Precedents, titles: Mapping[str, str], *, is_covered: bool
) -> list[dict[str, object]]:
    return [
        {
            "words": ACTIONS_SHORT[each.action],
            "tone": TONES.get(each.action, ""),
            "pieces": covered(each.text[:SHOWN_CHARS], is_wanted=is_covered),
            "title": _precedent_line(each, titles),
        }
        for each in found.nearest
    ]


def _precedent_line(found: Precedent, titles: Mapping[str, str]) -> str:
    day, year = short_day(found.decided_at), str(found.decided_at.year)
    if not found.reason_code:
        return say("review.precedent.decided", who=found.actor, day=day, year=year)
    reason = titles.get(found.reason_code, found.reason_code)
    return say("review.precedent.with_reason", who=found.actor, day=day, year=year, reason=reason)


def _verdicts(found: Precedents) -> str:
    return ", ".join(
        count(f"review.verdict.{action.name.lower()}", many)
        for action, many in found.verdicts.items()
        if many
    )
