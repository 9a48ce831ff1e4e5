"""What the list can be filtered by, as choices with counts."""

from collections.abc import Iterable, Sequence

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus
from core.moderation.permissions import Actor
from core.moderation.queue import WITHOUT, Count, HeldBy, QueueOrder, ScoreBand, link_to_filter
from core.services.queue import count_facets
from core.store.queue_views import Facets
from dashboard.review.case_wording import WITHOUT_LABEL, cases_figure
from dashboard.review.desk.queue import Body
from dashboard.staff_texts import decimal, number, said, say, staff_texts
from dashboard.wording import LABELS

Choice = tuple[str, str, list[tuple[str, str]]]  # filter, its words, (value, words)

STATUSES = said("review.status", CaseStatus)
ORDERS = said("review.order", (QueueOrder.PRIORITY, QueueOrder.OLDEST, QueueOrder.SCORE))
HELD = said("review.held", HeldBy)
WAITING = {
    "": "review.facet.any",
    "3600": "review.waiting.hour",
    "21600": "review.waiting.six_hours",
    "86400": "review.waiting.day",
}
"""The keys of the words for so many seconds."""
QUICK_LABELS = 2


def facets_answer(services: Services, actor: Actor, asked: Body) -> dict[str, object]:
    """The choices of the filter panel, and those offered above the list."""
    link = {name: value for name, value in asked.items() if isinstance(value, str)}
    chosen, _ = link_to_filter(link)
    facets = count_facets(services.context, actor, chosen)
    return {"choices": _choices(facets), "quick": _quick(facets)}


def _choices(facets: Facets) -> list[Choice]:
    none = say("review.facet.no_label")
    labels = [(label or WITHOUT, LABELS[label] if label else none) for label in facets.labels]
    bands = [(f"{band.low!r}-{band.high!r}", _band_words(band)) for band in facets.scores]
    languages = [(code or WITHOUT, _language_words(code)) for code in facets.languages]
    sources = [(source, source) for source in facets.sources]
    least = [
        (str(fewest), say("review.facet.or_more", count=number(fewest)))
        for fewest in facets.reports
    ]
    triggers = [(trigger.value, WITHOUT_LABEL[trigger]) for trigger in facets.triggers]
    held = [(holder.value, HELD[holder]) for holder in facets.held]
    return [
        _choice("status", list(STATUSES.items())),
        _choice("order", list(ORDERS.items())),
        _choice("label", _counted(labels, facets.labels.values())),
        _choice("score", _counted(bands, facets.scores.values())),
        _choice("language", _counted(languages, facets.languages.values())),
        _choice("source", _counted(sources, facets.sources.values())),
        _choice("reports", _counted(least, facets.reports.values())),
        _choice("trigger", _counted(triggers, facets.triggers.values())),
        _choice("held", _counted(held, facets.held.values())),
        _choice("waiting", [(value, say(key)) for value, key in WAITING.items()]),
    ]


def _choice(name: str, options: Sequence[tuple[str, str]]) -> Choice:
    return name, say(f"review.facet.{name}"), list(options)


def _band_words(band: ScoreBand) -> str:
    return say("review.facet.band", low=decimal(band.low, 1), high=decimal(band.high, 1))


def _language_words(code: str | None) -> str:
    return staff_texts().language_name(code) if code else say("review.facet.no_language")


def _counted(options: Iterable[tuple[str, str]], counts: Iterable[Count]) -> list[tuple[str, str]]:
    """Options with their counts, which come in the same order."""
    pairs = zip(options, counts, strict=True)
    return [
        ("", say("review.facet.any")),
        *((value, f"{words} ({cases_figure(count)})") for (value, words), count in pairs),
    ]


def _quick(facets: Facets) -> list[tuple[str, str, str]]:
    """The commonest labels, and what was reported: (filter, value, words)."""
    known = [(label, count) for label, count in facets.labels.items() if label]
    known.sort(key=lambda each: -each[1].number)
    quick = [
        ("label", str(label), f"{LABELS[label]} {cases_figure(count)}") for label, count in known
    ]
    if reported := facets.reports.get(1):
        words = say("review.facet.reported", count=cases_figure(reported))
        return [*quick[:QUICK_LABELS], ("reports", "1", words)]
    return quick[:QUICK_LABELS]
