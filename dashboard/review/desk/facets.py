"""What the list can be filtered by, as choices with counts."""

from collections.abc import Iterable

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus
from core.moderation.languages import language_name
from core.moderation.permissions import Actor
from core.moderation.queue import WITHOUT, Count, HeldBy, QueueOrder, link_to_filter
from core.services.queue import count_facets
from core.store.queue_views import Facets
from dashboard.review.case_wording import WITHOUT_LABEL
from dashboard.review.desk.queue import Body
from dashboard.wording import LABELS

Choice = tuple[str, str, list[tuple[str, str]]]  # filter, its words, (value, words)

STATUSES = {
    CaseStatus.OPEN: "waiting",
    CaseStatus.ESCALATED: "escalated",
    CaseStatus.CLOSED: "decided",
}
ORDERS = {
    QueueOrder.PRIORITY: "most urgent first",
    QueueOrder.OLDEST: "oldest first",
    QueueOrder.SCORE: "highest score first",
}
HELD = {HeldBy.ME: "by me", HeldBy.OTHERS: "by others", HeldBy.NOBODY: "by nobody"}
WAITING = {"": "any", "3600": "an hour", "21600": "six hours", "86400": "a day"}
QUICK_LABELS = 2


def facets_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """The choices of the filter panel, and those offered above the list."""
    link = {name: value for name, value in asked.items() if isinstance(value, str)}
    chosen, _ = link_to_filter(link)
    facets = count_facets(services.context, actor, chosen)
    return {"choices": _choices(facets), "quick": _quick(facets)}


def _choices(facets: Facets) -> list[Choice]:
    labels = [(label or WITHOUT, LABELS[label] if label else "none") for label in facets.labels]
    bands = [
        (f"{band.low!r}-{band.high!r}", f"{band.low} to {band.high}") for band in facets.scores
    ]
    languages = [
        (code or WITHOUT, language_name(code) if code else "not known") for code in facets.languages
    ]
    sources = [(source, source) for source in facets.sources]
    least = [(str(number), f"{number} or more") for number in facets.reports]
    triggers = [(trigger.value, WITHOUT_LABEL[trigger]) for trigger in facets.triggers]
    held = [(holder.value, HELD[holder]) for holder in facets.held]
    return [
        ("status", "Status", list(STATUSES.items())),
        ("order", "Order", list(ORDERS.items())),
        ("label", "Label", _counted(labels, facets.labels.values())),
        ("score", "Score", _counted(bands, facets.scores.values())),
        ("language", "Language", _counted(languages, facets.languages.values())),
        ("source", "Source", _counted(sources, facets.sources.values())),
        ("reports", "Reports", _counted(least, facets.reports.values())),
        ("trigger", "Why it is here", _counted(triggers, facets.triggers.values())),
        ("held", "Open", _counted(held, facets.held.values())),
        ("waiting", "Waits for at least", list(WAITING.items())),
    ]


def _counted(options: Iterable[tuple[str, str]], counts: Iterable[Count]) -> list[tuple[str, str]]:
    """Options with their counts, which come in the same order."""
    pairs = zip(options, counts, strict=True)
    return [("", "any"), *((value, f"{words} ({count})") for (value, words), count in pairs)]


def _quick(facets: Facets) -> list[tuple[str, str, str]]:
    """The commonest labels, and what was reported: (filter, value, words)."""
    known = [(label, count) for label, count in facets.labels.items() if label]
    known.sort(key=lambda each: -each[1].number)
    quick = [("label", str(label), f"{LABELS[label]} {count}") for label, count in known]
    reported = facets.reports.get(1)
    told = [("reports", "1", f"reports {reported}")] if reported else []
    return [*quick[:QUICK_LABELS], *told]
