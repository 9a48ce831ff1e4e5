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
from dashboard.review.case_wording import WITHOUT_LABEL
from dashboard.review.desk.requests import text
from dashboard.wording import ACTIONS_DONE, LABELS, millis, score_figure

Body = Mapping[str, object]
Chip = tuple[str, str]

NOTHING_HERE = {
    CaseStatus.OPEN: (
        "The queue is empty. Thank you.",
        "The command modconsole ingest brings in comments, modconsole score decides on them.",
    ),
    CaseStatus.ESCALATED: ("Nothing is escalated.", "Moderators escalate with E."),
    CaseStatus.CLOSED: ("Nobody has decided a case yet.", "Decided cases can be reopened here."),
}
NOTHING_MATCHES = ("No case matches these filters.", "Other cases may wait: reset the filters.")
NOTHING_FOUND = ("Nothing was found.", "Escape in the search box brings the queue back.")


def filters_from(params: Mapping[str, str]) -> dict[str, str]:
    """The filters in a page's address; what can't be is left out."""
    return filter_to_link(*link_to_filter(params))


def queue_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """The next cases for these filters; `next` is where to go on, None at the end."""
    chosen, order = _asked(asked)
    after = text(asked, "after") or None
    page = list_queue(services.context, actor, chosen, order, after=after)
    count = count_queue(services.context, actor)
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
        if is_closed or count.oldest_opened_at is None
        else millis(count.oldest_opened_at),
        "nothing": NOTHING_HERE[chosen.statuses[0]] if is_plain else NOTHING_MATCHES,
        "now": millis(now),
    }


def arrivals_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """How many cases came in since the list was read."""
    chosen, _ = _asked(asked)
    return {"count": str(arrivals(services.context, actor, chosen, text(asked, "mark")))}


def search_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """What a search found, in the form of a list."""
    page = search(services.context, actor, text(asked, "query"), after=text(asked, "after") or None)
    is_covered = wants_cover(services, actor)
    return {
        "items": [found_json(found, is_covered=is_covered) for found in page.items],
        "next": page.next,
        "total": None,
        "problem": page.problem,
        "nothing": NOTHING_FOUND,
        "now": millis(services.clock.now()),
    }


def item_json(
    line: QueueLine, actor: Actor, now: datetime, alike: int, *, is_covered: bool
) -> dict[str, object]:
    """One line of the list; `alike` waiting cases have its text."""
    same = (f"same text ×{alike}", "o") if alike > 1 else None
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
    state = ACTIONS_DONE[found.action] if found.action else "not decided yet"
    chips = [(state, ""), ("no case", "")] if found.status is None else [(state, "")]
    return {
        "revision": found.revision_id,
        "chips": chips if found.is_latest else [*chips, ("edited since", "o")],
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
    since = f"{seconds} s" if seconds < 60 else f"{seconds // 60} min"
    return f"held by {line.holder}, {since}", ""


def _chips(line: QueueLine) -> list[Chip]:
    if line.status is CaseStatus.CLOSED and line.action is not None:
        return [(f"{ACTIONS_DONE[line.action]} by {line.decided_by}", "")]
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
        chips.append((f"{line.report_count} report{'s' if line.report_count > 1 else ''}", ""))
    return chips
