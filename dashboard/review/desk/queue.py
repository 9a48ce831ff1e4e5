"""The list of the desk: one page of cases as JSON, and what can be chosen for it."""

from collections.abc import Mapping

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.permissions import Actor
from core.moderation.scores import Label
from core.services.queries import count_queue, list_cases, list_reasons
from core.store.views import QueueItem
from dashboard.wording import LABELS, millis, score_figure

PLAIN_FILTERS = {"status": "open", "label": ""}
STATUSES = {
    CaseStatus.OPEN: "waiting",
    CaseStatus.ESCALATED: "escalated",
    CaseStatus.CLOSED: "decided",
}
NOTHING_HERE = {
    CaseStatus.OPEN: (
        "The queue is empty. Thank you.",
        "`modconsole ingest` brings in comments, `modconsole score` decides on them.",
    ),
    CaseStatus.ESCALATED: ("Nothing is escalated.", "Moderators escalate with E."),
    CaseStatus.CLOSED: ("Nobody has decided a case yet.", "Decided cases can be reopened here."),
}
WITHOUT_LABEL: dict[CaseTrigger, str] = {
    CaseTrigger.HOLD: "held",
    CaseTrigger.NOT_SCORED: "not scored",
    CaseTrigger.AFTER_EDIT: "edited",
    CaseTrigger.LANGUAGE: "not assessed: language",
    CaseTrigger.NOT_READ_WHOLE: "too long",
    CaseTrigger.REOPENED: "reopened",
}


def filters_from(params: Mapping[str, str]) -> dict[str, str]:
    """The filters in a page's address; what is unknown or not allowed is left out."""
    allowed = {"status": list(STATUSES), "label": ["", *Label]}
    return {
        name: params[name] if params.get(name) in allowed[name] else plain
        for name, plain in PLAIN_FILTERS.items()
    }


def queue_answer(
    services: Services, actor: Actor, asked: Mapping[str, object]
) -> dict[str, object]:
    """The next cases for these filters; `next` is where to go on, None at the end."""
    given = filters_from({name: str(asked.get(name, "")) for name in PLAIN_FILTERS})
    status, label = CaseStatus(given["status"]), given["label"] or None
    after = asked.get("after")
    number = after if isinstance(after, int) else 1
    page = list_cases(services.context, actor, statuses=(status,), label=label, page=number)
    count = count_queue(services.context, actor)
    return {
        "items": [item_json(item) for item in page.items],
        "next": page.number + 1 if page.number < page.pages else None,
        "total": page.total,
        "oldest": millis(count.oldest_opened_at) if count.oldest_opened_at else None,
        "reasons": [
            {"code": each.code, "title": each.title, "text": each.text}
            for each in list_reasons(services.context, actor)
        ],
        "choices": [
            ("status", "Status", list(STATUSES.items())),
            ("label", "Label", [("", "all labels"), *LABELS.items()]),
        ],
        "nothing": NOTHING_HERE[status],
        "now": millis(services.clock.now()),
    }


def item_json(item: QueueItem) -> dict[str, object]:
    """One line of the list."""
    label = f"{LABELS[item.label]} {score_figure(item.priority)}" if item.label else None
    chip = (label, "r") if label else (WITHOUT_LABEL[item.trigger], "")
    return {
        "revision": item.revision_id,
        "chips": [chip],
        "excerpt": [(item.excerpt, False)],
        "at": millis(item.opened_at),
    }
