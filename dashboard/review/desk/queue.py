"""The list of the desk as JSON: a page of the queue or of what a search found, what it can be
filtered by, and how much came in."""

from collections.abc import Mapping
from datetime import datetime

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.permissions import Actor
from core.moderation.queue import QueueFilter, QueueOrder, filter_to_link, link_to_filter
from core.services.groups import count_alike
from core.services.queries import count_queue
from core.services.queue import arrivals, list_queue
from core.services.search import search
from core.store.queue_views import QueueLine
from core.store.search_views import FoundText
from dashboard.covered import covered, covered_marks, wants_cover
from dashboard.problems import told
from dashboard.review.case_wording import WITHOUT_LABEL, cases_figure
from dashboard.review.desk.requests import text
from dashboard.staff_texts import count, number, say
from dashboard.wording import ACTIONS_DONE, LABELS, millis, score_figure

Body = Mapping[str, object]
Chip = tuple[str, str]
_MINUTE_S = 60


def filters_from(params: Mapping[str, str]) -> dict[str, str]:
    """The filters in a page's address; what can't be is left out."""
    return filter_to_link(*link_to_filter(params))


def queue_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """The next cases for these filters; `next` is where to go on, None at the end."""
    chosen, order = _asked(asked)
    after = text(asked, "after") or None
    page = list_queue(services.context, actor, chosen, order, after=after)
    waiting = count_queue(services.context, actor)
    now, is_closed = services.clock.now(), CaseStatus.CLOSED in chosen.statuses
    alike = count_alike(services.context, actor, [line.revision_id for line in page.items])
    is_covered = wants_cover(services, actor)
    is_plain = chosen == QueueFilter(statuses=chosen.statuses)
    return {
        "items": [
            item_json(line, actor, now, alike.get(line.revision_id, 1), is_covered=is_covered)
            for line in page.items
        ],
        "next": page.next,
        "total": page.total.number,
        "is_exact": page.total.is_exact,
        "mark": page.mark,
        "oldest": None
        if is_closed or waiting.oldest_opened_at is None
        else millis(waiting.oldest_opened_at),
        "nothing": _nothing(chosen.statuses[0].name.lower() if is_plain else "filtered"),
        "now": millis(now),
    }


def arrivals_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """How many cases came in since the list was read."""
    chosen, _ = _asked(asked)
    known = arrivals(services.context, actor, chosen, text(asked, "mark"))
    return {"count": cases_figure(known)}


def search_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """What a search found, in the form of a list."""
    page = search(services.context, actor, text(asked, "query"), after=text(asked, "after") or None)
    is_covered = wants_cover(services, actor)
    return {
        "items": [found_json(found, is_covered=is_covered) for found in page.items],
        "next": page.next,
        "total": None,
        "problem": told(page.problem),
        "nothing": _nothing("found"),
        "now": millis(services.clock.now()),
    }


def _nothing(why: str) -> tuple[str, str]:
    """What stands in place of an empty list."""
    return say(f"review.nothing.{why}"), say(f"review.nothing_about.{why}")


def item_json(
    line: QueueLine, actor: Actor, now: datetime, alike: int, *, is_covered: bool
) -> dict[str, object]:
    """One line of the list; `alike` waiting cases have its text."""
    same = (say("review.chip.same_text", count=number(alike)), "o") if alike > 1 else None
    return {
        "revision": line.revision_id,
        "chips": [chip for chip in (_held_chip(line, actor, now), *_chips(line), same) if chip],
        "excerpt": [
            (piece, "mask" if is_severe else "")
            for piece, is_severe in covered(line.excerpt, is_wanted=is_covered)
        ],
        "at": millis(line.decided_at or line.opened_at)
        if line.status is CaseStatus.CLOSED
        else millis(line.opened_at),
        "is_held": line.holder not in (None, actor.id),
    }


def found_json(found: FoundText, *, is_covered: bool) -> dict[str, object]:
    """One text that a search found, with what was looked for marked."""
    pieces, at = [], 0
    for start, end in found.excerpt.matches:
        pieces += [(found.excerpt.text[at:start], 0), (found.excerpt.text[start:end], 1)]
        at = end
    pieces.append((found.excerpt.text[at:], 0))
    chips = [(ACTIONS_DONE[found.action] if found.action else say("review.chip.undecided"), "")]
    if found.status is None:
        chips.append((say("review.chip.no_case"), ""))
    if not found.is_latest:
        chips.append((say("review.chip.edited_since"), "o"))
    return {
        "revision": found.revision_id,
        "chips": chips,
        "excerpt": [
            (piece, "mask" if is_severe else "mark" if is_match else "")
            for piece, is_match, is_severe in covered_marks(pieces, is_wanted=is_covered)
        ],
        "at": millis(found.received_at),
        "is_held": False,
        "has_case": found.status is not None,
    }


def _asked(asked: Body) -> tuple[QueueFilter, QueueOrder]:
    link = {name: value for name, value in asked.items() if isinstance(value, str)}
    return link_to_filter(link)


def _held_chip(line: QueueLine, actor: Actor, now: datetime) -> Chip | None:
    if line.holder is None or line.held_since is None or line.holder == actor.id:
        return None
    seconds = max(0, int((now - line.held_since).total_seconds()))
    unit, figure = ("s", seconds) if seconds < _MINUTE_S else ("min", seconds // _MINUTE_S)
    since = say(f"common.unit.{unit}", figure=str(figure))
    return say("review.chip.held_by", who=line.holder, since=since), ""


def _chips(line: QueueLine) -> list[Chip]:
    if line.status is CaseStatus.CLOSED and line.action is not None:
        done = ACTIONS_DONE[line.action]
        return [(say("review.chip.decided_by", what=done, who=str(line.decided_by)), "")]
    has_score = line.label is not None and line.score is not None
    first = (
        (f"{LABELS[line.label]} {score_figure(line.score)}", "r")
        if line.label is not None and line.score is not None
        else (WITHOUT_LABEL[line.trigger], "")
    )
    chips = [first]
    if has_score and line.trigger is not CaseTrigger.HOLD:
        chips.append((WITHOUT_LABEL[line.trigger], ""))
    if line.report_count:
        chips.append((count("review.chip.reports", line.report_count), ""))
    return chips
